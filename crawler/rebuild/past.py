"""A run as it was: takes its notes and its answers, gives the spider, arguments and settings that do it once more, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crawler.rebuild.foreign import ForeignCaptures
from crawler.rebuild.middlewares import ANSWERS
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.rebuild.answers import RunAnswers
    from crawler.rebuild.recorded import RecordedRun

QUIET = {  # what no run of the past needs again
    "DOWNLOAD_DELAY": 0,
    "RETRY_WAIT": 0,
    "PROGRESS": False,
    "LOG_SUMMARY": False,
    "FEEDS": {},
    "CLOSESPIDER_TIMEOUT": 0,
    "CLOSESPIDER_ITEMCOUNT": 0,
    "CLOSESPIDER_PAGECOUNT": 0,
    "CLOSESPIDER_ERRORCOUNT": 0,
    "MEMUSAGE_LIMIT_MB": 0,
    "AUTOTHROTTLE_ENABLED": False,
}
PAST = {  # in the place of what stands between a run and the web
    "crawler.http.capture.CaptureMiddleware": "crawler.rebuild.middlewares.PastAnswers",
    "crawler.http.guard.GuardMiddleware": "crawler.rebuild.middlewares.PastGuard",
    "crawler.http.retry.PatienceMiddleware": "crawler.rebuild.middlewares.PastPatience",
    "crawler.extensions.archive.ArchiveExtension": "crawler.rebuild.extension.PastRun",
}


def past_spider(run: RecordedRun, declared: Sequence[type[SiteSpider]]) -> type[SiteSpider]:
    """The spider of a run. ``declared``: those with a site of their own."""
    if run.is_foreign:
        site = next((spider.site for spider in declared if spider.site.name == run.folder), None)
        return type(ForeignCaptures.__name__, (ForeignCaptures,), {"site": site}) if site else ForeignCaptures
    name = run.began.get("spider", "site")
    by_name = [spider for spider in declared if name == spider.name or (not run.is_noted and spider.site.name == run.folder)]
    return by_name[0] if by_name else SiteSpider


def past_arguments(answers: RunAnswers, spider: type[SiteSpider]) -> dict[str, str]:
    """The arguments of a run; guessed, where it noted none."""
    run = answers.run
    said = dict(run.began.get("arguments") or {})
    if not run.is_noted and not run.is_foreign and any(row["door"] == "image" for row in answers.rows):
        said["images"] = "all"
    if hasattr(spider, "site"):
        said.pop("home", None)
        return said
    return {"home": run.home} | said


def past_settings(answers: RunAnswers, settings: BaseSettings) -> dict[str, Any]:
    """Settings of a run as they were, but for those that would reach the web, or wait for it. ``settings``: those of today."""
    noted = {name: value for name, value in (answers.run.began.get("settings") or {}).items() if name in settings}
    noted.pop("DOWNLOADER_MIDDLEWARES", None)
    components = {
        name: {PAST.get(path, path): place for path, place in settings.getdict(name).items()}
        | {path: None for path in PAST if path in settings.getdict(name)}
        for name in ("DOWNLOADER_MIDDLEWARES", "EXTENSIONS")
    }
    return noted | QUIET | components | {ANSWERS: answers, "REBUILD_WAIT": noted.get("RETRY_WAIT", 0)}


def how_it_ended(run: RecordedRun, runs: Sequence[RecordedRun], now: str) -> dict[str, Any]:
    """Columns of a run's row, as it noted them; of one that was killed, as the run after it noted that; else what is known.
    ``runs``: those of all sites; ``now``: when its last answer came."""
    if run.ended is not None:
        return run.ended
    after = (other.started_at for other in runs if other.folder == run.folder and other.started_at > run.started_at)
    nothing = {"exit_code": None, "requests": 0, "bytes": 0, "note": None, "database_bytes": None}
    if run.is_noted:
        return {"outcome": "killed", "finished_at": min(after, default=now), "unchanged": 0, **nothing}
    said = "rebuilt from its captures: its options, its failures and how it ended are not known"
    return {"outcome": "rebuilt", "exit_code": 0, "requests": len(run.answers), "note": said}

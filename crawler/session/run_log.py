"""What a run writes down about itself, beside its answers: how it began, which requests got no answer, how it ended.

The notes lie as ``metadata`` records in the site's WARC file, between the records of the same run, so that the archive can be built
again from its WARC files alone: docs/evidence.md has their fields. A note is written with the answers that come next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive.store.crawls import NOTED
from archive.warc.records import Note
from crawler import settings as project
from crawler.extract.version import extractor
from crawler.identity import SOFTWARE, user_agent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archive.warc.write import WarcWriter
    from crawler.site import Site

FORMAT = 1  # of the notes
RESUMED = "resumed_at"  # field of a start: when a run that had been killed went on; ``started_at`` is that of its first start
NOT_NOTED = {"ARCHIVE_DIR", "NOW", "PROGRESS", "EXTRACT_WORKERS", "NEWSPIDER_MODULE", "COMMANDS_MODULE", "CONTACT", "PROXY", "GO_ON_WITHIN"}


class RunLog:
    """The notes of one run that are not written yet. ``began``: what ``beginning`` gives."""

    def __init__(self, warc: WarcWriter, now: Callable[[], str], began: Mapping[str, Any]) -> None:
        self._warc, self._now = warc, now
        self._waiting = [Note("start", now(), began)]
        self._began = False  # the start is written

    def go_on(self) -> None:
        """The start that is not written yet is that of a run which goes on after it was killed: it has begun before."""
        start, at = self._waiting[0], self._now()
        self._waiting[0] = Note("start", at, {**start.said, RESUMED: at})

    def failure(self, request: Request, error: Exception, what: str) -> None:
        """Note a request that went out and got no answer."""
        said = {"url": request.url, "door": request.meta.get("door", "page"), "error": type(error).__name__, "message": what}
        self._waiting.append(Note("failure", self._now(), said))

    def take(self) -> list[Note]:
        """The notes that are to be written now."""
        taken, self._waiting = self._waiting, []
        self._began = self._began or bool(taken)
        return taken

    def end(self, row: Mapping[str, Any] | None) -> None:
        """Write how the run ended. ``row``: of ``crawls``; None of a site that was forgotten: a note is left only where answers are."""
        if row is None and not self._began:
            return
        said = {name: row[name] for name in NOTED} if row is not None else {"outcome": "forgotten"}
        self._warc.write_all([], [*self.take(), Note("end", self._now(), said)])


def beginning(crawler: Crawler, site: Site, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a run was asked to do, and by which program: enough to do it again with the same answers. ``row``: of ``crawls``."""
    spider: Any = crawler.spider
    settings = crawler.settings
    plain = {name: settings[name] for name in vars(project) if name.isupper() and name not in NOT_NOTED and not name.startswith("LOG_")}
    return {
        "format": FORMAT,
        "software": SOFTWARE,
        "extractor": extractor(site),
        "site": site.name,
        "home": site.home,
        "started_at": row["started_at"],
        "mode": row["mode"],
        "spider": spider.name,
        "arguments": {name: value for name, value in spider.arguments.items() if not name.startswith("_")},
        "settings": {name: value for name, value in plain.items() if is_plain(value)} | {"USER_AGENT": user_agent(settings)},
    }


def is_plain(value: object) -> bool:
    """Whether JSON can say a setting's value. Those that name code are the program's own."""
    return value is None or isinstance(value, (str, int, float)) or (isinstance(value, list) and all(map(is_plain, value)))

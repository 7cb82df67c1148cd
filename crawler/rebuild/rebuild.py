"""An archive built again from warc/ alone: takes an open archive that has nothing but captures, does every noted run once more in its
order, and gives a line for each site. Nothing is asked of the web.

Each run is one transaction: what is killed or stopped half-way is gone on with by the same command, from the first run that is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive.errors import ConfigurationError, StorageError
from archive.queries import captures, rebuilt
from archive.store.captures_ahead import ahead_at, foreign_ahead
from archive.store.decisions import read_decisions
from archive.text.homes import checked_home, family
from archive.text.urls import origin
from archive.warc.foreign import import_note
from archive.warc.place import SUFFIX, is_own_file
from archive.warc.rewrite import tombstones_in
from crawler.rebuild.answers import NOT_ASKED, PastClock, RunAnswers
from crawler.rebuild.extension import PastRun
from crawler.rebuild.past import how_it_ended, past_arguments, past_settings, past_spider
from crawler.rebuild.recorded import Failure, RecordedRun, foreign_runs, recorded_runs
from crawler.session.options import undeclared_site
from crawler.session.outcome import BUG, STORAGE
from crawler.session.run_log import RESUMED

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from archive.store.held_group import HeldGroup
    from archive.store.store import Store
    from crawler.extensions.archive import ArchiveExtension
    from crawler.spiders.site import SiteSpider

MARK = "rebuilding"  # file beside archive.db, from the beginning of a rebuilding to its end
Start = Callable[[type["SiteSpider"], Mapping[str, str], Callable[["Crawler"], object], Mapping[str, Any]], object]


@dataclass(slots=True)
class Rebuilding:
    """``begin()``, let the event loop run, then ``end()``. ``start`` begins one crawl; ``progress`` is told of each answer."""

    store: Store
    settings: BaseSettings
    loader: Any  # Scrapy's spider loader
    start: Start
    home: str
    progress: Callable[[], object]
    clock: PastClock = field(default_factory=PastClock)
    rows: Sequence[Mapping[str, Any]] = ()  # of ``crawls``, with the name of the site: of an archive that is there
    runs: list[RecordedRun] = field(default_factory=list)
    at: int = 0  # the run under way
    stopped: bool = False
    homeless: list[str] = field(default_factory=list)  # folders of which nothing tells the site
    unasked: Counter[str] = field(default_factory=Counter)  # folder -> answers that no run asked for
    otherwise: Counter[str] = field(default_factory=Counter)  # folder -> runs that counted otherwise than they do now
    guessed: Counter[str] = field(default_factory=Counter)  # folder -> runs that left no notes
    buried: set[str] = field(default_factory=set)  # folders whose tombstones were read
    damaged: list[str] = field(default_factory=list)  # records that cannot be read
    failed: list[Exception] = field(default_factory=list)
    carried: list[dict[str, Any]] | None = None  # answers that a run did not ask for, when it goes on after a kill
    group: HeldGroup = field(init=False)

    # what there is

    def prepare(self) -> None:
        """Find the runs. Raises ConfigurationError for an archive that is not lost, or of which this home is no site."""
        mark = self.store.folder / MARK
        if self.store.ask(rebuilt.has_runs) and not mark.exists():
            raise ConfigurationError(
                f"{self.store.folder / 'archive.db'} is there and holds runs; move it away to build it again from warc/, "
                "or leave out -a home= to read its captures again"
            )
        mark.write_text("archive.db is being built again from warc/; the same command goes on with it\n")
        self.store.set_captures_ahead()
        self.group = self.store.hold()
        self.store.now = self.clock
        found = [run for folder in self.folders() for run in self.known(folder)]
        self.runs = sorted(found, key=lambda run: run.started_at)
        if not self.runs:
            mark.unlink()
            named = ", ".join(self.homeless) or "nothing"
            raise ConfigurationError(f"nothing below {self.store.folder / 'warc'} is of {self.home}; there are captures of {named}")

    def folders(self) -> Iterator[Path]:
        yield from sorted(path for path in (self.store.folder / "warc").glob("*") if path.is_dir())

    def known(self, folder: Path) -> list[RecordedRun]:
        """The runs of a folder, each with a home; those without notes are of the home that was named, where that is their site's."""
        own = recorded_runs(self.store.folder, folder)
        runs = [*own, *foreign_runs(folder.name, self.store.ask(foreign_ahead, folder.name), own)]
        if not runs:
            return []
        noted = (run.began["home"] for run in own if run.is_noted and "home" in run.began)
        taken = (note["home"] for path in sorted(folder.glob("*.gz")) if not is_own_file(path) and (note := import_note(path)))
        home = next(noted, None) or next(taken, None) or self.named_home(folder.name)
        if home is None:
            self.homeless.append(folder.name)
            return []
        for run in own:
            self.remember(run)
        for run in runs:
            run.home = run.began.get("home") or home
        return runs

    def remember(self, run: RecordedRun) -> None:
        """What an archive that is there knows of a run that left no notes."""
        if run.is_noted:
            return
        before = [row for row in self.rows if row["site"] == run.folder and row["started_at"] <= run.started_at]
        if before:
            run.started_at, run.ended = before[-1]["started_at"], dict(before[-1])
            run.began = {"arguments": {"mode": before[-1]["mode"]}}

    def named_home(self, folder: str) -> str | None:
        if not self.home:
            return None
        home = checked_home(self.home)
        hosts = self.store.ask(rebuilt.captured_origins, folder)
        return home if undeclared_site(home).name == folder or family(home) & {origin(url) for url in hosts} else None

    # one run after the other

    def begin(self) -> None:
        """Begin the next run that is not there yet."""
        while self.at < len(self.runs) and not self.stopped:
            run = self.runs[self.at]
            self.take_decisions(run.started_at)
            if self.is_due(run):
                self.begin_run(run)
                return
            self.at += 1

    def is_due(self, run: RecordedRun) -> bool:
        """Whether a run is not there yet. What it did after a kill is there with what it did before, as one."""
        if run.goes_on:
            return self.carried is not None
        return run.is_foreign or not self.store.ask(rebuilt.has_run, run.folder, run.started_at)

    def begin_run(self, run: RecordedRun) -> None:
        self.clock.at = run.began[RESUMED] if run.goes_on else run.started_at
        self.group.join()
        spider = past_spider(run, [spider for spider in map(self.loader.load, self.loader.list()) if hasattr(spider, "site")])
        row = self.store.ensure_site(run.folder, run.home, getattr(getattr(spider, "site", None), "timezone", None))
        if run.folder not in self.buried:
            self.buried.add(run.folder)
            self.store.bury_again(row["id"], self.destroyed(run.folder))
        answers = RunAnswers(run, self.clock, [*(self.carried or ()), *self.events(run)], self.progress)
        self.carried = None
        settings = past_settings(answers, self.settings) | {"ARCHIVE_DIR": str(self.store.folder)}
        self.start(spider, past_arguments(answers, spider), lambda crawler: self.ended(crawler, run, answers), settings)

    def destroyed(self, folder: str) -> Iterator[dict[str, Any]]:
        """What the tombstones in a site's WARC files tell."""
        for path in sorted((self.store.folder / "warc" / folder).glob(f"*{SUFFIX}")):
            filename = str(path.relative_to(self.store.folder))
            yield from (told | {"filename": filename} for told in tombstones_in(path))

    def events(self, run: RecordedRun) -> Iterator[dict[str, Any] | Failure]:
        rows = {(row["filename"], row["offset"]): row for row in self.store.ask(ahead_at, run.answers)}
        for event in run.events:
            if isinstance(event, Failure):
                yield event
            elif (row := rows.get(event)) is not None:
                yield row

    def ended(self, crawler: Crawler, run: RecordedRun, answers: RunAnswers) -> None:
        """Keep the run, and begin the next."""
        try:
            self.keep(crawler, run, answers)
        except Exception as error:
            self.failed.append(error)
            self.stopped = True
        self.at += 1
        self.begin()

    def keep(self, crawler: Crawler, run: RecordedRun, answers: RunAnswers) -> None:
        extension = PastRun.of(crawler)
        if crawler._stats is None or crawler.stats.get_value("finish_reason") == "shutdown":
            self.stopped = True
            self.group.drop()
            return
        if isinstance(extension, PastRun) and extension.failure is not None:
            raise extension.failure
        self.fail_as_now(extension, run)
        self.damaged += answers.damaged
        crawl_id = getattr(extension, "crawl_id", 0)
        if run.is_foreign:
            self.store.drop_crawl(crawl_id)
            self.group.keep()
            return
        self.guessed[run.folder] += not run.is_noted
        if row := self.store.ask(rebuilt.crawl_row, crawl_id):
            said = how_it_ended(run, self.runs, self.clock.at)
            self.otherwise[run.folder] += any(row[name] != said[name] for name in ("new", "revised", "missing") if name in said)
            self.store.restate_crawl(crawl_id, said)
        self.store.forget_gaps_that_say(NOT_ASKED)
        if run.is_gone_on_with:
            self.carried = answers.unasked
            return
        self.unasked[run.folder] += len(answers.unasked)
        left = [(row["filename"], row["offset"]) for row in answers.unasked]
        mixed = any(other.is_foreign and other.folder == run.folder for other in self.runs[: self.at])
        if left or (mixed and self.store.ask(rebuilt.untied_pages, crawl_id)):  # with the run, as one
            self.runs.insert(self.at + 1, RecordedRun(run.folder, run.started_at, {}, None, [*left], run.home, True, crawl_id))
        else:
            self.group.keep()

    def fail_as_now(self, extension: ArchiveExtension, run: RecordedRun) -> None:
        """Raises what ended a run today and did not end it then: a full disk, a bug. It is not the run that failed."""
        causes = extension.run.outcome.causes if extension.run else {}
        for code in (BUG, STORAGE):
            if code in causes and (run.ended or {}).get("exit_code") != code:
                raise StorageError(f"the run of {run.started_at} at {run.folder} cannot be read again: {causes[code]}")

    # what people decided

    def take_decisions(self, until: str) -> None:
        """The decisions that were taken up to a time."""
        for line in read_decisions(self.store.folder):
            if line["decided_at"] <= until:
                self.store.take_decision(line)

    # the end

    def end(self) -> None:
        """All that is left when the last run is there."""
        self.store.release_captures_ahead()
        self.take_decisions("9999")
        self.group.keep()
        (self.store.folder / MARK).unlink(missing_ok=True)

    def summaries(self) -> Iterator[str]:
        """A line for each site."""
        counted = Counter(run.folder for run in self.runs if not (run.is_foreign or run.goes_on))
        for row in self.store.ask(captures.sites):
            name = row["name"]
            held = self.store.ask(rebuilt.held_of_site, row["id"])
            parts = [f"rebuilt from {counted[name]:,} runs", "; ".join(f"{number:,} {what}" for what, number in held.items())]
            if self.unasked[name]:
                parts.append(f"{self.unasked[name]:,} captures that no run asks for today")
            if self.otherwise[name]:
                parts.append(f"{self.otherwise[name]:,} runs counted otherwise than today")
            if self.guessed[name]:
                parts.append(f"{self.guessed[name]:,} runs left no notes: their options, their failures and how they ended are not known")
            yield f"{name}: {'; '.join(parts)}"

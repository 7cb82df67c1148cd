"""The one way of all files that articles show, use or link: which are due, asked for, judged, saved, and said in the run's line.

A kind of files is a subclass. Files come last in a run, and a file that fails never changes how the run ends: it is named, and
asked for again later.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urldefrag, urlsplit

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError

from archive.queries import captures
from archive.store import linked_files
from archive.store.linked_files import NOT_THERE, TOO_LARGE, FileKind, NoFile
from archive.text.urls import origin
from archive.warc.read import DamagedRecord
from crawler.errors import Forbidden, Limited, OutsideSite, Unreachable

if TYPE_CHECKING:
    from crawler.session.session import Run

VAIN = 10  # files in a row that a host did not give: it is left alone until the next run
NAMED = 3  # hosts and reasons that the run's line names


@dataclass(slots=True)
class LinkedFile:
    """One file of a site, in however many articles and spellings of its address."""

    url: str  # as it is asked for
    article_id: int | None = None  # the newest article that has it; None where it is no single article's
    refs: set[str] = field(default_factory=set)  # its address, as it is written where it is named
    captures: dict[int, str] = field(default_factory=dict)  # those that it is tied to, with their times; 0 = to none
    rows: list[dict[str, Any]] = field(default_factory=list)  # what the archive knows of it, for its own kind of door

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def capture_id(self) -> int:
        """The youngest capture of it; 0 while there is none."""
        return max(self.captures)


class LinkedDoor(ABC):
    """A door of one kind of files. ``read`` is the whole of its part in a run."""

    kind: ClassVar[FileKind]
    called: ClassVar[str]  # the kind in the run's line
    accept: ClassVar[str]  # the header
    packed: ClassVar[bool] = False  # whether it is asked for in gzip
    at_once: ClassVar[int] = 8  # files under way; the host's delay is what limits
    again_in_full: ClassVar[bool] = True  # a full run asks for held files too
    largest: ClassVar[str] = "DOWNLOAD_MAXSIZE"  # the setting of how large one may be

    def __init__(self, run: Run) -> None:
        self.run, self.store = run, run.store
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.elsewhere: dict[str, str] = {}  # address that may not be asked -> its host
        self.tried: set[str] = set()  # addresses that were asked for in this run
        self.vain: Counter[str] = Counter()  # host -> files in a row that it did not give
        self.left = run.files_at_most(self.kind)

    async def read(self) -> None:
        """Capture what the run may ask for, and say in the run's line what came of it."""
        if self.left == 0:
            return
        await self.read_files()
        for sentence in self._said():
            self.run.outcome.note(sentence)

    async def read_files(self) -> None:
        await self.round(list(self.found()))

    async def round(self, found: list[LinkedFile]) -> None:
        """Capture of these what is due and allowed."""
        self.store.forget_file_gaps(self.run.site_id, self.kind, {ref for file in found for ref in file.refs})
        for file in found:
            await self._take_what_is_there(file)
        due = self._allotted(self._due(found))
        self.run.files_due += len(due)
        await self._ask_all(iter(due))

    # what a kind of files says of itself

    @abstractmethod
    def found(self) -> Iterable[LinkedFile]:
        """The files that articles have, those of the newest first."""

    @abstractmethod
    async def save(self, file: LinkedFile, row: dict[str, Any]) -> str:
        """Tie a file to a capture; return the word under which the run counts it, '' where nothing was to be done.

        Raises NoFile where the capture shows none, DamagedRecord.
        """

    def not_there(self, file: LinkedFile, row: dict[str, Any]) -> None:  # noqa: B027 - most kinds keep no history of it
        """A capture says that the file is not at its address."""

    def is_due_again(self, file: LinkedFile) -> bool:
        """Whether a held file is looked at again, though no full run asks for it."""
        return False

    def doors(self) -> tuple[str, ...]:
        """The doors through which a capture of such a file may have come."""
        return (self.kind,)

    # which

    def asked(self, url: str) -> str | None:
        """The spelling in which a file's address is asked for, and captured; None where it is no address on the web."""
        try:
            spelled = self.run.addresses.canonical(Request(urldefrag(url)[0]).url)
            scheme, host, _ = origin(spelled)
        except ValueError:
            return None
        return spelled if scheme in ("http", "https") and host else None

    async def _take_what_is_there(self, file: LinkedFile) -> None:
        """Tie a file to the youngest capture of its address: a killed run left it, or another article brought it."""
        there = self.store.ask(linked_files.captured_since, file.url, file.capture_id, self.doors())
        if file.capture_id and len(file.captures) > 1:
            there.append(self._capture(file.capture_id))
        for row in there:
            with contextlib.suppress(DamagedRecord, NoFile):  # ``archive verify`` tells of damage; the file can be asked for again
                await self.save(file, row)
                return

    def _due(self, found: Iterable[LinkedFile]) -> list[LinkedFile]:
        """What is to be asked for: what is not held, then what is due again; in a full run all others. The longest not captured first."""
        full, allowed = self.run.options.mode == "full", self.run.origins | self.run.further_origins[self.kind]
        wait = set() if full else self.store.ask(linked_files.waiting, self.run.site_id, self.kind, self.store.now(), self.asked)
        due = []
        for file in found:
            if origin(file.url) not in allowed:
                self.elsewhere |= {} if file.capture_id else {file.url: file.host}
            elif file.url in self.tried:
                continue
            elif (full and self.again_in_full) or not (file.capture_id or file.url in wait) or self.is_due_again(file):
                due.append(file)
        return sorted(due, key=lambda file: file.captures[file.capture_id])  # stable: the newest articles stay first

    def _allotted(self, due: list[LinkedFile]) -> list[LinkedFile]:
        """What this run takes: of so many articles as ``limit`` allows, and as many as the budget."""
        articles = set(list(dict.fromkeys(file.article_id for file in due))[: self.run.options.limit])
        taken = [file for file in due if file.article_id in articles][: self.left]
        self.counts["left"] = len(due) - len(taken)
        self.tried.update(file.url for file in taken)
        self.left = None if self.left is None else self.left - len(taken)
        return taken

    # asking

    async def _ask_all(self, waiting: Iterator[LinkedFile]) -> None:
        async def work() -> None:
            for file in waiting:
                if self.vain[file.host] >= VAIN:
                    self.counts["left"] += 1
                else:
                    await self._ask(file)

        tasks = [asyncio.ensure_future(work()) for _ in range(self.at_once)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _ask(self, file: LinkedFile) -> None:
        """Ask for one file; what stands in its way is a named gap."""
        try:
            response = await self.run.web.get_file(
                file.url,
                kind=self.kind,
                accept=self.accept,
                packed=self.packed,
                article_id=file.article_id,
                largest=self.run.crawler.settings.getint(self.largest),
            )
        except Forbidden:
            self._name(file, "robots.txt", explained=True)
        except OutsideSite as error:
            self._name(file, f"leads to {urlsplit(error.url).netloc}, which is not asked", explained=True)
        except Limited as error:
            self._fail(file, str(error), explained=False, gravely=True)
        except Unreachable as error:
            large = isinstance(error.__cause__, DownloadCancelledError)
            reason = f"{TOO_LARGE}{self.largest}" if large else str(error).removeprefix(file.url).strip(" :")
            self._fail(file, reason, explained=large)
        else:
            await self._judge(file, response.meta["capture"].id, response.status)

    async def _judge(self, file: LinkedFile, capture_id: int, status: int) -> None:
        row = self._capture(capture_id)
        try:
            self.counts[await self.save(file, row)] += 1
        except NoFile as error:
            reason = str(error)
            if reason not in NOT_THERE:
                self._fail(file, reason, explained=True, gravely=status == 429)
                return
            self.not_there(file, row)
            self._name(file, reason, explained=True)
        self.vain[file.host] = 0

    def _capture(self, capture_id: int) -> dict[str, Any]:
        return self.store.ask(captures.capture, capture_id)

    # saying

    def _fail(self, file: LinkedFile, reason: str, *, explained: bool, gravely: bool = False) -> None:
        """A file that its host did not give; after many in a row, or when it asks us to stop, it is left alone."""
        self.vain[file.host] += VAIN if gravely else 1
        self._name(file, reason, explained=explained)

    def _name(self, file: LinkedFile, reason: str, *, explained: bool) -> None:
        self.reasons[reason] += 1
        if not file.capture_id:  # one that is held is no gap, whatever its address answers by now
            ref = min(file.refs)
            self.store.add_gap(self.run.site_id, kind=self.kind, ref=ref, reason=reason, explained=int(explained))

    def _said(self) -> Iterator[str]:
        """What the run's line says of these files; nothing where there was nothing to ask."""
        done = [f"{self.counts[name]:,} {name}" for name in ("captured", "replaced", "as before") if self.counts[name]]
        if self.reasons:
            done.append(f"{self.reasons.total():,} not obtained ({named(self.reasons)})")
        if self.counts["left"]:
            done.append(f"{self.counts['left']:,} left for the next run")
        if elsewhere := Counter(self.elsewhere.values()):
            setting = f"{self.kind.upper()}_HOSTS"
            done.append(f"{elsewhere.total():,} on hosts that {setting} does not name ({named(elsewhere)})")
        if done:
            yield f"{self.called}: {', '.join(done)}"


def named(counts: Counter[str]) -> str:
    """The most frequent of them, with their numbers."""
    said = [f"{name}: {count:,}" for name, count in counts.most_common(NAMED)]
    return ", ".join(said + ["..."] * (len(counts) > NAMED))

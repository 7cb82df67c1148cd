"""The page door of a live run: addresses go in; their articles are read, saved, and named where they fail or are not there.

On a site with REST the pages are evidence, and show what REST lacks; on a site without, they are the text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from archive.queries import holdings
from crawler.errors import BadStatus, FetchError, Forbidden, Limited, NotBelieved, OutsideSite, PartFailed
from crawler.extract.workers import ExtractionCut, ExtractionFailed
from crawler.pages.reader import PageReader
from crawler.pages.soft404 import Elsewhere
from crawler.session.outcome import ALARM, BUG

if TYPE_CHECKING:
    from scrapy.http import Response

    from archive.store.absences import Table
    from archive.store.feed_items import FeedFacts
    from crawler.discover.discovered import DiscoveredUrls
    from crawler.items import Answer
    from crawler.session.session import Run

logger = logging.getLogger(__name__)
AT_ONCE = 8  # pages under way; the host's delay is what limits
NOT_THERE = (404, 410)
FEW = 5
TABLES: tuple[Table, ...] = ("articles", "comments")


class PageDoor:
    """Reads articles through their pages. ``run`` is the present run; ``found`` is what the lists of a site without REST name."""

    def __init__(self, run: Run, found: DiscoveredUrls | None = None) -> None:
        self.run = run
        self.facts: dict[str, FeedFacts] = {}  # what the feed told of articles, by address
        self.reader = PageReader(run.context, lambda url: self.facts.get(url))
        self.kept: dict[str, Response] = {}  # pages that were fetched before their turn, for the time zone
        self.done: set[str] = set()  # addresses of the articles that this run has saved
        self.failed: list[tuple[str, Exception]] = []  # they have a second chance, at the end of the queue
        self.as_ever: set[str] = set()  # addresses of articles that were held and that this run has read again
        self.absent: list[tuple[Table, int, int, str]] = []  # (table, our id, capture id, when): its own request did not find it
        self.unsaid: dict[int, str] = {}  # our ids of absent articles whose addresses do not say so -> how it shows
        self.elsewhere = Elsewhere(self, found)

    async def read(self, addresses: Iterable[str]) -> None:
        """Read these articles, several at once; one that fails is a named gap and stops none of the others.

        Those that are held come first: where one has moved, its new address must not pass for a new article.
        """
        self.facts = {item.url: item for item in self.run.store.feed_items(self.run.site_id)}
        held: list[str] = []
        unheld: list[str] = []
        for address in addresses:
            (held if self._held(address) else unheld).append(address)
        for part in (held, unheld):
            await self._read_all(iter(part))
        failed, self.failed = self.failed, []
        few = len(failed) <= max(FEW, len(held + unheld) // 10)  # a bad moment; more than that is the site, and is not asked again
        if self.reader.endings.none_ends() or few:
            await self._read_all(iter(address for address, _ in failed))
        else:
            self.failed = failed
        for address, why in self.failed:  # it grows when a witness fails
            if not await self.elsewhere.explains(address, why, self.reader.shown.get(address)):
                self._name(address, why)
        self.elsewhere.remember()
        self._mark_absent()

    async def _read_all(self, waiting: Iterator[str]) -> None:
        async def work() -> None:
            for address in waiting:
                await self.read_or_name(address)

        counted = self.run.pages_are_the_text and self.run.room() is not None  # one by one, or a limit of 3 reads 10
        tasks = [asyncio.ensure_future(work()) for _ in range(1 if counted else AT_ONCE)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def read_or_name(self, address: str) -> None:
        """Read one article, or say why not: a gap, explained where robots.txt asks for it or where there is no article."""
        if address in self.done or (self.run.pages_are_the_text and self.run.room() == 0):
            return
        try:
            await self.read_article(address)
        except Limited:
            raise
        except PartFailed as error:
            if isinstance(error.cause, Forbidden):
                self._gap(address, "robots.txt", explained=True)
            else:
                self.failed.append((address, error))
        except Forbidden:
            self._gap(address, "robots.txt", explained=True)
        except (NotBelieved, FetchError, OutsideSite, ExtractionCut, ExtractionFailed) as error:
            if not self._is_absence(address, error):
                self.failed.append((address, error))

    def _name(self, address: str, why: Exception) -> None:
        """An article that was asked for and not obtained, or not believed, twice."""
        why = why.cause if isinstance(why, PartFailed) else why
        if isinstance(why, NotBelieved):
            self.run.outcome.add(ALARM, f"a page was not believed: {why}")
        else:
            self._gap(address, str(why), explained=False)
            self.run.outcome.add(BUG if isinstance(why, ExtractionFailed) else ALARM, f"a page was not obtained: {why}")

    def _gap(self, address: str, reason: str, *, explained: bool) -> None:
        self.run.store.add_gap(self.run.site_id, kind="article", ref=address, reason=reason, explained=int(explained))

    def _is_absence(self, address: str, error: Exception) -> bool:
        """A held article whose own page answers that it is not there."""
        held = self._held(address)
        if held is None or not isinstance(error, BadStatus) or error.status not in NOT_THERE or not self.run.pages_are_the_text:
            return False
        self.absent.append(("articles", held["id"], error.capture.id, error.capture.at))
        return True

    async def read_article(self, address: str) -> None:
        """Fetch an article's page with all pages of its text and of its thread, and save them as one answer."""
        answer, cut = await self.reader.read(address, self.kept.pop(address, None))
        if answer is None:
            self.reader.shown.pop(address, None)
            return
        vanished = set() if cut else self._vanished(answer)
        if vanished:  # confirmed by a request of its own before it is believed
            again, cut_again = await self.reader.read(address)
            vanished &= self._vanished(again) if again and not cut_again else set()
        held = self._held(address)
        await self.run.save(answer)
        self.reader.shown.pop(address, None)
        self.as_ever |= {address} if held else set()
        self.done |= {address, answer.articles[0].url}
        self.reader.learn_addresses(address, answer.articles[0])
        for gap in answer.gaps:
            if not gap.explained and not cut:
                self.run.outcome.add(ALARM, f"{gap.ref} is not held whole: {gap.reason}")
        self.absent += [("comments", comment, answer.captures[0][0], answer.at) for comment in vanished]
        if cut and not isinstance(cut.cause, Forbidden):
            self.done -= {address, answer.articles[0].url}
            raise cut  # what there is of the thread is safe; the rest has its second chance

    def _held(self, address: str) -> dict[str, Any] | None:
        return self.run.context.held(address)

    def _vanished(self, answer: Answer) -> set[int]:
        """Our ids of comments that earlier pages of this article showed and this reading does not."""
        article = answer.articles[0]
        held = self.run.context.held(article.url, article.source_id)
        if held is None or article.kind == "none":
            return set()
        shown = {comment.source_id for comment in article.comments or ()}
        return {row_id for row_id, number in self.run.store.ask(holdings.comments_of_pages, held["id"]) if number not in shown}

    def _mark_absent(self) -> None:
        for table in TABLES:
            rows = {row_id: (capture_id, at) for name, row_id, capture_id, at in self.absent if name == table}
            if not rows and not self.run.pages_are_the_text:
                continue  # on a site with REST, REST says what is missing
            newly = self.run.store.ask(holdings.not_yet_missing, table, list(rows))
            unsaid = self.unsaid if table == "articles" else {}
            marked = self.run.absences.may_mark(table, newly, unsaid)
            for row_id, (capture_id, at) in rows.items():
                if row_id in marked or len(marked) == len(newly):
                    self.run.absences.mark_missing(table, row_id, capture_id, at, unsaid.get(row_id))
        self.absent.clear()

"""The page door of a live run: addresses go in; their articles are read, saved, and named where they fail or are not there.

On a site with REST the pages are evidence, and show what REST lacks; on a site without, they are the text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from archive.queries import holdings
from archive.store.store import DESTROYED
from crawler.discover.claims import Claims
from crawler.errors import BadStatus, Destroyed, FetchError, Forbidden, Limited, NotBelieved, OutsideSite, PartFailed
from crawler.extract.workers import ExtractionCut, ExtractionFailed
from crawler.pages.failures import messages
from crawler.pages.held_back import HeldBack, Waiting
from crawler.pages.reader import PageReader
from crawler.pages.soft404 import Elsewhere
from crawler.pages.twins import may_be_one, plainest_of
from crawler.pages.verdicts import Verdicts
from crawler.session.outcome import ALARM

if TYPE_CHECKING:
    from scrapy.http import Response

    from archive.store.absences import Table
    from archive.store.feed_items import FeedFacts
    from crawler.discover.discovered import DiscoveredUrls
    from crawler.items import Answer
    from crawler.session.session import Run

logger = logging.getLogger(__name__)
AT_ONCE = 24  # articles under way: some are asked for, others are read, or wait until they are committed
NOT_THERE = (404, 410)
FEW = 5
TABLES: tuple[Table, ...] = ("articles", "comments")


class PageDoor:
    """Reads articles through their pages. ``run`` is the present run; ``found`` is what the lists of a site without REST name."""

    def __init__(self, run: Run, found: DiscoveredUrls | None = None) -> None:
        self.run = run
        self.facts: dict[str, FeedFacts] = {}  # what the feed told of articles, by address
        self.verdicts = Verdicts(run, found.addresses if found else {})
        self.claims = Claims(run, found.claims if found else {})
        self.held_back = HeldBack()
        self.reader = PageReader(run.context, lambda url: self.facts.get(url), self.verdicts.meet)
        self.reader.counted = {url: item.comment_count or 0 for url, item in found.items.items()} if found else {}
        self.kept: dict[str, Response] = {}  # pages that were fetched before their turn, for the time zone
        self.done: set[str] = set()  # addresses of the articles that this run has saved
        self.failed: list[tuple[str, Exception]] = []  # they have a second chance, at the end of the queue
        self.as_ever: set[str] = set()  # addresses of articles that were held and that this run has read again
        self.absent: list[tuple[Table, int, int, str]] = []  # (table, our id, capture id, when): its own request did not find it
        self.unsaid: dict[int, str] = {}  # our ids of absent articles whose addresses do not say so -> how it shows
        self.many = False  # several pages are under way
        self.elsewhere = Elsewhere(self, found)

    async def read(self, addresses: Iterable[str]) -> None:
        """Read these articles, several at once; one that fails is a named gap and stops none of the others.

        Those that are held come first: where one has moved, its new address must not pass for a new article. A page for phones or for
        print comes after the one that it may be a copy of.
        """
        self.facts = {item.url: item for item in self.run.store.feed_items(self.run.site_id)}
        held: list[str] = []
        unheld: list[str] = []
        for address in addresses:
            (held if self._held(address) else unheld).append(address)
        self.reader.plainest = later = plainest_of([*held, *unheld])
        for part in (*([a for a in some if a not in later] for some in (held, unheld)), [a for a in (*held, *unheld) if a in later]):
            await self._read_all(part)
        failed, self.failed = self.failed, []
        few = len(failed) <= max(FEW, len(held + unheld) // 10)  # a bad moment; more than that is the site, and is not asked again
        if self.reader.endings.none_ends() or few:
            await self._read_all([address for address, _ in failed])
        else:
            self.failed = failed
        named: list[tuple[str, Exception]] = []
        for address, why in self.failed:  # it grows when a witness fails
            if not await self.elsewhere.explains(address, why, self.reader.shown.get(address)):
                named.append((address, why))
        self._name(named)
        self.claims.remember()
        self.elsewhere.remember()
        self._mark_absent()

    async def _read_all(self, addresses: list[str]) -> None:
        """Read these, and go on with what lists claim while their claims prove right. What was held back is then saved or refused."""
        left = addresses
        try:
            while left:
                waiting, left = left, []
                await self._read_some(iter(waiting), left)
                left = left if len(left) < len(waiting) else []
        finally:
            await self.release()

    async def _read_some(self, waiting: Iterator[str], left: list[str]) -> None:
        """``left`` is extended by the addresses whose lists are not believed so far."""

        async def work() -> None:
            for address in waiting:
                if self.claims.follows(address):
                    await self.read_or_name(address)
                else:
                    left.append(address)

        self.many = not self.run.pages_are_the_text or self.run.room() is None  # else one by one, or a limit of 3 reads 10
        tasks = [asyncio.ensure_future(work()) for _ in range(AT_ONCE if self.many else 1)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def release(self) -> None:
        """Save what was held back until other pages were read; name as no articles what are none."""
        self.failed += self.verdicts.conclude(self.claims.hear)
        while waiting := self.held_back.next():
            await self._save_or_refuse(waiting)

    async def _save_or_refuse(self, waiting: Waiting, *, patient: bool = False) -> None:
        try:
            await self._save(waiting, patient=patient)
        except NotBelieved as error:
            self.done -= {waiting.address, waiting.answer.articles[0].url}
            self.failed.append((waiting.address, error))
        except PartFailed as error:
            self.failed.append((waiting.address, error))

    async def read_or_name(self, address: str) -> None:
        """Read one article, or say why not: a gap, explained where robots.txt asks for it or where there is no article."""
        room = self.run.room() if self.run.pages_are_the_text else None
        if address in self.done or self._is_done_twin(address) or (room is not None and room <= len(self.held_back)):
            return
        try:
            await self.read_article(address)
        except Limited:
            raise
        except PartFailed as error:
            if isinstance(error.cause, Forbidden):
                self._gap(address, reason_of(error.cause), explained=True)
            else:
                self.failed.append((address, error))
        except Forbidden as error:
            self._gap(address, reason_of(error), explained=True)
        except (NotBelieved, FetchError, OutsideSite, ExtractionCut, ExtractionFailed) as error:
            if not self._is_absence(address, error):
                self.failed.append((address, error))

    def _is_done_twin(self, address: str) -> bool:
        """Whether an address is that of an article that this run has read, as AMP, for print or in another spelling."""
        held = self._held(address) if self.done else None
        return held is not None and held["url"] in self.done - {address} and may_be_one(address, held["url"])

    def _name(self, failures: list[tuple[str, Exception]]) -> None:
        """Articles that were asked for and not obtained, or not believed, twice. What is like the others of its kind is told with them."""
        causes = [(address, why.cause if isinstance(why, PartFailed) else why) for address, why in failures]
        causes = [(address, why) for address, why in causes if not self.verdicts.stands(address, why)]
        for address, why in causes:
            if isinstance(why, NotBelieved):
                if self._held(address) is None:
                    self.run.store.doubt(self.run.site_id, address, why.reason)
            else:
                self._gap(address, str(why), explained=False)
        for code, message in messages(causes):
            self.run.outcome.add(code, message)

    def _gap(self, address: str, reason: str, *, explained: bool) -> None:
        self.run.store.add_gap(self.run.site_id, kind="article", ref=address, reason=reason, explained=int(explained))

    def _is_absence(self, address: str, error: Exception) -> bool:
        """A held article whose own page answers that it is not there."""
        held = self._held(address)
        if held is None or not isinstance(error, BadStatus) or error.status not in NOT_THERE:
            return False
        if not self.run.context.page_is_text(held):  # REST says what is missing of what it gives
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
        waiting = Waiting(address, answer, cut, vanished)
        held = self.run.context.held(answer.asked, answer.articles[0].source_id)
        as_held = held is not None and not self.run.intake.differs(answer.articles[0], held)
        self.claims.hear(address, right=held is not None and not as_held)
        if as_held or not self.held_back.keep(waiting, self.run.intake.meet(answer)):
            await self._save(waiting, patient=self.many)
            return
        self.done |= {address, answer.articles[0].url}
        if (oldest := self.held_back.overdue()) is not None:
            await self._save_or_refuse(oldest, patient=self.many)

    async def _save(self, page: Waiting, *, patient: bool = False) -> None:
        """Raises NotBelieved, StorageError, PartFailed for a thread that was cut short."""
        address, answer, cut = page.address, page.answer, page.cut
        held = self._held(address)
        saved = await self.run.save(answer, patient=patient)
        self.claims.hear(address, right=bool(saved.counts["new"] or saved.counts["revised"]))
        self.reader.shown.pop(address, None)
        self.as_ever |= {address} if held else set()
        self.done |= {address, answer.articles[0].url}
        self.reader.learn_addresses(address, answer.articles[0])
        if not held and address != answer.articles[0].url:
            self.run.store.close_gap(self.run.site_id, address)
        for gap in answer.gaps:
            if not gap.explained and not cut:
                self.run.outcome.add(ALARM, f"{gap.ref} is not held whole: {gap.reason}")
        self.absent += [("comments", comment, answer.captures[0][0], answer.at) for comment in page.vanished]
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
                continue
            newly = self.run.store.ask(holdings.not_yet_missing, table, list(rows))
            unsaid = self.unsaid if table == "articles" else {}
            marked = self.run.absences.may_mark(table, newly, unsaid)
            for row_id, (capture_id, at) in rows.items():
                if row_id in marked or len(marked) == len(newly):
                    self.run.absences.mark_missing(table, row_id, capture_id, at, unsaid.get(row_id))
        self.absent.clear()


def reason_of(error: Forbidden) -> str:
    """Why an article is not asked for, as its gap says it."""
    return DESTROYED if isinstance(error, Destroyed) else "robots.txt"

"""The page door: articles as readers see them. On a site with REST they are evidence, and show what REST lacks;
on a site without, they are the text."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem

from archive.queries import backlog, holdings
from archive.store.absences import Table
from archive.store.articles import find_article
from crawler.admission.judge import ANOTHER, no_article, same_address
from crawler.discover.feed import FeedItem
from crawler.errors import BadStatus, FetchError, Forbidden, Limited, OutsideSite, PartFailed
from crawler.extract.article.kind import why_no_article
from crawler.extract.page import extract_page
from crawler.extract.workers import ExtractionCut, ExtractionFailed
from crawler.items import Answer, Article, Author, Gap
from crawler.pages.assemble import Captures, Whole
from crawler.pages.merge import completed
from crawler.pages.soft404 import Elsewhere, Shown
from crawler.pages.truncation import Endings
from crawler.session.outcome import ALARM, BUG

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.discover.discovered import Found
    from crawler.session.session import Run

logger = logging.getLogger(__name__)
AT_ONCE = 8  # pages under way; the host's delay is what limits
NOT_THERE = (404, 410)
FEW = 5
TABLES: tuple[Table, ...] = ("articles", "comments")


class PageDoor:
    """Reads articles through their pages. ``run`` is the present run; ``found`` is what the lists of a site without REST name."""

    def __init__(self, run: Run, found: Found | None = None) -> None:
        self.run = run
        self.items: dict[str, FeedItem] = found.items if found else {}  # by article address
        self.whole = Whole(run, self.extract)
        self.kept: dict[str, Response] = {}  # pages that were fetched before their turn, for the time zone
        self.done: set[str] = set()  # addresses of the articles that this run has saved
        self.names: dict[str, list[str]] = {}  # an article's address -> others that lead to it
        self.failed: list[tuple[str, Exception]] = []  # they have a second chance, at the end of the queue
        self.shown: dict[str, Shown] = {}  # what addresses that are not yet saved showed
        self.as_ever: set[str] = set()  # addresses of articles that were held and that this run has read again
        self.absent: list[tuple[Table, int, int, str]] = []  # (table, our id, capture id, when): its own request did not find it
        self.unsaid: dict[int, str] = {}  # our ids of absent articles whose addresses do not say so -> how it shows
        self.elsewhere = Elsewhere(self, found)
        self.endings = Endings(run)

    async def read(self, addresses: Iterable[str]) -> None:
        """Read these articles, several at once; one that fails is a named gap and stops none of the others.

        Those that are held come first: where one has moved, its new address must not pass for a new article.
        """
        held: list[str] = []
        unheld: list[str] = []
        for address in addresses:
            (held if self._held(address) else unheld).append(address)
        for part in (held, unheld):
            await self._read_all(iter(part))
        failed, self.failed = self.failed, []
        few = len(failed) <= max(FEW, len(held + unheld) // 10)  # a bad moment; more than that is the site, and is not asked again
        if self.endings.none_ends() or few:
            await self._read_all(iter(address for address, _ in failed))
        else:
            self.failed = failed
        for address, why in self.failed:  # it grows when a witness fails
            if not await self.elsewhere.explains(address, why, self.shown.get(address)):
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
        except (DropItem, FetchError, OutsideSite, ExtractionCut, ExtractionFailed) as error:
            if not self._is_absence(address, error):
                self.failed.append((address, error))

    def _name(self, address: str, why: Exception) -> None:
        """An article that was asked for and not obtained, or not believed, twice."""
        why = why.cause if isinstance(why, PartFailed) else why
        if isinstance(why, DropItem):
            self.run.outcome.add(ALARM, f"a page was not believed: {why}")
        else:
            self._gap(address, str(why), explained=False)
            self.run.outcome.add(BUG if isinstance(why, ExtractionFailed) else ALARM, f"a page was not obtained: {why}")

    def _gap(self, address: str, reason: str, *, explained: bool) -> None:
        self.run.store.add_gap(self.run.site_id, kind="article", ref=address, reason=reason, explained=int(explained))

    def _is_absence(self, address: str, error: Exception) -> bool:
        """A held article whose own page answers that it is not there."""
        held = self.run.store.ask(find_article, self.run.site_id, None, address)
        if held is None or not isinstance(error, BadStatus) or error.status not in NOT_THERE or not self.run.pages_are_the_text:
            return False
        self.absent.append(("articles", held["id"], error.capture.id, error.capture.at))
        return True

    async def read_article(self, address: str) -> None:
        """Fetch an article's page with all pages of its text and of its thread, and save them as one answer."""
        answer, cut = await self._read(address)
        if answer is None:
            self.shown.pop(address, None)
            return
        vanished = set() if cut else self._vanished(answer)
        if vanished:  # confirmed by a request of its own before it is believed
            again, cut_again = await self._read(address)
            vanished &= self._vanished(again) if again and not cut_again else set()
        held = self._held(address)
        self._refuse_another(address, held, answer)
        await self.run.save(answer)
        self.shown.pop(address, None)
        self.as_ever |= {address} if held else set()
        self._saved(address, answer.articles[0])
        self.absent += [("comments", comment, answer.captures[0][0], answer.at) for comment in vanished]
        if cut and not isinstance(cut.cause, Forbidden):
            self.done -= {address, answer.articles[0].url}
            raise cut  # what there is of the thread is safe; the rest has its second chance

    def _refuse_another(self, address: str, held: dict[str, Any] | None, answer: Answer) -> None:
        """WordPress leads the address of a removed article to one that is spelled alike. It says nothing of either.

        Raises DropItem.
        """
        run, article = self.run, answer.articles[0]
        there = run.store.ask(find_article, run.site_id, article.source_id, article.url)
        if held and there and held["id"] != there["id"]:
            run.store.quarantine(run.crawl_id, run.site_id, address, ANOTHER, answer.captures[0][0], answer.at)
            raise DropItem(f"{address}: {ANOTHER}")

    def _saved(self, address: str, article: Article) -> None:
        """Nothing that leads to an article is asked for twice in a run, or in the next."""
        self.done |= {address, article.url}
        if row := self.run.store.ask(find_article, self.run.site_id, article.source_id, article.url):
            for name in {address, *self.names.pop(article.url, ())} - {article.url}:
                self.run.store.add_alias(row["id"], name)

    async def _read(self, address: str) -> tuple[Answer | None, PartFailed | None]:
        """The answer, and what is in the way of its whole thread. None for a page that is honestly no article."""
        response = self.kept.pop(address, None) or await self.run.web.get(address, door="page")
        held = self._held(address)
        self.endings.check(response, address, held["id"] if held else None)
        article = await self.extract(response)
        if self.run.addresses.canonical(response.url) == self.run.site.home:
            article = replace(article, kind="none", warnings=("the home page", *article.warnings))
        self.shown[address] = Shown(response.url, article)
        if not held:
            article = await self._marked(article, response)
            if reason := no_article(article):
                self._gap(address, reason, explained=True)
                return None, None
        asked = address
        if article.source_id and self._is_anothers(article):  # a canonical address that a plugin gives to every page
            article = replace(article, url=self.run.addresses.canonical(response.url))
        if article.source_id is None and article.kind != "none":
            asked, article, response = await self._own_address(address, article, response)
        captures = [(response.meta["capture"].id, "page")]
        article = await self.whole.text(article, response, captures)
        article, cut = await self.whole.thread(article, captures, hidden=self.run.threads_on_pages)
        if cut and not self.run.threads_on_pages and not isinstance(cut.cause, Forbidden):
            raise cut  # REST gives the thread: the page is evidence, and is asked for again
        return self._answer(self._completed(article), asked, response, captures, cut), cut

    def _held(self, address: str) -> dict[str, Any] | None:
        return self.run.store.ask(find_article, self.run.site_id, None, address)

    def _is_anothers(self, article: Article) -> bool:
        """Whether the address that a page gives as its own is where an article of another id lives."""
        there = self._held(article.url)
        return there is not None and there["url"] == article.url and there["source_id"] not in (None, article.source_id)

    async def _marked(self, article: Article, response: Response) -> Article:
        """The article as it is, or called none where nothing marks it as one. That is honest on a site that marks no article
        with an id; on one that does, a page without id and marks is a wall or an error page, and the gate is to know."""
        if article.source_id is not None or article.kind == "none":
            return article
        reason = await self.run.workers.run(why_no_article, response.body, content_type(response), self._completed(article))
        if reason and self.run.store.ask(holdings.numbers_articles, self.run.site_id):
            reason = f"no id, unlike the site's articles: {reason}"
        return replace(article, kind="none", warnings=(reason, *article.warnings)) if reason else article

    async def _own_address(self, address: str, article: Article, response: Response) -> tuple[str, Article, Response]:
        """Where an article without an id lives: the server's redirect says so, or a canonical address that shows the same headline.

        Both addresses name one article from here on; one that is held under the old address moves.
        """
        if same_address(article.url, address):
            return address, article, response
        if same_address(response.url, address):  # no redirect: only the page itself says that it lives elsewhere
            try:
                there = await self.run.web.get(article.url, door="page")
            except (FetchError, OutsideSite):
                return address, replace(article, url=address), response
            other = await self.extract(there)
            if not same_address(other.url, article.url) or other.title != article.title:
                return address, replace(article, url=address), response
            article, response = other, there
        held = self._held(address)
        if held and not self._held(article.url):
            self.run.store.add_alias(held["id"], article.url)
        self.names.setdefault(article.url, []).append(address)
        return article.url, article, response

    async def extract(self, response: Response, *, local: bool = False) -> Article:
        """The article of a page; ``local`` leaves its times on the site's wall clock."""
        capture = response.meta["capture"]
        article = await self.run.workers.run(
            extract_page,
            response.body,
            response.url,
            site=self.run.site,
            content_type=content_type(response),
            captured_at=capture.at,
            timezone=None if local else self.run.timezone,
        )
        return self.run.at_home(article)

    def _completed(self, article: Article) -> Article:
        """The article with what its feed item tells more exactly: seconds, and authors where the page names none.

        An item that has left the feed since counts still: what was once known to the second is not forgotten.
        """
        item = self.items.get(article.url)
        times = [item.published_at] if item and item.published_at else []
        row = self.run.store.ask(find_article, self.run.site_id, article.source_id, article.url)
        if row and row["published_precision"] == "second":
            times.append(row["published_at"])
        said = [Author(name) for name in item.authors] if item else []
        if row and not (said or article.authors):  # what the feed once told is no change of byline when the item has left it
            said = [Author(*author) for author in self.run.store.ask(holdings.authors_of, row["id"])]
        return completed(article, times, said)

    def _answer(self, article: Article, address: str, response: Response, captures: Captures, cut: PartFailed | None) -> Answer:
        comments = {comment.source_id: comment for comment in article.comments or ()}
        answer = Answer("page", response.meta["capture"].at, tuple(captures), address, articles=(article,))
        answer.arrived = "" if same_address(response.url, address) else response.url
        if comments:
            answer.threads[article.source_id or article.url] = list(comments.values())
        if not self.run.threads_on_pages:
            return answer
        if cut:
            reason, explained = ("robots.txt", True) if isinstance(cut.cause, Forbidden) else (str(cut), False)
            answer.gaps = (Gap("comment", f"{article.url}{backlog.THREAD}", reason, explained),)
        else:
            answer.whole_threads = (article.source_id or article.url,)
        return answer

    def _vanished(self, answer: Answer) -> set[int]:
        """Our ids of comments that earlier pages of this article showed and this reading does not."""
        article = answer.articles[0]
        held = self.run.store.ask(find_article, self.run.site_id, article.source_id, article.url)
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
            marked = self.run.may_mark(table, newly, unsaid)
            for row_id, (capture_id, at) in rows.items():
                if row_id in marked or len(marked) == len(newly):
                    self.run.mark_missing(table, row_id, capture_id, at, unsaid.get(row_id))
        self.absent.clear()


def content_type(response: Response) -> str | None:
    return (response.headers.get("Content-Type") or b"").decode("latin-1") or None

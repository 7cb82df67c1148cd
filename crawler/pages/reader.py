"""Reads one article through its pages: takes an address, gives a parsed response with everything that its pages show.

A live run, records that a killed run left, and pages that were refused before are read by this same code: only the source of the
responses differs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archive.queries import holdings
from archive.store.gaps import TEXT, THREAD
from archive.text.urls import is_dressed, same_page
from crawler.admission.judge import no_article
from crawler.errors import FetchError, Forbidden, OutsideSite, PartFailed
from crawler.items import IN_PART, Answer, Article, Gap
from crawler.pages.assemble import Captures, PageAssembler, marks_of
from crawler.pages.counts import Earlier, count_gap
from crawler.pages.further import BEYOND
from crawler.pages.merge import Before, completed
from crawler.pages.pointers import HOPS, points_to
from crawler.pages.truncation import PageEndings
from crawler.pages.twins import is_once_more, may_be_one, slashed
from crawler.pages.verdicts import NoArticle
from crawler.sources.source import capture_of

if TYPE_CHECKING:
    from scrapy.http import Response

    from archive.store.feed_items import FeedFacts
    from crawler.session.context import SiteContext

FETCHED = 8  # articles whose first pages are asked for at once; the host's delay is what limits


@dataclass(frozen=True, slots=True)
class Shown:
    """What an address that was asked for showed."""

    arrived: str  # after redirects
    article: Article


class PageReader:
    """Reads the articles of one site. ``item_of`` gives what the feed told of an article's address, or None."""

    def __init__(
        self, context: SiteContext, item_of: Callable[[str], FeedFacts | None], on_none: Callable[[NoArticle], None] | None = None
    ) -> None:
        self.context, self.item_of, self.on_none = context, item_of, on_none or self._gap
        self._fetching = asyncio.Semaphore(FETCHED)
        self.counted: dict[str, int] = {}  # an article's address -> how many comments the feed counts, as it was read in this run
        self.assembler = PageAssembler(context)
        self.endings = PageEndings(context)
        self.shown: dict[str, Shown] = {}  # what addresses showed that are not saved, by the address asked for
        self.plainest: dict[str, str] = {}  # an address -> one that may be the same page without dress
        self.names: dict[str, list[str]] = {}  # an article's address -> others that lead to it

    async def read(self, address: str, response: Response | None = None) -> tuple[Answer | None, PartFailed | None]:
        """The article at an address, with all pages of its text and of its thread, and what is in the way of its whole thread.

        None for a page that is honestly no article: ``on_none`` is told, else it is named as a gap. ``response``: the first page,
        where it is there already.
        Raises FetchError, OutsideSite, PartFailed, ExtractionCut, ExtractionFailed.
        """
        if response is None:
            async with self._fetching:
                response = await self.context.source.get(address, door="page")
        response = await self._pointed_to(response)
        held = self.context.held(address)
        self.endings.check(response, address, held["id"] if held else None)
        article = await self._first_page(response, marked=not held)
        self.shown[address] = Shown(response.url, article)
        if not held:
            article = await self._marked(article, response)
            if reason := no_article(article):
                capture, arrived = capture_of(response), "" if same_page(response.url, address) else response.url
                self.on_none(NoArticle(address, reason, article, arrived, capture.id, capture.at))
                return None, None
        self.endings.count(response)
        asked, article, response = await self._settled(address, article, response)
        article = self._as_counted(article)
        captures = [(capture_of(response).id, "page")]
        article = await self.assembler.text(article, marks_of(response.body), captures)
        on_pages = self.context.page_has_thread(self.context.held(article.url, article.source_id) or held)
        fewer = self._comments_held(article) < (article.reported_comment_count or 0)
        if not on_pages and not fewer and article.reported_comment_count:
            article = replace(article, more_comments=())  # REST gave all that the page counts
        article, cut = await self.assembler.thread(article, captures, hidden=on_pages or fewer)
        if cut and not on_pages and not isinstance(cut.cause, Forbidden):
            raise cut  # REST gives the thread: the page is evidence, and is asked for again
        answer = self._answer(self.completed(article), asked, response, captures, cut, on_pages=on_pages)
        answer.requested = address
        return answer, cut

    async def _pointed_to(self, response: Response) -> Response:
        """The page itself, or the one of the site to which it only sends on, as a redirect does."""
        for _ in range(HOPS):
            target = points_to(response)
            if not target or not self.context.parser.addresses.belongs(target) or self.context.parser.is_home(target):
                break
            response = await self.context.source.get(target, door="page")
        return response

    def _as_counted(self, article: Article) -> Article:
        """With the number of comments that the feed states, where the page states none or fewer."""
        counted = self.counted.get(article.url, 0)
        return replace(article, reported_comment_count=counted) if counted > (article.reported_comment_count or 0) else article

    async def _first_page(self, response: Response, *, marked: bool) -> Article:
        article = await self.context.parser.page(response, marked=marked)
        if self.context.parser.is_home(response.url):
            article = replace(article, kind="none", warnings=("the home page", *article.warnings))
        return article

    def _gap(self, none: NoArticle) -> None:
        self.context.store.add_gap(self.context.site_id, kind="article", ref=none.address, reason=none.reason, explained=1)

    async def _marked(self, article: Article, response: Response) -> Article:
        """The article as it is, or called none where nothing marks it as one.

        That is honest on a site that marks no article with an id. On one that does, a page without id and marks may be a wall or an
        error page, and admission is told so, unless the page names its own address or its address spells its headline.
        """
        if article.source_id is not None or article.kind == "none":
            return article
        reason = await self.context.parser.why_no_article(response, self.completed(article))
        own = {"address", "headline"} & set(article.identity)
        if reason and not own and self.context.store.ask(holdings.numbers_articles, self.context.site_id):
            reason = f"no id, unlike the site's articles: {reason}"
        return replace(article, kind="none", warnings=(reason, *article.warnings)) if reason else article

    async def _settled(self, address: str, article: Article, response: Response) -> tuple[str, Article, Response]:
        """(address asked, article, response) once it is known where the article lives."""
        if article.source_id and self._is_anothers(article):  # a canonical address that a plugin gives to every page
            article = replace(article, url=self.context.parser.addresses.canonical(response.url))
        if article.source_id is None and article.kind != "none":
            return await self._own_address(address, article, response)
        return address, article, response

    def _is_anothers(self, article: Article) -> bool:
        """Whether the address that a page gives as its own is where an article of another id lives."""
        there = self.context.held(article.url)
        return there is not None and there["url"] == article.url and there["source_id"] not in (None, article.source_id)

    async def _own_address(self, address: str, article: Article, response: Response) -> tuple[str, Article, Response]:
        """Where an article without an id lives: the server's redirect says so, or a canonical address that shows the same headline.

        Both addresses name one article from here on; one that is held under the old address moves.
        """
        if same_page(article.url, address):
            if twin := self._twin(address, article):
                self.names.setdefault(twin, []).append(address)
                return twin, replace(article, url=twin), response
            kept = self._at_held_address(address, article)
            return address if same_page(kept.url, address) else kept.url, kept, response
        if same_page(response.url, address):  # no redirect: only the page itself says that it lives elsewhere
            try:
                there = await self.context.source.get(article.url, door="page")
            except (FetchError, OutsideSite):
                return address, replace(article, url=address), response
            other = await self.context.parser.page(there)
            if not same_page(other.url, article.url) or other.title != article.title:
                return address, replace(article, url=address), response
            article, response = other, there
        held = self.context.held(address)
        if held and not self.context.held(article.url):
            self.context.store.add_alias(held["id"], article.url)
        self.names.setdefault(article.url, []).append(address)
        return article.url, article, response

    def _twin(self, address: str, article: Article) -> str:
        """Where an article is held that the site shows once more at this address: with a slash or without, in capitals, for print."""
        if self.context.held(address):
            return ""
        row = self.context.held(self.plainest.get(address) or slashed(address))
        state = self.context.store.ask(holdings.held, row["id"]) if row is not None else None
        return row["url"] if row is not None and state is not None and is_once_more(article, state) else ""

    def _at_held_address(self, address: str, article: Article) -> Article:
        """The article under the address at which it is held: a page for print that names no other is no move of it.

        Two copies of one page that an earlier release took for two articles stay two.
        """
        held, other = self.context.held(address), self.context.held(article.url)
        if held and other and held["id"] != other["id"]:
            return replace(article, url=address)
        kept = held and (is_dressed(article.url, held["url"]) or (article.url == address and may_be_one(address, held["url"])))
        return replace(article, url=held["url"]) if held and kept else article

    def completed(self, article: Article) -> Article:
        """The article with what its feed item, or the archive, tells more exactly."""
        row = self.context.held(article.url, article.source_id)
        return completed(article, self.item_of(article.url), self._before(row) if row else None)

    def _before(self, row: dict[str, Any]) -> Before:
        authors = self.context.store.ask(holdings.authors_of, row["id"])
        return Before(row["published_at"], row["published_precision"], tuple(authors))

    def _answer(
        self, article: Article, asked: str, response: Response, captures: Captures, cut: PartFailed | None, *, on_pages: bool
    ) -> Answer:
        """Everything the pages brought. A comment that stands on two pages is taken once."""
        comments = {comment.source_id: comment for comment in article.comments or ()}
        capture = capture_of(response)
        answer = Answer("page", capture.at, tuple(captures), asked, articles=(article,))
        answer.arrived = "" if same_page(response.url, asked) else response.url
        if comments:
            answer.threads[article.source_id or article.url] = list(comments.values())
        lack = None if cut else self._lack(article, capture.at)
        cut_gap = self._cut(article, cut) if cut and on_pages else None
        answer.gaps = tuple(gap for gap in (lack, cut_gap, self._text_lacks(article)) if gap)
        if on_pages and not cut and (lack is None or lack.explained):
            answer.whole_threads = (article.source_id or article.url,)
        return answer

    def _cut(self, article: Article, cut: PartFailed) -> Gap:
        reason, explained = ("robots.txt", True) if isinstance(cut.cause, Forbidden) else (str(cut), False)
        return Gap("comment", f"{article.url}{THREAD}", reason, explained)

    def _lack(self, article: Article, at: str) -> Gap | None:
        """What the page counts and no door gave. WordPress counts answers to comments that it hides, and was asked for all pages."""
        row = self.context.store.ask(holdings.thread_gap, self.context.site_id, f"{article.url}{THREAD}")
        earlier = Earlier(row["since"], row["reason"], bool(row["explained"])) if row else None
        held = self._comments_held(article)
        looked = article.source_id is not None and held > 0  # hidden pages are looked for where there is a first
        return count_gap(article, held, looked=looked, earlier=earlier, at=at, gone_after=self.context.gone_after)

    def _comments_held(self, article: Article) -> int:
        """How many comments of the article the page shows, and REST gave where it gives threads."""
        numbers = {comment.source_id for comment in article.comments or ()}
        if article.source_id and not self.context.threads_on_pages:
            numbers |= {number for _, number in self.context.store.ask(holdings.comments_of, self.context.site_id, [article.source_id])}
        return len(numbers)

    def _text_lacks(self, article: Article) -> Gap | None:
        """What a page says that its text lacks; where REST gives the text, the page is not asked."""
        row = self.context.held(article.url, article.source_id)
        if row is not None and not self.context.page_is_text(row):
            return None
        reason = next((warning for warning in article.warnings if warning in (BEYOND, IN_PART)), None)
        return Gap("article", f"{article.url}{TEXT}", reason, explained=False) if reason else None

    def learn_addresses(self, address: str, article: Article) -> None:
        """Nothing that leads to a saved article is taken for another one later: its other addresses are kept."""
        names = {address, *self.names.pop(article.url, ()), *map(self.context.parser.addresses.canonical, article.twins)} - {article.url}
        if row := self.context.held(article.url, article.source_id):
            for name in names:
                self.context.store.add_alias(row["id"], name)

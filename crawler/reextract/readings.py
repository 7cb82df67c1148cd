"""The readings of one article out of its captures: takes its row, and gives what each of its pages and REST answers shows, read by the
same code that read them from the web.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.queries import captures
from crawler.errors import FetchError, PartFailed
from crawler.extract.workers import ExtractionFailed
from crawler.items import Article, UnreadRow
from crawler.pages.assemble import PageAssembler
from crawler.reextract.captured_rest import CapturedNames
from crawler.reextract.replay import Reading
from crawler.sources.captures import CaptureSource
from crawler.wordpress import api
from crawler.wordpress.answers import is_public, read_comments

if TYPE_CHECKING:
    from crawler.reextract.captured_rest import CapturedRest
    from crawler.session.context import SiteContext

Row = dict[str, Any]


class ArticleReadings:
    """Reads articles of one site again. ``rest`` is what REST told of them."""

    def __init__(self, context: SiteContext, rest: CapturedRest) -> None:
        self.context, self.rest = context, rest

    async def of(self, article: Row) -> list[Reading]:
        """Every reading of a held article, in the order of its captures. Raises DamagedRecord, ExtractionCut, ExtractionFailed."""
        answers = self.rest.answers(article["source_id"]) if article["source_id"] else []
        found = await self._pages(article["id"])
        found += [reading for capture_id in answers if (reading := await self._answer(capture_id, article["source_id"]))]
        return sorted(found, key=lambda reading: reading.capture_id)

    # pages

    async def _pages(self, article_id: int) -> list[Reading]:
        """Readings of the article's own pages; further pages of its text and thread are read with their first."""
        ask = self.context.store.ask
        parts, names = ask(captures.parts_of_article, article_id), ask(captures.addresses_of_article, article_id)
        found, memo = [], dict[bytes, Article]()
        for row in ask(captures.pages_of_article, article_id):
            first = "page" if self.context.parser.addresses.canonical(row["url"]) in names else ""
            if parts.get(row["id"], first) == "page":
                found.append(await self._page(row, memo))
        return found

    async def _page(self, row: Row, memo: dict[bytes, Article]) -> Reading:
        """One page, with what the same run read beside it. ``memo`` keeps what equal pages gave before."""
        source = CaptureSource(self.context.captures, self.context.store, row)
        context = replace(self.context, source=source, parser=replace(self.context.parser, memo=memo))
        assembler, taken = PageAssembler(context), [(row["id"], "page")]
        try:
            response = source.first()
        except FetchError as error:  # torn, or a part: it shows no state of the article
            return Reading(row["id"], row["captured_at"], "page", row["url"], broken=str(error))
        article = await context.parser.page(response)
        try:
            article = await assembler.text(article, response, taken)
        except PartFailed:  # a page that newer code looks for and that nobody fetched: what there is, is judged by what it lacks
            taken = taken[:1]
        article, _ = await assembler.thread(article, taken)
        comments = {comment.source_id: comment for comment in article.comments or ()}
        item = self.rest.items_of(row).get(article.url)
        return Reading(row["id"], row["captured_at"], "page", row["url"], article, tuple(comments.values()), tuple(taken), item)

    # REST

    async def _answer(self, capture_id: int, number: str) -> Reading | None:
        """The article, or its comments, in a REST answer; None where they were not public."""
        row = self.context.store.ask(captures.capture, capture_id)
        items = self.rest.rows_of(row, number)
        if api.collection_of(row["url"]) == "comments":
            threads, _ = await read_comments(self.context, items)
            return Reading(capture_id, row["captured_at"], "rest", row["url"], comments=tuple(threads.get(number, ())))
        posts = [item for item in items if is_public(item)]
        if not posts:
            return None
        [article] = await self.context.parser.posts(posts[:1], CapturedNames(self.rest, row))
        if isinstance(article, UnreadRow):
            if article.fault == "site":  # a named gap then, and now
                return None
            raise ExtractionFailed(f"article {number}: {article.reason}")
        return Reading(capture_id, row["captured_at"], "rest", article.url, article, captures=((capture_id, "rest"),))

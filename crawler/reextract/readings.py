"""The readings of articles out of their captures: takes their rows, and gives what each of their pages and REST answers shows, read by
the same code that read them from the web.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError
from archive.queries import captures
from crawler.errors import PartFailed
from crawler.extract.workers import ExtractionFailed
from crawler.items import Article, UnreadRow
from crawler.pages.assemble import PageAssembler
from crawler.reextract.captured_pages import CapturedPage, read_captured
from crawler.reextract.captured_rest import CapturedNames
from crawler.reextract.replay import Reading
from crawler.sources.captures import CaptureSource
from crawler.wordpress import api
from crawler.wordpress.answers import is_public, read_comments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.reextract.captured_rest import CapturedRest
    from crawler.session.context import SiteContext

Row = dict[str, Any]


class ArticleReadings:
    """Reads articles of one site again. ``rest`` is what REST told of them."""

    def __init__(self, context: SiteContext, rest: CapturedRest) -> None:
        self.context, self.rest = context, rest

    async def of(self, articles: Sequence[Row]) -> list[list[Reading] | ArchiveError]:
        """Every reading of each of these held articles, in the order of its captures; or, where one cannot be read again, why."""
        ask, ids = self.context.store.ask, [article["id"] for article in articles]
        pages, parts = ask(captures.pages_of_articles, ids), ask(captures.parts_of_articles, ids)
        names, here = ask(captures.addresses_of_articles, ids), self.context.parser.addresses.canonical
        first = {
            article_id: [row for row in rows if parts.get(row["id"], "page" if here(row["url"]) in names[article_id] else "") == "page"]
            for article_id, rows in pages.items()
        }
        shown = await read_captured(self.context.captures, self.context.parser, [row for rows in first.values() for row in rows])
        return [await self._readings(article, first[article["id"]], shown) for article in articles]

    async def _readings(
        self, article: Row, first: Sequence[Row], shown: Mapping[int, CapturedPage | ArchiveError]
    ) -> list[Reading] | ArchiveError:
        memo = dict[bytes, Article]()
        try:
            found = [await self._page(row, shown[row["id"]], memo) for row in first]
            for capture_id in self.rest.answers(article["source_id"]) if article["source_id"] else ():
                if reading := await self._answer(capture_id, article["source_id"]):
                    found.append(reading)
        except ArchiveError as error:
            return error
        return sorted(found, key=lambda reading: reading.capture_id)

    # pages

    async def _page(self, row: Row, page: CapturedPage | ArchiveError, memo: dict[bytes, Article]) -> Reading:
        """One page, with what the same run read beside it: further pages of its text and thread are read with their first.
        ``memo`` keeps what equal further pages gave before."""
        if isinstance(page, ArchiveError):
            raise page
        if page.article is None:  # torn, or a part: it shows no state of the article
            return Reading(row["id"], row["captured_at"], "page", row["url"], broken=page.broken)
        source = CaptureSource(self.context.captures, self.context.store, row)
        assembler = PageAssembler(replace(self.context, source=source, parser=replace(self.context.parser, memo=memo)))
        article, taken = page.article, [(row["id"], "page")]
        try:
            article = await assembler.text(article, page.marks, taken)
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

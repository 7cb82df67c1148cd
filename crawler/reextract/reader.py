"""The readings of one article out of its captures, by the same doors that read them from the web."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from crawler.addresses import Addresses
from crawler.errors import PartFailed
from crawler.extract.page import extract_page
from crawler.extract.rest import extract_comment, extract_post
from crawler.items import Article, Comment
from crawler.pages.assemble import Whole
from crawler.pages.crawl import content_type
from crawler.pages.merge import at_home
from crawler.reextract.replay import Reading
from crawler.sources.captures import PastWeb, Row, Shelf, collection_of
from crawler.wordpress.taxonomy import authors_of, terms_of

if TYPE_CHECKING:
    from scrapy.http import Response
    from sqlite_utils import Database

    from crawler.extract.workers import Workers
    from crawler.session.session import Run
    from crawler.site import Site
    from crawler.sources.captured_rest import Told


@dataclass(frozen=True, slots=True)
class PastStore:
    """What the page door asks of the store. A further page that is refused lies in quarantine since the day it was captured."""

    db: Database

    def quarantine(self, *_: object) -> None:
        return None


@dataclass(slots=True)
class Reader:
    """A run over captures: what the readers of pages need of one, and what REST told."""

    shelf: Shelf
    told: Told
    workers: Workers
    site: Site
    timezone: str | None
    addresses: Addresses
    web: PastWeb = field(init=False)
    crawl_id: int | None = None

    @property
    def store(self) -> PastStore:
        return PastStore(self.shelf.db)

    @property
    def site_id(self) -> int:
        return int(self.told.site["id"])

    async def readings(self, article: Row) -> list[Reading]:
        """Every reading of a held article, in the order of its captures. Raises DamagedRecord, ExtractionCut, ExtractionFailed."""
        answers = self.told.answers(article["source_id"]) if article["source_id"] else []
        found = [*await self.pages(article["id"])]
        found += [reading for capture_id in answers if (reading := await self.rest(capture_id, article["source_id"]))]
        return sorted(found, key=lambda reading: reading.capture_id)

    # pages

    async def pages(self, article_id: int) -> list[Reading]:
        """Readings of the article's own pages; further pages of its text and thread are read with their first."""
        db = self.shelf.db
        tied = "select capture_id, part from revision_captures where capture_id in (select id from captures where article_id = ?)"
        parts = dict(db.execute(tied, [article_id]).fetchall())
        names = {url for (url,) in db.execute("select url from urls where article_id = ?", [article_id])}
        sql = "select * from captures where article_id = ? and door = 'page' and status between 200 and 299 order by id"
        found, memo = [], dict[str, Article]()
        for row in list(db.query(sql, [article_id])):
            if parts.get(row["id"], "page" if self.addresses.canonical(row["url"]) in names else "") == "page":
                found.append(await self.page(row, memo))
        return found

    async def page(self, row: Row, memo: dict[str, Article]) -> Reading:
        """One page, with what the same run read beside it. ``memo`` keeps what equal bytes gave before."""
        reader = replace(self)
        reader.web = PastWeb(self.shelf, row)
        door = PastPages(reader, memo)
        response, captures = self.shelf.response(row), [(row["id"], "page")]
        article = await door.extract(response)
        try:
            article = await door.whole.text(article, response, captures)
        except PartFailed:  # a page that newer code looks for and that nobody fetched: what there is, is judged by what it lacks
            captures = captures[:1]
        article, _ = await door.whole.thread(article, captures)
        comments = {comment.source_id: comment for comment in article.comments or ()}
        item = self.told.items.get(row["crawl_id"], {}).get(article.url)
        return Reading(row["id"], row["captured_at"], "page", row["url"], article, tuple(comments.values()), tuple(captures), item)

    # REST

    async def rest(self, capture_id: int, number: str) -> Reading | None:
        """The article, or its comments, in a REST answer; None where they were not public."""
        row = self.shelf.row(capture_id)
        items = self.shelf.rows_of(capture_id, number)
        if collection_of(row["url"]) == "comments":
            return Reading(capture_id, row["captured_at"], "rest", row["url"], comments=tuple(self._comments(items)))
        posts = [item for item in items if not protected(item)]
        if not posts:
            return None
        article = await self.post(row, posts[0])
        return Reading(capture_id, row["captured_at"], "rest", article.url, article, captures=((capture_id, "rest"),))

    async def post(self, row: Row, post: Row) -> Article:
        def name(collection: Any, number: int) -> Row | None:
            return self.told.name(row["id"], collection, number)

        article = await self.workers.run(
            extract_post, post, authors=authors_of(post, name), terms=terms_of(post, name), site=self.site, timezone=self.timezone
        )
        article = at_home(article, self.addresses)
        return replace(article, authors=None, byline=None) if self.told.authors_closed(row) else article

    def _comments(self, items: list[Row]) -> list[Comment]:
        found = []
        for item in items:
            try:
                found.append(extract_comment(item, timezone=self.timezone)[1])
            except ValueError:  # it was a named gap then, and is missed by name if it is held
                continue
        return found


def protected(post: Row) -> bool:
    """Behind a password, or not public: its answer shows no article."""
    content = post.get("content")
    return not isinstance(content, dict) or bool(content.get("protected")) or post.get("status", "publish") != "publish"


class PastPages:
    """Reads pages of one article; equal bytes from one address are read once, unless they tell times relative to the capture."""

    def __init__(self, reader: Reader, memo: dict[str, Article]) -> None:
        self.reader, self.memo = reader, memo
        self.whole = Whole(cast("Run", reader), self.extract)

    async def extract(self, response: Response) -> Article:
        reader, capture = self.reader, response.meta["row"]
        key = f"{response.url} {capture['payload_digest']}"
        if key in self.memo:
            return self.memo[key]
        article = await reader.workers.run(
            extract_page,
            response.body,
            response.url,
            site=reader.site,
            content_type=content_type(response),
            captured_at=capture["captured_at"],
            timezone=reader.timezone,
        )
        article = at_home(article, reader.addresses)
        if not any("relative to the capture" in warning for warning in article.warnings):
            self.memo[key] = article
        return article

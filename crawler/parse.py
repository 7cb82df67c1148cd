"""Responses of one site to Articles and Comments: raw answers go in, values with the site's addresses in one spelling come out.

Foreign markup is parsed in worker processes only. Live runs and readings of captures parse through here, and nowhere else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from crawler.addresses import Addresses
from crawler.extract.answers import read_rows
from crawler.extract.workers import InWorker
from crawler.items import UnreadRow
from crawler.sources.source import capture_of, content_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.http import Response

    from crawler.extract.workers import Workers
    from crawler.items import Article, Author, Comment, KindDoubts, Link, Term
    from crawler.site import Site

    Rows = list[Article | UnreadRow]
    CommentRows = list[tuple[str, Comment] | UnreadRow]

# The workers import the extractor; this process, which may find nothing new, does not.
EXTRACT_PAGE: InWorker[Article] = InWorker("crawler.extract.page", "extract_page")
EXTRACT_POSTS: InWorker[Rows] = InWorker("crawler.extract.rest", "extract_posts")
EXTRACT_COMMENTS: InWorker[CommentRows] = InWorker("crawler.extract.rest", "extract_comments")
EXTRACT_MARKED: InWorker[tuple[Article, KindDoubts | None]] = InWorker("crawler.extract.page", "extract_marked")
WHY_NO_ARTICLE: InWorker[str | None] = InWorker("crawler.extract.article.kind", "why_no_article")

TERMS = {"categories", "tags"}  # some types of posts have neither, nor an author: then REST tells none, and the page may
COMMENTS_A_CALL = 100  # so many come in an answer
RELATIVE = "relative to the capture"  # what the extractor warns of: such a reading depends on when the page was captured


class PostNames(Protocol):
    """The names that the posts of a REST answer refer to by id."""

    @property
    def authors_closed(self) -> bool:
        """Whether the site does not tell who its authors are."""

    def authors(self, post: dict[str, Any]) -> tuple[Author, ...]: ...

    def terms(self, post: dict[str, Any]) -> tuple[Term, ...] | None:
        """None where the site does not tell all of their names."""


@dataclass(slots=True)
class SiteParser:
    """Parses the responses of ``site``; ``timezone`` is its wall clock's, None while it is not known."""

    site: Site
    addresses: Addresses
    timezone: str | None
    workers: Workers
    memo: dict[bytes, Article] | None = field(default=None)  # for readings of captures: equal pages are parsed once
    _doubts: WeakKeyDictionary[Response, KindDoubts | None] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    async def page(self, response: Response, *, local: bool = False, marked: bool = False) -> Article:
        """The article of an HTML page; ``local`` leaves its times on the site's wall clock. ``marked``: ``why_no_article`` is asked next,
        and then has its answer without the page being parsed again.

        Raises ExtractionCut, ExtractionFailed.
        """
        key = page_digest(response) if self.memo is not None else b""
        if self.memo is not None and key in self.memo:
            return self.memo[key]
        named = {"site": self.site, "timezone": None if local else self.timezone, **_told(response)}
        if marked:
            article, self._doubts[response] = await self.workers.run(EXTRACT_MARKED, response.body, response.url, **named)
        else:
            article = await self.workers.run(EXTRACT_PAGE, response.body, response.url, **named)
        article = at_home(article, self.addresses)
        if self.memo is not None and not is_relative(article):
            self.memo[key] = article
        return article

    async def posts(self, posts: Sequence[dict[str, Any]], names: PostNames) -> list[Article | UnreadRow]:
        """What each post of a REST answer shows, in order; one that cannot be read says why, and stops none of the others."""
        terms = [names.terms(post) if post.keys() & TERMS else None for post in posts]
        rows = [(post, names.authors(post), told or ()) for post, told in zip(posts, terms, strict=True)]
        read = await read_rows(self.workers, EXTRACT_POSTS, rows, site=self.site, timezone=self.timezone)
        signed = [not names.authors_closed and "author" in post for post in posts]
        return [
            one if isinstance(one, UnreadRow) else self._as_told(one, terms_told=told is not None, authors_told=by)
            for one, told, by in zip(read, terms, signed, strict=True)
        ]

    def _as_told(self, article: Article, *, terms_told: bool, authors_told: bool) -> Article:
        """The article of a post, without what the site does not tell: that is unknown, and not empty."""
        article = at_home(article, self.addresses)
        if not terms_told:
            article = replace(article, terms=None)
        return article if authors_told else replace(article, authors=None, byline=None)

    async def comments(self, rows: Sequence[dict[str, Any]]) -> list[tuple[str, Comment] | UnreadRow]:
        """(the site's article id, comment) of each row of a REST answer, in order; one that cannot be read says why."""
        return await read_rows(self.workers, EXTRACT_COMMENTS, rows, size=COMMENTS_A_CALL, timezone=self.timezone)

    async def why_no_article(self, response: Response, article: Article) -> str | None:
        """Why nothing marks a page as an article; None where something does. Raises ExtractionCut, ExtractionFailed."""
        doubts = self._doubts.get(response)
        if doubts is not None and doubts.url == article.url:
            return doubts.of(article)
        return await self.workers.run(WHY_NO_ARTICLE, response.body, content_type(response), article)

    def move_home(self, home: str) -> None:
        """From here on the site is at ``home``, of the same family of origins."""
        self.site = replace(self.site, home=home)
        self.addresses = Addresses(home, self.site.query_noise)

    def is_home(self, url: str) -> bool:
        """Whether an address is that of the site's front page."""
        return self.addresses.canonical(url) == self.site.home


def read_page(response: Response, site: Site, addresses: Addresses, timezone: str | None) -> Article:
    """As ``SiteParser.page``, for code that runs in a worker process already. Raises what ``extract_page`` raises."""
    from crawler.extract.page import extract_page  # half a second that the process which writes does not need

    return at_home(extract_page(response.body, response.url, site=site, timezone=timezone, **_told(response)), addresses)


def is_relative(article: Article) -> bool:
    """Whether what was read depends on when the page was captured."""
    return any(RELATIVE in warning for warning in article.warnings)


def at_home(article: Article, addresses: Addresses) -> Article:
    """The article with every address of the site in its one spelling."""
    links = tuple(_at_home(link, addresses) for link in article.links)
    return replace(article, url=addresses.canonical(article.url), links=links)


def _at_home(link: Link, addresses: Addresses) -> Link:
    """A link in its one spelling; most have it."""
    url = link.url if "#" in link.url else addresses.canonical(link.url)
    return link if url == link.url else replace(link, url=url)


def _told(response: Response) -> dict[str, Any]:
    """What a response says of a page beside its body."""
    link_header = b", ".join(response.headers.getlist("Link")).decode("latin-1")
    return {"content_type": content_type(response), "captured_at": capture_of(response).at, "link_header": link_header}


def page_digest(response: Response) -> bytes:
    """One key for all responses that are parsed alike, relative dates apart."""
    parts = (response.url.encode(), (content_type(response) or "").encode(), response.body)
    return hashlib.sha256(b"\0".join(parts)).digest()

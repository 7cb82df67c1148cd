"""Responses of one site to Articles and Comments: raw answers go in, values with the site's addresses in one spelling come out.

Foreign markup is parsed in worker processes only. Live runs and readings of captures parse through here, and nowhere else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from crawler.addresses import Addresses
from crawler.extract.article.kind import why_no_article
from crawler.extract.page import extract_page
from crawler.extract.rest import extract_post
from crawler.sources.source import capture_of, content_type

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.extract.workers import Workers
    from crawler.items import Article, Author, Term
    from crawler.site import Site

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

    async def page(self, response: Response, *, local: bool = False) -> Article:
        """The article of an HTML page; ``local`` leaves its times on the site's wall clock.

        Raises ExtractionCut, ExtractionFailed.
        """
        key = _digest(response)
        if self.memo is not None and key in self.memo:
            return self.memo[key]
        article = await self.workers.run(
            extract_page,
            response.body,
            response.url,
            site=self.site,
            content_type=content_type(response),
            captured_at=capture_of(response).at,
            timezone=None if local else self.timezone,
        )
        article = at_home(article, self.addresses)
        if self.memo is not None and not any(RELATIVE in warning for warning in article.warnings):
            self.memo[key] = article
        return article

    async def post(self, post: dict[str, Any], names: PostNames) -> Article:
        """The article of a post of a REST answer. Raises ExtractionCut, ExtractionFailed (its cause is Malformed where a field is)."""
        terms = names.terms(post)
        article = await self.workers.run(
            extract_post, post, authors=names.authors(post), terms=terms or (), site=self.site, timezone=self.timezone
        )
        article = at_home(article if terms is not None else replace(article, terms=None), self.addresses)
        return replace(article, authors=None, byline=None) if names.authors_closed else article

    async def why_no_article(self, response: Response, article: Article) -> str | None:
        """Why nothing marks a page as an article; None where something does. Raises ExtractionCut, ExtractionFailed."""
        return await self.workers.run(why_no_article, response.body, content_type(response), article)

    def move_home(self, home: str) -> None:
        """From here on the site is at ``home``, of the same family of origins."""
        self.site = replace(self.site, home=home)
        self.addresses = Addresses(home, self.site.query_noise)

    def is_home(self, url: str) -> bool:
        """Whether an address is that of the site's front page."""
        return self.addresses.canonical(url) == self.site.home


def at_home(article: Article, addresses: Addresses) -> Article:
    """The article with every address of the site in its one spelling."""
    here = addresses.canonical
    links = tuple(replace(link, url=here(link.url) if "#" not in link.url else link.url) for link in article.links)
    return replace(article, url=here(article.url), links=links)


def _digest(response: Response) -> bytes:
    """One key for all responses that are parsed alike, relative dates apart."""
    parts = (response.url.encode(), (content_type(response) or "").encode(), response.body)
    return hashlib.sha256(b"\0".join(parts)).digest()

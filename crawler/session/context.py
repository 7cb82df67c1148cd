"""What code that reads a site needs: where responses come from, how they are parsed, and the store that keeps what they say.

A live run has a context, and so has a reading of the archive's own captures: the same code reads both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive.queries import beside_rest
from archive.store.quarantine import UNREAD, RefusedText

if TYPE_CHECKING:
    from archive.store.store import Store
    from crawler.items import Article
    from crawler.parse import SiteParser
    from crawler.session.outcome import Outcome
    from crawler.sources.captures import Captures
    from crawler.sources.source import ResponseSource


@dataclass(slots=True)
class SiteContext:
    """``source`` is the live web or captures; ``captures`` reads the archive's records in both cases."""

    store: Store
    site_id: int
    crawl_id: int
    parser: SiteParser
    source: ResponseSource
    captures: Captures
    outcome: Outcome
    gone_after: float  # hours between two confirmations
    threads_on_pages: bool = False  # REST gives no comments: what the pages show is the thread
    pages_are_the_text: bool = False  # no REST: what the pages show is the text
    rest_may_follow: bool = False  # of an article that is not held, REST may have more to say than was asked yet
    front_page: bytes | None = None  # the body of the site's front page; None where it was not asked for

    def held(self, url: str, source_id: str | None = None) -> dict[str, Any] | None:
        """The row of the article with this id of the site's, or at this address; None where none is held."""
        return self.store.find_article(self.site_id, source_id, url)

    def page_is_text(self, row: dict[str, Any] | None) -> bool:
        """Whether an article's page is its text: there is no REST, or REST has never given this article. ``row``: None if not held."""
        if self.pages_are_the_text or row is None:
            return self.pages_are_the_text or not self.rest_may_follow
        return not self.store.ask(beside_rest.given_by_rest, row["id"])

    def page_has_thread(self, row: dict[str, Any] | None) -> bool:
        """Whether the thread of an article comes from its page."""
        return self.threads_on_pages or self.page_is_text(row)

    def quarantine(self, url: str, reason: str, capture_id: int, at: str, read: Article | None = None) -> None:
        """Keep a page that is not believed in view of people, with what was read of it, where that may be compared."""
        said = RefusedText(read.title, read.text or read.shown) if read else UNREAD
        self.store.quarantine(self.crawl_id, self.site_id, url, reason, capture_id, at, said)

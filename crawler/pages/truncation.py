"""Pages that break off: takes a response, and raises Unreachable when its end is missing.

A server that fails in the middle of a page sends what it has, with the headers of a whole page. The sign is a missing </html>, but
some sites never write one. So a page of an article that is held is compared with the article's last page: if that one ended, the
new one is refused. A page that was never read is compared with the site's other articles: if those end, it is refused and named in
one run, and believed in a later one; if none is known that ends, it is believed when it comes a second time.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from archive.errors import StorageError
from archive.queries import holdings
from crawler.errors import Unreachable

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.session.context import SiteContext


BREAKS_OFF = "breaks off"
TAIL = 1000  # bytes


class PageEndings:
    """Judges the pages of one run."""

    def __init__(self, context: SiteContext) -> None:
        self.context = context
        self._seen: Counter[bool] = Counter()  # has its end -> pages of this run
        self._none_ends = False

    def check(self, response: Response, asked: str, article_id: int | None) -> None:
        """Raises Unreachable for a page that breaks off. ``article_id``: the article's that is held, None at first sight."""
        if is_ended(response.body):
            return
        self._seen[False] += 1
        store, site_id = self.context.store, self.context.site_id
        last = store.ask(holdings.last_page, article_id) if article_id is not None else None
        before = store.ask(holdings.gap, site_id, asked)
        began = store.crawl(self.context.crawl_id)["started_at"]
        lasting = before is not None and BREAKS_OFF in before["reason"] and before["since"] < began
        if self._ended(last) if last else self._pages_end() and not lasting:
            raise Unreachable(f"{asked} {BREAKS_OFF}: it lacks the end that the page had before, or that the site's pages have")

    def count(self, response: Response) -> None:
        """Take a page that proved to be an article's: other pages may come out of another template."""
        self._seen[True] += is_ended(response.body)

    def none_ends(self) -> bool:
        """Whether pages broke off and no article of the site is known whose page ends. From then on such pages are believed."""
        kept = self.context.store.ask(holdings.last_page_of_site, self.context.site_id)
        self._none_ends = bool(self._seen[False]) and not self._seen[True] and not self._ended(kept)
        return self._none_ends

    def _pages_end(self) -> bool:
        """Whether the site ends its pages: as its articles do, else as its front page does."""
        if self._seen[True] or self._none_ends:
            return not self._none_ends
        kept = self.context.store.ask(holdings.last_page_of_site, self.context.site_id)
        home = self.context.front_page
        return self._ended(kept) if kept else home is not None and is_ended(home)

    def _ended(self, row: dict[str, Any] | None) -> bool:
        """Whether a captured page has its end; False where there is none, or none that can be read."""
        if row is None:
            return False
        try:
            return is_ended(self.context.captures.response(row).body)
        except StorageError:
            return False


def is_ended(body: bytes) -> bool:
    """Whether a page has its end, or none to have: what is empty, or not HTML, is for others to judge."""
    return has_end(body) or b"<html" not in body.lower()


def has_end(body: bytes) -> bool:
    """Whether the mark of a page's end stands in it. It is looked for where it usually stands, then everywhere."""
    return b"</html" in body[-TAIL:].lower() or b"</html" in body.lower()

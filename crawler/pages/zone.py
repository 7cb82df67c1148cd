"""The time zone of a site without REST: compares the times on pages with those of feed items, in both halves of the year, and notes
the zone in which they agree. The door keeps the pages, so that none is asked for twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from archive.clock import moment
from crawler.discover.discovered import remember_feed
from crawler.discover.timezone import Pair, half_of_year, infer_zone
from crawler.errors import FetchError, Limited, OutsideSite
from crawler.extract.workers import ExtractionCut, ExtractionFailed

if TYPE_CHECKING:
    from crawler.discover.feed import FeedItem
    from crawler.discover.site_lists import SiteLists
    from crawler.pages.crawl import PageDoor
    from crawler.session.session import Run

SAMPLE = 3  # pages of each half of the year that are compared with the feed


async def settle_zone(run: Run, door: PageDoor, lists: SiteLists) -> None:
    """Infer the site's time zone from pages and feed items of both halves of the year; leave it unknown where that is not possible."""
    items = [item for item in lists.found.items.values() if item.published_at]
    if items and not {"winter", "summer"} <= {_half(item) for item in items}:
        items += await _other_half(lists, items)
        for item in items:  # they tell seconds and authors too
            lists.found.items.setdefault(run.addresses.canonical(item.url), item)
        remember_feed(run, lists.found)
    await lists.feeds.read_discussed(guessed=False)
    told = [*items, *(item for item in lists.found.discussed if item.comment_id and item.published_at)]
    if not {"winter", "summer"} <= {_half(item) for item in told}:
        return  # whatever the pages show
    pairs: list[Pair] = []
    for wanted in ("winter", "summer"):
        half = [item for item in items if _half(item) == wanted]
        for item in half[:: max(1, len(half) // SAMPLE)][:SAMPLE]:
            pairs += await _pairs(run, door, item, lists.found.discussed)
    zone = infer_zone(pairs)
    if zone:
        run.describe(title=None, timezone=zone)


def _half(item: FeedItem) -> str | None:
    return half_of_year(moment(item.published_at)) if item.published_at else None


async def _other_half(lists: SiteLists, items: list[FeedItem]) -> list[FeedItem]:
    """Feed items from half a year before, by the pace of the first feed page."""
    times = sorted(moment(item.published_at) for item in items if item.published_at)
    span = max(times[-1] - times[0], timedelta(hours=1))
    page = max(2, 1 + int(timedelta(days=182) / span))
    if lists.feeds.ends_before(page):
        return []
    return [item for item in await lists.feeds.page(page) if item.published_at]


async def _pairs(run: Run, door: PageDoor, item: FeedItem, discussed: list[FeedItem]) -> list[Pair]:
    """(wall clock, UTC) of an article and of those of its comments that the comments feed tells. The page is kept for its turn."""
    address = run.addresses.canonical(item.url)
    try:
        response = door.kept.get(address) or await run.web.get(address, door="page")
        door.kept[address] = response
        article = await run.context.parser.page(response, local=True)
    except Limited:
        raise
    except (FetchError, OutsideSite, ExtractionCut, ExtractionFailed):  # its turn will come, and tell
        return []
    utc = {i.comment_id: i.published_at for i in discussed if i.comment_id and i.published_at}
    shown = [(c.posted_at, utc.get(c.source_id)) for c in article.comments or () if c.posted_precision != "day"]
    if article.published_precision != "day":
        shown.append((article.published_at, item.published_at))
    return [(wall, known_utc) for wall, known_utc in shown if wall and known_utc and not wall.endswith("Z")]

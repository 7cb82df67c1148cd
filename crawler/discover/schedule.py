"""Which pages of a site without REST are read in this run, and what must be known before: the site's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from archive.clock import later, moment
from archive.queries import backlog, holdings
from crawler.discover.discovered import Found, remember_feed
from crawler.discover.feed import FeedItem, feed_time
from crawler.discover.site_lists import SiteLists
from crawler.discover.timezone import Pair, half_of_year, infer_zone
from crawler.errors import FetchError, Limited, OutsideSite
from crawler.extract.workers import ExtractionCut, ExtractionFailed

if TYPE_CHECKING:
    from crawler.pages.crawl import PageDoor
    from crawler.session.session import Run

ASKED_AT_MOST = 100  # articles that a list lacks all of a sudden, or 2 % of those held
AHEAD = 26  # hours that a lastmod may lie ahead: a day alone, or a clock of another zone. Later ones wait, or are read in every run
SAMPLE = 3  # pages of each half of the year that are compared with the feed


def pages_to_read(run: Run, found: Found) -> list[str]:
    """Addresses in the order in which they are read: what is listed, what has news, what is no longer listed, what the sweep takes."""
    held = run.store.ask(holdings.addresses, run.site_id)
    settled = run.store.ask(holdings.explained_gaps, run.site_id) if run.order.mode == "update" else set()
    due = [a for a, lastmod in found.addresses.items() if a in found.news or (a not in settled and _is_due(run, held.get(a), lastmod))]
    due += discussed_anew(run, found, held)
    due += run.store.ask(backlog.cut_threads, run.site_id)
    due += _unlisted(run, found, held)
    due += [look.url for look in run.due_again("pages")]
    return list(dict.fromkeys(due))


def discussed_anew(run: Run, found: Found, held: Mapping[str, Any]) -> list[str]:
    """Addresses of held articles under which the comments feed names a comment that is not held."""
    hidden = set(run.checkpoints.refs("hidden_comments"))
    unheld = [i for i in found.discussed if i.comment_id and not run.store.ask(holdings.has_comment, run.site_id, i.comment_id)]
    fresh = dict.fromkeys(run.addresses.canonical(i.address) for i in unheld if i.comment_id not in hidden)
    return [address for address in fresh if address in held]


async def pages_of_threads(run: Run, swept: list[str]) -> list[str]:
    """Where REST gives the articles and not the comments: what is discussed anew, what was cut short, and the sweep's share."""
    lists = SiteLists(run)
    await lists.read_discussed()
    anew = discussed_anew(run, lists.found, run.store.ask(holdings.addresses, run.site_id))
    return [*anew, *run.store.ask(backlog.cut_threads, run.site_id), *swept]


def _is_due(run: Run, row: dict[str, str] | None, lastmod: str) -> bool:
    if row is None or row["missing_since"] or run.order.mode == "full":
        return True
    at = _utc(lastmod) if lastmod else None
    return at is not None and row["checked_at"] < at <= later(run.store.now(), hours=AHEAD)


def _utc(lastmod: str) -> str | None:
    return feed_time(lastmod) or (f"{lastmod}T23:59:59Z" if len(lastmod) == 10 else None)


def _unlisted(run: Run, found: Found, held: Mapping[str, dict[str, str]]) -> list[str]:
    """Held articles that a whole list no longer names, and missing ones that are due for their second confirmation.

    Each is asked for by itself before anything is said of it. A list that suddenly lacks many is more likely broken than
    right: then as many are asked for as tell which it is. One that answered though no list names it waits for the sweep.
    """
    never = set(run.checkpoints.refs("unlisted"))
    elsewhere = never if run.order.mode == "update" else set()
    now, again, absent = run.store.now(), [], []
    for address, row in held.items():
        if address != row["url"] or address in found.addresses or row["gone_at"]:
            continue
        if row["missing_since"]:
            again += [address] if later(row["missing_since"], hours=run.gone_after) <= now else []
        elif (found.whole or run.order.mode == "full") and address not in elsewhere:
            absent.append(address)
    last = run.remembered("pages")
    if found.whole and last["walked_at"] and run.checkpoints.listed_by() == found.by:
        found.unlisted = {*again, *absent} - never
    return again + absent[: max(ASKED_AT_MOST, run.held("article") // 50 + 1)]


async def settle_zone(run: Run, door: PageDoor, lists: SiteLists) -> None:
    """Infer the site's time zone from pages and feed items of both halves of the year; leave it unknown where that is not possible."""
    items = [item for item in lists.found.items.values() if item.published_at]
    if items and not {"winter", "summer"} <= {_half(item) for item in items}:
        items += await _other_half(lists, items)
        for item in items:  # they tell seconds and authors too
            lists.found.items.setdefault(run.addresses.canonical(item.url), item)
        remember_feed(run, lists.found)
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
    page = 1 + int(timedelta(days=182) / span)
    return [item for item in await lists.feed_page(max(2, page)) if item.published_at]


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

"""What the lists of a site named: takes what was read of them in this run, gives it to the doors, and notes it for the next run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive.queries import holdings
from archive.store.checkpoints import Checkpoint, Kind
from archive.store.feed_items import FeedFacts
from crawler.discover.feed import FeedItem
from crawler.session.checkpoints import as_refs

if TYPE_CHECKING:
    from crawler.session.session import Run


@dataclass(slots=True)
class DiscoveredUrls:
    """What the lists name: addresses with their lastmod, newest first where the list has an order."""

    addresses: dict[str, str] = field(default_factory=dict)
    items: dict[str, FeedItem] = field(default_factory=dict)  # article address -> what its feed item says
    news: set[str] = field(default_factory=set)  # addresses of which the feed says something else than when they were last read
    discussed: list[FeedItem] = field(default_factory=list)  # items of the comments feed
    whole: bool = False  # one list was read from its first to its last entry
    by: str = ""  # which one: sitemap, feed, listing
    followed: bool = False  # it was read as far as it leads, whole or not: the next run may stop where all is known
    unlisted: set[str] = field(default_factory=set)  # held articles that it named in an earlier run and does not name now
    claims: dict[str, str] = field(default_factory=dict)  # address -> list, where it alone says that a page that was read has changed
    sections: list[str] = field(default_factory=list)  # addresses in the menus that proved to be listings


def remember_feed(run: Run, found: DiscoveredUrls) -> None:
    """Write down what the feed told so far, before any page is read, and note the addresses of which it shows something new."""
    items = (FeedFacts(address, item.published_at, item.authors, item.digest) for address, item in found.items.items())
    found.news |= run.store.save_feed_items(run.site_id, items)


def hidden_comments(run: Run, found: DiscoveredUrls, since: str) -> list[str]:
    """Ids of comments that the feed names and the page, read since, does not show: answers to a comment that is hidden."""
    rows, before = run.store.ask(holdings.addresses, run.site_id), set(run.checkpoints.refs("hidden_comments"))
    hidden = []
    for item in found.discussed:
        row = rows.get(run.addresses.canonical(item.address))
        if item.comment_id and not run.store.ask(holdings.has_comment, run.site_id, item.comment_id):
            hidden += [item.comment_id] if item.comment_id in before or (row and row["checked_at"] >= since) else []
    return hidden


def remember(run: Run, found: DiscoveredUrls, since: str) -> None:
    """What this reading of the lists came to, for status and for the next run. ``since``: when the run began."""
    now, was = run.store.now(), set(run.checkpoints.refs("unlisted"))
    if found.whole:
        rows = run.store.ask(holdings.addresses, run.site_id)
        unlisted = {a: row for a, row in rows.items() if a == row["url"] and a not in found.addresses and not row["missing_since"]}
        was = {address for address, row in unlisted.items() if address in was or row["checked_at"] >= since}
    notes: dict[Kind, list[Checkpoint]] = {
        "hidden_comments": as_refs(hidden_comments(run, found, since)),
        "listed_by": [Checkpoint(value=found.by)] if found.by else [],
        "unlisted": as_refs(sorted(was)),
    }
    if found.followed:
        notes["followed"] = [Checkpoint(at=now)]
    if found.sections:
        notes["sections"] = as_refs(found.sections)
    columns = {"total": len(found.addresses), "walked_at": now} if found.whole else {}
    run.store.save_list(run.site_id, "pages", notes, door=found.by or "listing", url=run.site.home, checked_at=now, **columns)
    run.sweep.finish("pages")

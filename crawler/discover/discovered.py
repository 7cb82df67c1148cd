"""What the lists of a site named, in this run and, as far as it is remembered, in the last one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive.queries import holdings
from crawler.discover.feed import FeedItem

if TYPE_CHECKING:
    from crawler.session.session import Run


@dataclass(slots=True)
class Found:
    """What the lists name: addresses with their lastmod, newest first where the list has an order."""

    addresses: dict[str, str] = field(default_factory=dict)
    items: dict[str, FeedItem] = field(default_factory=dict)  # article address -> what its feed item says
    discussed: list[FeedItem] = field(default_factory=list)  # items of the comments feed
    whole: bool = False  # one list was read from its first to its last entry
    by: str = ""  # which one: sitemap, feed, listing
    followed: bool = False  # it was read as far as it leads, whole or not: the next run may stop where all is known
    unlisted: set[str] = field(default_factory=set)  # held articles that it named in an earlier run and does not name now
    sections: list[str] = field(default_factory=list)  # addresses in the menus that proved to be listings


def memory(run: Run) -> dict[str, Any]:
    """What ``remember`` wrote in the last run."""
    marks: dict[str, Any] = json.loads(run.remembered("pages").get("watermark") or "{}")
    return marks


def hidden_comments(run: Run, found: Found, since: str) -> list[str]:
    """Ids of comments that the feed names and the page, read since, does not show: answers to a comment that is hidden."""
    rows, before = run.store.ask(holdings.addresses, run.site_id), set(memory(run).get("hidden", ()))
    hidden = []
    for item in found.discussed:
        row = rows.get(run.addresses.canonical(item.address))
        if item.comment_id and not run.store.ask(holdings.has_comment, run.site_id, item.comment_id):
            hidden += [item.comment_id] if item.comment_id in before or (row and row["checked_at"] >= since) else []
    return hidden


def remember(run: Run, found: Found, since: str) -> None:
    """What this reading of the lists came to, for status and for the next run. ``since``: when the run began."""
    now, was = run.store.now(), set(memory(run).get("elsewhere", ()))
    if found.whole:
        rows = run.store.ask(holdings.addresses, run.site_id)
        unlisted = {a: row for a, row in rows.items() if a == row["url"] and a not in found.addresses and not row["missing_since"]}
        was = {address for address, row in unlisted.items() if address in was or row["checked_at"] >= since}
    marks = {
        "hidden": hidden_comments(run, found, since),
        "by": found.by,
        "followed": now if found.followed else memory(run).get("followed"),
        "sections": found.sections or memory(run).get("sections", []),
        "items": {address: item.digest for address, item in found.items.items()},
        "elsewhere": sorted(was),
    }
    columns = {"total": len(found.addresses), "walked_at": now} if found.whole else {}
    run.store.save_list(
        run.site_id, "pages", door=found.by or "listing", url=run.site.home, watermark=json.dumps(marks), checked_at=now, **columns
    )
    run.finish_sweep("pages")

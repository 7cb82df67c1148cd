"""What the lists of a site named: takes addresses as they are read, gives them to the doors, and notes for the next run and for
status what each list named and how much of it is held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archive.queries import beside_rest, held_addresses, holdings
from archive.store.checkpoints import Checkpoint, Kind
from archive.store.feed_items import FeedFacts
from archive.text.urls import PageKey, page_key
from crawler.discover.feed import FeedItem
from crawler.session.checkpoints import as_refs

if TYPE_CHECKING:
    from crawler.session.session import Run


@dataclass(slots=True)
class DiscoveredUrls:
    """What the lists name: addresses with their lastmod, newest first where the list has an order."""

    run: Run
    addresses: dict[str, str] = field(default_factory=dict)
    named: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # list (feed, sitemap, listing) -> addresses
    items: dict[str, FeedItem] = field(default_factory=dict)  # article address -> what its feed item says
    news: set[str] = field(default_factory=set)  # addresses of which the feed says something else than when they were last read
    discussed: list[FeedItem] = field(default_factory=list)  # items of the comments feed
    whole: bool = False  # one list was read from its first to its last entry
    by: str = ""  # which one: sitemap, feed, listing
    beside: bool = False  # another list names most of the site: the next ones are followed only while they name something new
    by_rest: bool = False  # REST gives the articles: the lists are a check of it
    given: set[PageKey] = field(default_factory=set)  # what REST has given
    followed: bool = False  # it was read as far as it leads, whole or not: the next run may stop where all is known
    compared: bool = False  # all lists were read and held against each other
    unlisted: set[str] = field(default_factory=set)  # held articles that it named in an earlier run and does not name now
    claims: dict[str, str] = field(default_factory=dict)  # address -> list, where it alone says that a page that was read has changed
    totals: dict[str, int] = field(default_factory=dict)  # address of a list -> how many articles it says that there are
    read_whole: set[str] = field(default_factory=set)  # those of them that were read to their end
    sections: list[str] = field(default_factory=list)  # addresses in the menus that proved to be listings

    def add(self, address: str, by: str, lastmod: str = "") -> bool:
        """Keep an address that a list names; False when it is nothing new: known to this run, given by REST, no address of an article."""
        here = self.run.addresses.canonical(address)
        if not self.run.addresses.belongs(address) or here == self.run.site.home:
            return False
        self.named[by].add(here)
        is_new = here not in self.addresses
        if is_new or (lastmod and by == "sitemap"):  # the feed may have named it before
            self.addresses[here] = lastmod
        return is_new and not self.is_given(here)

    def is_given(self, address: str) -> bool:
        """Whether REST has given the article of an address, so that its page is not its text."""
        return bool(self.given) and page_key(address) in self.given


def remember_feed(run: Run, found: DiscoveredUrls) -> None:
    """Write down what the feed told so far, before any page is read, and note the addresses of which it shows something new."""
    items = (FeedFacts(address, item.published_at, item.authors, item.digest) for address, item in found.items.items())
    found.news |= run.store.save_feed_items(run.site_id, items)


def hidden_comments(run: Run, found: DiscoveredUrls, since: str) -> list[str]:
    """Ids of comments that the feed names and the page, read since, does not show: answers to a comment that is hidden."""
    before = set(run.checkpoints.refs("hidden_comments"))
    hidden = []
    for item in found.discussed:
        row = run.context.held(run.addresses.canonical(item.address))
        if item.comment_id and not run.store.ask(holdings.has_comment, run.site_id, item.comment_id):
            hidden += [item.comment_id] if item.comment_id in before or (row and row["checked_at"] >= since) else []
    return hidden


def remember(run: Run, found: DiscoveredUrls, since: str) -> None:
    """What this reading of the lists came to, for status and for the next run. ``since``: when the run began."""
    run.sweep.finish("pages")
    if not found.named:
        return
    now, was = run.store.now(), set(run.checkpoints.refs("unlisted"))
    if found.whole:
        there = run.store.ask(held_addresses.there, run.site_id)
        unlisted = ((a, at) for a, at, by_rest in there if a not in found.addresses and not (by_rest and not run.pages_are_the_text))
        was = {address for address, checked_at in unlisted if address in was or checked_at >= since}
    notes: dict[Kind, list[Checkpoint]] = {"unlisted": as_refs(sorted(was))}
    if found.discussed:
        notes["hidden_comments"] = as_refs(hidden_comments(run, found, since))
    if found.by:
        notes["listed_by"] = [Checkpoint(value=found.by)]
    if found.followed:
        notes["followed"] = [Checkpoint(at=now)]
    if found.compared:
        notes["compared"] = [Checkpoint(at=now)]
    if found.sections:
        notes["sections"] = as_refs(found.sections)
    columns = {"total": len(found.addresses), "walked_at": now} if found.whole else {}
    run.store.save_list(run.site_id, "pages", notes, door=found.by or "listing", url=run.site.home, checked_at=now, **columns)
    remember_counts(run, found)


def remember_counts(run: Run, found: DiscoveredUrls) -> None:
    """How many articles each list named, how many of them are held, and how many a rule explains."""
    held = HeldPages(run.store.ask(held_addresses.known_addresses, run.site_id))
    explained = run.store.ask(beside_rest.explained_addresses, run.site_id)
    for name, named in found.named.items():
        there = sum(address in held for address in named)
        settled = sum(address in explained for address in named)
        row = run.remembered(name)
        kept = {"door": row.get("door") or name, "url": row["url"] or run.site.home}
        counts = {"total": len(named), "held": there, "explained": settled}
        run.store.save_list(run.site_id, name, **kept, **counts, checked_at=run.store.now())


class HeldPages:
    """The pages of some addresses, in whatever spelling one asks for them."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = set(addresses)

    def __contains__(self, address: str) -> bool:
        return address in self._addresses or page_key(address) in self._keys

    @cached_property
    def _keys(self) -> set[PageKey]:
        """Worked out when first asked for: lists mostly name addresses as they are held."""
        return {page_key(address) for address in self._addresses}

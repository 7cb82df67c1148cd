"""Takes what the lists of a site name, and gives the addresses whose pages are read in this run as the text of articles: all of a site
without REST, and beside REST those that it does not give."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING

from archive.clock import later
from archive.queries import backlog, beside_rest, held_addresses, holdings
from archive.queries.held_addresses import HeldAddress
from archive.store.verdicts import Finding, verdicts
from crawler.discover.discovered import DiscoveredUrls
from crawler.discover.feed import feed_time
from crawler.discover.reconsider import again
from crawler.extract.version import extractor

if TYPE_CHECKING:
    from crawler.discover.site_lists import SiteLists
    from crawler.session.session import Run

ASKED_AT_MOST = 100  # articles that a list lacks all of a sudden, or 2 % of those held
AHEAD = 26  # hours that a lastmod may lie ahead: a day alone, or a clock of another zone. Later ones wait, or are read in every run


def pages_to_read(run: Run, found: DiscoveredUrls) -> list[str]:
    """Addresses in the order in which they are read: what is listed, what has news, what was not obtained before, what is no longer
    listed, what the sweep takes. On a site with REST: of the articles alone that REST does not give."""
    if not (run.pages_are_the_text or found.named or run.store.ask(beside_rest.count_beside, run.site_id)):
        return []
    rows = run.store.ask(held_addresses.addresses, run.site_id)
    held = {row.address: row for row in rows if run.pages_are_the_text or not row.by_rest}
    certain = run.store.ask(backlog.pages_wanted, run.site_id)
    certain += discussed_anew(run, found, held)
    certain += run.store.ask(backlog.cut_threads, run.site_id)
    certain += _unlisted(run, found, held)
    certain += [look.url for look in run.sweep.due_again("pages")]
    due = dict.fromkeys(_listed(run, found, held, _explained(run)))
    for address in certain:
        due[address] = None
        found.claims.pop(address, None)
    return list(due)


def _explained(run: Run) -> dict[str, Finding]:
    """Address -> why it is no article, of those that need not be asked for again now. A full run asks for all."""
    if run.options.mode != "update":
        return {}
    found = run.store.ask(verdicts, run.site_id)
    if not found:
        return {}  # the extractor's name takes a while to work out
    for address in again(found.values(), run.store.now(), run.sweep_days, extractor(run.site)):
        del found[address]
    return found


def _listed(run: Run, found: DiscoveredUrls, held: Mapping[str, HeldAddress], explained: Mapping[str, Finding]) -> Iterator[str]:
    """What the lists name and the archive lacks, and what they say has changed: ``found.claims`` says which list alone says so."""
    latest = later(run.store.now(), hours=AHEAD)
    for address, lastmod in found.addresses.items():
        row = held.get(address)
        if found.is_given(address):
            continue
        if (row is None and address not in explained) or (row and (row.missing_since or run.options.mode == "full")):
            yield address
        elif name := _claimed_by(found, address, lastmod, latest, row.checked_at if row else None, explained.get(address)):
            found.claims[address] = name
            yield address


def _claimed_by(
    found: DiscoveredUrls, address: str, lastmod: str, latest: str, checked_at: str | None, verdict: Finding | None
) -> str | None:
    """Which list says that a page has changed since it was read; None for none. ``latest``: a time beyond which none is believed."""
    if address in found.news:
        return "feed"
    if verdict is not None and checked_at is None:
        changed = bool(lastmod) and lastmod != verdict.lastmod
    else:
        at = _utc(lastmod) if lastmod else None
        read_at = checked_at if checked_at and checked_at <= latest else ""  # a clock was ahead then: who knows when it was
        changed = at is not None and read_at < at <= latest
    item = found.items.get(address)
    return ("feed" if item is not None and item.updated_at == lastmod else "sitemap") if changed else None


def discussed_anew(run: Run, found: DiscoveredUrls, held: Container[str]) -> list[str]:
    """Addresses of held articles under which the comments feed names a comment that is not held."""
    hidden = set(run.checkpoints.refs("hidden_comments"))
    unheld = [i for i in found.discussed if i.comment_id and not run.store.ask(holdings.has_comment, run.site_id, i.comment_id)]
    fresh = dict.fromkeys(run.addresses.canonical(i.address) for i in unheld if i.comment_id not in hidden)
    return [address for address in fresh if address in held]


async def pages_of_threads(run: Run, lists: SiteLists, swept: list[str]) -> list[str]:
    """Where REST gives the articles and not the comments: what is discussed anew, what was cut short, and the sweep's share."""
    await lists.feeds.read_discussed()
    anew = discussed_anew(run, lists.found, {*run.store.ask(held_addresses.known_addresses, run.site_id)})
    return [*anew, *run.store.ask(backlog.cut_threads, run.site_id), *swept]


def _utc(lastmod: str) -> str | None:
    return feed_time(lastmod) or (f"{lastmod}T23:59:59Z" if len(lastmod) == 10 else None)


def _unlisted(run: Run, found: DiscoveredUrls, held: Mapping[str, HeldAddress]) -> list[str]:
    """Held articles that a whole list no longer names, and missing ones that are due for their second confirmation.

    Each is asked for by itself before anything is said of it. A list that suddenly lacks many is more likely broken than
    right: then as many are asked for as tell which it is. One that answered though no list names it waits for the sweep.
    """
    never = set(run.checkpoints.refs("unlisted"))
    elsewhere = never if run.options.mode == "update" else set()
    now, again, absent = run.store.now(), [], []
    for address, row in held.items():
        if address != row.url or address in found.addresses or row.gone_at:
            continue
        if row.missing_since:
            again += [address] if later(row.missing_since, hours=run.gone_after) <= now else []
        elif (found.whole or run.options.mode == "full") and address not in elsewhere:
            absent.append(address)
    last = run.remembered("pages")
    if found.whole and last["walked_at"] and run.checkpoints.listed_by() == found.by:
        found.unlisted = {*again, *absent} - never
    return again + (absent[: max(ASKED_AT_MOST, run.held("article") // 50 + 1)] if absent else [])

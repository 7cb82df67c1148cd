"""Which pages of a site without REST are read in this run, and what must be known before: the site's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archive.clock import later
from archive.queries import backlog, beside_rest, holdings
from crawler.discover.discovered import DiscoveredUrls
from crawler.discover.feed import feed_time

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
    held = run.store.ask(holdings.addresses, run.site_id)
    held = held if run.pages_are_the_text else {address: row for address, row in held.items() if not row["by_rest"]}
    settled = run.store.ask(holdings.explained_gaps, run.site_id) if run.options.mode == "update" else set()
    named = {address: lastmod for address, lastmod in found.addresses.items() if not found.is_given(address)}
    due = [a for a, lastmod in named.items() if a in found.news or (a not in settled and _is_due(run, held.get(a), lastmod))]
    due += [address for address in run.store.ask(beside_rest.open_gaps, run.site_id) if not found.is_given(address)]
    due += discussed_anew(run, found, held)
    due += run.store.ask(backlog.cut_threads, run.site_id)
    due += _unlisted(run, found, held)
    due += [look.url for look in run.sweep.due_again("pages")]
    return list(dict.fromkeys(due))


def discussed_anew(run: Run, found: DiscoveredUrls, held: Mapping[str, Any]) -> list[str]:
    """Addresses of held articles under which the comments feed names a comment that is not held."""
    hidden = set(run.checkpoints.refs("hidden_comments"))
    unheld = [i for i in found.discussed if i.comment_id and not run.store.ask(holdings.has_comment, run.site_id, i.comment_id)]
    fresh = dict.fromkeys(run.addresses.canonical(i.address) for i in unheld if i.comment_id not in hidden)
    return [address for address in fresh if address in held]


async def pages_of_threads(run: Run, lists: SiteLists, swept: list[str]) -> list[str]:
    """Where REST gives the articles and not the comments: what is discussed anew, what was cut short, and the sweep's share."""
    await lists.feeds.read_discussed()
    anew = discussed_anew(run, lists.found, run.store.ask(holdings.addresses, run.site_id))
    return [*anew, *run.store.ask(backlog.cut_threads, run.site_id), *swept]


def _is_due(run: Run, row: dict[str, str] | None, lastmod: str) -> bool:
    if row is None or row["missing_since"] or run.options.mode == "full":
        return True
    at = _utc(lastmod) if lastmod else None
    return at is not None and row["checked_at"] < at <= later(run.store.now(), hours=AHEAD)


def _utc(lastmod: str) -> str | None:
    return feed_time(lastmod) or (f"{lastmod}T23:59:59Z" if len(lastmod) == 10 else None)


def _unlisted(run: Run, found: DiscoveredUrls, held: Mapping[str, dict[str, str]]) -> list[str]:
    """Held articles that a whole list no longer names, and missing ones that are due for their second confirmation.

    Each is asked for by itself before anything is said of it. A list that suddenly lacks many is more likely broken than
    right: then as many are asked for as tell which it is. One that answered though no list names it waits for the sweep.
    """
    never = set(run.checkpoints.refs("unlisted"))
    elsewhere = never if run.options.mode == "update" else set()
    now, again, absent = run.store.now(), [], []
    for address, row in held.items():
        if address != row["url"] or address in found.addresses or row["gone_at"]:
            continue
        if row["missing_since"]:
            again += [address] if later(row["missing_since"], hours=run.gone_after) <= now else []
        elif (found.whole or run.options.mode == "full") and address not in elsewhere:
            absent.append(address)
    last = run.remembered("pages")
    if found.whole and last["walked_at"] and run.checkpoints.listed_by() == found.by:
        found.unlisted = {*again, *absent} - never
    return again + absent[: max(ASKED_AT_MOST, run.held("article") // 50 + 1)]

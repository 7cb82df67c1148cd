"""What the lists of a site say that they do not show: takes a run and what its lists named, and names gaps. A feed may state how many
items it has in all, a listing that it shows 1 to 10 of 48; robots.txt or an index may name a list that is not given to us."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.queries import held_addresses, holdings
from archive.text.urls import page_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crawler.discover.discovered import DiscoveredUrls
    from crawler.session.session import Run

TOTAL, LIST = "total: ", "list: "  # with a list's address behind it: the names of such gaps
READ = "over-counted by the site, for the list was read to its end"


def compare_totals(run: Run, found: DiscoveredUrls) -> None:
    """A list that was read to its end over-counts; for any other one the articles that it does not name are there and not held."""
    if urlsplit(run.site.home).path not in ("", "/") or run.options.limit is not None:
        return  # a number may count what lies outside of the folder
    known = len(_known(run, found)) if found.totals else 0
    for address, total in found.totals.items():
        ref, lack = f"{TOTAL}{address}", total - known
        if lack <= 0:
            run.store.close_gap(run.site_id, ref)
            continue
        earlier = run.store.ask(holdings.gap, run.site_id, ref)
        reason = f"it counts {total} articles, the lists of the site name {known}"
        read = address in found.read_whole or (earlier is not None and earlier["reason"] == f"{reason}: {READ}")
        run.store.add_gap(run.site_id, kind="article", ref=ref, reason=f"{reason}: {READ}" if read else reason, explained=int(read))


def _known(run: Run, found: DiscoveredUrls) -> set[object]:
    """The pages that are held and there, those that a list names, and those that are gaps."""
    there = {row.url for row in run.store.ask(held_addresses.addresses, run.site_id) if not row.missing_since}
    gaps = {ref for ref in run.store.ask(holdings.gaps, run.site_id) if ref.startswith("http") and "#" not in ref}
    return {page_key(address) for address in (*there, *gaps, *(address for named in found.named.values() for address in named))}


def unread_lists(run: Run) -> list[str]:
    """Addresses of the lists that earlier runs could not read."""
    gaps = run.store.ask(holdings.gaps, run.site_id)
    return sorted(ref.removeprefix(LIST) for ref in gaps if ref.startswith(LIST))


def name_unread_lists(run: Run, unread: Mapping[str, str], forbidden: Iterable[str]) -> None:
    """``unread``: address of a list -> why nobody knows what it names. ``forbidden``: lists that robots.txt keeps us from."""
    named = {address: (why, 0) for address, why in unread.items()} | dict.fromkeys(forbidden, ("robots.txt", 1))
    for address in unread_lists(run):
        if address not in named:
            run.store.close_gap(run.site_id, f"{LIST}{address}")
    for address, (why, explained) in named.items():
        run.store.add_gap(run.site_id, kind="article", ref=f"{LIST}{address}", reason=why, explained=explained)

"""What has changed since the last run. One question shows what is new in a REST list; where the list's total differs from what is
held, counting finds where (``count_bisect``); the sweep reads old articles again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from archive.queries import holdings, rest_lists
from archive.store.coverage import kind_of_list
from crawler.errors import DoorClosed
from crawler.session.checkpoints import newest_rows
from crawler.session.outcome import ALARM
from crawler.wordpress import api as api
from crawler.wordpress.count_bisect import Search
from crawler.wordpress.lost_rows import close_lost_rows, failed_before, lost_rows

if TYPE_CHECKING:
    from crawler.wordpress.api import Listing
    from crawler.wordpress.crawl import Main, RestDoor

WITHHELD = "REST lists it and does not give it"
Mark = list[Any]  # [id, modified_gmt] of a post, [id, ""] of a comment


async def bring_up_to_date(door: RestDoor, collection: Main) -> None:
    """Walk through a list where that is due or was begun, else ask what has changed since."""
    row = door.row(collection)
    if row["walked_at"] and door.run.options.mode == "update":
        await changes(door, collection)
        return
    resumed = row["walk_started_at"] and not row["walked_at"]
    if not resumed:
        await door.begin_walk(collection)
    await door.walk(collection)
    if not door.row(collection)["walked_at"]:
        return
    if resumed:
        await changes(door, collection)  # the walk began in an earlier run: what has changed since?
    else:
        close_lost_rows(door, collection, lost_rows(door, collection))


async def changes(door: RestDoor, collection: Main) -> None:
    """One question when nothing has changed. Reads what is new by date or id; looks further when the total says there is more."""
    row = door.row(collection)
    last = door.run.checkpoints.newest(collection)
    listing, marks, news = await _probe(door, row["url"], collection, last)
    if last and not marks:
        await _is_empty(door, row["url"], listing, last)
    numbers, counted_at = [str(mark[0]) for mark in news], row["checked_at"] or "9999"
    unknown = door.store.ask(holdings.unknown, door.run.site_id, collection, numbers, since=counted_at)
    again = [*door.store.ask(holdings.not_believed, door.run.site_id, collection), *failed_before(door, collection)]
    there = await door.fetch(collection, [*dict.fromkeys([*(mark[0] for mark in news), *again])])
    withheld = {mark[0] for mark in news} - there
    _name_withheld(door, collection, withheld)
    expected = (row["total"] or 0) + len(unknown)
    lost = door.run.lost_comments if api.rows_of(collection) == "comments" else 0  # WordPress goes on counting those of a draft
    rows = lost_rows(door, collection)
    if rows or (listing.total is not None and listing.total not in (expected, expected - lost)):
        whole = await _explain(door, collection, listing.total)
        if whole:
            close_lost_rows(door, collection, rows)
    newest = last if withheld else marks  # what is new and was not given is asked for again by the next run
    columns = {"total": listing.total, "checked_at": door.store.now()}
    door.store.save_list(door.run.site_id, collection, newest_rows(collection, newest), **columns)


async def _is_empty(door: RestDoor, url: str, listing: Listing, last: list[Mark]) -> None:
    """A list that named items and names none now. Raises DoorClosed when it cannot be believed: it counts some, or gives one by its id."""
    response = None if listing.total else await door.run.web.get(api.item_url(url, str(last[0][0])), door="rest", any_status=True)
    if response is None or response.status == 200:
        raise DoorClosed(f"REST lists nothing, and {f'counts {listing.total:,}' if listing.total else f'gives {last[0][0]} by its id'}")


def _name_withheld(door: RestDoor, collection: Main, ids: set[int]) -> None:
    """Listed as new, asked for and not given: gaps with a name, until a run finds it otherwise; of what is held nothing is lacking."""
    kind, numbers = kind_of_list(collection), [str(number) for number in sorted(ids)]
    if kind not in door.asked_anew:  # all lists of a kind share these gaps
        door.store.forget_gaps(door.run.site_id, kind, WITHHELD)
    door.asked_anew.add(kind)
    if not ids:
        return
    for number in door.store.ask(holdings.unknown, door.run.site_id, collection, numbers):
        door.store.add_gap(door.run.site_id, kind=kind, ref=number, reason=WITHHELD, explained=0)
    door.run.outcome.add(ALARM, f"REST lists {kind} {numbers[0]} as new and does not give it ({len(numbers):,} in all)")


async def _probe(door: RestDoor, url: str, collection: Main, last: list[Mark]) -> tuple[Listing, list[Mark], list[Mark]]:
    """(first answer, its marks, all marks that are new); reads on when everything it sees is new."""
    first = await door.list_rows(api.probe_url(url, collection), collection, asked=api.PROBE)
    marks = api.marks_of(first.rows, collection)
    news = api.news(marks, last, collection)
    if not marks or len(news) < len(marks) or first.pages == 1:
        return first, marks, news
    more = await _modified(door, url, last) if api.rows_of(collection) == "posts" else None
    if more is None:
        more = await _further(door, url, collection, last, first)
    known_now = {tuple(mark) for mark in news}
    return first, marks, news + [mark for mark in more if tuple(mark) not in known_now]


async def _modified(door: RestDoor, url: str, last: list[Mark]) -> list[Mark] | None:
    """Marks of all posts modified since the last probe; None where the site does not tell them apart."""
    since = min(mark[1] for mark in last) if len(last) >= api.PROBE else ""
    found, paging = list[Mark](), api.Paging()
    while paging.more:
        listing = await door.list_rows(api.modified_url(url, since, paging.page), "posts")
        paging.turn(listing)
        marks = api.marks_of(listing.rows, "posts")
        if api.ignores_modified_after(marks, since):
            return None
        found += api.news(marks, last, "posts")
    return found


async def _further(door: RestDoor, url: str, collection: Main, last: list[Mark], first: Listing) -> list[Mark]:
    """Marks of the pages that follow the probe's first, while everything on them is new."""
    found, paging = list[Mark](), api.Paging()
    paging.turn(first)
    while paging.more:
        listing = await door.list_rows(api.probe_url(url, collection, paging.page), collection, asked=api.PROBE)
        paging.turn(listing)
        marks = api.marks_of(listing.rows, collection)
        news = api.news(marks, last, collection)
        found += news
        if len(news) < len(marks) or not marks:
            break
    return found


async def _explain(door: RestDoor, collection: Main, total: int | None) -> bool:
    """The total fell or rose for no visible reason, or a row was lost: find where, read what is unknown there, suspect what is absent.

    Returns whether all that was unknown was given.
    """
    found = await Search(door, collection).run(total)
    numbers = [str(number) for number in sorted(found.listed)]
    unknown = [int(number) for number in door.store.ask(holdings.unknown, door.run.site_id, collection, numbers)]
    there = await door.fetch(collection, unknown)
    door.run.absences.suspect("articles" if api.rows_of(collection) == "posts" else "comments", found.absent)
    return there >= set(unknown)


async def sweep(door: RestDoor, swept: Literal["posts", "comments"]) -> list[str]:
    """Read articles of all lists, or threads, again that are due, unasked: silent edits, retags, moved comments. Each has its turn
    within SWEEP_DAYS.

    Returns the articles' addresses.
    """
    looks = door.run.sweep.due_again(swept)
    due = {look.id: look.source_id for look in looks if look.source_id}
    if due and swept == "comments":
        await door.read_threads(list(due.values()))
    elif due:
        for name, held in door.store.ask(rest_lists.by_list, door.run.site_id, "article", due).items():
            there = await door.fetch(name, [int(number) for number in held.values()])
            door.run.absences.suspect("articles", [(row_id, number) for row_id, number in held.items() if int(number) not in there])
    door.run.sweep.finish(swept)
    return [look.url for look in looks]

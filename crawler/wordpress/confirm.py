"""Disappearance through REST: each suspect is asked for by itself before it is called missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.queries import holdings
from archive.store.absences import Table, due_again
from crawler.errors import DoorClosed
from crawler.items import Capture
from crawler.sequences import batches
from crawler.wordpress import api as api

if TYPE_CHECKING:
    from crawler.wordpress.crawl import Main, RestDoor

NOT_PUBLIC = (401, 404, 410)


async def confirm(door: RestDoor, collection: Main) -> None:
    """Ask for the suspects, and for what is due for its second confirmation; mark those that are not there."""
    run, ask = door.run, door.store.ask
    table: Table = "articles" if collection == "posts" else "comments"
    suspects = run.absences.suspects(collection) | dict(ask(holdings.unseen_by_walk, run.site_id, collection))
    suspects |= ask(holdings.source_ids, run.site_id, collection, run.absences.not_marked(table))
    due = dict(ask(due_again, run.site_id, table, door.store.now(), run.gone_after))
    absent = await _absent(door, collection, {**suspects, **due})
    if absent and collection == "comments":
        absent = await _under_articles_that_are_there(door, absent)
    newly = [row_id for row_id, _ in absent if row_id in suspects]
    marked = run.absences.may_mark(table, newly)
    for row_id, capture in absent:
        if row_id in marked or len(marked) == len(newly):
            run.absences.mark_missing(table, row_id, capture.id, capture.at)
    run.absences.clear_suspects(collection)


async def _under_articles_that_are_there(door: RestDoor, absent: list[tuple[int, Capture]]) -> list[tuple[int, Capture]]:
    """Those of the absent comments whose articles are not absent too: a removed article takes its thread along, and is what is told."""
    run, ask = door.run, door.store.ask
    gone = set[int]()
    for batch in batches(absent, api.PER_PAGE - 1):
        above = ask(holdings.articles_of, [row_id for row_id, _ in batch])
        gone |= {row_id for row_id, _ in await _absent(door, "posts", above)}
    if gone:
        run.absences.suspect("posts", ask(holdings.source_ids, run.site_id, "posts", list(gone)).items())
        await confirm(door, "posts")
    return [(row_id, capture) for row_id, capture in absent if not gone & ask(holdings.articles_of, [row_id]).keys()]


async def _absent(door: RestDoor, collection: Main, suspects: dict[int, str]) -> list[tuple[int, Capture]]:
    """(our id, capture) of the suspects that are not in an answer which does hold a witness, another item known to be public."""
    row, found = door.row(collection), list[tuple[int, Capture]]()
    marks = door.run.checkpoints.newest(collection)
    witness = next((mark[0] for mark in marks if str(mark[0]) not in suspects.values()), None)
    if witness is None:  # nothing else is listed
        return [(row_id, capture) for row_id, number in suspects.items() if (capture := await _absent_alone(door, row["url"], number))]
    for batch in batches(list(suspects.items()), api.PER_PAGE - 1):
        asked = [*(int(number) for _, number in batch), witness]
        listing, capture = await door.ask(api.include_url(row["url"], collection, asked, "id"), ())
        api.only(listing, asked)
        there = listing.ids
        if witness not in there:
            raise DoorClosed(f"REST does not give {collection} by their ids: {witness} was asked for and is not in the answer")
        found += [(row_id, capture) for row_id, number in batch if int(number) not in there]
    return found


async def _absent_alone(door: RestDoor, url: str, number: str) -> Capture | None:
    """The capture that shows that one item is not public; None when it is."""
    response = await door.run.web.get(api.item_url(url, number), door="rest", any_status=True)
    capture: Capture = response.meta["capture"]
    return capture if response.status in NOT_PUBLIC else None

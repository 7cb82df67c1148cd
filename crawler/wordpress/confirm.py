"""Disappearance through REST: each suspect is asked for by itself before it is called missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.queries import holdings, rest_lists
from archive.store.absences import Table, due_again
from archive.store.coverage import Kind
from crawler.errors import DoorClosed
from crawler.items import Capture
from crawler.sequences import batches
from crawler.wordpress import api as api

if TYPE_CHECKING:
    from crawler.wordpress.crawl import Main, RestDoor

NOT_PUBLIC = (401, 404, 410)
KINDS: dict[Table, Kind] = {"articles": "article", "comments": "comment"}
Absent = list[tuple[int, Capture]]  # (our id, the capture that shows it)


async def confirm(door: RestDoor, table: Table) -> None:
    """Ask for the suspects of all lists, and for what is due for its second confirmation; mark those that are not there."""
    run, ask = door.run, door.store.ask
    lists = door.article_lists() if table == "articles" else door.comment_lists()
    suspects = run.absences.suspects(table)
    for name in lists:
        suspects |= dict(ask(holdings.unseen_by_walk, run.site_id, name))
    suspects |= ask(holdings.source_ids, run.site_id, KINDS[table], run.absences.not_marked(table))
    due = dict(ask(due_again, run.site_id, table, door.store.now(), run.gone_after))
    absent = await _absent_from_lists(door, table, {**suspects, **due})
    if absent and table == "comments":
        absent = await _under_articles_that_are_there(door, absent)
    newly = [row_id for row_id, _ in absent if row_id in suspects]
    marked = run.absences.may_mark(table, newly)
    for row_id, capture in absent:
        if row_id in marked or len(marked) == len(newly):
            run.absences.mark_missing(table, row_id, capture.id, capture.at)
    run.absences.clear_suspects(table)


async def _absent_from_lists(door: RestDoor, table: Table, suspects: dict[int, str]) -> Absent:
    """Those of the suspects that neither the list that named them gives, nor another one: an article may have changed its type."""
    absent: Absent = []
    for name, named in door.store.ask(rest_lists.by_list, door.run.site_id, KINDS[table], suspects).items():
        absent += await _absent(door, name, named)
    for name in door.article_lists() if absent and table == "articles" else ():
        absent = await _moved(door, name, absent, suspects)
    return absent


async def _moved(door: RestDoor, name: Main, absent: Absent, suspects: dict[int, str]) -> Absent:
    """Those of the absent articles that this list does not give either; what it gives is its own from now on."""
    own = door.store.ask(rest_lists.by_list, door.run.site_id, "article", {row_id: suspects[row_id] for row_id, _ in absent}).get(name, {})
    others = [int(suspects[row_id]) for row_id, _ in absent if row_id not in own]
    there = {str(number) for number in await door.fetch(name, others)}
    door.store.move_to_list(door.run.site_id, there, name)
    return [(row_id, capture) for row_id, capture in absent if suspects[row_id] not in there]


async def _under_articles_that_are_there(door: RestDoor, absent: Absent) -> Absent:
    """Those of the absent comments whose articles are not absent too: a removed article takes its thread along, and is what is told."""
    run, ask = door.run, door.store.ask
    gone = set[int]()
    for batch in batches(absent, api.PER_PAGE - 1):
        above = ask(holdings.articles_of, [row_id for row_id, _ in batch])
        gone |= {row_id for row_id, _ in await _absent_from_lists(door, "articles", above)}
    if gone:
        run.absences.suspect("articles", ask(holdings.source_ids, run.site_id, "article", gone).items())
        await confirm(door, "articles")
    return [(row_id, capture) for row_id, capture in absent if not gone & ask(holdings.articles_of, [row_id]).keys()]


async def _absent(door: RestDoor, collection: Main, suspects: dict[int, str]) -> Absent:
    """(our id, capture) of the suspects that are not in an answer which does hold a witness, another item known to be public."""
    row, found = door.row(collection), list[tuple[int, Capture]]()
    marks = door.run.checkpoints.newest(collection)
    witness = next((mark[0] for mark in marks if str(mark[0]) not in suspects.values()), None)
    if witness is None:  # nothing else is listed
        return [(row_id, capture) for row_id, number in suspects.items() if (capture := await _absent_alone(door, row["url"], number))]
    for batch in batches(list(suspects.items()), api.PER_PAGE - 1):
        asked = [*(int(number) for _, number in batch), witness]
        listing, capture = await door.ask(api.include_url(row["url"], api.rows_of(collection), asked, "id"), ())
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

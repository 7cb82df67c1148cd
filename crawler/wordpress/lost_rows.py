"""Rows of REST lists that failed in an earlier run and whose ids were not told. Takes a list; reads what it names and the archive lacks,
and closes these gaps once the list can be read without a failure and all that it names is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.queries import holdings
from archive.store.coverage import kind_of_list
from crawler.wordpress import api as api
from crawler.wordpress.degrade import FAILS, row_of
from crawler.wordpress.question import list_name

if TYPE_CHECKING:
    from crawler.wordpress.crawl import Main, RestDoor


def lost_rows(door: RestDoor, collection: Main) -> list[str]:
    """What the gaps are called that stand for rows of a list."""
    name = list_name(door.row(collection)["url"])
    return door.store.ask(holdings.gap_refs, door.run.site_id, kind_of_list(collection), row_of(name))


def failed_before(door: RestDoor, collection: Main) -> list[int]:
    """Ids at which REST failed in an earlier run: they are asked for again, as many as one question holds."""
    kind = kind_of_list(collection)
    return door.store.ask(holdings.failed_ids, door.run.site_id, kind, FAILS)[: api.PER_PAGE]


def close_lost_rows(door: RestDoor, collection: Main, refs: list[str]) -> None:
    """All that this list names was read in this run, if none of its rows failed. Lists of several languages share their rows' names."""
    name, rows = list_name(door.row(collection)["url"]), api.rows_of(collection)
    door.read_whole.add(collection)
    lists = door.article_lists() if rows == "posts" else door.comment_lists()
    sharing = {each for each in lists if list_name(door.row(each)["url"] or "") == name}
    if refs and name not in door.questions.lost and sharing <= door.read_whole:
        door.store.drop_gaps(door.run.site_id, kind_of_list(collection), refs)

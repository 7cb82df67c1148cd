"""Reads the articles of a REST API, out of all its lists: posts, further types and further languages, each in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import BadStatus, DoorClosed, FetchError, Forbidden, Limited, OutsideSite, RestGone, is_closed
from crawler.session.outcome import UNREACHABLE
from crawler.wordpress.confirm import confirm
from crawler.wordpress.find_lists import find_languages, find_types, is_due, look_for_all_languages, look_without_totals, open_all_languages
from crawler.wordpress.languages import ALL, gives_all, with_language
from crawler.wordpress.updates import bring_up_to_date, changes, sweep

if TYPE_CHECKING:
    from crawler.wordpress.crawl import RestDoor


async def read_articles(door: RestDoor) -> list[str]:
    """Bring every list of articles up to date, read again what is due, and settle what is missing.

    Returns the addresses of what was read again. Raises RestGone where the site has closed the list of posts, DoorClosed where that
    cannot be relied on, Limited. Of another list that fails a person is told, and the others are read.
    """
    due = is_due(door.run)
    try:
        await _read_posts(door, due=due)
    except (BadStatus, Forbidden) as error:
        if is_closed(error):
            raise RestGone(str(error)) from error
        raise
    door.run.closed_doors.note_open("posts")
    if due:
        await find_types(door)
        await find_languages(door)
    for row in door.store.article_lists(door.run.site_id, walked=True):
        if row["name"] != "posts":
            await _read_list(door, row["name"], was_closed=bool(row["closed"]))
    swept = await sweep(door, "posts")
    await confirm(door, "articles")
    return swept


async def _read_posts(door: RestDoor, *, due: bool) -> None:
    """The list of posts, in all languages where the site gives them so. ``due``: this run looks whether it does."""
    row, full = door.row("posts"), door.run.options.mode == "full"
    begins = not row["walk_started_at"] or (full and row["walked_at"])
    if due and begins and not gives_all(row["url"]):
        await _walk_posts(door, row["url"])
        return
    if due:
        await look_for_all_languages(door)
    await bring_up_to_date(door, "posts")


async def _walk_posts(door: RestDoor, usual: str) -> None:
    """A walk before which what is newest is asked for in all languages: no request more, for where that is not understood the answer is
    the usual one. Where the walk's own answers count less, the rest is hidden in other languages, and is found by counting."""
    try:
        await door.begin_walk("posts", with_language(usual, ALL))
    except (BadStatus, Forbidden, DoorClosed) as error:
        if isinstance(error, BadStatus) and is_closed(error):
            raise
        await door.begin_walk("posts")
    everything, counted = door.row("posts")["total"], await door.walk("posts")
    if counted is None or everything is None:
        await look_without_totals(door)
    elif everything != counted:
        door.store.save_list(door.run.site_id, "posts", total=counted)
        if everything > counted:
            open_all_languages(door)
    row = door.row("posts")
    if gives_all(row["url"]) and row["walked_at"]:
        await changes(door, "posts")
    elif gives_all(row["url"]) and not row["walk_started_at"]:
        await bring_up_to_date(door, "posts")


async def _read_list(door: RestDoor, name: str, *, was_closed: bool) -> None:
    """One list beside posts. One that a site closed after it had been read is asked again in every run: a firewall's bad night is no
    end of it."""
    run = door.run
    if was_closed:
        run.store.save_list(run.site_id, name, closed=None)
    try:
        await bring_up_to_date(door, name)
    except Limited:
        raise
    except (FetchError, OutsideSite, DoorClosed) as error:
        if not is_closed(error):
            run.outcome.add(UNREACHABLE, f"REST's list {name} was not read in this run: {error}")
            return
        run.store.save_list(run.site_id, name, closed=str(error))
        run.outcome.note(f"REST does not give {name}: {error}")
        if not was_closed and not is_due(run):
            await find_types(door)  # is there such a type at all?

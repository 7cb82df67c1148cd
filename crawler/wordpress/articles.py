"""Reads the articles of a REST API, out of all its lists: posts, further types and further languages, each in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import BadStatus, DoorClosed, FetchError, Forbidden, Limited, OutsideSite, RestGone, is_closed
from crawler.session.outcome import UNREACHABLE
from crawler.wordpress.confirm import confirm
from crawler.wordpress.find_lists import find_languages, find_types, is_due, open_all_languages
from crawler.wordpress.updates import bring_up_to_date, sweep

if TYPE_CHECKING:
    from crawler.wordpress.crawl import RestDoor


async def read_articles(door: RestDoor) -> list[str]:
    """Bring every list of articles up to date, read again what is due, and settle what is missing.

    Returns the addresses of what was read again. Raises RestGone where the site has closed the list of posts, DoorClosed where that
    cannot be relied on, Limited. Of another list that fails a person is told, and the others are read.
    """
    due = is_due(door.run)
    if due:
        await open_all_languages(door)
    try:
        await bring_up_to_date(door, "posts")
    except (BadStatus, Forbidden) as error:
        if is_closed(error):
            raise RestGone(str(error)) from error
        raise
    if due:
        await find_types(door)
        await find_languages(door)
    for row in door.store.article_lists(door.run.site_id, walked=True):
        if row["name"] != "posts":
            await _read_list(door, row["name"], was_closed=bool(row["closed"]))
    swept = await sweep(door, "posts")
    await confirm(door, "articles")
    return swept


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

"""The names of the authors, tags and categories that REST articles refer to by id."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from html import unescape
from typing import TYPE_CHECKING, Any, Literal

from archive.queries.holdings import known_names
from crawler.errors import DoorClosed, FetchError, Limited, OutsideSite
from crawler.extract.dom.intended import escaped_once_more
from crawler.extract.dom.tree import clean_text
from crawler.items import Author, Term, TermKind
from crawler.wordpress import api as api

if TYPE_CHECKING:
    from crawler.session.session import Run

logger = logging.getLogger(__name__)
Names = Literal["users", "categories", "tags"]
Name = Callable[[Names, int], dict[str, Any] | None]  # what REST says of one author, category or tag
TERMS: tuple[tuple[Names, TermKind], ...] = (("categories", "category"), ("tags", "tag"))
COLUMN: dict[Names, str] = {"users": "author", "categories": "categories", "tags": "tags"}


class Terms:
    """Knows the names that the archive knows, and asks for others: a whole list at first, single ids after that."""

    def __init__(self, run: Run, ask: Callable[..., Awaitable[api.Listing]]) -> None:
        self.run, self.ask = run, ask
        self.names: dict[Names, dict[int, dict[str, Any]]] = {}
        self.names.update(run.store.ask(known_names, run.site_id))  # type: ignore[arg-type]
        self.closed: set[Names] = set()
        self.unread: dict[Names, set[int]] = {collection: set() for collection in COLUMN}  # rows at which REST fails: an id without a name

    @property
    def authors_closed(self) -> bool:
        """The site does not tell who its authors are: only pages do."""
        return "users" in self.closed

    async def learn(self, rows: list[dict[str, Any]]) -> None:
        """Make sure that every name these articles refer to is known, as far as the site tells it."""
        for collection, column in COLUMN.items():
            missing = sorted({number for row in rows for number in _numbers(row.get(column))} - set(self.names[collection]))
            if missing and collection not in self.closed:
                try:
                    await self._fetch(collection, missing)
                    self.closed |= {collection} if self.unread[collection] & set(missing) else set()
                except Limited:
                    raise
                except (FetchError, OutsideSite, DoorClosed) as error:
                    logger.info("%s are not told: %s", collection, error)
                    self.closed.add(collection)

    async def _fetch(self, collection: Names, missing: list[int]) -> None:
        lists = [row["url"] for row in self.run.store.language_lists(self.run.site_id, collection)]
        assert lists, "the lists are remembered when the door is opened"
        if not self.names[collection]:  # the first time: the whole list costs less than many single questions
            await self._fetch_all(collection, lists[0])
        for address in lists:  # of a further language, only what the usual list does not give
            missing = [number for number in missing if number not in self.names[collection]]
            for start in range(0, len(missing), api.PER_PAGE):
                url = api.include_url(address, collection, missing[start : start + api.PER_PAGE])
                self._keep(collection, (await self.ask(url, collection, required=("name",))).rows)

    async def _fetch_all(self, collection: Names, address: str) -> None:
        paging = api.Paging()
        while paging.more:
            url = api.endpoint(address, "", per_page=api.PER_PAGE, page=paging.page, _fields=api.FIELDS[collection])
            listing = await self.ask(url, collection, required=("name",))
            paging.turn(listing)
            self._keep(collection, listing.rows)

    def _keep(self, collection: Names, rows: list[dict[str, Any]]) -> None:
        told = {row["id"]: row for row in rows if isinstance(row.get("name"), str)}
        self.names[collection].update(told)
        self.unread[collection] = (self.unread[collection] | {row["id"] for row in rows}) - self.names[collection].keys()

    def authors(self, row: dict[str, Any]) -> tuple[Author, ...]:
        return authors_of(row, lambda collection, number: self.names[collection].get(number))

    def terms(self, row: dict[str, Any]) -> tuple[Term, ...] | None:
        """None where the site does not tell all of their names today: no tags would read like an edit."""
        if any(name in row and not isinstance(row[name], list) for name, _ in TERMS):
            return None
        for collection, _ in TERMS:
            if collection in self.closed and not self.names[collection].keys() >= {*_numbers(row.get(collection))}:
                return None
        return terms_of(row, lambda collection, number: self.names[collection].get(number))


def authors_of(row: dict[str, Any], name: Name) -> tuple[Author, ...]:
    """Who signs a post, as far as REST tells: one author."""
    known = (name("users", number) for number in _numbers(row.get("author")))
    return tuple(Author(plain(user["name"]), text(user.get("link")), str(user["id"])) for user in known if user)


def terms_of(row: dict[str, Any], name: Name) -> tuple[Term, ...]:
    """The categories and tags of a post."""
    found = []
    for collection, kind in TERMS:
        for number in _numbers(row.get(collection)):
            if term := name(collection, number):
                found.append(Term(kind, plain(term["name"]), text(term.get("slug")), str(number)))
    return tuple(found)


def _numbers(value: object) -> list[int]:
    """Ids as REST gives them: one number, or a list of them; anything else is none."""
    values = value if isinstance(value, list) else [value]
    return [number for number in values if isinstance(number, int) and number > 0]


def plain(name: object) -> str:
    """A name as text: REST escapes & and the like."""
    return escaped_once_more(" ".join(clean_text(unescape(str(name))).split()))


def text(value: object) -> str:
    """A string as REST gives it; '' for anything else."""
    return clean_text(value) if isinstance(value, str) else ""

"""One answer of a REST list: takes its body and headers, and gives its rows, and how many more there are. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.errors import DoorClosed
from crawler.wordpress.salvage import as_rows, read_json

if TYPE_CHECKING:
    from scrapy.http import Response

PER_PAGE = 100  # the API's maximum


@dataclass(frozen=True, slots=True)
class Listing:
    """``total``: how many rows the list has in all, None where the site does not say. ``pages``: of as many rows as were asked for;
    one more than the present one where the site does not say and this one has rows."""

    rows: list[dict[str, Any]]
    total: int | None
    pages: int
    unnamed: tuple[dict[str, Any], ...] = ()  # rows without an id
    around: str = ""  # what stood before or after the JSON

    @property
    def ids(self) -> set[int]:
        return {row["id"] for row in self.rows}


def read_listing(body: bytes, headers: Mapping[str, str], required: tuple[str, ...], asked: int = PER_PAGE, page: int = 1) -> Listing:
    """The rows of an answer, checked: ids are whole numbers, some of the required fields are there, no more rows than asked for.

    ``headers`` have lower-case names; ``page`` is the one asked for. Raises DoorClosed, saying what was wrong.
    """
    try:
        value, around = read_json(body)
    except ValueError as error:
        raise DoorClosed("REST answers something that is no JSON") from error
    rows = as_rows(value)
    if rows is None:
        raise DoorClosed("REST answers something that is no list")
    named = [row | {"id": number} for row in rows if (number := _number(row.get("id"))) is not None]
    if rows and not named and asked > 1:  # a row that was asked for by itself is told in ``unnamed``: it says nothing of the others
        raise DoorClosed("REST leaves out whole-number ids")
    if named and required and not any(name in row for row in named for name in required):
        raise DoorClosed(f"REST leaves out {', '.join(required)}")
    if len(rows) > asked:
        raise DoorClosed(f"REST ignores per_page: {len(rows)} rows where {asked} were asked for")
    total, pages = _count(headers, "x-wp-total"), _count(headers, "x-wp-totalpages")
    if total is not None and total < len(rows):
        total = None  # it is wrong, and nothing is counted with it
    told = [pages or 0, -(-total // asked)] if total is not None else [pages] if pages else [page + 1 if rows else page]
    return Listing(named, total, max(told), tuple(row for row in rows if _number(row.get("id")) is None), around)


def headers_of(response: Response) -> dict[str, str]:
    """The last value of each header of a response, by its name in lower case."""
    return {name.decode("latin-1").lower(): value[-1].decode("latin-1") for name, value in response.headers.items()}


def _number(value: object) -> int | None:
    """An id; some plugins make a string of it."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _count(headers: Mapping[str, str], name: str) -> int | None:
    """A number that a header tells; None where it is not there, or none. A proxy may join two headers of one name."""
    value = headers.get(name, "").rpartition(",")[2].strip()
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None


def is_time(value: object) -> bool:
    """Whether a field is a time as REST writes it. WordPress has articles of the year 0 and before, where a date was lost."""
    try:
        return isinstance(value, str) and len(value) == 19 and value[10] == "T" and bool(datetime.fromisoformat(value))
    except ValueError:
        return False

"""The pieces of a question to a REST list: what failed of it, whether less may work, and several answers as the one that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.errors import BadStatus, DoorClosed, Unreachable
from crawler.items import Capture
from crawler.wordpress.listing import Listing

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.wordpress.question import ListQuestion

SIZES = (100, 50, 20, 10, 1)  # rows a question, from the API's maximum down
TOO_MUCH = (400, 408, 413, 414, 500, 502, 503, 504, 507, 508, 520, 521, 522, 524)  # what a question for less may not get
HOPELESS = 7  # failures, without any success, after which a question is given up; an answer that never came counts twice
BAD_ROWS = 5  # of one question: more is no bad row
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pieces(Capture):
    """The capture of the last of several answers that together are one; ``parts`` are the rows and the capture of each."""

    parts: tuple[tuple[list[Row], Capture], ...] = ()


def parts_of(rows: list[Row], capture: Capture) -> list[tuple[list[Row], Capture]]:
    """These rows of an answer, by the captures that hold them; at least one part."""
    if not isinstance(capture, Pieces):
        return [(rows, capture)]
    wanted = {id(row) for row in rows}
    parts = [([row for row in part if id(row) in wanted], holder) for part, holder in capture.parts]
    return [part for part in parts if part[0]] or [(rows, capture)]


class Refused(DoorClosed):
    """A list does not take a parameter: ``names`` says which."""

    def __init__(self, message: str, names: set[str]) -> None:
        super().__init__(message)
        self.names = names


class KeptWaiting(BadStatus):
    """The site asks to be left alone for a while: that is no reason to ask it for less."""


@dataclass(slots=True)
class Attempt:
    """One question on its way: how often it failed and what of it was found."""

    question: ListQuestion
    required: tuple[str, ...]
    failures: int = 0
    worked: bool = False
    smallest: int = 101  # size at which it failed
    bad: list[int] = field(default_factory=list)  # rows that fail by themselves
    gaps: list[tuple[str, str]] = field(default_factory=list)  # (what it is called, why it failed) of those of which nothing is told

    def fail(self, error: Exception, size: int) -> None:
        """Raises DoorClosed when there is no hope left."""
        self.smallest = min(self.smallest, size)
        self.failures += 2 if isinstance(error, Unreachable) else 1
        if (not self.worked and self.failures >= HOPELESS) or len(self.bad) > BAD_ROWS:
            raise DoorClosed(f"REST gives no answer that makes sense, not even a short one: {error}") from error


def smaller(size: int) -> int:
    """The next size to try."""
    return next(each for each in SIZES if each < size or each == 1)


def ends(listing: Listing, reached: int) -> bool:
    """Whether a list goes no further than this piece of it, which reaches to its ``reached``-th row."""
    return reached >= listing.total if listing.total is not None else not listing.rows


def asks_to_wait(response: Response) -> bool:
    return response.status == 429 or bool(response.headers.get("Retry-After"))


def is_too_much(error: Exception) -> bool:
    """Whether a question for fewer rows may be answered where this one was not."""
    if isinstance(error, BadStatus):
        return error.status in TOO_MUCH and not isinstance(error, KeptWaiting)
    if isinstance(error, Unreachable):  # nobody there is nobody there, however little is asked
        return "ConnectionRefused" not in type(error.__cause__).__name__ and "CannotResolve" not in type(error.__cause__).__name__
    return isinstance(error, DoorClosed) and not isinstance(error, Refused)


def joined(question: ListQuestion, parts: list[tuple[Listing, Capture]]) -> tuple[Listing, Capture]:
    """Several answers as the one that was asked for."""
    if not parts:
        raise DoorClosed("REST fails at every row of a page")
    rows = [row for listing, _ in parts for row in listing.rows]
    totals = [listing.total for listing, _ in parts if listing.total is not None]
    total = totals[-1] if totals else None
    open_end = total is None and bool(parts[-1][0].rows)
    pages = -(-total // question.size) if total is not None else question.page + int(open_end)
    last = parts[-1][1]
    unnamed = tuple(row for listing, _ in parts for row in listing.unnamed)
    capture = Pieces(last.id, last.at, last.truncated, tuple((listing.rows, holder) for listing, holder in parts))
    return Listing(rows, total, max(pages, question.page if rows else 1), unnamed), capture

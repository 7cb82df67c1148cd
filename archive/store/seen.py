"""One observation: what a door showed goes into the store together with when, through which captures, and by which code it was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """When and through which exchanges something was observed, and by which code it was read."""

    at: str
    captures: tuple[tuple[int, str], ...]  # (capture id, part: rest, page, page-2, ...)
    extractor: str

"""What is read in a document, of whatever format: its title and text, and what was not read."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import NamedTuple

RULES = 1  # of these readings: another number makes what is held be read again
LONGEST = 10_000_000  # characters of a text; a novel has one million
UNKNOWN = "no text is read in files of this format"


class DocumentText(NamedTuple):
    """What was read. ``note``: why there is no text, or not all of it; None where all was read."""

    title: str = ""
    text: str = ""
    note: str | None = None


@cache
def extractor_name() -> str:
    """Which code reads documents."""
    return f"documents {RULES}, pypdf {version('pypdf')}"

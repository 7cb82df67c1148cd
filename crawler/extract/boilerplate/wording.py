"""Takes the name of a file in the folder ``wordings`` and of a section in it, and gives its lines or one pattern of them all.

A file is plain text: ``[section]``, then one regular expression a line, then after ``>`` an example of what the line above it
finds, and after ``<`` something near to it that neither the line nor its rule may find. Lines that begin with ``#`` are remarks.
A file is read when the first of its sections is asked for, a pattern compiled when it is first used: a process that reads no page
pays for neither.
"""

from __future__ import annotations

import pkgutil
import re
from functools import cache
from typing import NamedTuple

_SECTION = re.compile(r"\[([a-z: ]+)\]")


class Example(NamedTuple):
    """``text`` is what ``line`` is meant to find, or, where ``found`` is False, must not find."""

    section: str
    line: str
    text: str
    found: bool


@cache
def _read(file: str) -> tuple[dict[str, tuple[str, ...]], tuple[Example, ...]]:
    """(section -> its lines, the examples). Raises OSError when there is no such file, ValueError for a line before any section."""
    content = pkgutil.get_data(__package__ or "", f"wordings/{file}.txt")  # in a zip file too
    sections: dict[str, list[str]] = {}
    examples: list[Example] = []
    section = ""
    for line in (content or b"").decode("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if header := _SECTION.fullmatch(line):
            section = header[1]
            sections[section] = []
        elif not section:
            raise ValueError(f"{file}.txt: {line!r} stands before any [section]")
        elif line.startswith(("> ", "< ")):
            examples.append(Example(section, sections[section][-1], line[2:], line[0] == ">"))
        else:
            sections[section].append(line)
    return {name: tuple(lines) for name, lines in sections.items()}, tuple(examples)


def sections_of(file: str) -> tuple[str, ...]:
    """The names of a file's sections, in its order."""
    return tuple(_read(file)[0])


def lines_of(file: str, section: str) -> tuple[str, ...]:
    """A section's regular expressions, in the order of the file. Raises KeyError when there is no such section."""
    return _read(file)[0][section]


def examples_of(file: str) -> tuple[Example, ...]:
    """The examples and counter-examples of all sections, in the order of the file."""
    return _read(file)[1]


def any_of(file: str, section: str) -> str:
    """A section as one regular expression: its lines are alternatives, the first that fits wins."""
    return f"(?:{'|'.join(lines_of(file, section))})"

"""Takes a unit and gives what the rules ask of it: its links, how much of it is linked, whether it is emphasised. Defines Label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from crawler.extract.dom.tree import Element, text_of
from crawler.extract.dom.units import Unit
from crawler.items import BlockKind

SENTENCE_END = re.compile(r"[.!?:;…\u3002\u061f\u06d4\"”’»)]\W*$")


_CLOCK = re.compile(r"(?:[\w.,]+ ){0,5}(?:at |um |à |- )?\d{1,2}[:.h]\d\d(?: ?[ap]\.?m\.?)?(?: (?:Uhr|[A-Z]{2,5}))?", re.I)
_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class Label:
    kind: BlockKind
    rule: str


BODY = Label("body", "container")
CAPTION = Label("caption", "media")


def block_kind(name: str, where: str) -> BlockKind:
    """The kind of that name. Raises ValueError, naming where the name stands, for any other."""
    kinds: tuple[BlockKind, ...] = get_args(BlockKind)
    for kind in kinds:
        if kind == name:
            return kind
    raise ValueError(f"{where}: {name!r} is no block kind; use one of {', '.join(kinds)}")


def link_share(unit: Unit) -> float:
    """Share of the unit's characters that are link text, 0 to 1."""
    return unit.link_share


def entry_times(units: Sequence[Unit]) -> set[int]:
    """The units that are the times of entries, in a report that goes on; empty where there are fewer than three."""
    found = {i for i, unit in enumerate(units) if len(unit.text) < 50 and _CLOCK.fullmatch(unit.text)}
    return found if len(found) >= _ENTRIES else set()


def anchors(unit: Unit) -> list[Element]:
    return unit.anchors


def is_emphasised(unit: Unit, tags: tuple[str, ...]) -> bool:
    """Is all of the unit's text inside such an element (at most a full stop or a blank outside)?"""
    size = sum(len(text_of(e)) for node in unit.nodes if not isinstance(node, str) for e in _outermost(node, tags))
    if size >= len(unit.text) - 3 and size > 0:
        return True
    return any(up.tag in tags for up in unit.place.iterancestors("em", "i", "strong", "b")) if unit.place.tag not in tags else True


def _outermost(node: Element, tags: tuple[str, ...]) -> list[Element]:
    if node.tag in tags:
        return [node]
    found: list[Element] = []
    for child in node:
        found += _outermost(child, tags)
    return found

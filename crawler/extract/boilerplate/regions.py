"""Takes a container and gives the boxes in it whose markup says what they are, by class names and ids of WordPress plugins and
themes (boilerplate/wordings/boxes.txt)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from crawler.extract.boilerplate.label import block_kind
from crawler.extract.boilerplate.wording import any_of, sections_of
from crawler.extract.dom.tree import Element, is_longer, text_of, tokens
from crawler.items import BlockKind

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


_PANEL = 80  # characters of text outside links


@dataclass(frozen=True, slots=True)
class Region:
    kind: BlockKind
    rule: str


@cache
def _matchers() -> tuple[tuple[BlockKind, re.Pattern[str]], ...]:
    return tuple((block_kind(section, "boxes.txt"), re.compile(any_of("boxes", section))) for section in sections_of("boxes"))


@lru_cache(maxsize=20_000)
def _kind_of_name(name: str) -> BlockKind | None:
    for kind, matcher in _matchers():
        if matcher.fullmatch(name):
            return kind
    return None


def region_of(element: Element) -> Region | None:
    """What the element's own markup says it is, without looking at its text."""
    return _by_names(tokens(element)) or _by_tag(element)


@lru_cache(maxsize=20_000)
def _by_names(names: tuple[str, ...]) -> Region | None:
    for name in names:
        kind = _kind_of_name(name)
        if kind is not None:
            return Region(kind, f"class:{name}")
    return None


def is_box(name: str) -> bool:
    """Does a class or id say that its element is a box beside the text?"""
    return _kind_of_name(name) is not None


def _by_tag(element: Element) -> Region | None:
    tag = element.tag
    if tag == "nav":
        return Region("chrome", "tag:nav")
    if tag == "form":
        text = " ".join(filter(None, (element.get("action"), element.get("name")))).lower()
        mail = (
            "subscri" in text
            or "newsletter" in text
            or next((e for e in element.iter("input") if e.get("type") == "email"), None) is not None
        )
        return Region("newsletter", "tag:form-email") if mail else Region("chrome", "tag:form")
    style = element.get("style")
    if (style and _HIDDEN_STYLE.search(style)) or element.get("hidden") is not None:
        return None if _is_folded(element) else Region("chrome", "hidden")
    if element.get("role") in ("navigation", "search", "dialog", "complementary-navigation"):
        return Region("chrome", "role")
    return None


def _is_folded(element: Element) -> bool:
    """Is it hidden until the reader opens it: a panel below its heading or button, with more in it than links? Menus fold as well."""
    head = element.getprevious()
    opens = element.get("role") in ("region", "tabpanel") or (
        head is not None
        and any(e.get("aria-expanded") or e.get("aria-controls") for e in head.iter("button", "a", "div", "span", "p", "h2", "h3", "h4"))
    )
    if not opens:
        return False
    size = plain_size(element)
    return size > _PANEL and size > 2 * sum(len(text_of(a)) for a in element.iter("a"))


_TELLING = frozenset(("nav", "form"))
_SELDOM = frozenset(("a", "img", "br", "p", "body"))
_MARKS = frozenset(("class", "id", "style", "hidden", "role"))


def regions_in(container: Element) -> dict[Element, Region]:
    """The outermost boxes of a container, each with its kind. A box that holds much of the container's own text is none:
    a class name is a hint, and no hint may cost an article."""
    found: dict[Element, Region] = {}
    total = -1
    for element in container.iterdescendants():
        tag = element.tag
        names = element.keys()  # one look: most elements have no attribute, and a class at most
        if not isinstance(tag, str) or (not names and tag not in _TELLING) or (tag in _SELDOM and not element.get("class")):
            continue
        region = region_of(element) if tag in _TELLING or not _MARKS.isdisjoint(names) else None
        if region is None or any(up in found for up in element.iterancestors()):
            continue
        if is_longer(element, 500) and (size := plain_size(element)) > 500:
            total = plain_size(container) if total < 0 else total
            if size > total * 0.3:
                continue
        found[element] = region
    return found


def plain_size(element: Element) -> int:
    """Characters of text outside links."""
    linked = sum(len(text_of(a)) for a in element.iter("a"))
    return max(0, len(text_of(element)) - linked)

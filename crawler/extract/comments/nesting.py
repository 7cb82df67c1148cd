"""Takes the elements of comments and gives what each answers: by nesting, by the parent's number in the id, by ``depth-N``
classes, by place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice

from crawler.extract.dom.tree import Element, tokens, word_set

_ANSWERS = word_set("children thread comment-thread replies comment-replies child-comments comment-children")
# Serendipity and others: the depth is how far the box is moved, or a number for the style sheet.
_SHIFT = re.compile(r"(?:(?:padding|margin)-(?:left|right|inline-start)|--[\w-]*(?:depth|level|indent)[\w-]*)\s*:\s*(\d{1,4})")
_DEPTH = re.compile(r"(?:depth|comment[_-]level|wpd_comment_level|level)[-_](\d+)")
_MOVED = re.compile(r"[mp][ls]-(\d{1,2})")  # the same by a class: Tailwind, Bootstrap
_DEPTHS = ("data-depth", "data-level", "data-indent", "data-nesting-level", "aria-level")


@dataclass(slots=True)
class CommentNode:
    """One comment's place in the page. ``roots``: its own element, or ``dt`` and the ``dd`` that follow it."""

    number: str
    roots: list[Element]
    parent: str | None = None
    depth: int = 1
    inner: set[Element] = field(default_factory=set)  # the elements of the comments that it holds: they are left out of it

    @property
    def element(self) -> Element:
        return self.roots[0]


def set_parents(nodes: list[CommentNode], by_element: dict[Element, str], stated: dict[str, str]) -> None:
    numbers = {node.number for node in nodes}
    depth_of: dict[str, int] = {}
    trail: list[tuple[int, str]] = []  # (depth-N, number) of the last comment on each level, for flat lists
    for node in nodes:
        shown = _shown_depth(node.element)
        above = _number_above(node.element, by_element)
        stated_parent = stated.get(node.number)
        if stated_parent is not None:
            node.parent = stated_parent
        elif above is not None:
            node.parent = above
        elif shown is not None:  # some count from 0
            while trail and trail[-1][0] >= shown:
                trail.pop()
            node.parent = trail[-1][1] if trail else None
        if shown is not None:
            while trail and trail[-1][0] >= shown:
                trail.pop()
            trail.append((shown, node.number))
        node.depth = depth_of.get(node.parent or "", 0) + 1 if node.parent in numbers or node.parent is None else shown or 2
        depth_of[node.number] = node.depth


def raise_flattened(nodes: list[CommentNode]) -> None:
    """Answers below WordPress' deepest level stand beside the comment they answer, right after it, and that comment still has the
    class ``parent``. What follows them is their sibling where a later comment of the level has a lower number, else the level's."""
    answered = {node.parent for node in nodes}
    if any(node.number in answered and "parent" not in tokens(node.element) for node in nodes):
        return  # a theme that gives the class to others than WordPress does
    levels: dict[str | None, list[CommentNode]] = {}
    for node in nodes:
        levels.setdefault(node.parent, []).append(node)
    deepest = max(node.depth for node in nodes)
    for level in [level for level in levels.values() if 1 < level[0].depth == deepest]:
        open_parent: CommentNode | None = None  # has the class, and its answer is still to come
        above: CommentNode | None = None  # whose answers the last comments of this level were
        for i, node in enumerate(level):
            if open_parent is not None:
                above = open_parent
            elif above is not None and not _outruns(node, level[i + 1 :]):
                above = None
            if above is not None:
                node.parent, node.depth = above.number, above.depth + 1
            open_parent = node if "parent" in tokens(node.element) and node.number not in answered else None


def _outruns(node: CommentNode, later: list[CommentNode]) -> bool:
    """A level stands in the order of its numbers: one that outruns a later comment does not belong to the level itself."""
    return node.number.isdecimal() and any(other.number.isdecimal() and int(other.number) < int(node.number) for other in later)


def _number_above(element: Element, by_element: dict[Element, str]) -> str | None:
    for up in element.iterancestors():
        if up in by_element:
            return by_element[up]
        if up.tag in ("ul", "ol", "div") and not _ANSWERS.isdisjoint(tokens(up)):
            before = _before(up)
            if before in by_element:  # a theme that puts the answers beside their comment instead of into it
                return by_element[before]
    return None


def _before(children: Element) -> Element | None:
    """What stands before a list of answers; where the list is alone in a list item, before that, dividers left out."""
    place = children
    parent = children.getparent()
    if children.getprevious() is None and parent is not None and parent.tag == "li" and len(parent) == 1:
        place = parent
    return next((before for before in place.itersiblings(preceding=True) if len(before)), None)


def _shown_depth(element: Element) -> int | None:
    for candidate in chain((element,), islice(element.iterancestors(), 1), element.iterchildren("li", "div", "article")):
        for name in tokens(candidate):
            if (depth := _depth_in(name)) is not None:
                return depth
    stated = next((said for name in _DEPTHS if (said := element.get(name) or "").isdecimal()), None)
    shift = _SHIFT.search(element.get("style") or "") if stated is None else None
    if stated is not None or shift is not None:
        return 1 + int(stated if stated is not None else shift.group(1) if shift is not None else 0)
    moved = next((match for name in tokens(element) if (match := _MOVED.fullmatch(name))), None)
    return 1 + int(moved.group(1)) if moved is not None else _indented(element)


@lru_cache(maxsize=20_000)
def _depth_in(name: str) -> int | None:
    match = _DEPTH.fullmatch(name)
    return None if match is None else int(match.group(1))


def _indented(element: Element) -> int | None:
    """Drupal puts answers into ``div.indented`` after the comment that they answer."""
    around = sum("indented" in tokens(up) for up in (element, *element.iterancestors()))
    answered = any("indented" in tokens(below) for below in islice(element.itersiblings(), 2) if isinstance(below.tag, str))
    return around + 1 if around or answered else None


def own_elements(node: CommentNode) -> Iterator[Element]:
    """The comment's own elements in document order, without those of the comments inside it."""
    for root in node.roots:
        if not node.inner:
            yield from root.iter("*")
            continue
        left_out = 0  # so many of the next elements
        for element in root.iter("*"):
            if left_out:
                left_out -= 1
            elif element in node.inner and element is not root:
                left_out = sum(1 for _ in element.iterdescendants("*"))
            else:
                yield element

"""A parsed page, and what several of its readers ask for: every element is looked at once.

Its lists keep the elements alive: lxml makes a new Python object for an element each time none is, and that costs more than
most rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from crawler.extract.regions import ELSEWHERE
from crawler.extract.tree import Element, text_of, tokens_of

WHOLE_PAGE = frozenset(("body", "main", "html"))


class Document:
    """``elements`` in document order; ``tokens``: classes and id of those that have any; ``anchors``: every
    ``a`` with its address as written; ``marked``: elements with an id, anchors with a name, comments with a number;
    ``microdata``: those with an ``itemprop``; ``wordpress``: was the page made by it?"""

    def __init__(self, root: Element, *, wordpress: bool = False) -> None:
        self.root = root
        self.wordpress = wordpress
        self.elements: list[Element] = list(root.iter())
        self.tokens: dict[Element, tuple[str, ...]] = {}
        self.anchors: list[tuple[Element, str]] = []
        self.marked: list[Element] = []
        self.microdata: list[Element] = []
        self._texts: dict[Element, str] = {}
        self._places: dict[object, list[int]] = {}  # tag -> positions in ``elements``
        self._read()
        self.elsewhere = {e for e, found in self.tokens.items() if not ELSEWHERE.isdisjoint(found) and e.tag not in ("body", "html")}

    def _read(self) -> None:
        for position, element in enumerate(self.elements):
            tag, classes, name = element.tag, element.get("class"), element.get("id")
            if tag in self._places:
                self._places[tag].append(position)
            else:
                self._places[tag] = [position]
            if classes or name:
                self.tokens[element] = tokens_of(classes, name)
            if element.get("itemprop"):
                self.microdata.append(element)
            anchor = tag == "a"
            if anchor:
                self.anchors.append((element, element.get("href") or ""))
            if name or (anchor and element.get("name")) or (classes and "omment" in classes and element.get("data-comment-id")):
                self.marked.append(element)

    def of(self, tags: AbstractSet[str]) -> list[Element]:
        """The elements with one of these tags, in document order."""
        places = [place for tag in tags for place in self._places.get(tag, ())]
        return [self.elements[place] for place in sorted(places)]

    def text(self, element: Element) -> str:
        """Its visible text, with a line break between paragraphs."""
        known = self._texts.get(element)
        if known is None:
            known = self._texts[element] = text_of(element)
        return known

    def matching(self, test: Callable[[tuple[str, ...]], bool]) -> list[Element]:
        """The elements whose classes and id pass the test; the page as a whole is never meant."""
        return [element for element, found in self.tokens.items() if test(found) and element.tag not in WHOLE_PAGE]

    def has(self, element: Element, names: AbstractSet[str]) -> bool:
        """Is one of its classes, or its id, among the names?"""
        return not names.isdisjoint(self.tokens.get(element, ()))


def inside(outer: Iterable[Element]) -> set[Element]:
    """The elements and all within them."""
    found: set[Element] = set()
    for element in outer:
        if element not in found:
            found.update(element.iter())
    return found


def around(elements: Iterable[Element]) -> set[Element]:
    """All that hold one of the elements, without these."""
    found: set[Element] = set()
    for element in elements:
        for up in element.iterancestors():
            if up in found:
                break
            found.add(up)
    return found

"""Takes a parsed page and gives lists that several of its readers ask for, so that every element is looked at once. The lists
keep the elements alive: lxml makes a new Python object for an element each time none is, and that costs more than most rules."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from functools import cached_property, lru_cache
from itertools import chain

from crawler.extract.dom.tree import Element, all_text, text_of, tokens_of, word_set

WHOLE_PAGE = frozenset(("body", "main", "html"))
# Parts of a page that are never its article; used to weigh containers, not to label.
NEVER_ARTICLE = word_set(
    "comments respond commentlist comment-list sidebar secondary widget-area footer site-footer colophon "
    "related-posts related jp-relatedposts cookie-notice cookie-law-info-bar menu navigation disqus_thread "
    "comments-area wpdcom modal popup"
)
_ADDRESS_ALONE = ["href"]
_ANCHORS = frozenset(("a",))


class Subtrees:
    """Some elements of a page and all within them. ``marks`` has 1 at their places in the page's list of elements: a subtree is a
    stretch of that, and a set of its elements would be built of a third of a page."""

    __slots__ = ("_places", "marks")

    def __init__(self, places: dict[Element, int], marks: bytearray) -> None:
        self._places, self.marks = places, marks

    def __contains__(self, element: Element) -> bool:
        place = self._places.get(element)
        return place is not None and self.marks[place] == 1


class Document:
    """``elements`` in document order; ``tokens``: classes and id of those that have any; ``anchors``: every ``a`` with its address
    as written, ``addresses``: these alone; ``related``: those with a ``rel``, and what it says; ``marked``: elements with an id,
    anchors with a name, comments with a number; ``microdata``: those with an ``itemprop``; ``wordpress``: was the page made by it?"""

    def __init__(self, root: Element, *, wordpress: bool = False) -> None:
        self.root = root
        self.wordpress = wordpress
        self.elements: list[Element] = list(root.iter())
        self.tokens: dict[Element, tuple[str, ...]] = {}
        self.related: dict[Element, str] = {}
        self.marked: list[Element] = []
        self.microdata: list[Element] = []
        self._of: defaultdict[object, list[int]] = defaultdict(list)  # tag -> positions in ``elements``
        self._places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)  # classes and id -> positions in ``elements``
        self._texts: dict[Element, str] = {}
        self._read()
        anchors = self.of(_ANCHORS)
        self.addresses: list[str] = [anchor.get("href") or "" for anchor in anchors]
        self.anchors: list[tuple[Element, str]] = list(zip(anchors, self.addresses, strict=True))
        self._names: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)  # one of these -> where it stands in
        for found in self._places:
            for name in found:
                self._names[name].append(found)
        self._led_to: dict[tuple[str, ...], bool] = {}
        self._matching: dict[Callable[[str], bool], list[Element]] = {}
        self.elsewhere = {e for e in self.named(NEVER_ARTICLE) if e.tag not in ("body", "html")}

    def _read(self) -> None:
        """The one walk. Most elements have one attribute or none: each is asked for their names, then for what it has."""
        of, places, marks = self._of, self._places, self.tokens
        for position, element in enumerate(self.elements):
            tag = element.tag
            of[tag].append(position)
            names = element.keys()
            if not names or names == _ADDRESS_ALONE:
                continue
            classes = element.get("class") if "class" in names else None
            name = element.get("id") if "id" in names else None
            if classes or name:
                marks[element] = found = tokens_of(classes, name)
                places[found].append(position)
            numbered = classes and "omment" in classes and element.get("data-comment-id")
            if name or numbered or (tag == "a" and "name" in names and element.get("name")):
                self.marked.append(element)
            if "rel" in names and tag == "a":
                self.related[element] = element.get("rel") or ""
            if "itemprop" in names and element.get("itemprop"):
                self.microdata.append(element)

    def of(self, tags: AbstractSet[str]) -> list[Element]:
        """The elements with one of these tags, in document order."""
        return [self.elements[place] for place in self.places_of(tags)]

    def places_of(self, tags: AbstractSet[str]) -> list[int]:
        """The places of the elements with one of these tags, in order."""
        found = [self._of[tag] for tag in self._of.keys() & tags]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    def named(self, names: AbstractSet[str]) -> list[Element]:
        """The elements with one of these classes or ids, in document order."""
        return self._with(self._names.keys() & names)

    def matching(self, test: Callable[[str], bool]) -> list[Element]:
        """The elements with a class or id that passes the test, in document order; the page as a whole is never meant.
        ``test``: a function of a module, for what it found is kept."""
        known = self._matching.get(test)
        if known is None:
            plain, numbered = self._name_sets
            found = self._with((*_passing(test, plain), *filter(test, numbered)))
            known = self._matching[test] = [element for element in found if element.tag not in WHOLE_PAGE]
        return known

    @cached_property
    def _name_sets(self) -> tuple[frozenset[str], list[str]]:
        """The classes and ids that end with no digit, which are the same on many pages of a site, and the others."""
        plain = frozenset(name for name in self._names if not name[-1].isdigit())
        return plain, [name for name in self._names if name not in plain]

    def _with(self, names: Iterable[str]) -> list[Element]:
        marks = {found for name in names for found in self._names[name]}
        if not marks:
            return []
        return [self.elements[place] for place in sorted([place for found in marks for place in self._places[found]])]

    def text(self, element: Element) -> str:
        """Its visible text, with a line break between paragraphs."""
        known = self._texts.get(element)
        if known is None:
            known = self._texts[element] = text_of(element)
        return known

    @cached_property
    def said(self) -> list[str]:
        """What each of the anchors says, as one line."""
        return list(map(_one_line, [all_text(anchor) if len(anchor) else anchor.text or "" for anchor, _ in self.anchors]))

    @cached_property
    def all_said(self) -> str:
        """What all anchors say or are labelled, a line each: for one look at all of them."""
        said = self.said
        if "" in said:
            said = [
                words or anchor.get("aria-label") or anchor.get("title") or ""
                for (anchor, _), words in zip(self.anchors, said, strict=True)
            ]
        return "\n".join(said)

    @cached_property
    def all_addresses(self) -> str:
        """The addresses of all anchors, a line each."""
        return "\n".join(self.addresses)

    def may_lead_to(self, words: tuple[str, ...]) -> bool:
        """May one of these words be in an address of the page, in whatever case? One look at all addresses, instead of one at each."""
        known = self._led_to.get(words)
        if known is None:
            low = self._low_addresses
            known = self._led_to[words] = low is None or any(low.rfind(word) >= 0 for word in words)  # in half the time of ``in``
        return known

    @cached_property
    def _low_addresses(self) -> str | None:
        """None where lower case does not tell what a pattern in any case finds."""
        return self.all_addresses.lower() if self.all_addresses.isascii() else None

    @cached_property
    def anchor_places(self) -> list[int]:
        """The place of each anchor in document order."""
        return self.places_of(_ANCHORS)

    def anchors_before(self, position: int) -> int:
        """How many anchors stand before the place in document order."""
        return bisect_left(self.anchor_places, position)

    @cached_property
    def places(self) -> dict[Element, int]:
        """The place of each element in document order."""
        return dict(zip(self.elements, range(len(self.elements)), strict=True))

    def inside(self, outer: Iterable[Element]) -> Subtrees:
        """The elements and all within them. They are elements of this page."""
        places, marks = self.places, bytearray(len(self.elements))
        for element in outer:
            start = places[element]
            if not marks[start]:
                end = self._end(element)
                marks[start:end] = b"\x01" * (end - start)
        return Subtrees(places, marks)

    def holds(self, element: Element, tags: AbstractSet[str]) -> bool:
        """Has the element one of these tags, or one within it?"""
        places, start = self.places_of(tags), self.places[element]
        first = bisect_left(places, start)
        return first < len(places) and (places[first] == start or places[first] < self._end(element))

    def _end(self, element: Element) -> int:
        """The position behind the last element within it."""
        if not len(element):
            return self.places[element] + 1
        up: Element | None = element
        while up is not None and up is not self.root:
            following = up.getnext()
            if following is not None:
                return self.places[following]
            up = up.getparent()
        return len(self.elements)

    def has(self, element: Element, names: AbstractSet[str]) -> bool:
        """Is one of its classes, or its id, among the names?"""
        return not names.isdisjoint(self.tokens.get(element, ()))


@lru_cache(maxsize=128)  # some ten tests, of the last pages of as many sites
def _passing(test: Callable[[str], bool], names: frozenset[str]) -> tuple[str, ...]:
    return tuple(filter(test, names))


@lru_cache(maxsize=20_000)
def _one_line(text: str) -> str:
    return " ".join(text.split())


def around(elements: Iterable[Element]) -> set[Element]:
    """All that hold one of the elements, without these."""
    found: set[Element] = set()
    for element in elements:
        for up in element.iterancestors():
            if up in found:
                break
            found.add(up)
    return found

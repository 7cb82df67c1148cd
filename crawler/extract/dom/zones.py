"""Takes a page and the elements of its comments, and tells whether a link is the thread's or the article's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from crawler.extract.dom.document import Document, Subtrees
from crawler.extract.dom.pagers import PagerLink, find_links
from crawler.extract.dom.tree import Element

_THREAD_NAME = re.compile(r"(?:.*[-_])?(?:comm?ents?|comment\w*|respon(?:se|ses|d)|replies|kommentar\w*|coment\w*|disqus\w*)(?:[-_].*)?")
_THREAD_ADDRESS = re.compile(
    r"#(?:.*[-_])?(?:c|comments?|comment-.*|kommentare?|respond)$|comment-?page|/comments?[-_/]|[?&](?:comments?_?page|cpage|cp)=", re.I
)
_ASIDE = frozenset(("aside", "footer", "header"))


class ThreadZone:
    """``comments``: the elements that hold one comment each."""

    def __init__(self, page: Document, comments: Iterable[Element]) -> None:
        self.page, self.comments = page, tuple(comments)
        self._links: dict[tuple[str, str], tuple[PagerLink, ...]] = {}

    def links(self, url: str, first: str) -> tuple[PagerLink, ...]:
        """Those of the page at ``url`` that lead to further pages, of the thread or of the article whose first page is ``first``."""
        if (url, first) not in self._links:
            self._links[url, first] = tuple(find_links(self.page, url, first))
        return self._links[url, first]

    @cached_property
    def inner(self) -> Subtrees:
        """All within the comments themselves."""
        return self.page.inside(self.comments)

    @cached_property
    def _named(self) -> Subtrees:
        return self.page.inside(self.page.matching(_is_thread))

    @cached_property
    def _aside(self) -> Subtrees:
        return self.page.inside(self.page.of(_ASIDE))

    @cached_property
    def _begins(self) -> int:
        return min(self.page.places.get(element, 0) for element in self.comments)

    def holds(self, element: Element, address: str = "") -> bool:
        """Is it part of the thread: by its address, by the names around it, or because it stands below a comment?"""
        if element in self._named or (address and _THREAD_ADDRESS.search(address) is not None):
            return True
        return bool(self.comments) and self.page.places.get(element, 0) > self._begins and element not in self._aside

    @cached_property
    def held_anchors(self) -> list[int]:
        """Which of the page's anchors ``holds`` would name without their addresses, by their place among them."""
        named, aside = self._named.marks, self._aside.marks
        below = self.page.anchors_before(self._begins + 1 if self.comments else len(self.page.elements))
        return [number for number, place in enumerate(self.page.anchor_places) if named[place] or (number >= below and not aside[place])]

    def names(self, element: Element) -> bool:
        """Is it in a box that is called after comments?"""
        return element in self._named


@lru_cache(maxsize=20_000)
def _is_thread(name: str) -> bool:
    return ("omment" in name or "oment" in name or "respon" in name or "repl" in name or "disqus" in name) and (
        _THREAD_NAME.fullmatch(name) is not None
    )

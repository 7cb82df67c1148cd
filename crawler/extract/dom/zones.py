"""Takes a page and the elements of its comments, and tells whether a link is the thread's or the article's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from crawler.extract.dom.document import Document, inside
from crawler.extract.dom.tree import Element, tokens

_THREAD_NAME = re.compile(r"(?:.*[-_])?(?:comm?ents?|comment\w*|respon(?:se|ses|d)|replies|kommentar\w*|coment\w*|disqus\w*)(?:[-_].*)?")
_THREAD_ADDRESS = re.compile(
    r"#(?:.*[-_])?(?:c|comments?|comment-.*|kommentare?|respond)$|comment-?page|/comments?[-_/]|[?&](?:comments?_?page|cpage|cp)=", re.I
)
_ASIDE = frozenset(("aside", "footer", "header"))


class ThreadZone:
    """``comments``: the elements that hold one comment each."""

    def __init__(self, page: Document, comments: Iterable[Element]) -> None:
        self.page, self.comments = page, tuple(comments)

    @cached_property
    def inner(self) -> set[Element]:
        """All within the comments themselves."""
        return inside(self.comments)

    @cached_property
    def _places(self) -> dict[Element, int]:
        return {element: place for place, element in enumerate(self.page.elements)}

    @cached_property
    def _begins(self) -> int:
        return min((self._places.get(element, 0) for element in self.comments), default=len(self.page.elements))

    def holds(self, element: Element, address: str = "") -> bool:
        """Is it part of the thread: by its address, by the names around it, or because it stands below a comment?"""
        if _THREAD_ADDRESS.search(address) is not None:
            return True
        ups = [element, *element.iterancestors()]
        if self.names(element):
            return True
        below = self._places.get(element, 0) > self._begins
        return below and not any(up.tag in _ASIDE for up in ups)

    def names(self, element: Element) -> bool:
        """Is it in a box that is called after comments?"""
        ups = (element, *element.iterancestors())
        return any(_is_thread(name) for up in ups if up.tag not in ("body", "html", "main") for name in tokens(up))


@lru_cache(maxsize=20_000)
def _is_thread(name: str) -> bool:
    return ("omment" in name or "oment" in name or "respon" in name or "repl" in name or "disqus" in name) and (
        _THREAD_NAME.fullmatch(name) is not None
    )

"""trafilatura's opinion on what is text, as a set of words to look units up in.

Called with ``fast=True`` and without its comments and metadata, which are our own. Its in-process deduplication is never
used: it would make the text of a page depend on the pages before it.
"""

from __future__ import annotations

import re
from copy import deepcopy

import lxml.html
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.core import bare_extraction

_SIGNS = re.compile(r"[\W_]+")
_PROBE = 48  # letters at either end of a unit that must be found


class Verdict:
    """The text that trafilatura kept of an element."""

    def __init__(self, text: str) -> None:
        self.letters = _letters(text)

    def __bool__(self) -> bool:
        return bool(self.letters)

    def keeps(self, text: str) -> bool:
        """Is the beginning, the middle or the end of this unit in what was kept?"""
        letters = _letters(text)
        if len(letters) <= 2 * _PROBE:
            return bool(letters) and letters in self.letters
        middle = len(letters) // 2
        probes = letters[:_PROBE], letters[middle : middle + _PROBE], letters[-_PROBE:]
        return sum(probe in self.letters for probe in probes) >= 2


def _letters(text: str) -> str:
    return _SIGNS.sub("", text).casefold()


def clean_element(element: HtmlElement, skip: frozenset[HtmlElement] = frozenset(), url: str | None = None) -> Verdict:
    """What trafilatura keeps of the element, the skipped ones left out. Empty when it finds nothing or gives up."""
    document = _document(element, skip)
    try:
        found = bare_extraction(document, url=url, fast=True, include_comments=False, include_tables=True, with_metadata=False)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, etree.LxmlError, AssertionError):
        return Verdict("")  # the caller keeps the container's own units: nothing is lost by it
    return Verdict((found.text if found is not None and not isinstance(found, dict) else "") or "")


def _document(element: HtmlElement, skip: frozenset[HtmlElement]) -> HtmlElement:
    """A document of its own around a copy of the element, so that the page's tree stays as it was."""
    marked = [e for e in skip if any(up is element for up in e.iterancestors())]
    for e in marked:
        e.set("data-skipped", "1")
    copy = deepcopy(element)
    for e in marked:
        del e.attrib["data-skipped"]
    if element.tag == "html":
        document = copy
    else:
        document = lxml.html.document_fromstring("<html><body><article></article></body></html>")
        copy.tail = None
        if copy.tag == "body":
            copy.tag = "div"
        document.body[0].append(copy)
    for e in list(copy.iter()):
        if isinstance(e.tag, str) and e.get("data-skipped") and e.getparent() is not None:
            e.drop_tree()
    return document

"""Takes an element and gives the text that trafilatura keeps of it, to look units up in. trafilatura is called without comments
and metadata, which are read elsewhere, and with its second opinions only where it has to find the article itself. Its in-process
deduplication is never used: it would make the text of a page depend on the pages before it."""

from __future__ import annotations

import re
from copy import deepcopy
from unicodedata import normalize

from lxml import etree
from trafilatura.core import bare_extraction

from crawler.extract.dom.inline import write_out
from crawler.extract.dom.tree import Element

_SIGNS = re.compile(r"[\W_]+")
_SKIPPED = etree.XPath(".//*[@data-skipped]")
# What trafilatura raises on pages that it was not made for.
FAILURES = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, etree.LxmlError, AssertionError)
_LARGE = 6_000  # elements: above it without its second opinions, which cost more than all the rest
_TOO_LARGE = 20_000  # elements: some of its steps take the square of their number
_PROBE = 48  # letters at either end of a unit that must be found


class Verdict:
    """The text that trafilatura kept of an element."""

    def __init__(self, text: str) -> None:
        self.letters = letters_of(text)

    def __bool__(self) -> bool:
        return bool(self.letters)

    def keeps(self, text: str) -> bool:
        """Is the beginning, the middle or the end of this unit in what was kept?"""
        letters = letters_of(text)
        if len(letters) <= 2 * _PROBE:
            return bool(letters) and letters in self.letters
        middle = len(letters) // 2
        probes = letters[:_PROBE], letters[middle : middle + _PROBE], letters[-_PROBE:]
        return sum(probe in self.letters for probe in probes) >= 2


def letters_of(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return _SIGNS.sub("", text if text.isascii() else normalize("NFKC", text)).casefold()  # m² is m2 to trafilatura


def clean_element(element: Element, skip: frozenset[Element] = frozenset()) -> Verdict:
    """What trafilatura keeps of the element, the skipped ones left out. Empty when it finds nothing or gives up. In a page's
    ``body`` it looks for the article by itself; any other element it is told to be the article."""
    size = sum(1 for _ in element.iter())
    if size > _TOO_LARGE:
        return Verdict("")
    try:
        found = bare_extraction(
            _document(element, skip),
            fast=element.tag != "body" or size > _LARGE,
            include_comments=False,
            include_tables=True,
            with_metadata=False,
        )
    except FAILURES:
        return Verdict("")  # the caller keeps the container's own units: nothing is lost by it
    return Verdict((found.text if found is not None and not isinstance(found, dict) else "") or "")


def _document(element: Element, skip: frozenset[Element]) -> str:
    """A document of its own around the element, without what is skipped. The page's tree stays as it was."""
    marked = [e for e in skip if any(up is element for up in e.iterancestors())]
    for e in marked:
        e.set("data-skipped", "1")
    copy = deepcopy(element)
    for e in marked:
        del e.attrib["data-skipped"]
    copy.tail = None
    for e in _SKIPPED(copy):
        _drop(e)
    write_out(copy)
    html: str = etree.tostring(copy, encoding="unicode", method="html")
    return f"<html>{html}</html>" if copy.tag == "body" else f"<html><body><article>{html}</article></body></html>"


def _drop(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)

"""Takes a copy of an element for a cleaner of pages, and writes those parts of its lines as plain words which such cleaners drop
whole, as if they were controls or data about the page: times, labels, results, formulas, quotations; and text in elements of which
they know nothing: outdated ones, a page's own ones."""

from __future__ import annotations

from lxml import etree

from crawler.extract.dom.raised import formula
from crawler.extract.dom.tree import Element, all_text

_DROPPED = ("time", "label", "output", "legend", "ins", "q", "math")
_LINES = frozenset(("p", "li", "dd", "dt", "td", "th", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "div"))
_INLINE = frozenset(("span", "b", "strong", "em", "i", "a", "small", "mark", "font", "u"))
_BLOCKS = ("center", "section", "main", "search", "slot", "summary", "dir", "listing", "xmp", "fieldset", "marquee")
_OWN = etree.XPath(".//*[contains(name(), '-')]")  # custom elements


def write_out(copy: Element) -> None:
    """Changes the copy in its place. What fills its line alone, as the date of a teaser does, stays what it was."""
    for element in list(copy.iter(*_DROPPED)):
        tag = element.tag
        if tag in ("q", "ins", "math") or _is_in_a_sentence(element):
            if tag == "math":
                _leave(element, formula(element))
            element.tag = "span"
    for element in [*copy.iter(*_BLOCKS), *_OWN(copy)]:
        if has_words_of_its_own(element):
            element.tag = "div"


def has_words_of_its_own(element: Element) -> bool:
    """Whether text stands in the element itself, beside the elements in it."""
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _leave(element: Element, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text


def _is_in_a_sentence(element: Element) -> bool:
    line = element.getparent()
    while line is not None and line.tag in _INLINE:
        line = line.getparent()
    return line is not None and line.tag in _LINES and len(all_text(line).split()) > len(all_text(element).split()) + 1

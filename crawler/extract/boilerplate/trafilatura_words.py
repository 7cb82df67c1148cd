"""Takes an element and gives the words that trafilatura keeps of it, to look units up in. trafilatura is called once a text, without
comments and metadata, which are read elsewhere. Its in-process deduplication is never used: it would make the text of a page depend
on the pages before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from functools import cache, cached_property
from unicodedata import normalize

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.core import bare_extraction
from trafilatura.settings import Extractor

from crawler.extract.dom.document import around
from crawler.extract.dom.inline import write_out
from crawler.extract.dom.tree import Element, text_of, word_set
from crawler.extract.dom.units import Unit

_SIGNS = re.compile(r"[\W_]+")
# A word; in scripts that put no blanks between words, a letter.
_WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W_]+")
# All that stands between words of ASCII becomes a blank: a table and a split take a third of a pattern's time.
_ASCII_WORDS = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))
_RUN = 3  # words: a run of so many is not the same by accident
_FEW = 20  # runs
_KEPT = 0.5  # share of a unit's runs that must be found
# What trafilatura deletes inside a paragraph and goes on with the rest of it (its list MANUALLY_CLEANED).
_UNSEEN = word_set("time label output rp rt rtc math legend marquee blink progress")
_SKIPPED = etree.XPath(".//*[@data-skipped]")
_COUNT = etree.XPath("count(.//*)")
# What trafilatura raises on pages that it was not made for.
FAILURES = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, etree.LxmlError, AssertionError)
# trafilatura takes lxml.html's elements alone; the parser of lxml.html runs Python code each time that an element is looked at.
_PARSER = etree.HTMLParser()
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
_TOO_LARGE = 20_000  # elements: some of its steps take the square of their number


class Verdict:
    """The words that trafilatura kept of an element."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._whole_lines = frozenset(text.split("\n"))
        self._asked = 0  # runs
        self._joined: dict[str, set[str]] = {}  # a letter that was asked for -> the lines that begin with it, without blanks

    def __bool__(self) -> bool:
        return has_words(self._text)

    def keeps(self, text: str) -> bool:
        """Are half of this text's runs of three words among what was kept? Fewer words than four must be lines of their own."""
        if all(line in self._whole_lines for line in text.split("\n")):  # kept as it is: its words need not be told apart
            return has_words(text)
        words = words_of(text)
        if len(words) <= _RUN:
            return bool(words) and self._has_lines(text, words)
        if self._may_hold(words) < (len(words) - _RUN + 1) * _KEPT:
            return self._has_lines(text, words)
        half = (len(words) - _RUN) // 2 + _RUN  # so many words make half of all runs
        if f" {' '.join(words[:half])} " in self._row or f" {' '.join(words[-half:])} " in self._row:
            return True
        runs = _runs(words)
        return self._found(runs) >= len(runs) * _KEPT or self._has_lines(text, words)

    def _may_hold(self, words: Sequence[str]) -> int:
        """How many runs at most were kept, by a look for each word anywhere: of most that were left out, too few."""
        low = self._low
        if low is None:
            return len(words)
        there = [word in low for word in words]
        return sum(map(all, zip(there, there[1:], there[2:], strict=False)))

    @cached_property
    def _low(self) -> str | None:
        """None where the words are not the letters between the signs as they stand."""
        return self._text.lower() if self._text.isascii() else None

    def _found(self, runs: Sequence[tuple[str, ...]]) -> int:
        """How many of the runs were kept. The first few are looked up in the row of words: on most pages no more are asked for,
        and a set of all of its runs costs more."""
        self._asked += len(runs)
        if self._asked > _FEW:
            return sum(map(self._runs.__contains__, runs))
        row = self._row
        return sum([f" {first} {second} {third} " in row for first, second, third in runs])

    @cached_property
    def _words(self) -> list[str]:
        return words_of(self._text)

    @cached_property
    def _row(self) -> str:
        return f" {' '.join(self._words)} "

    @cached_property
    def _runs(self) -> set[tuple[str, ...]]:
        return set(_runs(self._words))

    @cached_property
    def _lines(self) -> dict[str, set[str]]:
        """The lines by the letter with which they begin; those that may begin with any by ''."""
        lines: dict[str, set[str]] = {}
        for line in self._whole_lines:
            plain = line[:1].isalnum() and line.isascii()
            lines.setdefault(line[0].lower() if plain else "", set()).add(line)
        return lines

    def _is_line(self, joined: str) -> bool:
        """Is there a line with these words, written without blanks?"""
        for letter in {joined[:1], ""}:
            known = self._joined.get(letter)
            if known is None:
                known = self._joined[letter] = {"".join(words_of(line)) for line in self._lines.get(letter, ())}
            if joined in known:
                return True
        return False

    def _has_lines(self, text: str, words: Sequence[str]) -> bool:
        # Of a short text it gives all words in one line: there a unit is found wherever its words stand in a row.
        if ("\n" not in self._text.strip() and f" {' '.join(words)} " in self._row) or self._is_line("".join(words)):
            return True
        lines = text.split("\n")
        return len(lines) > 1 and all(self._is_line("".join(words_of(line))) for line in lines)


def letters_of(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return _SIGNS.sub("", text if text.isascii() else normalize("NFKC", text)).casefold()  # m² is m2 to trafilatura


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, in order, without signs."""
    return text.lower().translate(_ASCII_WORDS).split() if text.isascii() else _WORD.findall(normalize("NFKC", text).casefold())


def has_words(text: str) -> bool:
    """Is any word in the text?"""
    if text[:1].isalnum() and text[0].isascii():
        return True
    return _WORD.search(text if text.isascii() else normalize("NFKC", text)) is not None


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(words, words[1:], words[2:], strict=False))


def seen_texts(units: Sequence[Unit], container: Element) -> list[str]:
    """The units' texts without what trafilatura deletes inside a paragraph before it looks at it: times, readings of ``ruby``."""
    unseen = list(container.iter(*_UNSEEN))
    if not unseen:
        return [unit.text for unit in units]
    holders = around(unseen).union(unseen)
    return [_seen_text(unit) if any(node in holders for node in unit.nodes) else unit.text for unit in units]


def _seen_text(unit: Unit) -> str:
    return "".join(node if isinstance(node, str) else _seen(node) for node in unit.nodes)


def _seen(node: Element) -> str:
    return "" if node.tag in _UNSEEN else text_of(node, skip=set(node.iter(*_UNSEEN)))


def clean_element(element: Element, skip: frozenset[Element] = frozenset()) -> Verdict:
    """What trafilatura keeps of the element, the skipped ones left out. Empty when it finds nothing or gives up. In a page's
    ``body`` it looks for the article by itself; any other element it is told to be the article."""
    if int(_COUNT(element)) > _TOO_LARGE:
        return Verdict("")
    try:
        found = bare_extraction(
            _document(element, skip),
            options=_options(),
        )
    except FAILURES:
        return Verdict("")  # the caller keeps the container's own units: nothing is lost by it
    return Verdict((found.text if found is not None and not isinstance(found, dict) else "") or "")


@cache
def _options() -> Extractor:
    """Made once: trafilatura reads its configuration for each. Its second opinions, which ``fast`` leaves out, cost more than all the
    rest, and changed no figure on 300 pages; nor did favor_recall."""
    return Extractor(output_format="python", fast=True, comments=False, tables=True)


def _document(element: Element, skip: frozenset[Element]) -> Element:
    """A document of its own around a copy of the element, without what is skipped. The page's tree stays as it was."""
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
    page: Element = etree.fromstring("<html><body><article></article></body></html>", _PARSER)
    if copy.tag == "body":
        page.replace(page[0], copy)
    else:
        page[0][0].append(copy)
    return page


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

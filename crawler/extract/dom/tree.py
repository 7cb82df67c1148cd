"""Takes an element of an lxml tree and gives its text, its names and whole addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import islice
from typing import TypeAlias
from urllib.parse import urldefrag

from lxml import etree

from archive.text.urls import resolve
from crawler.extract.dom.intended import CONTROLS, windows_letter
from crawler.extract.dom.raised import above, below, formula

Element: TypeAlias = etree._Element


def word_list(words: str) -> tuple[str, ...]:
    """The words of a list, in order."""
    return tuple(words.split())


def word_set(words: str) -> frozenset[str]:
    """The words of a list, as a set."""
    return frozenset(words.split())


# NUL and the C0 controls that no text needs, lone surrogates, non-characters: SQLite, JSON and XML each choke on some.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Never text: code, and controls of the page.
SILENT = word_set(
    "script style noscript noembed noframes template svg head title link meta input button select textarea option object embed "
    "canvas audio video source track map area datalist progress meter dialog rt rp rtc"  # of ruby the base alone is text
)
BLOCK = word_set(
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody thead tfoot tr td th "
    "caption ul iframe"
)
_RAISED = word_set("sup sub")
_SPECIAL = SILENT | _RAISED | {"br", "img", "pre", "iframe", "q", "math"}  # no text, or text of their own kind
_OF_ITS_OWN = "*"
_EDGES = dict.fromkeys(BLOCK, "\x01") | {"td": " ", "th": " "} | dict.fromkeys(_SPECIAL, _OF_ITS_OWN)  # a row is one line
_PLAIN = word_set("span em strong b i u small font cite time abbr code mark s")  # their text is that of their line
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


def clean_text(text: str) -> str:
    """Without the characters that must never reach the database."""
    return text if text.isprintable() else CONTROLS.sub(windows_letter, _FORBIDDEN.sub("", text))


def text_of(element: Element, *, paragraph: str = "\n", skip: AbstractSet[Element] = frozenset()) -> str:
    """The element's visible text: ``br`` is a line, a block-level element begins a ``paragraph``; emoji pictures are their alt.
    ``skip``: elements inside it to leave out."""
    if not len(element) and element.tag not in _SPECIAL:
        return tidy(element.text or "")
    parts: list[str] = []
    _collect(element, parts, skip)
    return tidy("".join(parts), paragraph)


def inline_text(nodes: list[str | Element]) -> str:
    """The text of a run of inline nodes (tails not included)."""
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        else:
            _collect(node, parts, frozenset())
    return tidy("".join(parts))


def tidy(raw: str, paragraph: str = "\n") -> str:
    """Source whitespace is one blank; ``\\x00`` marks a line break and ``\\x01`` a paragraph's edge."""
    if not raw.isascii():
        raw = _INVISIBLE.sub("", raw)
    if "\x01" not in raw:
        return _lines(raw)
    if "\x00" not in raw:
        return paragraph.join([" ".join(words) for part in raw.split("\x01") if (words := part.split())])
    return paragraph.join([line for part in raw.split("\x01") if part and (line := _lines(part))])


def _lines(part: str) -> str:
    """The lines of a paragraph; more than one empty line in a row is one."""
    if "\x00" not in part:
        return " ".join(part.split())
    lines = [" ".join(line.split()) for line in part.split("\x00")]
    return "\n".join([line for i, line in enumerate(lines) if line or (i and lines[i - 1])]).strip("\n")


def _collect(element: Element, parts: list[str], skip: AbstractSet[Element]) -> None:
    tag = element.tag
    edge = _EDGES.get(tag)
    if edge is None:
        if not isinstance(tag, str):
            return
    elif edge == _OF_ITS_OWN:
        _collect_special(element, parts, skip)
        return
    elif edge == "\x01":
        parts.append(edge)
    if text := element.text:
        parts.append(_linked_number(element, text, parts) if tag == "a" and text.isdigit() else text)
    if len(element):  # an iterator costs more than all the rest, and most elements have no children
        _collect_children(element, parts, skip)
    if edge:
        parts.append(edge)


def _collect_children(element: Element, parts: list[str], skip: AbstractSet[Element]) -> None:
    for child in element:
        if child.tag in _PLAIN and not len(child):  # most children: no further call for them
            if child not in skip and (text := child.text):
                parts.append(text)
        elif child not in skip:
            _collect(child, parts, skip)
        if tail := child.tail:
            parts.append(tail)


def _linked_number(anchor: Element, number: str, parts: list[str]) -> str:
    """A short number that is a link to a place below is the mark of a note, where something stands before it."""
    if len(number) > 3 or not _points_below(anchor):
        return number
    before = _end_of(parts)
    return above(number, before, anchor.tail or "", is_note=True) if before[-1:].strip("\x00\x01([ \n") else number


def _collect_special(element: Element, parts: list[str], skip: AbstractSet[Element]) -> None:
    """A line break, a picture's emoji, the verbatim text of ``pre``, what is raised, lowered or quoted; nothing of code and controls."""
    tag = element.tag
    if tag in _RAISED:
        _collect_raised(element, parts, skip)
    elif tag == "q":
        inner = _inner(element, skip)
        quoted = "".join(inner).strip()
        parts += inner if not quoted or quoted[0] in _QUOTES else ["“", *inner, "”"]
    elif tag == "math":
        parts.append(formula(element))
    elif tag == "br":
        parts.append("\x00")
    elif tag == "img":
        parts.append(emoji(element))
    elif tag == "pre":
        parts += "\x01", verbatim(element).replace("\n", "\x00"), "\x01"


_QUOTES = frozenset("\"'“”„‟«»‹›‘’‚「」『』")
_NOTE = re.compile(r"foot-?note|\bnote-?ref|(?:^|[\s_-])(?:fn|mfn|ref|reference|citation|endnote|cite|noteref)(?:$|[\s_-])", re.I)
_LINE_END = 40  # characters before a raised one that tell what it is


def _inner(element: Element, skip: AbstractSet[Element]) -> list[str]:
    parts = [element.text or ""]
    for child in element:
        if child not in skip:
            _collect(child, parts, skip)
        parts.append(child.tail or "")
    return parts


def _end_of(parts: list[str]) -> str:
    return "".join(parts[-6:])[-_LINE_END:]


def _collect_raised(element: Element, parts: list[str], skip: AbstractSet[Element]) -> None:
    inner = _inner(element, skip)
    text = " ".join("".join(inner).split())
    if not text or "\x01" in text or "\x00" in text:
        parts += inner
        return
    before, after = _end_of(parts), element.tail or ""
    if element.tag == "sub":
        parts.append(below(text, before, after))
        return
    parts.append(above(text, before, after, is_note=_is_note(element)))


def _is_note(element: Element) -> bool:
    """Does its markup say that it points to a footnote: by a link within the page, or by a name?"""
    anchors = [*element.iter("a"), *(up for up in islice(element.iterancestors(), 2) if up.tag == "a")]
    if any(_points_below(anchor) for anchor in anchors):
        return True
    return any(_NOTE.search(" ".join(tokens(named)) + " " + (named.get("role") or "")) for named in (element, *anchors))


def _points_below(anchor: Element) -> bool:
    href = anchor.get("href") or ""
    return href.startswith("#") or _NOTE.search(href.partition("#")[2]) is not None


def is_longer(element: Element, size: int) -> bool:
    """Has its visible text more than ``size`` characters? No more of a long text is looked at than it takes to know."""
    if not len(element) or len(all_text(element)) <= 2 * size:
        return len(text_of(element)) > size
    left = size
    stack = [element]
    while stack:
        inner = stack.pop()
        if inner is not element and (tail := inner.tail):
            left -= len(tidy(tail))
        if inner.tag not in _SPECIAL:
            if text := inner.text:
                left -= len(tidy(text))
            if len(inner):
                stack += inner
        if left < 0:
            return True
    return len(text_of(element)) > size


def verbatim(element: Element) -> str:
    """The text of a ``pre``: every blank and line break counts."""
    parts = [("\n" if node.tag == "br" else node.text or "") if event == "start" else node.tail or "" for event, node in _events(element)]
    return "".join(parts).strip("\n\r").replace("\r\n", "\n").rstrip()


def _events(element: Element) -> Iterator[tuple[str, Element]]:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start" or node is not element:
            yield event, node


def emoji(image: Element) -> str:
    """The character that WordPress replaced with a picture (``img.emoji``, ``img.wp-smiley``); other pictures say nothing."""
    if {"emoji", "wp-smiley"} & set((image.get("class") or "").split()):
        return image.get("alt") or ""
    return ""


def tokens(element: Element) -> tuple[str, ...]:
    """Classes and id, lower case."""
    classes, name = element.get("class"), element.get("id")
    return tokens_of(classes, name) if classes or name else ()


@lru_cache(maxsize=20_000)
def tokens_of(classes: str | None, name: str | None) -> tuple[str, ...]:
    return tuple(f"{classes or ''} {name or ''}".lower().split())


def page_body(root: Element) -> Element | None:
    """The ``body`` of a page, which may be all of it."""
    return root if root.tag == "body" else next(root.iterchildren("body"), None)


def all_text(element: Element) -> str:
    """All characters in the element, code and hidden ones too: for sizes and patterns, not for reading."""
    return etree.tostring(element, encoding="unicode", method="text", with_tail=False) if len(element) else element.text or ""


def absolute(base: str, reference: str | None) -> str:
    """An absolute http(s) or mailto address, or an empty string for anything else (javascript:, data:, malformed)."""
    reference = clean_text(reference or "").strip()
    if not reference or reference.startswith("mailto:"):
        return reference
    url = resolve(base, reference)
    if url == f"{reference}/":  # a host alone stays as it is written
        return reference
    return url if url.startswith(("https:", "http:", "mailto:")) else ""


_PLAIN_ADDRESS = re.compile(r"https?://[\w.:-]+/[!-~]*", re.ASCII)  # one that is the same when it is taken apart and joined


@lru_cache(maxsize=8192)
def without_fragment(url: str) -> str:
    """The address without what stands behind ``#``, as ``urldefrag`` gives it. Raises ValueError for a malformed host."""
    address, sign, _ = url.partition("#")
    if not sign:
        return url
    if _PLAIN_ADDRESS.fullmatch(address) is not None and ";" not in address and address[-1] != "?":
        return address
    return urldefrag(url)[0]

"""Bytes to an lxml tree, and the text of its elements."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import etree

Element: TypeAlias = etree._Element


def listed(words: str) -> tuple[str, ...]:
    """The words of a list, in order."""
    return tuple(words.split())


def names(words: str) -> frozenset[str]:
    """The words of a list, as a set."""
    return frozenset(words.split())


# libxml2 stops at a nesting of 2,048 even with huge_tree; the walkers here recurse, so a page is flattened long before.
MAX_DEPTH = 200
_TOO_DEEP = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")

# NUL and the C0 controls that no text needs, lone surrogates, non-characters: SQLite, JSON and XML each choke on some.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.I)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w:.-]{2,40})""", re.I)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# The labels that browsers read as windows-1252, https://encoding.spec.whatwg.org/#names-and-labels
_WINDOWS = {"iso8859-1", "ascii", "iso8859-15", "latin-1"}

# Never text: code, and controls of the page.
SILENT = names(
    "script style noscript noembed noframes template svg math head title link meta input button select textarea option object embed "
    "canvas audio video source track map area datalist progress meter dialog"
)
BLOCK = names(
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody thead tfoot tr td th "
    "caption ul iframe"
)
_SPECIAL = SILENT | {"br", "img", "pre", "iframe"}  # no text, or text of their own kind
_EDGES = dict.fromkeys(BLOCK, "\x01") | {"td": " ", "th": " "}  # a row is one line
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


def clean(text: str) -> str:
    """Without the characters that must never reach the database."""
    return _FORBIDDEN.sub("", text)


def decode(body: bytes, content_type: str | None = None) -> str:
    """Bytes to text. Valid UTF-8 is UTF-8 whatever the page says: no other encoding is valid as UTF-8 by accident."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    declared = _declared(body, content_type) if b"\x1b" in body else ""
    if not declared.startswith("iso2022"):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            declared = _declared(body, content_type)
    if declared in ("", "utf-8"):
        return _nearly_utf8(body, declared)
    return body.decode(declared, "replace")


def _declared(body: bytes, content_type: str | None) -> str:
    """Python's name of the encoding that the header or the page declares; empty when none or unknown."""
    header = _HEADER_CHARSET.search(content_type or "")
    meta = None if header else _META_CHARSET.search(body[:8192])
    label = header.group(1) if header else meta.group(1).decode("ascii", "replace") if meta else ""
    if not label and body[:400].count(0) > 100:
        return "utf-16-be" if body[:2].startswith(b"\x00") else "utf-16-le"
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return ""
    if not info._is_text_encoding:  # "base64" is a codec too
        return ""
    return "cp1252" if info.name in _WINDOWS else info.name


def _nearly_utf8(body: bytes, declared: str) -> str:
    """UTF-8 with some broken bytes (a page cut within a letter), or else windows-1252, the web's default."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if declared or broken * 8 < sum(1 for c in body if c >= 0xC2):
        return text
    return body.decode("cp1252", "replace")


def parse(text: str) -> Element | None:
    """The tree of a document or fragment; None when there is no element in it. Holds any nesting, any size."""
    if "\ufffe" in text or "\uffff" in text:
        text = _NO_CHARACTER.sub("", text)
    data = text.encode("utf-8", "ignore").translate(None, _CONTROLS)  # what `clean` does, on bytes: ten times as fast
    if _may_be_overloaded(data):
        data = _OVERLOADED.sub(_thin, data.decode("utf-8")).encode("utf-8")
    root = _parse(data)
    if root is not None and _TOO_DEEP(root):
        root = _parse(_flatten(data.decode("utf-8")).encode("utf-8"))
    return root


_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_LONG_TAG = 20_000
_OVERLOADED = re.compile(rf"<[a-zA-Z][^<>]{{{_LONG_TAG},}}>")


def _may_be_overloaded(data: bytes) -> bool:
    """Is there a stretch without any end of a tag? A tag that long has one of half its length at a multiple of that."""
    step = _LONG_TAG // 2
    return any(data.find(b">", at, at + step) < 0 for at in range(0, len(data) - step, step))


_ATTRIBUTE = re.compile(r"""\s[^\s=<>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?""")
_MAX_ATTRIBUTES = 200


def _thin(tag: re.Match[str]) -> str:
    """A tag without its thousandth attribute: libxml2 takes the square of their number, half a minute for 100,000."""
    attributes = [match.group() for match in _ATTRIBUTE.finditer(tag.group())]
    if len(attributes) <= _MAX_ATTRIBUTES:
        return tag.group()
    name = re.match(r"<[^\s/>]+", tag.group())
    return f"{name.group() if name else '<div'}{''.join(attributes[:_MAX_ATTRIBUTES])}>"


def _parse(data: bytes) -> Element | None:
    # etree's own parser: that of lxml.html calls back into Python for every element that is looked at. Nothing asks libxml2 for
    # an element by its id, and a table of all ids is a tenth of the time.
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8")
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_VOID = names("area base br col embed hr img input link meta source track wbr param")


def _flatten(text: str) -> str:
    """Takes out the tags nested deeper than half of MAX_DEPTH and leaves a line break: no text may be lost with them."""
    stack: list[tuple[str, bool]] = []
    out: list[str] = []
    position = 0
    for match in _TAG.finditer(text):
        name = match.group(2).lower()
        if name in _VOID:
            continue
        keep = True
        if match.group(1):
            keep = _close(stack, name)
        else:
            keep = len(stack) < MAX_DEPTH // 2
            stack.append((name, keep))
        if not keep:
            out += text[position : match.start()], "<br><br>" if name in BLOCK else ""
            position = match.end()
    return "".join(out) + text[position:]


def _close(stack: list[tuple[str, bool]], name: str) -> bool:
    """Pops up to the open tag of that name. False when the end tag belongs to one that was taken out, or to none."""
    for i in range(len(stack) - 1, max(-1, len(stack) - 50), -1):
        if stack[i][0] == name:
            keep = stack[i][1]
            del stack[i:]
            return keep
    return False


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
    return paragraph.join([line for part in raw.split("\x01") if part and (line := _lines(part))])


def _lines(part: str) -> str:
    """The lines of a paragraph; more than one empty line in a row is one."""
    if "\x00" not in part:
        return " ".join(part.split())
    lines = [" ".join(line.split()) for line in part.split("\x00")]
    return "\n".join([line for i, line in enumerate(lines) if line or (i and lines[i - 1])]).strip("\n")


def _collect(element: Element, parts: list[str], skip: AbstractSet[Element]) -> None:
    tag = element.tag
    if tag in _SPECIAL:
        if tag == "br":
            parts.append("\x00")
        elif tag == "img":
            parts.append(emoji(element))
        elif tag == "pre":
            parts += "\x01", verbatim(element).replace("\n", "\x00"), "\x01"
        return
    if not isinstance(tag, str):
        return
    edge = _EDGES.get(tag)
    if edge == "\x01":
        parts.append(edge)
    if text := element.text:
        parts.append(text)
    if len(element):  # an iterator costs more than all the rest, and most elements have no children
        for child in element:
            if child not in skip:
                _collect(child, parts, skip)
            if tail := child.tail:
                parts.append(tail)
    if edge:
        parts.append(edge)


def is_longer(element: Element, size: int) -> bool:
    """Has its visible text more than ``size`` characters? No more of a long text is looked at than it takes to know."""
    left = size
    stack = [element] if len(element) else []
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


def all_text(element: Element) -> str:
    """All characters in the element, code and hidden ones too: for sizes and patterns, not for reading."""
    return etree.tostring(element, encoding="unicode", method="text", with_tail=False) if len(element) else element.text or ""


def absolute(base: str, reference: str | None) -> str:
    """An absolute http(s) or mailto address, or an empty string for anything else (javascript:, data:, malformed)."""
    reference = clean(reference or "").strip()
    whole = reference.startswith(("https://", "http://", "mailto:"))
    if not reference or (whole and reference.isascii() and "[" not in reference):
        return reference
    try:
        url = urljoin(base, reference)
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    return url if scheme in ("http", "https", "mailto") else ""

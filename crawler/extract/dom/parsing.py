"""Takes text, however broken, deep or large, and gives an lxml tree."""

from __future__ import annotations

import re

from lxml import etree

from crawler.extract.dom.intended import windows_letters
from crawler.extract.dom.repair import as_plain_html
from crawler.extract.dom.tree import BLOCK, Element, word_set

# libxml2 stops at a nesting of 2,048 even with huge_tree; the walkers here recurse, so a page is flattened long before.
MAX_DEPTH = 200
_TOO_DEEP = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")


def parse(text: str) -> Element | None:
    """The tree of a document or fragment; None when there is no element in it. Holds any nesting, any size."""
    if "\ufffe" in text or "\uffff" in text:
        text = _NO_CHARACTER.sub("", text)
    data = windows_letters(text).encode("utf-8", "ignore").translate(None, _CONTROLS)  # what `clean` does, on bytes: ten times as fast
    if _may_be_overloaded(data):
        data = _OVERLOADED.sub(_thin, data.decode("utf-8")).encode("utf-8")
    if _goes_on(data):
        data = _PAGE_ENDS.sub(b"", data)
    root = _parse(data)
    if root is not None and _TOO_DEEP(root):
        root = _parse(_flatten(data.decode("utf-8")).encode("utf-8"))
    if root is not None:
        as_plain_html(root, data)
    return root


_PAGE_ENDS = re.compile(rb"</(?:body|html)\s*>", re.I)
_REMAINDER = 300  # bytes: less behind the end of the page is the stamp of a cache


def _goes_on(data: bytes) -> bool:
    """Does much stand behind the first ``</html>``? A theme that joins two whole templates has one in the middle: browsers read on,
    libxml2 drops what is behind it."""
    bound = len(data) - _REMAINDER
    return bound > 0 and any(data.rfind(end, 0, bound + len(end) - 1) >= 0 for end in (b"</html", b"</HTML"))  # half the time of find


_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_LONG_TAG = 20_000
_OVERLOADED = re.compile(rf"<[a-zA-Z][^<>]{{{_LONG_TAG},}}>")


def _may_be_overloaded(data: bytes) -> bool:
    """Is there a stretch of a tag without its end? A tag that long has one of half its length at a multiple of that. A long script
    or style has such a stretch as well, but the tag before it is closed."""
    step = _LONG_TAG // 2
    stretches = (at for at in range(0, len(data) - step, step) if data.find(b">", at, at + step) < 0)
    return any(data.rfind(b"<", 0, at + 1) >= data.rfind(b">", 0, at) for at in stretches)


_ATTRIBUTE = re.compile(r"""\s[^\s=<>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?""")
_MAX_ATTRIBUTES = 200


def _thin(tag: re.Match[str]) -> str:
    """A tag without its thousandth attribute: libxml2 takes the square of their number, half a minute for 100,000."""
    attributes = [match.group() for match in _ATTRIBUTE.finditer(tag.group())]
    if len(attributes) <= _MAX_ATTRIBUTES:
        return tag.group()
    name = re.match(r"<[^\s/>]+", tag.group())
    return f"{name.group() if name else '<div'}{''.join(attributes[:_MAX_ATTRIBUTES])}>"


# etree's own parser: that of lxml.html calls back into Python for every element that is looked at. Nothing asks libxml2 for
# an element by its id, and a table of all ids is a tenth of the time.
_PARSER = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8")


def _parse(data: bytes) -> Element | None:
    try:
        return etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        return None


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_VOID = word_set("area base br col embed hr img input link meta source track wbr param")


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

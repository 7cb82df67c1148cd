"""Takes XML as sites send it, packed or not, well-formed or not, and gives its root and what is wrong with it.

A file that is not well-formed is read as far as it can be read; it is never a whole list, and ``broken`` says why. A document that
multiplies itself, and one that unpacks to more than the protocol allows, is refused.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5
from typing import Protocol
from urllib.parse import urlsplit

from lxml import etree
from w3lib.encoding import html_body_declared_encoding, read_bom

from archive.text.urls import bare_host, resolve
from crawler.errors import DoorClosed

MOST_UNPACKED = 64 * 2**20  # bytes unpacked; the sitemap protocol allows 50 MB
GZIP = b"\x1f\x8b"
PACKED_TWICE = 2  # a .gz file that the server packs once more
CUT = "it is cut off"
_ROOT = re.compile(r"<((?:[\w.-]+:)?(?:urlset|sitemapindex|rss|feed|rdf))\b", re.I)

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"<\?xml\b[^<>]{0,500}\?>", re.I)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]{0,500}(?:\[[^\]]*\]\s*)?>", re.I)
_HEAD = 5_000  # characters in which a DOCTYPE is looked for
_BARE = re.compile(r"&(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31});|(?P<code>#(?:\d{1,7}|[xX][0-9A-Fa-f]{1,6}));)?")
_ENTITY = re.compile(rf"<!\[CDATA\[.*?\]\]>|{_BARE.pattern}", re.S)
# A path that a browser leaves as it is: the links of most pages are such, and a look at them is cheaper than taking them apart.
_PLAIN_PATH = re.compile(r"/(?!/)(?!(?:[^?#]*/)?\.{1,2}(?:[/?#]|$))[\w/~=+,:@!$&'()*;.-]*(?:\?[\w/~=+,:@!$&()*;.?-]*)?", re.ASCII)
_WHOLE = re.compile(r"\s*https?://", re.I)
_XMLS_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class ListFile(Protocol):
    """What is read of one file of a list. ``broken`` says what was wrong with it, where it could not be read whole."""

    @property
    def broken(self) -> str: ...


@dataclass(frozen=True, slots=True)
class XmlFile:
    """The root element, and what is wrong with the file; empty for a well-formed one. ``text``: all of a file of which the tree lacks the
    deepest part, because none of its elements ends; else empty."""

    root: etree._Element
    broken: str = ""
    text: str = ""


def parse_xml(body: bytes, what: str, entry: re.Pattern[str] | None = None) -> XmlFile:
    """The tree of a file, of a packed one too. ``entry`` finds the end tags up to which a file that is cut off is read.

    Raises DoorClosed when nothing in it can be read as XML, and for a document that multiplies itself. No entity that the document
    declares is resolved, and libxml2 keeps its own limits (huge_tree stays off).
    """
    content, cut = unpacked(body, what)
    if not content.strip():
        raise DoorClosed(f"{what} is empty")
    try:
        root = etree.fromstring(content.lstrip(), etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        return _recovered(content, what, cut or str(error), entry)
    if root is None:
        raise DoorClosed(f"{what} is empty")
    return XmlFile(root, cut)


def unpacked(body: bytes, what: str) -> tuple[bytes, str]:
    """(the content of a .gz file, or other bytes as they are; CUT where the file ends too early).

    Raises DoorClosed for a file that is packed and cannot be unpacked, and for one that unpacks to more than the protocol allows.
    """
    cut = ""
    for _ in range(PACKED_TWICE):
        if body[:2] != GZIP:
            break
        body, ended = _gunzipped(body, what)
        cut = cut if ended else CUT
    return body, cut


def _gunzipped(body: bytes, what: str) -> tuple[bytes, bool]:
    """The members of a gzip file as far as they can be unpacked, and whether the last one has its end."""
    parts: list[bytes] = []
    left, ended = MOST_UNPACKED, False
    while body[:2] == GZIP and left > 0:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            parts.append(unpacker.decompress(body, left + 1))
        except zlib.error:
            ended = False
            break
        left -= len(parts[-1])
        body, ended = unpacker.unused_data, unpacker.eof
    if left < 0:
        raise DoorClosed(f"{what} is no list: it unpacks to more than the protocol allows")
    if not any(parts):
        raise DoorClosed(f"{what} is no gzip file, though it begins like one")
    return b"".join(parts), ended


def decoded(content: bytes) -> str:
    """Text in UTF-8 where it is valid UTF-8, else in the encoding that its mark or its first lines name, without the mark."""
    encoding, mark = read_bom(content)
    if encoding and mark:
        return content[len(mark) :].decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(html_body_declared_encoding(content[:4096]) or "utf-8", "replace")


def _recovered(content: bytes, what: str, broken: str, entry: re.Pattern[str] | None) -> XmlFile:
    """What can be read of a file that is not well-formed: its entries that are complete."""
    text = _DECLARATION.sub("", _CONTROLS.sub("", decoded(content)))
    if doctype := _DOCTYPE.match(text, max(0, text[:_HEAD].upper().find("<!DOCTYPE"))):
        text = text[: doctype.start()] + text[doctype.end() :]
    last = text.rfind("]]>") + 1  # behind it no CDATA section ends, and to look for an end at every beginning takes hours
    last += 2 if last else 0
    text = _ENTITY.sub(_character, text[:last]) + _BARE.sub(_character, text[last:])
    root_tag = _ROOT.search(text)
    if root_tag and f"</{root_tag[1]}" not in text and CUT not in broken:
        broken = f"{CUT}: {broken}"
    if entry is not None:
        text = text[: max((match.end() for match in entry.finditer(text)), default=0)]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(f"<list>{text}</list>".encode("utf-8", "ignore"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DoorClosed(f"{what} is no well-formed XML ({broken})") from error
    if root is None or not len(root):
        raise DoorClosed(f"{what} is no well-formed XML ({broken})")
    too_deep = any("depth" in error.message for error in parser.error_log)
    return XmlFile(root, broken, text if too_deep else "")


def _character(match: re.Match[str]) -> str:
    """An entity of HTML as its character, a bare & escaped; what XML knows and CDATA sections stay."""
    if match[0].startswith("<!") or match["code"] or match["name"] in _XMLS_OWN:
        return match[0]
    text = html5.get(f"{match['name']};") if match["name"] else None
    return "".join(_ESCAPED.get(character, character) for character in text) if text else "&amp;" + match[0][1:]


def name_of(element: etree._Element) -> str:
    """Local name in lower case, without its namespace or prefix; '' for comments and the like."""
    return _local_name(tag) if isinstance(tag := element.tag, str) else ""


@lru_cache(maxsize=512)  # a list has thousands of elements and a handful of names
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def prefix_of(element: etree._Element) -> str:
    """The prefix of an element, declared or not: ``image`` of ``image:loc``."""
    prefix, colon, _ = str(element.tag).rpartition("}")[2].partition(":")
    return element.prefix or (prefix if colon else "")


def xml_text(element: etree._Element | None) -> str:
    if element is None:
        return ""
    return (("".join(element.itertext()) if len(element) else element.text) or "").strip()


def listed_link(base: str, link: str) -> str:
    """As ``absolute_link``, for what a list of the site names: there ``www.example.org/a`` lacks its scheme, and is no path."""
    if _WHOLE.match(link):
        return absolute_link(base, link)
    host = link.strip().partition("/")[0]
    return absolute_link(base, f"//{link.strip()}" if host and bare_host(host) == bare_host(urlsplit(base).netloc) else link)


def absolute_link(base: str, link: str) -> str:
    """The link's whole address on the web; '' for one that is none, such as ``http://[`` or ``javascript:x``."""
    link = link.strip()
    if _PLAIN_PATH.fullmatch(link) and (root := resolve(base, "/")).startswith(("https://", "http://")):
        return root[:-1] + link
    whole = resolve(base, link)
    return whole if whole.startswith(("https://", "http://")) else ""

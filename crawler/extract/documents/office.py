"""The text of zipped formats (docx, pptx, xlsx, odt, odp, ods, epub): takes the bytes, gives title and text.

What a member unpacks to is limited, so a small file cannot become a large one; entities are not followed, and nothing is loaded.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from crawler.extract.documents.text import LONGEST, UNKNOWN, DocumentText
from crawler.extract.dom.encoding import decode
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import Element, text_of

LARGEST = 64 * 2**20  # bytes of all members that are read, unpacked
MEMBERS = 20_000
BROKEN = (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, KeyError, ValueError, OSError, EOFError, NotImplementedError, RuntimeError)
WHITE = {"tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "s": " "}  # elements that stand for a blank of some kind


class TooLargeText(Exception):
    """The members unpack to more than is read."""


class OfficePackage:
    """A zip file whose members are read as far as the limit allows."""

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self.names = self._zip.namelist()
        self._left = LARGEST
        if len(self.names) > MEMBERS:
            raise TooLargeText

    def read(self, name: str) -> bytes:
        """Raises TooLargeText, and what zipfile raises."""
        with self._zip.open(name) as member:
            content = member.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise TooLargeText
        return content

    def tree(self, name: str) -> Element:
        """Raises XMLSyntaxError for what is no XML, or nests as no office program does."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self.read(name), parser)

    def numbered(self, pattern: str) -> list[str]:
        """The members whose name has this form, in the order of the number in it."""
        found = [(int(match[1]), name) for name in self.names if (match := re.fullmatch(pattern, name))]
        return [name for _, name in sorted(found)]


def office_text(content: bytes) -> DocumentText:
    """Raises nothing for what the bytes cause, but MemoryError."""
    parts: list[str] = []
    title, note = "", None
    try:
        package = OfficePackage(content)
        paragraphs = paragraphs_of(package)
        if paragraphs is None:
            return DocumentText(note=UNKNOWN)
        title = title_of(package)
        length = 0
        for paragraph in paragraphs:
            parts.append(paragraph)
            length += len(paragraph)
            if length > LONGEST:
                break
    except TooLargeText:
        note = f"it unpacks to more than {LARGEST >> 20} MB"
    except BROKEN as error:
        note = f"it is broken: {type(error).__name__}"
    text = "\n".join(parts).strip()
    return DocumentText(title, text, note or (None if text else "it holds no text"))


def paragraphs_of(package: OfficePackage) -> Iterator[str] | None:
    """The paragraphs of the formats that are known; None for another kind of zip file."""
    names = set(package.names)
    if "word/document.xml" in names:
        parts = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
        return (text for name in parts if name in names for text in runs(package.tree(name)))
    if slides := package.numbered(r"ppt/slides/slide(\d+)\.xml"):
        return (text for name in slides for text in runs(package.tree(name)))
    if "xl/workbook.xml" in names:
        return sheets(package)
    if "META-INF/container.xml" in names and any(name.endswith(".opf") for name in names):
        return chapters(package)
    return open_document(package.tree("content.xml")) if "content.xml" in names else None


def title_of(package: OfficePackage) -> str:
    """What the file says it is called; '' where it does not, or cannot be read."""
    named = [name for name in package.names if name in ("docProps/core.xml", "meta.xml") or name.endswith(".opf")]
    for name in named[:1]:
        for element in package.tree(name).iter("{http://purl.org/dc/elements/1.1/}title"):
            return str(element.text or "")
    return ""


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def runs(root: Element) -> Iterator[str]:
    """The paragraphs of Office Open XML: elements ``p`` with runs of text ``t``, one after the other."""
    text: list[str] = []
    for element in root.iter():
        name = _name(element)
        if name == "p":
            yield from filter(None, ["".join(text).strip()])
            text = []
        elif name == "t":
            text.append(element.text or "")
        elif name in WHITE and name != "s":
            text.append(WHITE[name])
    yield from filter(None, ["".join(text).strip()])


def open_document(root: Element) -> Iterator[str]:
    """The paragraphs of an OpenDocument text, sheet or presentation."""
    paragraphs = [element for element in root.iter("{*}p", "{*}h") if next(element.iterancestors("{*}p", "{*}h"), None) is None]
    for paragraph in paragraphs:
        for element in paragraph.iter("{*}s", "{*}tab", "{*}line-break"):
            element.text = WHITE[_name(element)]
        yield from filter(None, ["".join(paragraph.itertext()).strip()])


def sheets(package: OfficePackage) -> Iterator[str]:
    """The rows of a workbook, their cells apart by a tab."""
    shared: list[str] = []
    if "xl/sharedStrings.xml" in package.names:
        shared = ["".join(t.text or "" for t in item.iter("{*}t")) for item in package.tree("xl/sharedStrings.xml").iter("{*}si")]
    for name in package.numbered(r"xl/worksheets/sheet(\d+)\.xml"):
        for row in package.tree(name).iter("{*}row"):
            cells = [_cell(cell, shared) for cell in row.iter("{*}c")]
            if any(cells):
                yield "\t".join(cells)


def _cell(cell: Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter("{*}t"))
    value = next((v.text or "" for v in cell.iter("{*}v")), "")
    if cell.get("t") != "s":
        return value
    return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""


def chapters(package: OfficePackage) -> Iterator[str]:
    """The chapters of an e-book in reading order."""
    book = next(name for name in package.names if name.endswith(".opf"))
    root = package.tree(book)
    items = {item.get("id"): unquote(item.get("href") or "") for item in root.iter("{*}item")}
    for reference in root.iter("{*}itemref"):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(book), items.get(reference.get("idref"), "")))
        if name in package.names:
            page = parse(decode(package.read(name)))
            if page is not None:
                yield from filter(None, [text_of(page, paragraph="\n\n")])

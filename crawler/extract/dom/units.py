"""Takes a container and gives its block-level units in reading order; every visible word is in exactly one unit. A paragraph may
be a ``p``, a ``div``, a run of inline nodes directly in the container, or the part between two ``<br><br>`` of an editor that knew
nothing else. A list, a data table, a quotation and a ``pre`` are one unit each. A picture's caption is a unit of its own, wherever
it stands, so that it is never in the text twice or in the middle of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Literal, TypeAlias

from lxml import etree

from crawler.extract.dom.media import background_of, backgrounds_in, pictures_in
from crawler.extract.dom.tree import BLOCK, SILENT, Element, all_text, inline_text, is_longer, text_of, tokens, verbatim, word_set

InlineNode: TypeAlias = "str | Element"
Shape = Literal["p", "heading", "list", "quote", "pre", "table", "media"]

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LISTS = frozenset(("ul", "ol", "dl", "menu", "dir"))
_MEDIA = frozenset(("img", "iframe", "video", "audio", "embed", "object", "picture"))
# Elements that hold text which is not the author's; they are units as well, so that nothing vanishes unlabelled.
CAPTION_CLASSES = word_set(
    "wp-caption-text wp-element-caption gallery-caption wp-caption-dd caption-text image-caption img-caption "
    "photo-caption media-caption figure-caption picture-caption featured-image-caption td-featured-image-caption "
    "wp-post-image-caption entry-thumb-caption"
)


# Other systems' names for it: "media-caption__text", "article__image-credit".
_LIKE_CAPTION = re.compile(r"caption|(?:photo|image|img)-?_?credit")
_LONGEST_CAPTION = 800  # characters
_FIGURE_DEPTH = 3  # boxes around a caption, the picture's among them
_TILE = 200  # characters on a picture that is the background of a tile; behind more text it is decoration


@dataclass(slots=True)
class Unit:
    """One unit: its shape, the tree nodes it is made of, its text, and the element whose place it has in the tree."""

    shape: Shape
    tag: str  # the tag it is shown as
    nodes: list[InlineNode]
    text: str
    place: Element  # where to look for classes of ancestors
    images: list[Element] = field(default_factory=list)
    _anchors: list[Element] | None = None
    _linked: float = -1.0

    @property
    def anchors(self) -> list[Element]:
        """Its links. They are looked for once: the walk that makes the unit is over when the first rule asks."""
        if self._anchors is None:
            self._anchors = [a for node in self.nodes if not isinstance(node, str) for a in node.iter("a")]
        return self._anchors

    @property
    def link_share(self) -> float:
        """Share of its characters that are link text, 0 to 1."""
        if self._linked < 0:
            size = len(self.text)
            self._linked = min(1.0, sum(len(text_of(a)) for a in self.anchors) / size) if size and self.anchors else 0.0
        return self._linked


def units_of(container: Element, skip: frozenset[Element] = frozenset()) -> list[Unit]:
    """The container's units. ``skip``: elements to leave out altogether (the comment thread)."""
    return _Walk(container, skip).run()


class _Walk:
    def __init__(self, container: Element, skip: frozenset[Element]) -> None:
        self.container = container
        self.skip = skip
        self.units: list[Unit] = []
        self.line: list[InlineNode] = []
        self.with_blocks = _with_blocks(container)

    def run(self) -> list[Unit]:
        self._inside(self.container)
        self._flush(self.container)
        return self.units

    def _inside(self, element: Element) -> None:
        if element is not self.container and (image := background_of(element)) is not None and not is_longer(element, _TILE):
            self.units.append(Unit("media", "figure", [image], "", element, [image]))
        if element.text and element.text.strip():
            self.line.append(element.text)
        for child in element if len(element) else ():
            self._visit(child, element)
            if child.tail:
                self.line.append(child.tail)

    def _visit(self, element: Element, parent: Element) -> None:
        tag = element.tag
        if element in self.skip or not isinstance(tag, str) or (tag in SILENT and tag not in _MEDIA):
            if tag == "noscript":
                self.line += pictures_in(element)
            return
        if tag == "br":
            self._break(parent)
        elif tag in BLOCK or element in self.with_blocks:
            self._block(element, tag, parent)
        else:
            self.line.append(element)

    def _break(self, parent: Element) -> None:
        """A second ``br`` in a row ends the paragraph."""
        for node in reversed(self.line):
            if isinstance(node, str):
                if node.strip():
                    break
            elif node.tag == "br":
                self._flush(parent)
                return
            else:
                break
        self.line.append(etree.Element("br"))

    def _block(self, element: Element, tag: str, parent: Element) -> None:
        self._flush(parent)
        if tag in ("hr",):
            return
        if tag == "iframe":
            self.units.append(Unit("media", "p", [element], "", element))
        elif tag == "figcaption" or is_caption(element):
            self._caption(element)
        elif tag == "pre":
            self._add("pre", tag, [element], verbatim(element), element)
        elif tag in HEADINGS and not _has_heading_or_list(element):
            self._whole("heading", element)
        elif tag in _LISTS and not _is_layout(element):
            self._whole("list", element)
        elif tag == "table" and not _is_layout_table(element):
            self._whole("table", element)
        elif tag == "blockquote" and not _is_layout(element):
            self._whole("quote", element)
        else:
            self._inside(element)
            self._flush(element)

    def _caption(self, element: Element) -> None:
        """A caption belongs to the picture before it, else to the next one in the same figure; without a picture it is text."""
        text = text_of(element)
        figure = next((up for up in islice(element.iterancestors(), _FIGURE_DEPTH) if _has_media(up)), None)
        if figure is not None:
            last = self.units[-1] if self.units else None
            if last is not None and last.shape == "media" and not last.text and last.nodes and _within(last.place, figure):
                last.text = text
                last.nodes.append(element)
            elif text:
                self.units.append(Unit("media", "figure", [element], text, element))
        elif text:
            self._add("p", "p", [element], text, element)

    def _whole(self, shape: Shape, element: Element) -> None:
        """A unit that stays together; captions and pictures inside it come out as units after it."""
        captions = [e for e in element.iter("figcaption", "p", "div", "dd", "span") if e.tag == "figcaption" or is_caption(e)]
        captions = [e for e in captions if e is not element and e.getparent() is not None and _has_media(e.getparent())]
        text = text_of(element, skip=self.skip.union(captions))
        images = pictures_in(element) or ([] if text else backgrounds_in([element]))
        if text:
            self._add(shape, element.tag, [element], text, element)
            self.units[-1].images = [] if captions else images
        if captions or (images and not text):
            self._figures(element, captions, images)

    def _figures(self, element: Element, captions: list[Element], images: list[Element]) -> None:
        by_figure = {caption.getparent(): caption for caption in captions}
        for image in images:
            caption = next((by_figure.pop(up) for up in image.iterancestors() if up in by_figure), None)
            nodes: list[InlineNode] = [image] if caption is None else [image, caption]
            self.units.append(Unit("media", "figure", nodes, "" if caption is None else text_of(caption), element, [image]))

    def _flush(self, place: Element) -> None:
        if not self.line:
            return
        line, self.line = self.line, []
        while line and ((isinstance(line[-1], str) and not line[-1].strip()) or (not isinstance(line[-1], str) and line[-1].tag == "br")):
            line.pop()
        if not line:
            return
        images = [image for node in line if not isinstance(node, str) for image in pictures_in(node)]
        text = inline_text(line)
        if text:
            tag = place.tag if place.tag in ("p", "summary", "figcaption") else "p"
            self._add("p", tag, line, text, place)
            self.units[-1].images = images
        else:
            self._media(line, images or backgrounds_in(node for node in line if not isinstance(node, str)), place)

    def _media(self, line: list[InlineNode], images: list[Element], place: Element) -> None:
        for image in images:
            self.units.append(Unit("media", "figure", [image], "", place, [image]))
        for node in line:
            if not isinstance(node, str):
                for frame in [node] if node.tag in ("iframe", "embed", "object") else node.iter("iframe", "embed"):
                    self.units.append(Unit("media", "p", [frame], "", place))

    def _add(self, shape: Shape, tag: str, nodes: list[InlineNode], text: str, place: Element) -> None:
        if text:
            self.units.append(Unit(shape, tag, nodes, text, place))


def _with_blocks(container: Element) -> set[Element]:
    """Inline elements that hold block-level ones: their content is walked, not taken as one line."""
    found: set[Element] = set()
    for element in container.iter(*BLOCK):
        up = element.getparent()
        while up is not None and up is not container and up not in found:
            found.add(up)
            up = up.getparent()
    return found


def is_caption(element: Element) -> bool:
    """Do its classes say that it holds the words below a picture?"""
    said = _said_of(tokens(element))
    return said == "caption" or (said == "like" and not _has_media(element) and len(all_text(element)) <= _LONGEST_CAPTION)


@lru_cache(maxsize=20_000)
def _said_of(marks: tuple[str, ...]) -> Literal["caption", "like", ""]:
    if not CAPTION_CLASSES.isdisjoint(marks):
        return "caption"
    return "like" if any(_LIKE_CAPTION.search(name) for name in marks) else ""


def _has_media(element: Element) -> bool:
    return next(element.iter("img", "iframe", "video", "audio", "picture", "embed", "object", "svg"), None) is not None


def _has_heading_or_list(element: Element) -> bool:
    return (
        next((e for e in element.iter("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "p") if e is not element), None) is not None
    )


def _within(element: Element, ancestor: Element) -> bool:
    return element is ancestor or any(up is ancestor for up in element.iterancestors())


def _is_layout(element: Element) -> bool:
    """A list or quotation with headings, tables or quotations inside is a page builder's box: its parts are units."""
    return (
        next(
            (e for e in element.iter("h1", "h2", "h3", "h4", "table", "blockquote", "article", "section", "form") if e is not element), None
        )
        is not None
    )


def _is_layout_table(table: Element) -> bool:
    """One cell, or whole sections in cells: the table only places things."""
    cells = list(table.iter("td", "th"))
    if len(cells) <= 1 or next((e for e in table.iter("table", "h1", "h2", "article", "form") if e is not table), None) is not None:
        return True
    return any(sum(1 for _ in cell.iter("p")) > 3 for cell in cells)

"""Takes the element that holds a text, or a REST fragment, and gives its labelled blocks, pictures and links. Both doors: one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.extract.article.container import Container, Width
from crawler.extract.boilerplate.label import anchors
from crawler.extract.boilerplate.rules import label_units
from crawler.extract.boilerplate.trafilatura_vote import judge, votes_on
from crawler.extract.dom.media import frame_address, image_address, image_alt
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.players import frame_players
from crawler.extract.dom.sanitise import markup
from crawler.extract.dom.tree import Element, absolute, text_of
from crawler.extract.dom.units import Unit, units_of
from crawler.items import Block, Image, Link
from crawler.site import Site


@dataclass(frozen=True, slots=True)
class Content:
    """What a container holds. ``links`` and ``images`` are those of body and captions; embedded frames are links."""

    blocks: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks if block.kind == "body")


def extract_fragment(html: str, base_url: str, *, site: Site | None = None, authors: Sequence[str] = ()) -> Content:
    """Blocks, images and links of a fragment such as REST's ``content.rendered``. Addresses become absolute with ``base_url``;
    ``authors``: their names, for the paragraphs that introduce them."""
    root = parse(f"<html><body><div>{html}</div></body></html>") if html.strip() else None
    if root is None:
        return Content()
    return content_of(root, base_url, site=site, authors=authors)


def clean_content(
    container: Container,
    base_url: str,
    *,
    site: Site | None = None,
    skip: frozenset[Element] = frozenset(),
    title: str = "",
    authors: Sequence[str] = (),
) -> Content:
    """The same for the container of a page."""
    return content_of(container.element, base_url, site=site, skip=skip, title=title, authors=authors, width=container.width)


def content_of(
    container: Element,
    base_url: str,
    *,
    site: Site | None = None,
    skip: frozenset[Element] = frozenset(),
    title: str = "",
    authors: Sequence[str] = (),
    width: Width = "exact",
) -> Content:
    """Blocks, images and links of an element. ``skip``: elements left out; ``title``: a heading that repeats it is no body."""
    frame_players(container, base_url)
    units = units_of(container, skip)
    labels = label_units(units, container, site, title, base_url, authors)
    votes = votes_on(units, container, skip)
    if width != "exact":
        labels = judge(units, labels, votes, container)
    blocks = tuple(
        Block(label.kind, unit.text, markup(unit, base_url), label.rule, vote)
        for unit, label, vote in zip(units, labels, votes, strict=True)
        if unit.text or label.kind == "caption"
    )
    own = [unit for unit, label in zip(units, labels, strict=True) if label.kind in ("body", "caption")]
    return Content(blocks, _images(own, base_url), _links(own, base_url))


def _images(units: Sequence[Unit], base_url: str) -> tuple[Image, ...]:
    found: dict[str, Image] = {}
    for unit in units:
        for image in unit.images or [n for n in unit.nodes if not isinstance(n, str) and n.tag == "img"]:
            url = image_address(image, base_url)
            caption = unit.text if unit.shape == "media" else ""
            if url and (url not in found or (caption and not found[url].caption)):
                found[url] = Image(url, caption, image_alt(image))
    return tuple(found.values())


def _links(units: Sequence[Unit], base_url: str) -> tuple[Link, ...]:
    found: dict[tuple[str, str], Link] = {}
    for unit in units:
        for node in unit.nodes:
            if isinstance(node, str):
                continue
            for frame in node.iter("iframe", "embed"):
                _add(found, frame_address(frame, base_url), " ".join((frame.get("title") or "").split()))
        for anchor in anchors(unit):
            _add(found, absolute(base_url, anchor.get("href")), text_of(anchor).replace("\n", " "))
    return tuple(found.values())


def _add(found: dict[tuple[str, str], Link], url: str, text: str) -> None:
    if url:
        found.setdefault((url, text), Link(url, text))

"""Which kind a unit is, and by which rule. Cleaning is labelling: a rule never removes, it names.

Order of precedence: what the Site declares, what the markup says, what the words say, where the unit stands. Every rule is
narrow: body text that only talks about donations, tags or institutes stays body. What repeats over many articles is
learned elsewhere, from the archive as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.extract.media import host_of
from crawler.extract.phrases import (
    BIO_HEADING,
    RELATED_HEADING,
    RELATED_LINE,
    SHARE_LINE,
    appeal_cues,
    bio_contact,
    bio_of,
    bio_sentence,
    heads_box,
    is_byline,
    is_credit,
    is_disclosure,
    is_follow_line,
    is_meta_line,
    is_newsletter,
    is_share_line,
    is_tags_line,
)
from crawler.extract.regions import Region, regions_in
from crawler.extract.tree import Element, absolute, text_of
from crawler.extract.units import Unit
from crawler.items import BlockKind
from crawler.site import Site

_DONATE_ADDRESS = re.compile(
    r"/(?:donat\w*|support(?:-us)?|give|membership|contribute|spende\w*)/?(?:[?#]|$)|patreon\.com|"
    r"paypal\.(?:com|me)|ko-fi\.com|buymeacoffee\.com|gofundme\.com|steadyhq\.com",
    re.I,
)
SENTENCE_END = re.compile(r"[.!?:;…\u3002\u061f\u06d4\"”’»)]\W*$")
_SHARE_ADDRESS = re.compile(
    r"sharer|/share\?|intent/tweet|share-offsite|pinterest\.com/pin/create|wa\.me/|whatsapp\.com/send|"
    r"t\.me/share|reddit\.com/submit|addtoany",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Label:
    kind: BlockKind
    rule: str


BODY = Label("body", "container")
CAPTION = Label("caption", "media")


def label_units(
    units: Sequence[Unit], container: Element, site: Site | None = None, title: str = "", base_url: str = "", authors: Sequence[str] = ()
) -> list[Label]:
    """One label per unit, in order. ``title``: the article's headline, which is no body where it stands in the container;
    ``authors``: their names, for the paragraphs that introduce them."""
    regions = regions_in(container)
    labels = [_label(unit, _region_at(unit.place, container, regions), site) for unit in units]
    _headline(units, labels, title)
    _own_links(units, labels, base_url)
    _stray(units, labels, container)
    _follow_headings(units, labels)
    _edges(units, labels, authors)
    _tail(units, labels)
    _orphaned_headings(units, labels)
    return labels


def _region_at(place: Element, container: Element, regions: dict[Element, Region]) -> Region | None:
    if not regions:
        return None
    up: Element | None = place
    while up is not None and up is not container:
        if up in regions:
            return regions[up]
        up = up.getparent()
    return None


def _label(unit: Unit, region: Region | None, site: Site | None) -> Label:
    declared = _declared(unit, site)
    if declared is not None:
        return declared
    if region is not None:
        return Label(region.kind, region.rule)
    if unit.shape == "media":
        return CAPTION
    return _by_words(unit) or BODY


def _declared(unit: Unit, site: Site | None) -> Label | None:
    for kind, pattern in site.boilerplate if site else ():
        if re.search(pattern, unit.text):
            return Label(_block_kind(kind), f"site:{pattern}")
    return None


def _block_kind(kind: str) -> BlockKind:
    known: tuple[BlockKind, ...] = ("body", "caption", "appeal", "bio", "tags", "share", "related", "newsletter", "comments", "chrome")
    for name in known:
        if name == kind:
            return name
    raise ValueError(f"Site.boilerplate: {kind!r} is no block kind; use one of {', '.join(known)}")


def _by_words(unit: Unit) -> Label | None:
    text = unit.text
    if len(text) > 1200 or unit.shape in ("pre", "table"):
        return None
    linked = link_share(unit)
    if is_tags_line(text, linked):
        return Label("tags", "tags-line")
    if is_share_line(text) or (linked > 0.5 and _all_share_links(unit)):
        return Label("share", "share-line")
    if unit.shape in ("p", "heading") and is_newsletter(text):
        return Label("newsletter", "newsletter-wording")
    if unit.shape != "quote" and _is_appeal(unit):
        return Label("appeal", "appeal-wording")
    if linked > 0.5 and unit.shape == "p" and RELATED_LINE.match(text):
        return Label("related", "related-line")
    if unit.shape in ("p", "heading"):
        return _by_line(text)
    return None


def _by_line(text: str) -> Label | None:
    if is_follow_line(text):
        return Label("share", "follow-line")
    if is_disclosure(text):
        return Label("appeal", "affiliate-disclosure")
    if is_meta_line(text):
        return Label("chrome", "meta-line")
    return Label("caption", "credit-line") if is_credit(text) else None


def _headline(units: Sequence[Unit], labels: list[Label], title: str) -> None:
    for i, unit in enumerate(units[:12]):
        if title and unit.shape == "heading" and labels[i].kind == "body" and unit.text.casefold() == title.casefold():
            labels[i] = Label("chrome", "headline")


def _own_links(units: Sequence[Unit], labels: list[Label], base_url: str) -> None:
    """Lists and lines that are nothing but links to other pages of the site are not the author's text; links elsewhere are
    what a "today in the news" article consists of. Where a whole body is such links, they are what its author wrote."""
    host = host_of(base_url).removeprefix("www.")
    found = [
        i
        for i, unit in enumerate(units)
        if labels[i] is BODY and unit.shape in ("p", "list") and link_share(unit) >= 0.8 and _all_of_host(unit, base_url, host)
    ]
    if len(found) < sum(label.kind == "body" for label in labels):
        for i in found:
            labels[i] = Label("related", "own-links")


def _all_of_host(unit: Unit, base_url: str, host: str) -> bool:
    targets = [absolute(base_url, a.get("href")) for a in anchors(unit)]
    return bool(targets) and all(host_of(target).removeprefix("www.") == host for target in targets)


def _stray(units: Sequence[Unit], labels: list[Label], container: Element) -> None:
    """Scraps of text in boxes within boxes (prices, badges, ``View more``) beside a text that is written in paragraphs. Text
    and ``div`` paragraphs directly in the container, and whatever ends like a sentence, are not meant."""
    if sum(unit.place.tag == "p" for unit in units) < 4:
        return
    for i, unit in enumerate(units):
        boxed = (
            unit.shape == "p"
            and unit.place.tag in ("div", "span", "section")
            and unit.place is not container
            and unit.place.getparent() is not container
        )
        if labels[i] is BODY and boxed and len(unit.text) < 80 and not SENTENCE_END.search(unit.text):
            labels[i] = Label("chrome", "stray-text")


def _is_appeal(unit: Unit) -> bool:
    cues = appeal_cues(unit.text)
    if cues == 1:  # a link to the page that takes the money is the second sign
        return any(_DONATE_ADDRESS.search(a.get("href") or "") for a in anchors(unit))
    return cues > 1


def _all_share_links(unit: Unit) -> bool:
    addresses = [a.get("href") or "" for a in anchors(unit)]
    return bool(addresses) and all(_SHARE_ADDRESS.search(address) for address in addresses)


def _follow_headings(units: Sequence[Unit], labels: list[Label]) -> None:
    """``Related articles`` names the links below it, ``About the author`` the paragraphs."""
    following: Label | None = None
    for i, unit in enumerate(units):
        if following is not None and labels[i].kind in ("body", "caption"):
            if _belongs(unit, following):
                labels[i] = following
                continue
            following = None
        if labels[i].kind == "body" and _is_heading(unit):
            opened = _heading_kind(unit.text)
            if (
                opened is not None
                and i + 1 < len(units)
                and (_belongs(units[i + 1], opened) or (opened.kind == "related" and unit.shape == "heading" and i > 0.7 * len(units)))
            ):
                labels[i] = following = opened


def _heading_kind(text: str) -> Label | None:
    if RELATED_HEADING.fullmatch(text):
        return Label("related", "related-heading")
    if SHARE_LINE.fullmatch(text):
        return Label("share", "share-line")
    if BIO_HEADING.fullmatch(text):
        return Label("bio", "bio-heading")
    return None


def _is_heading(unit: Unit) -> bool:
    if unit.shape == "heading":
        return True
    return unit.shape == "p" and len(unit.text) < 90 and (unit.text.endswith(":") or is_emphasised(unit, ("strong", "b")))


def _belongs(unit: Unit, heading: Label) -> bool:
    if heading.kind == "bio":
        return unit.shape == "media" or (unit.shape in ("p", "heading") and len(unit.text) < 1200)
    return (unit.shape == "media" and not unit.text) or link_share(unit) > 0.6


def _edges(units: Sequence[Unit], labels: list[Label], authors: Sequence[str]) -> None:
    """Bylines at the beginning or end of the text; paragraphs about its own author in the second half."""
    body = [i for i, label in enumerate(labels) if label.kind == "body"]
    for place, i in enumerate(body):
        unit = units[i]
        if unit.shape not in ("p", "heading"):
            continue
        if (place < 3 or place >= len(body) - 8) and is_byline(unit.text):
            labels[i] = Label("chrome", "byline")
        elif authors and (place >= len(body) // 2 > 0 or len(body) == 1) and bio_of(unit.text, authors):
            labels[i] = Label("bio", "bio-of-author")


def _tail(units: Sequence[Unit], labels: list[Label]) -> None:
    """Below the last paragraph of the text: the bios. Only italics or a way to reach the person make a bio certain, for an
    article may well end with a sentence that says who somebody is."""
    for i in range(len(units) - 1, -1, -1):
        unit, label = units[i], labels[i]
        if label.kind not in ("body", "caption") or (label.kind == "caption" and not unit.text):
            continue
        if label.kind == "body" and unit.shape == "p" and _is_bio(unit):
            labels[i] = Label("bio", "bio-position")
            continue
        return


def _is_bio(unit: Unit) -> bool:
    if is_emphasised(unit, ("em", "i")):
        return bio_sentence(unit.text)
    return bio_contact(unit.text)


def _orphaned_headings(units: Sequence[Unit], labels: list[Label]) -> None:
    """A heading right above a box belongs to the box (``Support us``, and then the appeal) unless the text goes on below it."""
    for i, unit in enumerate(units):
        if labels[i].kind != "body" or unit.shape != "heading" or i + 1 >= len(units):
            continue
        below = labels[i + 1]
        if below.kind in ("share", "related", "newsletter", "appeal", "bio", "tags") and below.rule.split(":")[0] != "class":
            rest = [label.kind for label in labels[i + 1 :]]
            if ("body" not in rest or below.kind == "appeal") and heads_box(unit.text):
                labels[i] = Label(below.kind, "heading-of-box")


def link_share(unit: Unit) -> float:
    """Share of the unit's characters that are link text, 0 to 1."""
    size = len(unit.text)
    return min(1.0, sum(len(text_of(a)) for a in anchors(unit)) / size) if size else 0.0


def anchors(unit: Unit) -> list[Element]:
    return [a for node in unit.nodes if not isinstance(node, str) for a in node.iter("a")]


def is_emphasised(unit: Unit, tags: tuple[str, ...]) -> bool:
    """Is all of the unit's text inside such an element (at most a full stop or a blank outside)?"""
    size = sum(len(text_of(e)) for node in unit.nodes if not isinstance(node, str) for e in _outermost(node, tags))
    if size >= len(unit.text) - 3 and size > 0:
        return True
    return any(up.tag in tags for up in unit.place.iterancestors("em", "i", "strong", "b")) if unit.place.tag not in tags else True


def _outermost(node: Element, tags: tuple[str, ...]) -> list[Element]:
    if node.tag in tags:
        return [node]
    found: list[Element] = []
    for child in node:
        found += _outermost(child, tags)
    return found

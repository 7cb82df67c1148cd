"""Takes the units of a container and gives each a kind and the rule that decided. A rule never removes text, it names it.
First comes what the Site declares, then the markup, then the words, then the place. Every rule is narrow: a text that only
talks about donations, tags or institutes stays body. What repeats over many articles is learned elsewhere, from the archive."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extract.boilerplate import neighbours
from crawler.extract.boilerplate.appeals import appeal_cues
from crawler.extract.boilerplate.calls import call_kind, is_newsletter
from crawler.extract.boilerplate.label import BODY, CAPTION, Label, anchors, block_kind, link_share
from crawler.extract.boilerplate.phrases import (
    is_credit,
    is_disclosure,
    is_follow_line,
    is_meta_line,
    is_notice,
    is_related_line,
    is_share_line,
    is_tags_line,
)
from crawler.extract.boilerplate.regions import Region, regions_in
from crawler.extract.dom.media import host_in
from crawler.extract.dom.tree import Element
from crawler.extract.dom.units import Unit
from crawler.items import BlockKind
from crawler.site import Site

_DONATE_ADDRESS = re.compile(
    r"/(?:donat\w*|support(?:-us)?|give|membership|contribute|spende\w*)/?(?:[?#]|$)|patreon\.com|"
    r"paypal\.(?:com|me)|ko-fi\.com|buymeacoffee\.com|gofundme\.com|steadyhq\.com",
    re.I,
)
_SHARE_ADDRESS = re.compile(
    r"sharer|/share\?|intent/tweet|share-offsite|pinterest\.com/pin/create|wa\.me/|whatsapp\.com/send|"
    r"t\.me/share|reddit\.com/submit|addtoany",
    re.I,
)


_CALLS: dict[str, BlockKind] = {"share-wording": "share", "newsletter-wording": "newsletter"}


def label_units(
    units: Sequence[Unit], container: Element, site: Site | None = None, title: str = "", base_url: str = "", authors: Sequence[str] = ()
) -> list[Label]:
    """One label per unit, in order. ``title``: the article's headline, which is no body where it stands in the container;
    ``authors``: their names, for the paragraphs that introduce them."""
    regions = regions_in(container)
    labels = [_label(unit, _region_at(unit.place, container, regions), site) for unit in units]
    neighbours.label_headline(units, labels, title)
    neighbours.label_own_links(units, labels, base_url)
    neighbours.label_stray(units, labels, container)
    neighbours.label_below_headings(units, labels)
    neighbours.label_edges(units, labels, authors, host_in(base_url))
    neighbours.label_tail(units, labels)
    neighbours.label_repeated(units, labels)
    neighbours.label_headings_of_boxes(units, labels)
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
            return Label(block_kind(kind, "Site.boilerplate"), f"site:{pattern}")
    return None


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
    if linked > 0.5 and unit.shape in ("p", "heading", "quote") and is_related_line(text):
        return Label("related", "related-line")
    if unit.shape in ("p", "heading"):
        return _by_line(text)
    return None


def _by_line(text: str) -> Label | None:
    if is_follow_line(text):
        return Label("share", "follow-line")
    if is_disclosure(text):
        return Label("appeal", "affiliate-disclosure")
    if is_notice(text):
        return Label("chrome", "notice")
    if is_meta_line(text):
        return Label("chrome", "meta-line")
    if is_credit(text):
        return Label("caption", "credit-line")
    called = call_kind(text)
    return None if called is None else Label(_CALLS.get(called, "chrome"), called)


def _is_appeal(unit: Unit) -> bool:
    cues = appeal_cues(unit.text)
    if cues == 1:  # a link to the page that takes the money is the second sign
        return any(_DONATE_ADDRESS.search(a.get("href") or "") for a in anchors(unit))
    return cues > 1


def _all_share_links(unit: Unit) -> bool:
    addresses = [a.get("href") or "" for a in anchors(unit)]
    return bool(addresses) and all(_SHARE_ADDRESS.search(address) for address in addresses)

"""Takes units and their labels and changes the labels that depend on place: beside what, below which heading, at which end of
the text. :func:`crawler.extract.boilerplate.rules.label_units` calls these functions in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extract.boilerplate.bios import bio_contact, bio_of, bio_of_site, bio_sentence, is_bio_heading
from crawler.extract.boilerplate.calls import is_newsletter
from crawler.extract.boilerplate.label import BODY, SENTENCE_END, Label, anchors, entry_times, is_emphasised, link_share
from crawler.extract.boilerplate.phrases import (
    heads_box,
    is_byline,
    is_date_line,
    is_follow_heading,
    is_origin_note,
    is_related_heading,
    is_share_heading,
)
from crawler.extract.dom.media import host_in
from crawler.extract.dom.tree import Element, absolute
from crawler.extract.dom.units import Unit

_REPEATED = 60  # characters: refrains are shorter
_NUMBERED = re.compile(r"\W*\d{1,3}[.):]\s")


def label_headline(units: Sequence[Unit], labels: list[Label], title: str) -> None:
    last = len(units) - 3  # themes repeat it below the text, for machines
    for i, unit in enumerate(units):
        if not title or 12 <= i < last or unit.shape not in ("heading", "p") or labels[i].kind != "body":
            continue
        if unit.text.casefold() == title.casefold():
            labels[i] = Label("chrome", "headline")


def label_own_links(units: Sequence[Unit], labels: list[Label], base_url: str) -> None:
    """Lists and lines that are nothing but links to other pages of the site are not the author's text; links elsewhere are
    what a "today in the news" article consists of. Where a whole body is such links, they are what its author wrote; so is a
    list of links into the same page: its table of contents."""
    host = host_in(base_url).removeprefix("www.")
    found = [
        i
        for i, unit in enumerate(units)
        if labels[i] is BODY
        and unit.shape in ("p", "list")
        and link_share(unit) >= 0.8
        and _all_of_host(unit, base_url, host)
        and not (unit.shape == "list" and _all_within(unit))
    ]
    if len(found) < sum(label.kind == "body" for label in labels):
        for i in found:
            labels[i] = Label("related", "own-links")


def _all_within(unit: Unit) -> bool:
    return all((a.get("href") or "").startswith("#") for a in anchors(unit))


def _all_of_host(unit: Unit, base_url: str, host: str) -> bool:
    targets = [absolute(base_url, a.get("href")) for a in anchors(unit)]
    return bool(targets) and all(host_in(target).removeprefix("www.") == host for target in targets)


def label_stray(units: Sequence[Unit], labels: list[Label], container: Element) -> None:
    """Scraps of text in boxes within boxes (prices, badges, ``View more``) beside a text that is written in paragraphs. Text
    and ``div`` paragraphs directly in the container, and whatever ends like a sentence, are not meant."""
    if sum(unit.place.tag == "p" for unit in units) < 4:
        return
    times = entry_times(units)
    for i, unit in enumerate(units):
        boxed = (
            unit.shape == "p"
            and unit.place.tag in ("div", "span", "section")
            and unit.place is not container
            and unit.place.getparent() is not container
        )
        if labels[i] is BODY and boxed and i not in times and len(unit.text) < 80 and not SENTENCE_END.search(unit.text):
            labels[i] = Label("chrome", "stray-text")


def label_below_headings(units: Sequence[Unit], labels: list[Label]) -> None:
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
    if is_related_heading(text):
        return Label("related", "related-heading")
    if is_share_heading(text):
        return Label("share", "share-line")
    if is_bio_heading(text):
        return Label("bio", "bio-heading")
    return None


def _is_heading(unit: Unit) -> bool:
    if unit.shape == "heading":
        return True
    return unit.shape == "p" and len(unit.text) < 90 and (unit.text.endswith(":") or is_emphasised(unit, ("strong", "b")))


def _belongs(unit: Unit, heading: Label) -> bool:
    if heading.kind == "bio":
        return unit.shape == "media" or (unit.shape in ("p", "heading") and len(unit.text) < 1200)
    if unit.shape == "heading" and _NUMBERED.match(unit.text):  # the next item of the author's own list
        return False
    return (unit.shape == "media" and not unit.text) or link_share(unit) > 0.6


def label_edges(units: Sequence[Unit], labels: list[Label], authors: Sequence[str], host: str) -> None:
    """Bylines at the beginning or end of the text; paragraphs about its own author in the second half."""
    body = [i for i, label in enumerate(labels) if label.kind == "body"]
    for place, i in enumerate(body):
        unit = units[i]
        if unit.shape == "list" and place >= len(body) - 4 and _asks_for_address(unit):
            labels[i] = Label("newsletter", "newsletter-wording")
        if unit.shape not in ("p", "heading"):
            continue
        end = place >= len(body) - 8
        if end and is_origin_note(unit.text):
            labels[i] = Label("newsletter", "newsletter-wording")
        elif place >= 0.7 * len(body) and is_follow_heading(unit.text):
            labels[i] = Label("share", "follow-line")
        elif place > 0 and place >= len(body) - 4 and bio_of_site(unit.text, host):
            labels[i] = Label("bio", "bio-of-site")
        elif (place < 3 or end) and is_byline(unit.text):
            labels[i] = Label("chrome", "byline")
        elif place < 3 and unit.shape == "p" and is_date_line(unit.text) and not any(is_date_line(units[j].text) for j in body[3:]):
            labels[i] = Label("chrome", "dateline")
        elif authors and (place >= len(body) // 2 > 0 or len(body) == 1) and bio_of(unit.text, authors):
            labels[i] = Label("bio", "bio-of-author")


def _asks_for_address(unit: Unit) -> bool:
    """A closing list of links, one of them to the newsletter."""
    return link_share(unit) > 0.4 and any(is_newsletter(line) for line in unit.text.split("\n"))


def label_repeated(units: Sequence[Unit], labels: list[Label]) -> None:
    """The same paragraph a second time in another box: a box that stands in the text more than once, or is there for phones as
    well. The first one stays, so that nothing is lost; within one box it is the author who says it twice."""
    seen: dict[str, Element | None] = {}
    for i, unit in enumerate(units):
        if labels[i].kind != "body" or len(unit.text) < _REPEATED or unit.shape in ("pre", "table"):
            continue
        around = unit.place.getparent()
        again = seen.setdefault(unit.text, around) is not around
        if again and (unit.shape != "list" or labels[i - 1].rule == "repeated"):  # a list may serve two items
            labels[i] = Label("chrome", "repeated")


def label_tail(units: Sequence[Unit], labels: list[Label]) -> None:
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
    if unit.text.startswith("(") and unit.text.endswith(")"):
        return bio_sentence(unit.text)
    if is_emphasised(unit, ("em", "i")):
        return bio_sentence(unit.text)
    return bio_contact(unit.text)


def label_headings_of_boxes(units: Sequence[Unit], labels: list[Label]) -> None:
    """A heading right above a box belongs to the box (``Support us``, and then the appeal) unless the text goes on below it."""
    for i, unit in enumerate(units):
        if labels[i].kind != "body" or unit.shape != "heading" or i + 1 >= len(units):
            continue
        below = labels[i + 1]
        if below.kind in ("share", "related", "newsletter", "appeal", "bio", "tags") and below.rule.split(":")[0] != "class":
            rest = [label.kind for label in labels[i + 1 :]]
            if ("body" not in rest or below.kind == "appeal") and heads_box(unit.text):
                labels[i] = Label(below.kind, "heading-of-box")

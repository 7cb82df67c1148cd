"""Takes labelled units and what trafilatura kept of their container: gives its vote on each unit, and confirms, restores or refuses
each body unit by it. trafilatura knows teasers, buttons and stray links better than any list of names; it also loses paragraphs,
lists and quotations now and then. So its vote is asked of every text, and decides where the container is wider than the body: there
its "no" counts for units that do not read like text, and for those that stand among others of which it kept none: a lost paragraph
has kept ones around it, a paragraph of a cookie notice has not. Nothing comes back from outside of the element that holds what was
kept. In an exact container the vote decides nothing: there it would cost headings and short lines, and not the same ones through
REST and through the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.extract.boilerplate.label import SENTENCE_END, Label, entry_times, link_share
from crawler.extract.boilerplate.trafilatura_words import Verdict, clean_element, has_words, seen_texts
from crawler.extract.dom.tree import Element
from crawler.extract.dom.units import Unit
from crawler.items import Vote

_ENOUGH = 400  # characters kept of a whole page: whatever else reads like text there may well be boxes and notices
_PART = 0.15  # of the text lost from a whole page: with less kept, trafilatura took one box of many for the article
_CORE = 0.9  # of the kept text: the smallest element with that much is the article
_AMONG = 0.5  # of the text around a lost unit: with that much kept it is one of the article


def votes_on(units: Sequence[Unit], container: Element, skip: frozenset[Element]) -> list[Vote | None]:
    """What trafilatura said of each unit: kept as text, or left out. None where it could not be asked: it gave up on the whole, or
    it sees no word of the unit."""
    seen = seen_texts(units, container)
    asked = [has_words(text) for text in seen]
    verdict = clean_element(container, skip) if any(asked) else None
    if not verdict:
        return [None] * len(units)
    rows = zip(units, seen, asked, strict=True)
    return [_vote(verdict, unit.text, text) if ask else None for unit, text, ask in rows]


def _vote(verdict: Verdict, text: str, seen: str) -> Vote:
    return "text" if verdict.keeps(seen) or (seen is not text and verdict.keeps(text)) else "chrome"


def judge(units: Sequence[Unit], labels: list[Label], votes: Sequence[Vote | None], container: Element) -> list[Label]:
    """The labels, with those of body units confirmed ("trafilatura"), restored ("complete") or turned to chrome."""
    if not any(label.kind == "body" for label in labels) or not any(votes):
        return labels
    kept = [label.kind == "body" and vote == "text" for label, vote in zip(labels, votes, strict=True)]
    _unseen_between(labels, votes, kept)
    lost = [label.kind == "body" and not keep and reads_like_text(unit) for unit, label, keep in zip(units, labels, kept, strict=True)]
    missed = _size(units, lost)
    reliable = _size(units, kept) > (max(_ENOUGH, missed * _PART) if container.tag == "body" else missed)
    core = _core(units, kept if reliable else [a or b for a, b in zip(kept, lost, strict=True)], container)
    back = _among_kept(units, kept, lost, core) if reliable else lost
    _headings_above(units, labels, kept, back)
    judged = [
        _judged(unit, label, keep, lost_and_back, core, container)
        for unit, label, keep, lost_and_back in zip(units, labels, kept, back, strict=True)
    ]
    return judged if any(label.kind == "body" for label in judged) else labels


def _unseen_between(labels: Sequence[Label], votes: Sequence[Vote | None], kept: list[bool]) -> None:
    """A unit that trafilatura cannot see, such as a time alone, is kept between two that it kept; a date line above the text is not."""
    body = [i for i, label in enumerate(labels) if label.kind == "body"]
    for before, i, after in zip(body, body[1:], body[2:], strict=False):
        if votes[i] is None and kept[before] and (votes[after] == "text"):
            kept[i] = True


def _judged(unit: Unit, label: Label, keep: bool, back: bool, core: Element, container: Element) -> Label:
    if label.kind not in ("body", "caption"):
        return label
    if core is not container and not _in(unit.place, core):
        return Label("chrome", "outside")
    if label.kind == "caption":
        return label
    if keep:
        return Label("body", "trafilatura")
    return Label("body", "complete") if back else Label("chrome", "trafilatura")


def reads_like_text(unit: Unit) -> bool:
    """A sentence or more, and not mostly links."""
    return len(unit.text) >= 80 and bool(SENTENCE_END.search(unit.text)) and link_share(unit) < 0.4


def _size(units: Sequence[Unit], chosen: Sequence[bool]) -> int:
    return sum(len(unit.text) for unit, choose in zip(units, chosen, strict=True) if choose)


def _among_kept(units: Sequence[Unit], kept: Sequence[bool], lost: Sequence[bool], core: Element) -> list[bool]:
    """Which of the lost units stand in the smallest box with other text beside kept text: each box weighs what it holds."""
    held, all_text = _weights(units, kept, core), _weights(units, [a or b for a, b in zip(kept, lost, strict=True)], core)
    places = [i for i, keep in enumerate(kept) if keep]
    return [
        gone and (places[0] < i < places[-1] or _is_among(unit, held, all_text, core))
        for i, (unit, gone) in enumerate(zip(units, lost, strict=True))
    ]


def _headings_above(units: Sequence[Unit], labels: list[Label], kept: Sequence[bool], back: list[bool]) -> None:
    """A heading comes back with the text right below it, and so does the time of an entry in a report that goes on."""
    times = entry_times(units)
    for i in range(len(units) - 2, -1, -1):
        above = units[i].shape == "heading" or i in times
        if above and labels[i].kind == "body" and (kept[i + 1] or back[i + 1]):
            back[i] = True


def _is_among(unit: Unit, held: dict[Element, int], all_text: dict[Element, int], core: Element) -> bool:
    for up in _upwards(unit, core):
        others = all_text.get(up, 0) - len(unit.text)
        if others > 0:
            return held.get(up, 0) >= others * _AMONG
    return True


def _weights(units: Sequence[Unit], chosen: Sequence[bool], top: Element) -> dict[Element, int]:
    """Characters of the chosen units in each element from their places up to the top one."""
    sizes: dict[Element, int] = {}
    for unit, choose in zip(units, chosen, strict=True):
        for up in _upwards(unit, top) if choose else ():
            sizes[up] = sizes.get(up, 0) + len(unit.text)
    return sizes


def _upwards(unit: Unit, top: Element) -> Iterator[Element]:
    """The unit's place and what holds it, up to the top."""
    up: Element | None = unit.place
    while up is not None:
        yield up
        if up is top:
            return
        up = up.getparent()


def _core(units: Sequence[Unit], kept: Sequence[bool], container: Element) -> Element:
    """The smallest element that holds most of the kept text."""
    sizes = _weights(units, kept, container)
    total = _size(units, kept)
    enough = [element for element, size in sizes.items() if size >= total * _CORE and (element is container or _in(element, container))]
    return max(enough, key=_depth) if enough else container


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())


def _in(element: Element, outer: Element) -> bool:
    return element is outer or any(up is outer for up in element.iterancestors())

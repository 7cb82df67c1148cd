"""What trafilatura takes for text, and what of the rest comes back.

trafilatura knows teasers, buttons and stray links better than any list of names; it also loses paragraphs, lists and quotations
now and then. So it is asked where the container is wider than the body, its "no" counts only for units that do not read like
text, and nothing comes back from outside of the element that holds what was kept. An exact container is not judged: there
it would cost headings and short lines, and not the same ones through REST and through the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from crawler.extract.cleaner import clean_element
from crawler.extract.label import SENTENCE_END, Label, link_share
from crawler.extract.tree import Element
from crawler.extract.units import Unit

_CORE = 0.9  # of the kept text: the smallest element with that much is the article


def judge(units: Sequence[Unit], labels: list[Label], container: Element, skip: frozenset[Element]) -> list[Label]:
    """The labels, with those of body units confirmed ("trafilatura"), restored ("complete") or turned to chrome."""
    if not any(label.kind == "body" for label in labels):
        return labels
    verdict = clean_element(container, skip)
    if not verdict:
        return labels
    kept = [label.kind == "body" and verdict.keeps(unit.text) for unit, label in zip(units, labels, strict=True)]
    texts = [label.kind == "body" and reads_like_text(unit) for unit, label in zip(units, labels, strict=True)]
    missed = sum(len(unit.text) for unit, text, keep in zip(units, texts, kept, strict=True) if text and not keep)
    reliable = sum(len(unit.text) for unit, keep in zip(units, kept, strict=True) if keep) > missed
    core = _core(units, kept if reliable else texts, container)
    return [_judged(unit, label, keep, core, container) for unit, label, keep in zip(units, labels, kept, strict=True)]


def _judged(unit: Unit, label: Label, keep: bool, core: Element, container: Element) -> Label:
    if label.kind not in ("body", "caption"):
        return label
    if core is not container and not _in(unit.place, core):
        return Label("chrome", "outside")
    if label.kind == "caption":
        return label
    if keep:
        return Label("body", "trafilatura")
    return Label("body", "complete") if reads_like_text(unit) else Label("chrome", "trafilatura")


def reads_like_text(unit: Unit) -> bool:
    """A sentence or more, and not mostly links."""
    return len(unit.text) >= 80 and bool(SENTENCE_END.search(unit.text)) and link_share(unit) < 0.4


def _core(units: Sequence[Unit], kept: Sequence[bool], container: Element) -> Element:
    """The smallest element that holds most of the kept text."""
    sizes: dict[Element, int] = {}
    order: list[Element] = []
    total = 0
    for unit, keep in zip(units, kept, strict=True):
        if not keep:
            continue
        total += len(unit.text)
        for up in (unit.place, *unit.place.iterancestors()):
            if up not in sizes:
                order.append(up)
            sizes[up] = sizes.get(up, 0) + len(unit.text)
            if up is container:
                break
    enough = [element for element in order if sizes[element] >= total * _CORE and (element is container or _in(element, container))]
    return max(enough, key=_depth) if enough else container


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())


def _in(element: Element, outer: Element) -> bool:
    return element is outer or any(up is outer for up in element.iterancestors())

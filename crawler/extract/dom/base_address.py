"""Takes the tree of a document and its address, and makes whole the references that its ``base`` element says how to read."""

from __future__ import annotations

import re

from lxml import etree

from crawler.extract.dom.tree import Element, absolute, word_set

_REFERENCES = word_set("href src data data-src data-lazy-src data-original data-orig-file data-full-url data-large-file")
_SOURCES = word_set("srcset data-srcset data-lazy-srcset")
_CANDIDATE = re.compile(r"(?:(?<=^)|(?<=,))\s*[^\s,]\S*")


def resolve_base(root: Element, url: str) -> None:
    """Make the references of a document absolute where its ``base`` says what they are relative to. Few documents have one.

    Those to a place on the page itself stay.
    """
    if next(root.iter("base"), None) is None:
        return
    named = [*root.iterfind("head/base"), *root.iterfind("body/base")]
    base = next((whole for element in named if (whole := absolute(url, element.get("href"))).startswith("http")), "")
    if not base:
        return
    for element in root.iter(etree.Element):
        for name, reference in element.attrib.items():
            if name in _REFERENCES and not reference.lstrip().startswith("#"):
                element.set(name, absolute(base, reference) or reference)
            elif name in _SOURCES:
                element.set(name, _CANDIDATE.sub(lambda found: f" {absolute(base, found[0]) or found[0]}", reference).strip())

"""Takes a page and the texts read from it, and counts the paragraphs that trafilatura finds in none of them: asked where a page
states more comments than were read."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from trafilatura.core import bare_extraction

from crawler.extract.boilerplate.trafilatura_words import FAILURES, letters_of
from crawler.extract.comments.count import COUNTED
from crawler.extract.dom.tree import Element

_SHORT = 40  # letters: less may stand anywhere on a page


def missed_paragraphs(root: Element, known: Iterable[str]) -> int:
    """How many paragraphs of comments trafilatura finds that are in none of the ``known`` texts. Its comments are text without
    borders, authors or times: a warning, not a thread."""
    html: str = etree.tostring(root, encoding="unicode", method="html")
    try:
        found = bare_extraction(html, fast=True, include_comments=True, with_metadata=False)
    except FAILURES:
        return 0
    comments = "" if found is None or isinstance(found, dict) else found.comments or ""
    held = "\n".join(letters_of(text) for text in known)
    lines = [line for line in comments.split("\n") if not COUNTED.search(line)]  # the heading of the thread is no comment
    return sum(1 for line in lines if len(said := letters_of(line)) >= _SHORT and said not in held)

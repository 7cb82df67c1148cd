"""Takes the head of a page that shows no text, for a script draws it, and gives the text that the page states as data: ``articleBody`` of a
JSON-LD article, https://schema.org/articleBody. A text that the page calls locked is none."""

from __future__ import annotations

import re
from html import escape

from crawler.extract.article.body import Content, extract_fragment
from crawler.extract.article.locked import is_locked
from crawler.extract.dom.head import Head
from crawler.items import Block

SHORTEST = 40  # words: a shorter one is a teaser
MARKUP = re.compile(r"<(?:p|br|div|h[1-6]|ul|blockquote)\b[^<>]*>", re.I)
RULE = "json-ld:articleBody"


def stated_text(head: Head, url: str) -> Content | None:
    """Its paragraphs, as markup or as lines; None where the head states no text."""
    said = (head.article or {}).get("articleBody")
    if not isinstance(said, str) or len(said.split()) < SHORTEST or is_locked(head.article or {}):
        return None
    lines = (line.strip() for line in said.replace("\r", "\n").split("\n"))
    html = said if MARKUP.search(said) else "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    found = extract_fragment(html, url)
    blocks = tuple(Block(block.kind, block.text, block.html, _rule(block), block.vote) for block in found.blocks)
    return Content(blocks, found.images, found.links, found.warnings)


def _rule(block: Block) -> str:
    return RULE if block.kind == "body" else block.rule

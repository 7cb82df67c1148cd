"""Decides whether a page that a pager leads to is a further page of an article or of its thread, and joins it. Pure.

An address proves nothing: on many sites ``rel=next`` is the next article. The site's own id, the address that the page gives as the
article's, or its headline and day tell.
"""

from __future__ import annotations

import re
from dataclasses import replace

from archive.text.urls import same_page
from crawler.admission.judge import letters
from crawler.items import Article, Block

_PAGE_MARK = re.compile(
    r"[\s\-–—|:,(\[]*\b(?:page|part|seite|teil|pagina|página|strona|sida|side|sivu|стр(?:аница|\.)?|p\.?|del|deel|parte|partie)\s*\d{1,3}"
    r"(?:\s*(?:of|von|de|sur|di|van|z|из|av|af|/)\s*\d{1,3})?\s*[)\]]?|\s*[(\[]\s*\d{1,3}\s*(?:/|of|von|de|sur)?\s*\d{0,3}\s*[)\]]",
    re.I,
)
_LONG = 60  # letters: a shorter paragraph may stand in a text twice
_HEAD = 3  # paragraphs at the top of a further page that repeat the lead


def is_further_page(part: Article, article: Article) -> bool:
    """Is it a further page of the article's text?"""
    if article.source_id and part.source_id:
        return article.source_id == part.source_id
    if part.published_on and article.published_on and part.published_on != article.published_on:
        return False
    return same_page(part.url, article.url) or _headline(part) == _headline(article) != ""


def is_thread_page(part: Article, article: Article) -> bool:
    """Is it a page of the article's thread? A fragment has neither headline nor address; where comments are, that is enough."""
    if article.source_id and part.source_id:
        return article.source_id == part.source_id
    if not part.title or same_page(part.url, article.url):
        return True
    mine, theirs = _headline(article), _headline(part)
    return bool(mine) and (mine in theirs or (len(theirs) > 8 and theirs in mine))


def _headline(article: Article) -> str:
    return letters(_PAGE_MARK.sub(" ", article.title))


def joined_once(article: Article, part: Article) -> Article:
    """The article with a further page of its text. Of what both pages show, only the first stands: leads, boxes, the pager."""
    known = {letters(block.text) for block in article.blocks}
    fresh = tuple(block for place, block in enumerate(part.blocks) if not _is_known(block, place, known))
    shown = {letters(block.text): block for block in part.blocks}
    last = next((at for at, block in enumerate(reversed(article.blocks)) if block.kind == "body"), 0)
    body, tail = article.blocks[: len(article.blocks) - last], article.blocks[len(article.blocks) - last :]
    tail = tuple(block for block in tail if letters(block.text) not in shown)
    below = tuple(block for block in article.blocks[len(body) :] if block not in tail)
    return replace(
        article,
        blocks=(*body, *tail, *fresh, *below),
        images=tuple(image for image in article.images if image not in part.images) + part.images,
        links=tuple(link for link in article.links if link not in part.links) + part.links,
    )


def _is_known(block: Block, place: int, known: set[str]) -> bool:
    said = letters(block.text)
    return said in known and (block.kind != "body" or place < _HEAD or len(said) >= _LONG)


def holds_all(whole: Article, article: Article) -> bool:
    """Does one page hold what the first page says, and more?"""
    held = {letters(block.text) for block in whole.blocks}
    said = [letters(block.text) for block in article.blocks if block.kind == "body"]
    missing = sum(text not in held for text in said)
    return bool(said) and missing * 5 <= len(said) and len(whole.text) > len(article.text)

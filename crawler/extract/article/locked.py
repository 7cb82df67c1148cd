"""Takes a page that says that it is not free to read, and tells whether it shows the whole text all the same, as many do that hide it
with a script, or a part of it. Sources: schema.org's isAccessibleForFree with hasPart, as search engines ask for it on pages behind a
paywall; the article:content_tier of news sites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from crawler.extract.article.wall_words import is_worded_as_wall
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import ARTICLE_TYPES, JsonNode, types_of
from crawler.extract.dom.tree import Element, all_text
from crawler.items import Block

SHORT = 150  # words: a locked text that is no longer is a part, where nothing says what is locked
OFFER = 60  # words: what asks to subscribe, where the locked part would be, says no more
PARAGRAPH = 40  # letters: a shorter line stands anywhere
SELECTOR_AT_MOST = 300  # letters


def shown_in_part(root: Element, head: Head, blocks: Iterable[Block]) -> bool:
    """Whether a page says that one has to pay for its text, and does not show the part that is locked. ``blocks``: the article's."""
    nodes = [node for node in head.nodes if is_locked(node) and types_of(node) & ARTICLE_TYPES]
    if not nodes and head.first("article:content_tier").lower() != "locked":
        return False
    body = [block.text for block in blocks if block.kind == "body"]
    locked = [element for node in nodes for selector in _selectors(node) for element in _found(root, selector)]
    paragraphs = [text for text in body if len(text) >= PARAGRAPH]
    if locked and paragraphs:
        said = " ".join(" ".join(all_text(element).split()) for element in locked)
        shown = [text for text in paragraphs if " ".join(text.split()) in said and not is_worded_as_wall("", text)]
        return sum(len(text.split()) for text in shown) < OFFER
    return sum(len(text.split()) for text in body) < SHORT


def is_locked(node: JsonNode) -> bool:
    return str(node.get("isAccessibleForFree")).lower().rpartition("/")[2] == "false"


def _selectors(node: JsonNode) -> Iterator[str]:
    """Which parts of the page are locked."""
    parts = node.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, dict) and is_locked(part):
            said = part.get("cssSelector")
            yield from (one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str))


def _found(root: Element, selector: str) -> list[Element]:
    try:
        return list(CSSSelector(selector[:SELECTOR_AT_MOST], translator="html")(root))
    except SelectorError:
        return []

"""Takes a page's head and gives the comments that it states as data only: ``comment`` of a JSON-LD article,
https://schema.org/comment. Pages that draw their thread with a script keep it there for search engines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crawler.extract.comments.read import with_stable_numbers
from crawler.extract.comments.unnumbered import MADE_UP
from crawler.extract.dates.parse import parse_stated
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import JsonNode, html_string, people, string, types_of
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import absolute, text_of
from crawler.items import Comment

_NUMBER = re.compile(r"comment[-_=/]?(\d+)$|#c-?(\d+)$", re.I)
_MOST = 5000
_DEEPEST = 20


def stated_comments(head: Head, url: str, timezone: str | None = None) -> tuple[Comment, ...]:
    """The comments of the article's node in their order; empty when it states none."""
    found: list[Comment] = []
    for node, parent, depth in _nodes((head.article or {}).get("comment"), None, 1):
        if len(found) >= _MOST:
            break
        text = _text(html_string(node.get("text") or node.get("description")))
        name, link = next(iter(people(node.get("author") or node.get("creator"), head.nodes)), ("", ""))
        moment = parse_stated(string(node.get("dateCreated") or node.get("datePublished")))
        if text or name:
            found.append(
                Comment(
                    source_id=_number(node) or f"{MADE_UP}{id(node)}",
                    source_parent_id=None if parent is None else _number(parent) or f"{MADE_UP}{id(parent)}",
                    position=len(found),
                    depth=depth,
                    kind="comment",
                    author=name,
                    author_url=absolute(url, link),
                    posted_at=None if moment is None else moment.instant(timezone),
                    posted_precision=None if moment is None else moment.precision,
                    text=text,
                )
            )
    return with_stable_numbers(found)


def _nodes(value: object, parent: JsonNode | None, depth: int) -> Iterator[tuple[JsonNode, JsonNode | None, int]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping) and types_of(item) & {"comment", "answer", "usercomments"}:
            yield item, parent, depth
            if depth < _DEEPEST:
                yield from _nodes(item.get("comment"), item, depth + 1)


def _number(node: JsonNode) -> str | None:
    match = next((found for key in ("@id", "url") if (found := _NUMBER.search(string(node.get(key))))), None)
    return None if match is None else match.group(1) or match.group(2)


def _text(said: str) -> str:
    """Some state HTML as text."""
    if "<" not in said:
        return string(said)
    root = parse(f"<html><body>{said}</body></html>")
    return "" if root is None else text_of(root, paragraph="\n\n")

"""Takes the text of an answer that is no whole page and gives a page: what "load more" links return is a piece of HTML, or JSON that
holds one in a field and the address of the next in another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape

_NEXT = re.compile(r"(?:next|more|load_?more|older)(?:[-_]?(?:page|url|href|link|page_?url))?", re.I)
_ADDRESS = re.compile(r"(?:https?:/)?/\S+|\?\S+")
_PAGE = re.compile(r"<(?:!doctype|html|head|body|title|h1|article|main)\b", re.I)
_COMMENT = re.compile(r"omment|respon|\brepl", re.I)
_DEEPEST = 6


def whole_page(text: str) -> str:
    """The text as it is where it is a page; a fragment, or JSON with one, in a page of its own."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        return _of_json(text)
    if start == "<" and _PAGE.search(text) is None and _COMMENT.search(text) is not None:
        return _framed(text)
    return text


def _of_json(text: str) -> str:
    try:
        data = json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return text
    strings = list(_strings(data, "", 0))
    html = "\n".join(value for _, value in strings if "<" in value and ">" in value)
    if not html:
        return text
    following = next((value for key, value in strings if _NEXT.fullmatch(key) and _ADDRESS.fullmatch(value)), "")
    return html if _PAGE.search(html) is not None else _framed(html, following)


def _strings(value: object, key: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif depth < _DEEPEST and isinstance(value, dict):
        for name, item in value.items():
            yield from _strings(item, name, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for item in value:
            yield from _strings(item, key, depth + 1)


def _framed(html: str, following: str = "") -> str:
    more = f'<div class="comments-pager"><a rel="next" href="{escape(following)}">Load more comments</a></div>' if following else ""
    return f'<html><body><div class="comments">{html}{more}</div></body></html>'

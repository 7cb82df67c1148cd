"""Reads JSON out of an answer that holds more than JSON: takes a body, gives its value and says what stood around it. Pure.

PHP notices, byte order marks, comments of cache plugins and the output of badly behaved plugins stand before or after the JSON of many
WordPress sites, mostly with status 200. What is cut off in the middle is never salvaged: half a list reads like a shorter one.
"""

from __future__ import annotations

import json
import re
from typing import Any

START = re.compile(r'\[\s*\{\s*"|\{\s*"|\[\s*\]|\{\s*\}')
DECODER = json.JSONDecoder(strict=False)  # raw control characters in strings are borne
WHOLE_PAGE = re.compile(r"<(?:!doctype|html|head|body|script)\b", re.IGNORECASE)
WORDS_SHOWN = 80  # characters of what stood around the JSON


def read_json(body: bytes) -> tuple[Any, str]:
    """(value, what stood around it: '' where nothing did). Raises ValueError where no whole value of JSON is in it."""
    try:
        return json.loads(body), ""
    except RecursionError as error:
        raise ValueError("JSON without end") from error
    except ValueError:
        text = _decoded(body)
    try:
        return DECODER.decode(text), "characters that are no UTF-8, or stand where JSON has none"
    except RecursionError as error:
        raise ValueError("JSON without end") from error
    except ValueError:
        return _largest(text)


def _decoded(body: bytes) -> str:
    """The text of a body: UTF-8 where it is, else what most servers mean by anything else. Byte order marks are no text."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8" if body.count(b"\xc3") + body.count(b"\xe2") > 1 else "cp1252", "replace")
    return text.lstrip("\ufeff\u00bb\u00bf\u00ef \r\n\t")


def _largest(text: str) -> tuple[Any, str]:
    """The longest value of those that stand in a text one after the other: what is printed around an answer is shorter than it."""
    found: list[tuple[int, int, Any]] = []
    at = 0
    while match := START.search(text, at):
        try:
            value, at = DECODER.raw_decode(text, match.start())
        except (ValueError, RecursionError) as error:
            raise ValueError("JSON that breaks off, or is none") from error
        found.append((match.start(), at, value))
    if not found:
        raise ValueError("no JSON")
    start, end, value = max(found, key=lambda each: each[1] - each[0])
    if not value and (text[end:].strip() or WHOLE_PAGE.search(text[:start])):
        raise ValueError("a page, and no JSON")  # scripts of any page hold an empty list
    around = " ".join(re.sub(r"<[^>]*>", " ", f"{text[:start]} {text[end:]}").split())
    return value, around[:WORDS_SHOWN] or "markup"


def as_rows(value: Any) -> list[dict[str, Any]] | None:
    """The rows of a list; of one that PHP made into an object, because a filter took rows out of it, too. None for anything else."""
    if isinstance(value, dict) and value and all(key.isdecimal() for key in value):
        value = list(value.values())
    return value if isinstance(value, list) and all(isinstance(row, dict) for row in value) else None


def error_in(body: bytes) -> tuple[str, int, set[str]] | None:
    """(code, status, refused parameters) of an answer in which WordPress says what is wrong; None for others.

    Source: WP_Error in REST answers, https://developer.wordpress.org/rest-api/. Some servers send it with status 200.
    """
    try:
        said, _ = read_json(body)
    except ValueError:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("code"), str):
        return None
    data = said.get("data")
    data = data if isinstance(data, dict) else {}
    status, params = data.get("status"), data.get("params")
    named = set(params) if isinstance(params, dict | list) and all(isinstance(name, str) for name in params) else set()
    return said["code"], status if isinstance(status, int) else 0, named

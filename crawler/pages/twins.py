"""One page at several addresses of which nothing says so: with a last slash and without, in capitals, as a folder's index file, for
print. Takes addresses, gives which may be the same page; that they are, only what they show can say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from archive.text.urls import undressed
from crawler.admission.judge import letters
from crawler.items import Article

_INDEX = re.compile(r"(?:^|/)(?:index|default)\.(?:html?|php|aspx?)$")
PlainKey = tuple[str, str]  # path, query


def plain_key(address: str) -> PlainKey:
    """Equal for addresses that may be the same page."""
    path, query = undressed(address)
    return _INDEX.sub("", path.lower()), query


def may_be_one(address: str, other: str) -> bool:
    """Whether two addresses may be the same page."""
    return plain_key(address) == plain_key(other)


def plainest_of(addresses: Iterable[str]) -> dict[str, str]:
    """Each of the addresses that is not the plainest of those that may be the same page -> the plainest."""
    keys = {address: plain_key(address) for address in addresses}
    first: dict[PlainKey, str] = {}
    for address in sorted(keys, key=lambda address: (len(address), sum(map(str.isupper, address)))):
        first.setdefault(keys[address], address)
    return {address: first[key] for address, key in keys.items() if first[key] != address}


def slashed(address: str) -> str:
    """The address with its last slash turned: there without a query alone."""
    parts = urlsplit(address)
    if parts.query or parts.path in ("", "/"):
        return address
    return address[:-1] if address.endswith("/") else f"{address}/"


def is_once_more(article: Article, held: Mapping[str, Any]) -> bool:
    """Whether a page shows the headline and every paragraph of what is held. ``held``: ``title`` and ``text`` of the current state."""
    paragraphs = {*held["text"].split("\n\n")} - {""}
    return bool(paragraphs) and letters(article.title) == letters(held["title"]) and paragraphs <= {*article.text.split("\n\n")}

"""Takes a page and gives the nodes of its JSON-LD, and the one that describes the article, https://schema.org/Article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any

from crawler.extract.dom.tree import Element, clean_text, word_set

JsonNode = Mapping[str, Any]
ARTICLE_TYPES = word_set(
    "article newsarticle blogposting report scholarlyarticle analysisnewsarticle opinionnewsarticle "
    "reportagenewsarticle backgroundnewsarticle reviewnewsarticle askpublicnewsarticle techarticle socialmediaposting "
    "liveblogposting advertisercontentarticle satiricalarticle medicalscholarlyarticle"
)
_WRAPPING = re.compile(  # what hid a script from old browsers, and ends that belong to no JSON
    r"^(?:\s|<!--|/?/?\*?\s*<!\[CDATA\[\s*(?:\*/|-->)?)+|(?:\s|;|-->|(?://|/\*|<!--)?\s*\]\]>\s*(?:\*/|-->)?)+$"
)
_REPAIRED = 100_000  # characters: the time that a repair takes may grow faster than the text
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.I)
_INLINE = re.compile(r"</?(?:em|i|b|strong|span|small|sup|sub|u|br|font|mark)\b[^<>]*>", re.I)
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "@list")
_JSON = json.JSONDecoder(strict=False)  # raw line breaks in strings are read


def nodes_of(root: Element) -> list[JsonNode]:
    """All JSON-LD objects of the page, ``@graph`` and lists taken apart. Of broken JSON, what can be read."""
    nodes: list[JsonNode] = []
    for script in root.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            nodes += _flatten(_load(script.text or ""))
    return nodes


def _load(text: str) -> object:
    """The value of a script; a list where it holds several, one after the other."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        text = _WRAPPING.sub("", text)
    if text.startswith(("{&quot;", "[{&quot;", "{ &quot;")):
        text = unescape(text)
    values: list[object] = []
    while text:
        try:
            value, end = _JSON.raw_decode(text)
        except (ValueError, RecursionError):
            return [*values, _repaired(text)]
        values.append(value)
        text = text[end:].lstrip(" \t\r\n,;")
    return values


def _repaired(text: str) -> object:
    """Commas too many or too few, comments, quotation marks inside of strings, an end that is missing."""
    from json_repair import loads  # only few pages need it

    try:
        return loads(text[:_REPAIRED], skip_json_loads=True)
    except (ValueError, RecursionError, IndexError, TypeError, KeyError):
        return None


def _flatten(value: object, depth: int = 0) -> Iterator[JsonNode]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value:
            yield from _flatten(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in _NESTED:
            if isinstance(value.get(key), (list, dict)):
                yield from _flatten(value[key], depth + 1)


def types_of(node: JsonNode) -> set[str]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {_TYPE.split(kind)[-1].lower() for kind in listed if isinstance(kind, str)}


_TYPE = re.compile(r"[/:#]")


def article_of(nodes: list[JsonNode], addresses: Iterable[str] = ()) -> JsonNode | None:
    """The node of the article: of those of an article type the one that names one of the page's ``addresses`` as its own, else
    the first with a headline."""
    titled = _titled(nodes)
    if len(titled) > 1:
        titled = _of_page(titled, addresses) or titled
    return titled[0] if titled else None


def is_of_one_article(nodes: list[JsonNode], addresses: Iterable[str]) -> bool:
    """Does a page describe one article alone, or one of several as its own by one of its ``addresses``?"""
    titled = _titled(nodes)
    return len(titled) == 1 or len(_of_page(titled, addresses)) == 1


def _titled(nodes: list[JsonNode]) -> list[JsonNode]:
    articles = [node for node in nodes if types_of(node) & ARTICLE_TYPES]
    return [node for node in articles if node.get("headline")] or articles


def _of_page(articles: list[JsonNode], addresses: Iterable[str]) -> list[JsonNode]:
    own = {_bare(address) for address in addresses if address}
    return [node for node in articles if not own.isdisjoint(_addresses(node))]


def _addresses(node: JsonNode) -> set[str]:
    said = (node.get(key) for key in ("mainEntityOfPage", "url", "@id"))
    return {_bare(value.get("@id") or value.get("url") if isinstance(value, dict) else value) for value in said} - {""}


def _bare(address: object) -> str:
    """An address without scheme, fragment and last slash."""
    return re.sub(r"^https?://(?:www\.)?|#.*$", "", address).rstrip("/") if isinstance(address, str) else ""


def string(value: object) -> str:
    """A text value, whatever form it was given in: a string, ``{"@value"}``, ``{"name"}`` or a list of these. Its character
    references are resolved once: many systems put HTML into their JSON."""
    return _plain(html_string(value))


def html_string(value: object) -> str:
    """The same as it is written, for whoever reads it as HTML."""
    if isinstance(value, str):
        return " ".join(clean_text(value).split())
    if isinstance(value, list):
        return next((found for item in value if (found := html_string(item))), "")
    if isinstance(value, dict):
        return html_string(value.get("@value") or value.get("name") or "")
    return ""


def _plain(text: str) -> str:
    if "<" in text:
        text = _INLINE.sub("", text)
    return " ".join(clean_text(_ENTITY.sub(lambda match: unescape(match[0]), text)).split()) if "&" in text else text


def people(value: object, nodes: list[JsonNode]) -> list[tuple[str, str]]:
    """(name, url) of an author value; references by ``@id`` are looked up in the page's nodes."""
    if isinstance(value, list):
        return [person for item in value for person in people(item, nodes)]
    if isinstance(value, str):
        return [] if value.startswith("http") else [(string(value), "")]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("@list"), list):
        return people(value["@list"], nodes)
    if not value.get("name") and value.get("@id"):
        value = next((node for node in nodes if node.get("@id") == value["@id"] and node.get("name")), value)
    name = value.get("name") or [" ".join(filter(None, (string(value.get("givenName")), string(value.get("familyName")))))]
    if isinstance(name, list):
        return [(found, "") for item in name if (found := string(item))]
    url = value.get("url")
    return [(string(name), url if isinstance(url, str) else "")] if string(name) else []

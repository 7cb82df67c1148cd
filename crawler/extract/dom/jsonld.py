"""Takes a page and gives the nodes of its JSON-LD, and the one that describes the article, https://schema.org/Article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawler.extract.dom.tree import Element, clean_text, word_set

JsonNode = Mapping[str, Any]
ARTICLE_TYPES = word_set(
    "article newsarticle blogposting report scholarlyarticle analysisnewsarticle opinionnewsarticle "
    "reportagenewsarticle backgroundnewsarticle reviewnewsarticle askpublicnewsarticle techarticle socialmediaposting "
    "liveblogposting advertisercontentarticle satiricalarticle medicalscholarlyarticle"
)
_CONTROL = re.compile(r"[\x00-\x1f]+")


def nodes_of(root: Element) -> list[JsonNode]:
    """All JSON-LD objects of the page, ``@graph`` and lists taken apart. Broken JSON gives nothing."""
    nodes: list[JsonNode] = []
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            nodes += _flatten(_load(script.text or ""))
    return nodes


def _load(text: str) -> object:
    text = text.strip().removeprefix("<![CDATA[").removesuffix("]]>").strip().rstrip(";")
    for attempt in (text, _CONTROL.sub(" ", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flatten(value: object, depth: int = 0) -> Iterator[JsonNode]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value:
            yield from _flatten(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
            if isinstance(value.get(key), (list, dict)):
                yield from _flatten(value[key], depth + 1)


def types_of(node: JsonNode) -> set[str]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rsplit("/", 1)[-1].lower() for kind in listed if isinstance(kind, str)}


def article_of(nodes: list[JsonNode]) -> JsonNode | None:
    """The node of the article: the first of an article type, the one with a headline before others."""
    articles = [node for node in nodes if types_of(node) & ARTICLE_TYPES]
    return next((node for node in articles if node.get("headline")), articles[0] if articles else None)


def string(value: object) -> str:
    """A text value, whatever form it was given in: a string, ``{"@value"}``, ``{"name"}`` or a list of these."""
    if isinstance(value, str):
        return " ".join(clean_text(value).split())
    if isinstance(value, list):
        return next((found for item in value if (found := string(item))), "")
    if isinstance(value, dict):
        return string(value.get("@value") or value.get("name") or "")
    return ""


def people(value: object, nodes: list[JsonNode]) -> list[tuple[str, str]]:
    """(name, url) of an author value; references by ``@id`` are looked up in the page's nodes."""
    if isinstance(value, list):
        return [person for item in value for person in people(item, nodes)]
    if isinstance(value, str):
        return [] if value.startswith("http") else [(string(value), "")]
    if not isinstance(value, dict):
        return []
    if not value.get("name") and value.get("@id"):
        value = next((node for node in nodes if node.get("@id") == value["@id"] and node.get("name")), value)
    name = value.get("name")
    if isinstance(name, list):
        return [(string(item), "") for item in name]
    url = value.get("url")
    return [(string(name), url if isinstance(url, str) else "")] if string(name) else []

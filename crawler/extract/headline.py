"""The headline: the heading that says what the head of the page says, never the site's name."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.extract.head import Head
from crawler.extract.jsonld import string
from crawler.extract.tree import Element, names, text_of, tokens

_SEPARATOR = re.compile(r"\s+[|–—·•»«:›~-]+\s+|\s*[|»›]\s*")
_WORDS = re.compile(r"\w+")
_HEADING_NAMES = names(
    "entry-title post-title article-title wp-block-post-title single-title story-title headline post__title "
    "entry__title article__title page-title posttitle td-post-title title-post"
)
_ELSEWHERE = ("aside", "nav", "footer")


def headline(root: Element, head: Head, skip: frozenset[Element]) -> tuple[str, Element | None]:
    """(title, its heading element). The heading wins over the head's wording, which is often cut or made for search engines."""
    said = _said(head)
    site = site_name(head)
    best: tuple[float, str, Element | None] = (0.0, "", None)
    for place, element in enumerate(_headings(root, skip)):
        text = text_of(element).replace("\n", " ").strip()
        if not 1 < len(text) < 400 or text.casefold() == site.casefold() or _leads_home(element, text):
            continue
        score = max((_likeness(text, title) for title in said), default=0.3) + _standing(element) - min(place, 20) * 0.004
        if score > best[0]:
            best = score, text, element
    if best[0] >= 0.5:
        return best[1], best[2]
    return _from_head(head, site), None


def _leads_home(element: Element, text: str) -> bool:
    """A heading that is nothing but a link to the front page is the site's name, longer than a short title though it may be."""
    anchor = next(element.iter("a"), None)
    if anchor is None or text_of(anchor).replace("\n", " ").strip() != text:
        return False
    try:
        parts = urlsplit((anchor.get("href") or "x").strip())
    except ValueError:
        return False
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def _headings(root: Element, skip: frozenset[Element]) -> list[Element]:
    found: list[Element] = []
    for element in root.iter("h1", "h2", "h3", "div", "span", "p", "header", "td"):
        if not _is_heading(element) or element in skip or any(up.tag in _ELSEWHERE or up in skip for up in element.iterancestors()):
            continue
        found.append(element)
        if len(found) >= 60:
            break
    return found


def _is_heading(element: Element) -> bool:
    if element.tag in ("h1", "h2", "h3") or "headline" in (element.get("itemprop") or ""):
        return True
    return element.tag in ("div", "span", "p") and bool(_HEADING_NAMES & set(tokens(element)))


def _said(head: Head) -> list[str]:
    """What the head calls the article; the title also without the site's name at either end."""
    headlines = [head.first("og:title"), string((head.article or {}).get("headline")), head.first("twitter:title"), head.title]
    parts: list[str] = []
    for title in headlines:
        if title:
            parts.append(title)
            pieces = _SEPARATOR.split(title)
            if len(pieces) > 1:
                parts += [max(pieces, key=len), pieces[0]]
    return list(dict.fromkeys(parts))


def _likeness(a: str, b: str) -> float:
    """Jaccard of the words; a heading wholly contained in the head's title counts by its length."""
    first, second = set(_WORDS.findall(a.casefold())), set(_WORDS.findall(b.casefold()))
    if not first or not second:
        return 0.0
    return len(first & second) / len(first | second)


def _standing(element: Element) -> float:
    """Weight of the markup: the theme's own title class, microdata, then the level of the heading."""
    bonus = {"h1": 0.2, "h2": 0.05}.get(element.tag, 0.0)
    names = set(tokens(element))
    if _HEADING_NAMES & names or "headline" in (element.get("itemprop") or ""):
        bonus += 0.15
    return bonus


def site_name(head: Head) -> str:
    name = head.first("og:site_name", "application-name")
    if name:
        return name
    for node in head.nodes:
        if "WebSite" in str(node.get("@type")):
            return string(node.get("name"))
    return ""


def _from_head(head: Head, site: str) -> str:
    for title in (string((head.article or {}).get("headline")), head.first("og:title", "twitter:title"), head.title):
        if not title or title.casefold() == site.casefold():
            continue
        pieces = _SEPARATOR.split(title)
        if len(pieces) > 1 and (not site or pieces[-1].casefold() in site.casefold() or site.casefold() in pieces[-1].casefold()):
            last = title.rfind(pieces[-1])
            return re.sub(r"[\s|–—·•»«:›~-]+$", "", title[:last]) or title
        return title
    return ""

"""Takes a page and its head and gives the headline: the heading that says what the head says, never the site's name."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.extract.dom.document import Document, inside
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import string
from crawler.extract.dom.tree import Element, word_set

_SEPARATOR = re.compile(r"\s+[|–—·•»«:›~-]+\s+|\s*[|»›]\s*")
_WORDS = re.compile(r"\w+")
_HEADING_NAMES = word_set(
    "entry-title post-title article-title wp-block-post-title single-title story-title headline post__title "
    "entry__title article__title page-title posttitle td-post-title title-post"
)
_ELSEWHERE = frozenset(("aside", "nav", "footer"))
_NAMED_TAGS = frozenset(("div", "span", "p"))
_LIKE_SITE = 0.16  # more than the level of an h1 is worth beside a heading of the theme's title class
_LEVELS = frozenset(("h1", "h2", "h3"))
_MICRODATA_TAGS = _LEVELS | _NAMED_TAGS | {"header", "td"}


def headline(page: Document, head: Head, skip: frozenset[Element]) -> tuple[str, Element | None]:
    """(title, its heading element). The heading wins over the head's wording, which is often cut or made for search engines."""
    said = [_words(title) for title in _said(head)]
    site, last = site_name(head), _last_piece(head)
    best: tuple[float, str, Element | None] = (0.0, "", None)
    for place, element in enumerate(_headings(page, skip)):
        text = page.text(element).replace("\n", " ").strip()
        if not 1 < len(text) < 400 or text.casefold() == site.casefold() or _leads_home(page, element, text):
            continue
        own = _words(text)
        standing = _standing(page, element) - (_LIKE_SITE if text == last else 0.0)
        score = max((_likeness(own, title) for title in said), default=0.3) + standing - min(place, 20) * 0.004
        if score > best[0]:
            best = score, text, element
    if best[0] >= 0.5:
        return best[1], best[2]
    return _from_head(head, site), None


def _leads_home(page: Document, element: Element, text: str) -> bool:
    """A heading that is nothing but a link to the front page is the site's name, longer than a short title though it may be."""
    anchor = next(element.iter("a"), None)
    if anchor is None or page.text(anchor).replace("\n", " ").strip() != text:
        return False
    try:
        parts = urlsplit((anchor.get("href") or "x").strip())
    except ValueError:
        return False
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def _headings(page: Document, skip: frozenset[Element]) -> list[Element]:
    out = inside((*skip, *page.of(_ELSEWHERE)))
    said = {element for element in page.named(_HEADING_NAMES) if element.tag in _NAMED_TAGS}
    said.update(element for element in page.microdata if "headline" in element.get("itemprop", ""))
    found = [element for element in page.of(_MICRODATA_TAGS) if (element.tag in _LEVELS or element in said) and element not in out]
    return found[:60]


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


def _last_piece(head: Head) -> str:
    """What stands last in the page's title, most often the site's name; empty where the article itself is called so."""
    pieces = _SEPARATOR.split(head.title)
    return pieces[-1].strip() if len(pieces) > 1 and pieces[-1].strip() != head.first("og:title", "twitter:title") else ""


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.casefold()))


def _likeness(first: set[str], second: set[str]) -> float:
    """Jaccard of the words of two titles."""
    return len(first & second) / len(first | second) if first and second else 0.0


def _standing(page: Document, element: Element) -> float:
    """Weight of the markup: the theme's own title class, microdata, then the level of the heading."""
    bonus = {"h1": 0.2, "h2": 0.05}.get(element.tag, 0.0)
    named = page.has(element, _HEADING_NAMES) or "headline" in (element.get("itemprop") or "")
    return bonus + 0.15 if named else bonus


def site_name(head: Head) -> str:
    name = head.first("og:site_name", "application-name")
    if name:
        return name
    for node in head.nodes:
        if "WebSite" in str(node.get("@type")):
            return string(node.get("name"))
    return ""


def _from_head(head: Head, site: str) -> str:
    stated = string((head.article or {}).get("headline"))
    for title in (stated, head.first("og:title", "twitter:title"), head.title):
        if not title or title.casefold() == site.casefold():
            continue
        pieces = _SEPARATOR.split(title)
        if len(pieces) > 1 and (_is_of(pieces[-1], site) if site else title != stated):
            last = title.rfind(pieces[-1])
            return re.sub(r"[\s|–—·•»«:›~-]+$", "", title[:last]) or title
        return title
    return ""


def _is_of(piece: str, site: str) -> bool:
    """Is the one a part of the other: "The Paper" of "The Paper Online"?"""
    return piece.casefold() in site.casefold() or site.casefold() in piece.casefold()

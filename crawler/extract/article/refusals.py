"""Takes a page and its head and says why it is no article: a listing, a search, a feed; and what speaks for and against its being
a challenge, a wall or an error page in place of the article."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from archive.text.urls import same_page
from crawler.extract.article.wall_words import (
    CHALLENGE,
    CUES,
    ENTRANCE,
    MAINTENANCE,
    MISSING,
    MISSING_BEGINS,
    PARKED,
    SITE_PAGE,
    TERSE,
    begins,
    is_whole,
)
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import types_of
from crawler.extract.dom.tree import Element, page_body, word_set
from crawler.items import NO_PAGE, Article

# Classes that WordPress' body_class() gives, https://developer.wordpress.org/reference/functions/get_body_class/
_LISTING_CLASSES = word_set(
    "home blog archive search search-results search-no-results error404 attachment author category tag date paged privacy-policy"
)
_INTERSTITIAL = re.compile(
    r"cf-browser-verification|_cf_chl_opt|cf_chl_|id=\"challenge-form\"|/_Incapsula_Resource|px-captcha|ddos-guard/js-challenge|"
    r"sgcaptcha|aws-waf-token|geo\.captcha-delivery\.com",
    re.I,
)
_CAPTCHA = ("g-recaptcha", "h-captcha", "cf-turnstile", "g-recaptcha-response", "h-captcha-response", "cf-turnstile-response")
_REASONS = (
    (CHALLENGE, 3, "a challenge or refusal, not the page"),
    (MAINTENANCE, 3, "a maintenance notice, not the page"),
    (PARKED, 3, "a parked domain, not the page"),
    (ENTRANCE, 2, "a consent, login or payment wall, not the page"),
)
MISSED = "a page that says it does not exist"
_XML = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<\?xml-stylesheet[^>]*>\s*)*<(rss|feed|rdf:RDF|urlset|"
    r"sitemapindex|opml)\b",
    re.I | re.S,
)
READABLE = ("a page of the site", "a listing", "the home page")
"""Beginnings of the reasons for which a page has text of its own, though it is no article."""
_LISTING_TYPES = frozenset(("collectionpage", "searchresultspage", "profilepage"))
_ARTICLE_MARKS = frozenset(("single", "single-post", "postid", "post-template-default"))


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks for a page standing in place of the one that was asked for; the identity of an article outweighs it."""

    reason: str
    weight: int


def reason_for_none(root: Element, head: Head, url: str, text: str) -> str | None:
    """Why the page is certainly no article, or None when it may be one."""
    xml = _XML.match(text[:4000])
    if xml is not None:
        return f"{NO_PAGE}{xml.group(1).lower()}"
    classes = _body_classes(root)
    if "error404" in classes:
        return MISSED
    if any(field.get("name") == "post_password" for field in root.iter("input")):  # WordPress reads it, so themes cannot rename it
        return "behind a password"
    if _is_site_page(classes):
        return "a page of the site, no article"
    if is_marked(root, head):
        return None
    return _listing(root, head, url, classes)


def doubt_of(root: Element, head: Head, url: str, text: str, refusal: str | None) -> Doubt | None:
    """What in its title and its code speaks for a challenge, an error page or a wall; None where nothing does.

    ``refusal``: why it is no article anyhow. A page of the site or a listing may be about subscriptions, cookies or privacy.
    """
    found = _titled(head.title, url)
    if refusal is not None and found is not None and found[0] == _REASONS[-1][2]:
        found = None
    looked_into = len(text) < 60_000 and (found is not None or not is_marked(root, head))
    marks = 2 if looked_into and _INTERSTITIAL.search(text) else 0
    if found is None and not marks:
        return None
    if not marks and any(name in text for name in _CAPTCHA):  # most pages are not walked through
        marks = int(_has_captcha(root))
    reason, weight = found or (_REASONS[0][2], 0)
    hidden = "noindex" in head.first("robots").lower()
    return Doubt(reason, weight + marks + hidden)


def _titled(title: str, url: str) -> tuple[str, int] | None:
    """(reason, weight) of a title that is nothing but such a phrase, or begins with one."""
    at = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    if is_whole(MISSING, title):
        return MISSED, 3
    for pattern, weight, reason in _REASONS:
        if is_whole(pattern, title) and not (pattern is ENTRANCE and SITE_PAGE.fullmatch(at)):
            return reason, weight
    if MISSING_BEGINS.search(title):
        return MISSED, 1
    return (_REASONS[0][2], 1) if begins(CHALLENGE, title) else None


def _has_captcha(root: Element) -> bool:
    """Whether the page asks for a captcha outside of a form in which one writes, such as that of comments."""
    for element in root.iter("div", "input", "iframe", "textarea"):
        if (element.get("name") or "") in _CAPTCHA or set((element.get("class") or "").split()) & set(_CAPTCHA):
            form = next(element.iterancestors("form"), None)
            if form is None or (next(form.iter("textarea"), None) is None and form.get("id") != "commentform"):
                return True
    return False


def identity_of(root: Element, head: Head, article: Article) -> tuple[str, ...]:
    """What marks a page as the article of its address: ``id``, ``article``, ``address``, ``headline`` (its address spells it), ``date``."""
    stated = [head.canonical, head.first("og:url"), *(str(node.get("url") or "") for node in [head.article] if node)]
    signs = {
        "id": article.source_id is not None,
        "article": is_marked(root, head),
        "address": any(own and same_page(own, article.url) for own in stated),
        "headline": spells(article.url, article.title),
        "date": article.published_at is not None,
    }
    return tuple(name for name, is_there in signs.items() if is_there)


def spells(url: str, title: str) -> bool:
    """Whether the last part of an address is made of a headline's words: half of them at least."""
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    slug = {word for word in _words(last) if len(word) > 2 and word not in ("html", "htm", "php", "aspx")}
    return bool(slug) and len(slug & _words(title)) * 2 >= len(slug)


def _words(text: str) -> set[str]:
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return set(re.findall(r"[^\W\d_]+", plain))


def outweighed(doubt: Doubt, identity: tuple[str, ...], article: Article) -> bool:
    """Whether a page is the article in spite of a doubt: what marks it as one, and a text of its own, weigh as much at least."""
    paragraphs = [block.text for block in article.blocks if block.kind == "body"]
    words = len(article.text.split())
    own_text = 3 if words >= 150 else 2 if len(paragraphs) > 1 and len(set(paragraphs)) > 1 and words >= 40 else 0
    said = len({cue.casefold() for cue in CUES.findall(article.text)}) if words < TERSE else 0
    marked = ("id" in identity) + 2 * ("article" in identity) + ("date" in identity) + (("address" in identity) or ("headline" in identity))
    return marked + own_text >= doubt.weight + min(said, 2)


def shown_by(root: Element, limit: int = 6000) -> str:
    """All that a page shows as text, its beginning, one paragraph a line; for pages that have no text of an article."""
    parts: list[str] = []
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in ("script", "style", "noscript", "template", "title"):
            parts.append(" ".join((element.text or "").split()))
        if element.getparent() is not None:
            parts.append(" ".join((element.tail or "").split()))
    return "\n".join(part for part in parts if part)[:limit]


def _is_site_page(classes: set[str]) -> bool:
    """WordPress' own pages (About, Donate): text, but no article."""
    return "page" in classes and any(name.startswith("page-id-") for name in classes)


def _listing(root: Element, head: Head, url: str, classes: set[str]) -> str | None:
    listed = classes & _LISTING_CLASSES
    if listed and ("wp-singular" not in classes or "attachment" in classes):
        return f"a listing page ({min(listed)})"
    if urlsplit(url).path in ("", "/") and not urlsplit(url).query:
        return "the home page"
    if any(types_of(node) & _LISTING_TYPES for node in head.nodes) and head.first("og:type") != "article":
        return "a listing page (JSON-LD)"
    return None


def _body_classes(root: Element) -> set[str]:
    body = page_body(root)
    return set((body.get("class") or "").split()) if body is not None else set()


def is_marked(root: Element, head: Head) -> bool:
    classes = _body_classes(root)
    if classes & _ARTICLE_MARKS and "error404" not in classes:
        return True
    if head.article is not None or head.first("article:published_time") or head.first("og:type") == "article":
        return not classes & _LISTING_CLASSES
    return False

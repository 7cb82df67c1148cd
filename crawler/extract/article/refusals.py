"""Takes a page and its head and says why it is no article: a listing, a search, a 404 page, a challenge, a feed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import types_of
from crawler.extract.dom.tree import Element, word_set

# Classes that WordPress' body_class() gives, https://developer.wordpress.org/reference/functions/get_body_class/
_LISTING_CLASSES = word_set(
    "home blog archive search search-results search-no-results error404 attachment author category tag date paged privacy-policy"
)
_CHALLENGE_TITLE = re.compile(
    r"^\W*(?:just a moment|attention required|access denied|please wait|one moment|checking your browser|"
    r"ddos[- ]guard|are you (?:a )?(?:human|robot)|security check|verif(?:y|ying) you are human|"
    r"request blocked|403 forbidden|"
    r"forbidden|pardon our interruption|you have been blocked|robot check|human verification|bot verification|"
    r"service unavailable|too many requests|bad gateway|gateway time-?out|429 too many|5\d\d\b.{0,40}error|"
    r"sucuri website firewall|captcha)",
    re.I,
)
_MISSING_TITLE = re.compile(
    r"^\W*(?:error )?(?:404\b|page not found|not found|nothing found|seite nicht gefunden|page introuvable|"
    r"página no encontrada|oops)|\b(?:page not found|404 not found|404 error|error 404)\b",
    re.I,
)
_CHALLENGE_MARKS = re.compile(
    r"cf-browser-verification|challenge-platform/h/|_cf_chl_opt|cf_chl_|id=\"challenge-form\"|"
    r"/_Incapsula_Resource|px-captcha|ddos-guard/js-challenge|sgcaptcha|g-recaptcha-response|aws-waf-token|"
    r"geo\.captcha-delivery\.com",
    re.I,
)
_XML = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<\?xml-stylesheet[^>]*>\s*)*<(rss|feed|rdf:RDF|urlset|"
    r"sitemapindex|opml)\b",
    re.I | re.S,
)
READABLE = ("a page of the site", "a listing", "the home page")
"""Beginnings of the reasons for which a page has text of its own, though it is no article."""
_LISTING_TYPES = frozenset(("collectionpage", "searchresultspage", "profilepage"))
_ARTICLE_MARKS = frozenset(("single", "single-post", "postid", "post-template-default"))


def reason_for_none(root: Element, head: Head, url: str, text: str) -> str | None:
    """Why the page is no article, or None when it may be one."""
    xml = _XML.match(text[:4000])
    if xml is not None:
        return f"not a page: {xml.group(1).lower()}"
    if _CHALLENGE_TITLE.search(head.title) or (len(text) < 60_000 and not _says_article(root, head) and _CHALLENGE_MARKS.search(text)):
        return "a challenge or refusal, not the page"
    classes = _body_classes(root)
    if "error404" in classes or (_MISSING_TITLE.search(head.title) and not _says_article(root, head)):
        return "a page that says it does not exist"
    if any("post-password-form" in (form.get("class") or "") for form in root.iter("form")):
        return "behind a password"
    if _is_site_page(classes):
        return "a page of the site, no article"
    if _says_article(root, head):
        return None
    return _listing(root, head, url, classes)


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
    body = root if root.tag == "body" else root.find("body")
    return set((body.get("class") or "").split()) if body is not None else set()


def _says_article(root: Element, head: Head) -> bool:
    classes = _body_classes(root)
    if classes & _ARTICLE_MARKS and "error404" not in classes:
        return True
    if head.article is not None or head.first("article:published_time") or head.first("og:type") == "article":
        return not classes & _LISTING_CLASSES
    return False

"""Takes a page and gives the article's tags and categories: from links that are marked as such, else by their address and place,
else from the head."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import islice
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from crawler.extract.dom.document import Document
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import string
from crawler.extract.dom.tree import Element, absolute, is_longer, text_of, word_set
from crawler.items import Term, TermKind

_CATEGORY_ADDRESS = re.compile(r"/(?:categor(?:y|ies)|kategorien?|categoria|categorie|rubrik|section|topics?)/|[?&]cat=", re.I)
_CATEGORY_WORDS = ("categor", "kategorie", "rubrik", "section", "topic", "cat=")  # one of them is in each such address
_TAG_ADDRESS = re.compile(r"/tags?/|[?&]tag=")
_TERM_RELS = word_set("tag category")
_TAGS_LINES = frozenset(("tags:", "tag:", "tagged:", "tags", "tagged with:", "filed under:"))
_CATEGORY_WORD = re.compile(
    r"\W*(?:categor(?:y|ies)|(?:posted|filed) (?:in|under)|kategorien?|catégories?|categorías?|categorie|рубрики?)\b", re.I
)
_CATEGORY_BOX = re.compile(r"(?:post|entry|article|single)[-_](?:cat|category|categories)\b")
_LONGEST_LINE = 299  # characters of a line of categories
_MANY = 12  # more categories than an article has: a list of the site's
_CATEGORY_LISTS = word_set("taxonomy-category cat-links post-categories")
_POST_ID = re.compile(r"post-\d+")
_ARTICLES = word_set("hentry type-post")
_TAG_LISTS = word_set(
    "post-tags entry-tags article-tags blog-tags single-tags tags-list tag-list post__tags article__tags entry__tags page-tags"
)
_TAXONOMY = re.compile(r"tax(?:onomy)?|(?:entry|post|article)-(?:meta|footer|info|terms)")
_LIST_OF_ALL = re.compile(r"cat-item|breadcrumb|widget|menu|tagcloud|related|navigation")
_Found: TypeAlias = "dict[tuple[TermKind, str], Term]"


def page_terms(
    page: Document, head: Head, url: str, heading: Element | None, header: Sequence[Element], skip: frozenset[Element]
) -> tuple[Term, ...]:
    """Tags and categories. ``header``: the parts around the headline, where links to listings are the article's own."""
    scope = _article_around(page, heading)
    found: _Found = {}
    barred = page.elsewhere | skip
    for anchor, rel in page.related.items():
        if not _TERM_RELS.isdisjoint(rel.lower().split()) and _is_within(anchor, scope) and not _is_barred(page, anchor, barred):
            _add(page, found, anchor, url)
    if not _has(found, "category"):
        for anchor in _category_links(page, header, scope, barred):
            _add(page, found, anchor, url, "category")
    if not _has(found, "tag"):
        for term in _tags_line(scope, url) or _tags_list(page, scope, barred, url):
            found.setdefault((term.kind, term.name.casefold()), term)
    if not _has(found, "tag"):
        for name in _stated_tags(head):
            found.setdefault(("tag", name.casefold()), Term("tag", name))
    if not _has(found, "category"):
        for name in [*head.all("article:section")] or [string((head.article or {}).get("articleSection"))]:
            if name:
                found.setdefault(("category", name.casefold()), Term("category", name))
    return tuple(found.values())


def _has(found: _Found, kind: TermKind) -> bool:
    return any(known == kind for known, _ in found)


def _is_within(anchor: Element, scope: Element) -> bool:
    return any(up is scope for up in anchor.iterancestors())


def _is_barred(page: Document, anchor: Element, barred: AbstractSet[Element]) -> bool:
    return any(
        up in barred or up.tag == "nav" or (up.tag == "aside" and not _is_taxonomy(page.tokens.get(up, ())))
        for up in anchor.iterancestors()
    )


@lru_cache(maxsize=20_000)
def _is_taxonomy(marks: tuple[str, ...]) -> bool:
    """An ``aside`` that is no sidebar: ``entry-taxonomy``, ``post-meta``."""
    return any(_TAXONOMY.search(name) for name in marks)


def _add(page: Document, found: _Found, anchor: Element, url: str, kind: TermKind | None = None) -> None:
    name = page.text(anchor).replace("\n", " ").lstrip("#").strip()
    href = anchor.get("href") or ""
    filed = "category" in (anchor.get("rel") or "").lower().split() or _in_category_list(page, anchor)
    if kind is None:
        kind = "category" if filed or (_CATEGORY_ADDRESS.search(href) and not _TAG_ADDRESS.search(href)) else "tag"
    if name:
        found.setdefault((kind, name.casefold()), Term(kind, name, _slug(absolute(url, href))))


def _category_links(page: Document, header: Sequence[Element], scope: Element, barred: AbstractSet[Element]) -> list[Element]:
    """Links to categories that are not marked as the article's: those beside the word "Categories:", those in a box called
    ``post-categories``, those in its header; else marked ones that stand outside of its element, but in no other article's."""
    if not page.may_lead_to(_CATEGORY_WORDS):
        return []
    addressed = {anchor for anchor, href in page.anchors if href and _is_of_a_category(href)}
    if not addressed:
        return []
    free = [a for a in addressed if not _is_barred(page, a, barred) and not _in_a_list_of_all(page, a)]
    if len(free) <= _MANY:
        around = scope if scope is not page.root else None
        for test in (_is_labelled, _is_named):
            found = [a for a, _ in page.anchors if a in free and test(page, a, around)]
            if found:
                return found
    for part in header:  # the nearest to the headline: further away stand other articles
        beside = [anchor for anchor in part.iter("a") if anchor in addressed]
        if found := [a for a in beside if not _is_barred(page, a, barred) and not _in_a_list_of_all(page, a)]:
            return found
    return [a for a, _ in page.anchors if a in free and "category" in (a.get("rel") or "").split() and not _in_an_article(page, a)]


@lru_cache(maxsize=20_000)
def _is_of_a_category(href: str) -> bool:
    return ("/" in href or "=" in href) and _CATEGORY_ADDRESS.search(href) is not None


def _in_an_article(page: Document, anchor: Element) -> bool:
    return any(page.has(up, _ARTICLES) or up.tag == "article" for up in anchor.iterancestors())


def _is_named(page: Document, anchor: Element, around: Element | None) -> bool:
    """Is it in a box called ``post-categories`` or the like, in the page's own article?"""
    boxes = islice(anchor.iterancestors(), 4)
    return any(_CATEGORY_BOX.search(name) for up in boxes for name in page.tokens.get(up, ())) and _is_own(page, anchor, around)


def _is_labelled(page: Document, anchor: Element, around: Element | None) -> bool:
    """Does it stand beside the word "Categories:"?"""
    for up in islice(anchor.iterancestors(), 6):
        if is_longer(up, _LONGEST_LINE):
            return False
        if _CATEGORY_WORD.match(page.text(up)):
            return _is_own(page, anchor, around)
    return False


def _is_own(page: Document, anchor: Element, around: Element | None) -> bool:
    if around is None:
        return not _in_an_article(page, anchor)
    return any(up is around for up in anchor.iterancestors())


def _in_a_list_of_all(page: Document, anchor: Element) -> bool:
    """Widgets and breadcrumbs list categories, too."""
    return any(_LIST_OF_ALL.search(name) for up in [anchor, *anchor.iterancestors()][:5] for name in page.tokens.get(up, ()))


def _tags_list(page: Document, scope: Element, barred: AbstractSet[Element], url: str) -> list[Term]:
    """A list called ``post-tags`` or the like, as generators of static pages write it."""
    for element in page.named(_TAG_LISTS):
        if _is_barred(page, element, barred) or not any(up is scope for up in element.iterancestors()):
            continue
        links: _Found = {}
        for anchor in element.iter("a"):
            if _TAG_ADDRESS.search(anchor.get("href") or "") or len(page.text(anchor)) < 40:
                _add(page, links, anchor, url, "tag")
        if links:
            return list(links.values())
    return []


def _tags_line(scope: Element, url: str) -> list[Term]:
    """The links of a line that begins with "Tags:", where nothing marks them."""
    for element in scope.iter("p", "div", "li", "span"):
        text = element.text
        if text and len(text) < 200 and text.strip().lower() in _TAGS_LINES:
            return [Term("tag", text_of(a), _slug(absolute(url, a.get("href")))) for a in element.iter("a") if text_of(a)]
    return []


def _article_around(page: Document, heading: Element | None) -> Element:
    """The element of the whole article: WordPress' ``post`` or ``hentry``, else the page."""
    if heading is not None:
        for up in heading.iterancestors("article", "div", "main", "section"):
            marks = page.tokens.get(up, ())
            if "hentry" in marks or "type-post" in marks or any(_POST_ID.fullmatch(name) for name in marks):
                return up
    return page.root


def _in_category_list(page: Document, anchor: Element) -> bool:
    parent = anchor.getparent()
    return parent is not None and page.has(parent, _CATEGORY_LISTS)


def _stated_tags(head: Head) -> list[str]:
    tags = head.all("article:tag")
    if not tags:
        keywords = (head.article or {}).get("keywords")
        tags = [string(item) for item in keywords] if isinstance(keywords, list) else string(keywords).split(",")
    return [tag.strip() for tag in tags if 0 < len(tag.strip()) < 80]


def _slug(url: str) -> str:
    path = urlsplit(url).path.rstrip("/") if url else ""
    return unquote(path.rsplit("/", 1)[-1]) if path else ""

"""Takes a page that no WordPress marks, and the article read from it, and says why it is none: by what it says of itself
(schema.org, Open Graph), by its date and its boxes. Only pages without any mark of an article are refused here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.extract.dom.base_address import resolve_base
from crawler.extract.dom.head import Head, head_of
from crawler.extract.dom.jsonld import is_of_one_article, types_of
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.repair import page_text
from crawler.extract.dom.tree import Element, absolute, page_body, text_of, tokens
from crawler.items import Article, KindDoubts

LISTING_TYPES = frozenset(("collectionpage", "searchresultspage", "profilepage"))
ITEM_LIST = "itemlist"  # a page of entries, or what an article ranks or tells one by one
SITE_PAGE_TYPES = frozenset(("aboutpage", "contactpage", "faqpage", "qapage"))
TEASER_CLASSES = frozenset(
    ("h-entry", "hentry", "teaser", "post-entry", "post-card", "post-preview", "post-item", "post-teaser", "card", "views-row", "summary")
)
LIST_CLASS = re.compile(r"(?:tag|author|list|taxonomy|term|archive|home)(?:-template|-page)?|path-taxonomy|page-vocabulary-[\w-]+")
BESIDE_TAGS = ("aside", "nav", "footer")


@dataclass(frozen=True, slots=True)
class KindMarks:
    """What a page says of its kind. ``boxes``: (another address of the site, the words) of each box that a headline leads out of."""

    says_article: bool
    has_article: bool
    of_one: bool  # its JSON-LD describes one article, and not those of a list
    types: frozenset[str]
    in_list_class: bool
    boxes: tuple[tuple[str, str], ...]


def why_no_article(body: bytes, content_type: str | None, article: Article) -> str | None:
    """Why the page that ``article`` was read from is honestly none; None when it may be one."""
    root = parse(page_text(body, content_type))
    if root is None:
        return None
    resolve_base(root, article.url)
    return doubts_of(kind_marks(root, head_of(root, article.url), article.url), article).of(article)


def kind_marks(root: Element, head: Head, url: str) -> KindMarks:
    """The marks of a page whose tree nobody has changed yet."""
    types = frozenset(kind for node in head.nodes for kind in types_of(node))
    of_one = is_of_one_article(head.nodes, (url, head.canonical))
    return KindMarks(says_article(head), head.article is not None, of_one, types, in_list_class(root), tuple(_boxes(root, url)))


def doubts_of(marks: KindMarks, article: Article) -> KindDoubts:
    """What the marks mean for the article that was read from the page."""
    return KindDoubts(article.url, *(_doubt(marks, article, is_dated=is_dated) for is_dated in (True, False)))


def _doubt(marks: KindMarks, article: Article, *, is_dated: bool) -> str | None:
    entries = entries_of(marks, article)
    lists = bool(marks.types & LISTING_TYPES) or (ITEM_LIST in marks.types and (bool(entries) or not marks.of_one))
    if marks.says_article and not lists:
        return None if is_dated or marks.has_article else "a page of the site: an article by its head, without a date"
    if lists or entries or marks.in_list_class:
        return f"a listing page ({len(entries)} entries)"
    if marks.types & SITE_PAGE_TYPES:
        return "a page of the site, by its JSON-LD"
    if not is_dated:
        return "a page of the site: nothing on it says article, and it has no date"
    return None


def says_article(head: Head) -> bool:
    """The head calls it an article: JSON-LD with a headline or a date, Open Graph's type, or a time of publication."""
    node = head.article
    stated = node is not None and bool(node.get("headline") or node.get("datePublished"))
    return stated or head.first("og:type") == "article" or bool(head.first("article:published_time"))


def entries_of(marks: KindMarks, article: Article) -> set[str]:
    """Other addresses that the page presents in boxes of their own, each under a headline; empty where the page's text is its own.

    Below many an article stand boxes that lead to others: then most of the text that was read lies outside of them.
    """
    body = [" ".join(block.text.split()) for block in article.blocks if block.kind == "body"]
    own = sum(len(text) for text in body if not any(text in words for _, words in marks.boxes))
    return set() if own * 2 > sum(map(len, body)) > 0 else {target for target, _ in marks.boxes}


def _boxes(root: Element, url: str) -> Iterator[tuple[str, str]]:
    for box in root.iter("article", "div", "li", "section"):
        if not (box.tag == "article" or TEASER_CLASSES & set(tokens(box))) or any(up.tag in BESIDE_TAGS for up in box.iterancestors()):
            continue
        if target := _target(box, url):
            yield target, " ".join(text_of(box).split())


def _target(box: Element, url: str) -> str:
    """Where the headline of a box leads to on the site: through a link in it, around it, or named after it; '' for nowhere else."""
    heading = next(box.iter("h1", "h2", "h3", "h4"), None)
    words = "" if heading is None else " ".join(text_of(heading).split())
    if heading is None or not words:
        return ""
    named = [anchor for anchor in box.iter("a") if words in f"{anchor.get('aria-label')} {anchor.get('title')} {text_of(anchor)}"]
    links = [absolute(url, anchor.get("href") or "").split("#")[0] for anchor in [*heading.iter("a"), *heading.iterancestors("a"), *named]]
    return next((link for link in links if link and link != url and urlsplit(link).netloc == urlsplit(url).netloc), "")


def in_list_class(root: Element) -> bool:
    """The body's own class names the page a list, as Hugo's, Ghost's and Drupal's themes do."""
    body = page_body(root)
    names = (body.get("class") or "").split() if body is not None else []
    return any(LIST_CLASS.fullmatch(name) for name in names)

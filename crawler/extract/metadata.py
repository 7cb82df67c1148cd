"""Title, authors, dates and terms of a page, from JSON-LD, meta properties, microdata and the text around the headline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawler.extract.bylines import authors_of
from crawler.extract.dates import Moment, page_order, parse_any_language, parse_iso, parse_written
from crawler.extract.head import Head
from crawler.extract.headline import headline
from crawler.extract.jsonld import string
from crawler.extract.regions import ELSEWHERE
from crawler.extract.tree import Element, absolute, listed, text_of, tokens
from crawler.items import Author, Term, TermKind

# In order of trust.
_PUBLISHED = listed(
    "article:published_time og:published_time article:published datepublished date dc.date dc.date.issued "
    "dcterms.created dcterms.date dc.date.created sailthru.date parsely-pub-date publish-date publish_date "
    "pubdate published_time citation_publication_date citation_date publication_date cxenseparse:recs:publishtime "
    "originalpublicationdate date.issued article.published created"
)
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "lastmod",
    "last-modified",
    "article:updated",
    "revised",
    "updated_time",
)
_HEADER_LIMIT = 700
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:/|-|$)")
_DATE_CLASS = re.compile(
    r"(?:[\w-]*[-_])?(?:date|time|published|posted-on|pubdate|datetime|postdate|timestamp)(?:[-_](?:text|link|"
    r"published|info))?"
)
_MODIFIED_WORDS = re.compile(r"\b(?:updated|modified|revised|aktualisiert|mis à jour|actualizado|last edit)", re.I)
_CATEGORY_ADDRESS = re.compile(r"/(?:categor(?:y|ies)|kategorien?|categoria|categorie|rubrik|section|topics?)/|[?&]cat=", re.I)


@dataclass(frozen=True, slots=True)
class Facts:
    title: str
    heading: Element | None
    authors: tuple[Author, ...]
    published: Moment | None
    modified: Moment | None
    terms: tuple[Term, ...]
    header: tuple[Element, ...]


def facts_of(root: Element, head: Head, url: str, body: Element, skip: frozenset[Element]) -> Facts:
    """``body``: the article's container; ``skip``: the thread, whose dates and names are not the article's."""
    title, heading = headline(root, head, skip)
    header = header_parts(root, heading, body, skip)
    published, modified = dates_of(root, head, header, url)
    return Facts(
        title,
        heading,
        authors_of(root, head, header, url, skip),
        published,
        modified,
        terms_of(root, head, url, heading, skip),
        tuple(header),
    )


def header_parts(root: Element, heading: Element | None, body: Element, skip: frozenset[Element]) -> list[Element]:
    """The elements around the headline that are neither text nor thread: where byline and date stand, nearest first."""
    if heading is None:
        return []
    parts: list[Element] = []
    inner: Element = heading
    for up in heading.iterancestors():
        if up.tag in ("body", "html"):
            break
        added = [child for child in up if isinstance(child.tag, str) and child is not inner and _may_be_header(child, body, skip)]
        size = sum(len(text_of(child)) for child in added)
        if size > _HEADER_LIMIT:
            parts += [child for child in added if len(text_of(child)) < _HEADER_LIMIT // 2][:6]
            break
        parts += added
        inner = up
    return parts + _marked_parts(heading, body, skip, parts)


def _may_be_header(element: Element, body: Element, skip: frozenset[Element]) -> bool:
    if element is body or element in skip or element.tag in ("nav", "footer", "aside", "script", "style", "form", "noscript", "h1"):
        return False
    if ELSEWHERE & set(tokens(element)) or _holds(element, body):
        return False
    return not any(_holds(element, part) for part in skip)


def _holds(outer: Element, inner: Element) -> bool:
    return any(up is outer for up in inner.iterancestors())


def _marked_parts(heading: Element, body: Element, skip: frozenset[Element], known: list[Element]) -> list[Element]:
    """Parts named as such (``entry-meta``, ``entry-footer``, ``posted-on``) in the element that holds headline and body:
    some themes put date and names below the text."""
    scope = next((up for up in heading.iterancestors() if up is body or _holds(up, body)), heading.getparent())
    found: list[Element] = []
    for element in scope.iter("div", "p", "header", "footer", "span", "ul", "section", "time") if scope is not None else ():
        if len(found) >= 6:
            break
        if (
            not _is_meta(element)
            or element in skip
            or element in known
            or any(up in skip or up in found or ELSEWHERE & set(tokens(up)) for up in element.iterancestors())
        ):
            continue
        if len(text_of(element)) < _HEADER_LIMIT:
            found.append(element)
    return found


_META_NAMES = re.compile(
    r"(?:[\w-]*[-_])?(?:meta|byline|author|posted-on|posted-by|postmetadata|entry-info|post-info|entry-footer|"
    r"post-date|entry-date|date|publish(?:ed)?(?:-date)?)(?:[-_][\w-]+)?|meta|info"
)


def _is_meta(element: Element) -> bool:
    return any(_META_NAMES.fullmatch(name) for name in tokens(element))


# ---- dates -------------------------------------------------------------------------------------------------------------
def dates_of(root: Element, head: Head, header: list[Element], url: str) -> tuple[Moment | None, Moment | None]:
    """(published, modified). Machine-readable ones first; then what stands beside the headline; then the address."""
    published = _stated_date(head, "datePublished", _PUBLISHED) or _marked_date(root, "datePublished")
    modified = _stated_date(head, "dateModified", _MODIFIED) or _marked_date(root, "dateModified")
    shown, shown_modified = _shown_dates(header, head)
    if published is None or (published.clock is None and shown is not None and shown.day == published.day):
        published = shown or published
    return published or _date_in_address(url) or _last_resort(head), modified or shown_modified


def _stated_date(head: Head, key: str, names: tuple[str, ...]) -> Moment | None:
    for node in [head.article, *head.nodes]:
        if node is not None and (moment := _any(string(node.get(key)))):
            return moment
    return next((moment for name in names for value in head.all(name) if (moment := _any(value))), None)


def _any(text: str) -> Moment | None:
    return parse_iso(text) or (parse_written(text, "mdy") if text else None)


def _marked_date(root: Element, name: str) -> Moment | None:
    for element in root.iter("time", "meta", "span", "abbr", "div", "p"):
        if name in (element.get("itemprop") or "").split():
            moment = parse_iso(element.get("datetime") or element.get("content") or element.get("title")) or parse_written(
                text_of(element)[:120]
            )
            if moment is not None:
                return moment
    return None


def _shown_dates(header: list[Element], head: Head) -> tuple[Moment | None, Moment | None]:
    published = modified = None
    order = page_order((text_of(part) for part in header), head.language) if header else None
    for part in header:
        for element in part.iter("time", "abbr"):
            moment = parse_iso(element.get("datetime") or element.get("title")) or parse_written(text_of(element)[:120], order)
            is_update = "updated" in tokens(element) and "published" not in tokens(element)
            if moment is not None and (is_update or _MODIFIED_WORDS.search(text_of(element))):
                modified = modified or moment
            elif moment is not None:
                published = published or moment
    if published is not None:
        return published, modified
    for part in header:
        for line in _lines(part):
            moment = parse_written(line, order) or (parse_any_language(line, head.language) if len(line) < 40 else None)
            if moment is not None and _MODIFIED_WORDS.search(line):
                modified = modified or moment
            elif moment is not None:
                return moment, modified
    return (published or modified), modified


def _lines(part: Element) -> list[str]:
    lines = [line for line in text_of(part).split("\n") if any(c.isdigit() for c in line)]
    return [line[:190] for line in lines if len(line) < 400]


def _date_in_address(url: str) -> Moment | None:
    match = _URL_DAY.search(urlsplit(url).path)
    return None if match is None else parse_iso(f"{match.group(1)}-{int(match.group(2)):02}-{int(match.group(3)):02}")


def _last_resort(head: Head) -> Moment | None:
    return None


# ---- terms -------------------------------------------------------------------------------------------------------------
def terms_of(root: Element, head: Head, url: str, heading: Element | None, skip: frozenset[Element]) -> tuple[Term, ...]:
    """Tags and categories: the links marked as such around the article, else what the head states."""
    found: dict[tuple[TermKind, str], Term] = {}
    scope = _article_around(root, heading)
    for anchor in scope.iter("a"):
        rel = (anchor.get("rel") or "").lower().split()
        if not {"tag", "category"} & set(rel) or any(
            ELSEWHERE & set(tokens(up)) or up in skip or up.tag in ("aside", "nav") for up in anchor.iterancestors()
        ):
            continue
        name = text_of(anchor).replace("\n", " ").lstrip("#").strip()
        href = anchor.get("href") or ""
        kind: TermKind = (
            "category"
            if "category" in rel or _in_category_list(anchor) or (_CATEGORY_ADDRESS.search(href) and not re.search(r"/tags?/", href))
            else "tag"
        )
        if name:
            found.setdefault((kind, name.casefold()), Term(kind, name, _slug(absolute(url, href))))
    if not any(kind == "tag" for kind, _ in found):
        for term in _tags_line(scope, url):
            found.setdefault((term.kind, term.name.casefold()), term)
    if not any(kind == "tag" for kind, _ in found):
        for name in _stated_tags(head):
            found.setdefault(("tag", name.casefold()), Term("tag", name))
    if not any(kind == "category" for kind, _ in found):
        for name in [*head.all("article:section")] or [string((head.article or {}).get("articleSection"))]:
            if name:
                found.setdefault(("category", name.casefold()), Term("category", name))
    return tuple(found.values())


def _tags_line(scope: Element, url: str) -> list[Term]:
    """The links of a line that begins with "Tags:", where nothing marks them."""
    for element in scope.iter("p", "div", "li", "span"):
        if (element.text or "").strip().lower() in ("tags:", "tag:", "tagged:", "tags", "tagged with:", "filed under:"):
            return [Term("tag", text_of(a), _slug(absolute(url, a.get("href")))) for a in element.iter("a") if text_of(a)]
    return []


def _article_around(root: Element, heading: Element | None) -> Element:
    """The element of the whole article: WordPress' ``post`` or ``hentry``, else the page."""
    if heading is not None:
        for up in heading.iterancestors("article", "div", "main", "section"):
            names = set(tokens(up))
            if names & {"hentry", "type-post"} or any(re.fullmatch(r"post-\d+", name) for name in names):
                return up
    return root


def _in_category_list(anchor: Element) -> bool:
    parent = anchor.getparent()
    return parent is not None and bool({"taxonomy-category", "cat-links", "post-categories"} & set(tokens(parent)))


def _stated_tags(head: Head) -> list[str]:
    tags = head.all("article:tag")
    if not tags:
        keywords = (head.article or {}).get("keywords")
        listed = keywords if isinstance(keywords, list) else string(keywords).split(",") if keywords else []
        tags = [string(item) for item in listed]
    return [tag.strip() for tag in tags if 0 < len(tag.strip()) < 80]


def _slug(url: str) -> str:
    path = urlsplit(url).path.rstrip("/") if url else ""
    return unquote(path.rsplit("/", 1)[-1]) if path else ""

"""Takes a page and its head and gives title, authors, dates and terms: from JSON-LD, meta, microdata and the text near the headline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from crawler.extract.article.bylines import written_authors
from crawler.extract.article.headline import headline
from crawler.extract.article.tags import page_terms
from crawler.extract.dates.parse import Moment, page_order, parse_any_language, parse_iso, parse_written
from crawler.extract.dom.document import Document, around, inside
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import string
from crawler.extract.dom.tree import Element, is_longer, text_of, word_list, word_set
from crawler.items import Author, Term

# In order of trust.
_PUBLISHED = word_list(
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
_DIGIT = re.compile(r"\d")
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:/|-|$)")
_MODIFIED_WORDS = re.compile(r"\b(?:updated|modified|revised|aktualisiert|mis à jour|actualizado|last edit)", re.I)


@dataclass(frozen=True, slots=True)
class Facts:
    title: str
    heading: Element | None
    authors: tuple[Author, ...]
    published: Moment | None
    modified: Moment | None
    terms: tuple[Term, ...]
    header: tuple[Element, ...]


def facts_of(page: Document, head: Head, url: str, body: Element, skip: frozenset[Element]) -> Facts:
    """``body``: the article's container; ``skip``: the thread, whose dates and names are not the article's."""
    title, heading = headline(page, head, skip)
    header = header_parts(page, heading, body, skip)
    published, modified = dates_of(page, head, header, url, skip)
    if published is None:
        published = _lone_date(page, head, heading, skip)
    return Facts(
        title,
        heading,
        written_authors(page, head, header, url, skip),
        published,
        modified,
        page_terms(page, head, url, heading, header, skip),
        tuple(header),
    )


_NO_HEADER = word_set("nav footer aside script style form noscript h1")


def header_parts(page: Document, heading: Element | None, body: Element, skip: frozenset[Element]) -> list[Element]:
    """The elements around the headline that are neither text nor thread: where byline and date stand, nearest first."""
    if heading is None:
        return []
    barred = around((body, *skip)) | skip | page.elsewhere | {body}
    parts: list[Element] = []
    inner: Element = heading
    for up in heading.iterancestors():
        if up.tag in ("body", "html"):
            break
        added = [child for child in up if child is not inner and child.tag not in _NO_HEADER and child not in barred]
        if any(is_longer(child, _HEADER_LIMIT) for child in added) or sum(len(page.text(child)) for child in added) > _HEADER_LIMIT:
            parts += islice((child for child in added if not is_longer(child, _HEADER_LIMIT // 2 - 1)), 6)
            break
        parts += added
        inner = up
    return parts + _marked_parts(page, heading, body, skip, parts)


_META_TAGS = word_set("div p header footer span ul section time")


def _marked_parts(page: Document, heading: Element, body: Element, skip: frozenset[Element], known: list[Element]) -> list[Element]:
    """Parts named as such (``entry-meta``, ``entry-footer``, ``posted-on``) in the element that holds headline and body:
    some themes put date and names below the text."""
    above = {body, *body.iterancestors()}
    scope = next((up for up in heading.iterancestors() if up in above), heading.getparent())
    found: list[Element] = []
    barred = skip | page.elsewhere
    for element in scope.iter(*_META_TAGS) if scope is not None else ():
        if len(found) >= 6:
            break
        if not _is_meta(page.tokens.get(element, ())) or element in skip or element in known:
            continue
        if any(up in barred or up in found for up in element.iterancestors()):
            continue
        if not is_longer(element, _HEADER_LIMIT - 1):
            found.append(element)
    return found


_META_NAMES = re.compile(
    r"(?:[\w-]*[-_])?(?:meta|byline|author|posted-on|posted-by|postmetadata|entry-info|post-info|entry-footer|"
    r"post-date|entry-date|date|publish(?:ed)?(?:-date)?)(?:[-_][\w-]+)?|meta|info|by[-_][\w-]+"
)


@lru_cache(maxsize=20_000)
def _is_meta(marks: tuple[str, ...]) -> bool:
    return any(_META_NAMES.fullmatch(name) for name in marks)


# ---- dates -------------------------------------------------------------------------------------------------------------
def dates_of(page: Document, head: Head, header: list[Element], url: str, skip: frozenset[Element]) -> tuple[Moment | None, Moment | None]:
    """(published, modified). Machine-readable ones first; then what stands beside the headline; then the address."""
    published = _stated_date(head, "datePublished", _PUBLISHED) or _marked_date(page, "datePublished", skip)
    modified = _stated_date(head, "dateModified", _MODIFIED) or _marked_date(page, "dateModified", skip)
    shown, shown_modified = _shown_dates(page, header, head)
    if published is None or (published.clock is None and shown is not None and shown.day == published.day):
        published = shown or published
    return published or _date_in_address(url), modified or shown_modified


def _stated_date(head: Head, key: str, keys: tuple[str, ...]) -> Moment | None:
    for node in [head.article, *head.nodes]:
        if node is not None and (moment := _any(string(node.get(key)))):
            return moment
    return next((moment for name in keys for value in head.all(name) if (moment := _any(value))), None)


def _any(text: str) -> Moment | None:
    return parse_iso(text) or (parse_written(text, "mdy") if text else None)


_DATE_TAGS = word_set("time meta span abbr div p")


def _marked_date(page: Document, name: str, skip: frozenset[Element]) -> Moment | None:
    for element in page.microdata:
        if element.tag in _DATE_TAGS and name in (element.get("itemprop") or "").split():
            moment = parse_iso(element.get("datetime") or element.get("content") or element.get("title")) or parse_written(
                text_of(element)[:120]
            )
            if moment is not None and not any(up in skip or up in page.elsewhere for up in element.iterancestors()):
                return moment
    return None


def _shown_dates(page: Document, header: list[Element], head: Head) -> tuple[Moment | None, Moment | None]:
    published = modified = None
    order = page_order((page.text(part) for part in header), head.language) if header else None
    for part in header:
        for element in part.iter("time", "abbr"):
            moment = parse_iso(element.get("datetime") or element.get("title")) or parse_written(text_of(element)[:120], order)
            marks = page.tokens.get(element, ())
            is_update = "updated" in marks and "published" not in marks
            if moment is not None and (is_update or _MODIFIED_WORDS.search(text_of(element))):
                modified = modified or moment
            elif moment is not None:
                published = published or moment
    if published is not None:
        return published, modified
    for part in header:
        for line in _sayings(page.text(part)):
            moment = parse_written(line, order) or (parse_any_language(line, head.language) if len(line) < 40 else None)
            if moment is not None and _MODIFIED_WORDS.search(line):
                modified = modified or moment
            elif published is None:
                published = moment
        if published is not None:
            return published, modified
    return (published or modified), modified


_DATE_CLASSES = word_set("published entry-date post-date pubdate date-published published-date dt-published")
_LONE_TAGS = word_set("time span small p div li em")
_LONE_SIZE = 32  # characters: "Published: 24th of September 2021"
_NO_DATE = word_set("nav footer aside")


def _lone_date(page: Document, head: Head, heading: Element | None, skip: frozenset[Element]) -> Moment | None:
    """The last place to look, for pages without marks or with a headline far from its byline: an element named as the date
    of publication, else the first one below the headline that holds a date and nothing else."""
    out = inside((*skip, *page.elsewhere, *page.of(_NO_DATE)))
    below = heading is None
    for element in page.elements:
        below = below or element is heading
        if element.tag not in _LONE_TAGS or element in out:
            continue
        marked = page.has(element, _DATE_CLASSES)
        if not marked and (not below or len(element) > 1):
            continue
        text = page.text(element)
        if len(text) > _LONE_SIZE or not _DIGIT.search(text) or _MODIFIED_WORDS.search(text) or (not marked and len(text.split()) > 4):
            continue
        moment = parse_iso(element.get("datetime")) or parse_written(text, page_order((text,), head.language))
        if moment is not None:
            return moment
    return None


def _sayings(text: str) -> list[str]:
    """The lines with digits; ``January 29, 2005 / Last updated: May 3, 2006`` says two things."""
    found: list[str] = []
    for line in _lines(text):
        update = _MODIFIED_WORDS.search(line)
        if update is not None and _DIGIT.search(line[: update.start()]):
            found += [line[: update.start()], line[update.start() :]]
        else:
            found.append(line)
    return found


def _lines(text: str) -> list[str]:
    lines = [line for line in text.split("\n") if _DIGIT.search(line)]
    return [line[:190] for line in lines if len(line) < 400]


def _date_in_address(url: str) -> Moment | None:
    match = _URL_DAY.search(urlsplit(url).path)
    return None if match is None else parse_iso(f"{match.group(1)}-{int(match.group(2)):02}-{int(match.group(3)):02}")

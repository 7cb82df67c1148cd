"""Takes a page and its head and gives title, authors, dates and terms: from JSON-LD, meta, microdata and the text near the headline."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from crawler.extract.article.bylines import written_authors
from crawler.extract.article.headline import headline
from crawler.extract.article.published import lone_date, page_dates
from crawler.extract.article.tags import page_terms
from crawler.extract.dates.parse import Moment, parse_relative
from crawler.extract.dom.document import Document, around
from crawler.extract.dom.head import Head
from crawler.extract.dom.intended import escaped_once_more
from crawler.extract.dom.tree import Element, is_longer, word_set
from crawler.items import AGO, Author, Term

_HEADER_LIMIT = 700
Name = TypeVar("Name", Author, Term)


@dataclass(frozen=True, slots=True)
class Facts:
    title: str
    heading: Element | None
    authors: tuple[Author, ...]
    published: Moment | None
    modified: Moment | None
    terms: tuple[Term, ...]
    header: tuple[Element, ...]
    warnings: tuple[str, ...] = ()


def facts_of(
    page: Document,
    head: Head,
    url: str,
    body: Element,
    skip: frozenset[Element],
    *,
    language: str | None = None,
    captured_at: str | None = None,
) -> Facts:
    """``body``: the article's container; ``skip``: the thread, whose dates and names are not the article's; ``language``: in which the
    page writes dates; ``captured_at``: ISO instant of the capture."""
    title, heading = headline(page, head, skip)
    header = header_parts(page, heading, body, skip)
    dates = page_dates(page, head, header, url, skip, language=language, captured_at=captured_at)
    published = dates.published or lone_date(page, heading, skip, language)
    return Facts(
        title,
        heading,
        tuple(map(_named, written_authors(page, head, header, url, skip))),
        published,
        dates.modified,
        tuple(map(_named, page_terms(page, head, url, heading, header, skip))),
        tuple(header),
        (*dates.warnings, *((AGO,) if published is None and _says_ago(page, header) else ())),
    )


def _says_ago(page: Document, header: list[Element]) -> bool:
    lines = (line for part in header for line in page.text(part).split("\n") if len(line) < _AGO_LINE)
    return any(parse_relative(line, _ANY_DAY) for line in lines)


_AGO_LINE = 60  # characters
_ANY_DAY = "2020-01-01T00:00:00Z"


def _named(one: Name) -> Name:
    return replace(one, name=escaped_once_more(one.name)) if "&" in one.name else one


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

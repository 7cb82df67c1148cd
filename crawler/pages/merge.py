"""Joins the pages of an article to one article, and completes its time and authors from the feed and from what was known. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from archive.clock import moment
from archive.store.feed_items import FeedFacts
from crawler.discover.timezone import offset
from crawler.items import Article, Author, Block

THREAD_PAGE = re.compile(r"(/comment-page-|[?&]cpage=)(\d+)")


def joined(article: Article, part: Article) -> Article:
    """An article with a further page of its text. What stands above or below the text of every page stands there once."""
    head = alike(article.blocks, part.blocks)
    tail = alike(article.blocks[head:][::-1], part.blocks[head:][::-1])
    return replace(
        article,
        blocks=article.blocks[: len(article.blocks) - tail] + part.blocks[head:],
        images=tuple(image for image in article.images if image not in part.images) + part.images,
        links=tuple(link for link in article.links if link not in part.links) + part.links,
    )


def alike(one: Sequence[Block], other: Sequence[Block]) -> int:
    """How many blocks two sequences have in common before they differ."""
    pairs = zip(one, other, strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a.text != b.text), min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of an article before a page of it is read: its time, and its authors as (name, url)."""

    published_at: str | None
    published_precision: str | None
    authors: tuple[tuple[str, str], ...] = ()


def completed(article: Article, item: FeedFacts | None, before: Before | None) -> Article:
    """A page's article with what is told more exactly elsewhere: the second of its time, authors where the page names none.

    ``item`` is the article's item in the site's feed, ``before`` what was known already: an item that has left the feed since
    counts still.
    """
    times = [item.published_at] if item and item.published_at else []
    if before and before.published_at and before.published_precision == "second":
        times.append(before.published_at)
    if exact := next((at for at in times if is_finer(at, article)), None):
        article = replace(article, published_at=exact, published_precision="second", published_on=article.published_on or exact[:10])
    if article.authors:
        return article
    authors = tuple(Author(name) for name in item.authors) if item else ()
    if before and not authors:
        authors = tuple(Author(*author) for author in before.authors)
    byline = ", ".join(author.name for author in authors) or None
    return replace(article, authors=authors or article.authors, byline=byline)


def is_finer(at: str, article: Article) -> bool:
    """Is ``at`` (UTC, to the second) the same moment as the page's own time, only told more exactly?"""
    shown, precision = article.published_at, article.published_precision
    if shown is None or precision == "second":
        return shown is None
    if precision == "day":  # a generator that knows the day alone writes midnight
        return not at.endswith("T00:00:00Z") and abs(moment(at) - moment(f"{shown[:10]}T12:00:00Z")) <= timedelta(hours=26)
    if shown.endswith("Z"):
        return at.startswith(shown[:16])
    return offset(shown, moment(at)) is not None


def numbered(url: str, number: int) -> str:
    """The address of an article's ``number``-th page as WordPress forms it."""
    return f"{url}&page={number}" if "?" in url else f"{url.rstrip('/')}/{number}{'/' if url.endswith('/') else ''}"


def thread_page(url: str, number: int) -> str:
    """The address of the ``number``-th page of an article's thread as WordPress forms it."""
    return f"{url}&cpage={number}" if "?" in url else f"{url.rstrip('/')}/comment-page-{number}{'/' if url.endswith('/') else ''}"


def lacking(article: Article) -> int:
    """How many more comments a WordPress page counts than it shows, where it links no other page of its thread."""
    shown = len(article.comments or ())
    return max(0, (article.reported_comment_count or 0) - shown) if article.source_id and shown and not article.comment_pages else 0


def first_of_thread(article: Article) -> list[str]:
    """The thread page that the article's own address shows: of 1 to the highest, the one that it does not link."""
    numbers = {int(match[2]): match for url in article.comment_pages if (match := THREAD_PAGE.search(url))}
    missing = [n for n in range(1, max(numbers, default=0) + 1) if n not in numbers] or [max(numbers, default=0) + 1]
    example = next(iter(article.comment_pages), "")
    return [THREAD_PAGE.sub(lambda match: f"{match[1]}{missing[0]}", example)]

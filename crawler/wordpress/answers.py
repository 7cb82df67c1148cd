"""What one REST answer says: takes its rows, and gives articles, threads and named gaps, for live answers and for captured ones.

A row that cannot be read becomes a gap with its reason, and the other rows are read as usual.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from archive.queries import holdings
from crawler.items import Article, Comment, Gap, UnreadRow
from crawler.session.outcome import ALARM, BUG
from crawler.wordpress import api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.parse import PostNames
    from crawler.session.context import SiteContext

PAGE_NEXT = "; its page was not read yet"
Row = dict[str, Any]
Posts = tuple[tuple[Article, ...], tuple[Gap, ...]]
Threads = tuple[dict[str, list[Comment]], tuple[Gap, ...]]


def is_public(row: Row) -> bool:
    """Whether a post is published and its text is shown to everybody."""
    return not api.protected(row) and row.get("status", "publish") == "publish"


async def read_posts(context: SiteContext, rows: Sequence[Row], names: PostNames) -> Posts:
    """(articles, gaps) of an answer of ``posts``; those behind a password are explained gaps."""
    closed = [Gap("article", str(row["id"]), "password", True, month_of(row)) for row in rows if api.protected(row)]
    public = [row for row in rows if is_public(row)]
    articles, gaps = list[Article](), list[Gap](closed)
    for row, read in zip(public, await context.parser.posts(public, names), strict=True):
        if isinstance(read, UnreadRow):
            gaps.append(unread(context, row, read))
        else:
            articles.append(read)
            gaps += [Gap("article", read.url, f"{read.warnings[0]}{PAGE_NEXT}", False, month_of(row))] if wants_page(context, read) else []
    return tuple(articles), tuple(gaps)


def wants_page(context: SiteContext, article: Article) -> bool:
    """Whether the text of an article has to be looked for on its page: not where that had none either."""
    held = None if article.text_shown else context.held(article.url, article.source_id)
    empty = held is not None and context.store.ask(holdings.is_empty_on_its_page, held["id"], article.modified_at)
    return not article.text_shown and not empty


def unread(context: SiteContext, row: Row, read: UnreadRow) -> Gap:
    """The gap of a row that gave nothing: by its address where it has one, for then its page is asked for, and by its id."""
    link = row.get("link")
    if read.fault == "site" and isinstance(link, str) and link.startswith("http"):
        return Gap("article", context.parser.addresses.canonical(link), f"{read.reason}{PAGE_NEXT}", False, month_of(row))
    context.outcome.add(BUG if read.fault == "bug" else ALARM, f"article {row['id']} was not read: {read.reason}")
    return Gap("article", str(row["id"]), read.reason, False, month_of(row))


async def read_comments(context: SiteContext, rows: Sequence[Row]) -> Threads:
    """(the site's article id -> comments, gaps for those that are malformed) of an answer of ``comments``."""
    threads: dict[str, list[Comment]] = defaultdict(list)
    gaps: list[Gap] = []
    for row, read in zip(rows, await context.parser.comments(rows), strict=True):
        if isinstance(read, UnreadRow):
            gaps.append(Gap("comment", str(row["id"]), read.reason, False))
        else:
            post, comment = read
            threads[post].append(comment)
    return dict(threads), tuple(gaps)


def month_of(row: Row) -> str | None:
    """The month of a post's date; None where that is no time."""
    return str(row["date"])[:7] if api.is_time(row.get("date")) else None

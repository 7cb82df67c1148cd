"""What one REST answer says: its rows go in; articles, threads and named gaps come out, for live answers and captured ones.

One row that fails is a gap with its reason, and stops none of the others.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError
from crawler.extract.rest import Malformed, extract_comment
from crawler.items import Article, Comment, Gap
from crawler.session.outcome import ALARM
from crawler.wordpress import api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.parse import PostNames
    from crawler.session.context import SiteContext

Row = dict[str, Any]
Posts = tuple[tuple[Article, ...], tuple[Gap, ...]]
Threads = tuple[dict[str, list[Comment]], tuple[Gap, ...]]


def is_public(row: Row) -> bool:
    """Whether a post is published and its text is shown to everybody."""
    return not api.protected(row) and row.get("status", "publish") == "publish"


async def read_posts(context: SiteContext, rows: Sequence[Row], names: PostNames) -> Posts:
    """(articles, gaps) of an answer of ``posts``; those behind a password are explained gaps."""
    closed = [Gap("article", str(row["id"]), "password", True, month_of(row)) for row in rows if api.protected(row)]
    read = await asyncio.gather(*(_read_post(context, row, names) for row in rows if is_public(row)))
    return tuple(r for r in read if isinstance(r, Article)), (*closed, *(r for r in read if isinstance(r, Gap)))


async def _read_post(context: SiteContext, row: Row, names: PostNames) -> Article | Gap:
    try:
        return await context.parser.post(row, names)
    except ArchiveError as error:
        malformed = isinstance(error.__cause__, Malformed)  # the site's fault, not ours
        reason = str(error.__cause__ if malformed else error)
        context.outcome.add(ALARM if malformed else error.exit_code, f"article {row['id']} was not read: {reason}")
        return Gap("article", str(row["id"]), reason, False, month_of(row))


async def read_comments(context: SiteContext, rows: Sequence[Row]) -> Threads:
    """(the site's article id -> comments, gaps for those that are malformed) of an answer of ``comments``."""
    threads: dict[str, list[Comment]] = defaultdict(list)
    gaps: list[Gap] = []
    for row in rows:
        try:
            post, comment = extract_comment(row, timezone=context.parser.timezone)
        except ValueError as error:
            gaps.append(Gap("comment", str(row["id"]), str(error), False))
        else:
            threads[post].append(comment)
    return dict(threads), tuple(gaps)


def month_of(row: Row) -> str | None:
    """The month of a post's date; None where that is no time."""
    return str(row["date"])[:7] if api.is_time(row["date"]) else None

"""How much a term is mentioned in each month or year, beside all that was published then: takes terms, gives rows without gaps."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archive.publish.mentions.asked import asked_of_indexes
from archive.publish.mentions.terms import MentionTerm
from archive.queries.mentions import (
    ARTICLES,
    COMMENTS,
    KINDS,
    Months,
    articles_by_month,
    comments_by_month,
    mentioning_by_month,
)
from archive.queries.remembered import remembered
from archive.queries.rows import Row

RESTS_ON = {ARTICLES: ("articles", "revisions", "revision_words"), COMMENTS: ("comments", "comment_words")}
PERIODS = ("year", "month")
MOST_MONTHS = 36  # of an archive that are shown month by month unless years are asked for
LONGEST = 150 * 12  # months; what lies before is a wrong date


@dataclass(frozen=True, slots=True)
class TermSeries:
    """A term with its rows, oldest first: period, articles, all_articles, articles_share (0 to 1; None where nothing was published),
    and the same of comments. ``articles``, ``comments`` and ``all_...``: how many in all, those without a date (``undated``: of those with
    the term) included.
    """

    term: MentionTerm
    rows: list[Row]
    articles: int
    comments: int
    all_articles: int
    all_comments: int
    undated: int


def totals(db: sqlite3.Connection) -> dict[str, Months]:
    """Kind -> all that was published in each month."""
    return {
        ARTICLES: remembered(db, ("articles by month",), lambda: articles_by_month(db), of=("articles",)),
        COMMENTS: remembered(db, ("comments by month",), lambda: comments_by_month(db), of=("comments",)),
    }


def mentioned(db: sqlite3.Connection, term: MentionTerm) -> dict[str, Months]:
    """Kind -> how many articles or comments have the term in each month."""
    asked = asked_of_indexes(db, term.node) if term.node is not None else {}

    def counted(kind: str) -> Months:
        return remembered(
            db, ("mentioned", kind, term.match), lambda: mentioning_by_month(db, kind, asked.get(kind, ())), of=RESTS_ON[kind]
        )

    return {kind: counted(kind) for kind in KINDS}


def term_series(db: sqlite3.Connection, terms: Sequence[MentionTerm], per: str) -> list[TermSeries]:
    """A series for each term, all over the same periods: from the first in which anything was published to the last."""
    published = totals(db)
    periods = periods_of(published, per)
    whole = {kind: folded(published[kind], per) for kind in KINDS}
    everything = {kind: sum(published[kind].values()) for kind in KINDS}
    found = []
    for term in terms:
        counts = mentioned(db, term)
        by_period = {kind: folded(counts[kind], per) for kind in KINDS}
        rows = [series_row(period, {kind: (by_period[kind][period], whole[kind][period]) for kind in KINDS}) for period in periods]
        sums = {kind: sum(counts[kind].values()) for kind in KINDS}
        undated = sum(counts[kind].get("", 0) for kind in KINDS)
        found.append(TermSeries(term, rows, sums[ARTICLES], sums[COMMENTS], everything[ARTICLES], everything[COMMENTS], undated))
    return found


def series_row(period: str, counts: dict[str, tuple[int, int]]) -> Row:
    """One period: of each kind how many mention the term, how many there are, and the share."""
    row: Row = {"period": period}
    for kind, (some, whole) in counts.items():
        row |= {kind: some, f"all_{kind}": whole, f"{kind}_share": round(some / whole, 6) if whole else None}
    return row


def folded(months: Months, per: str) -> Counter[str]:
    """Counts by year or by month; what has no date is left out."""
    counts: Counter[str] = Counter()
    for month, count in months.items():
        if month:
            counts[month[:4] if per == "year" else month] += count
    return counts


def periods_of(published: dict[str, Months], per: str) -> list[str]:
    """Every year or month from the first in which anything was published to the last."""
    months = [month for kind in KINDS for month in published[kind] if month]
    if not months:
        return []
    first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (min(months), max(months)))
    named = [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(max(first, last - LONGEST), last + 1)]
    return named if per == "month" else list(dict.fromkeys(month[:4] for month in named))


def chosen_period(db: sqlite3.Connection, asked: str) -> str:
    """What is asked for; else months for a young archive, and years for an old one."""
    return asked if asked in PERIODS else "month" if len(periods_of(totals(db), "month")) <= MOST_MONTHS else "year"

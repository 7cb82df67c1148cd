"""Mentions and sources as files: takes rows, gives CSV that pandas and DuckDB read as it is, and values for JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from archive.publish.mentions.series import TermSeries
from archive.queries.rows import Row

MENTION_COLUMNS = (
    *("term", "kind", "date", "site", "title", "author", "place", "before", "keyword", "after"),
    *("address", "original", "published_at", "missing_since"),
)
SERIES_COLUMNS = (
    *("term", "period", "period_start", "articles", "all_articles", "articles_share"),
    *("comments", "all_comments", "comments_share"),
)


def csv_file(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """CSV with a heading. A text that a spreadsheet would take for a formula starts with an apostrophe; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([csv_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def csv_cell(value: Any) -> Any:
    """A value as a cell holds it."""
    if value is None or not isinstance(value, str):
        return "" if value is None else value
    return re.sub(r"^([=+\-@\t\r])", r"'\1", value)


def mention_records(rows: Iterable[Row], origin: str) -> list[Row]:
    """Mentions in the columns of a file. ``date`` is a day for articles and comments alike; ``published_at`` is as the site says it."""
    return [
        {
            "term": row["term"],
            "kind": row["kind"],
            "date": row["day"],
            "site": row["site"],
            "title": row["title"],
            "author": row["author"],
            "place": row["place"],
            "before": row["before"],
            "keyword": row["keyword"],
            "after": row["after"],
            "address": origin + row["address"],
            "original": row["url"],
            "published_at": row["at"],
            "missing_since": row["missing_since"],
        }
        for row in rows
    ]


def series_records(series: Iterable[TermSeries]) -> list[Row]:
    """A row for each term and period."""
    return [
        {"term": one.term.asked} | row | {"period_start": f"{row['period']}-01" if "-" in row["period"] else f"{row['period']}-01-01"}
        for one in series
        for row in one.rows
    ]

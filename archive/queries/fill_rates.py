"""How often articles have a headline's companions: takes a site, gives the fields that new articles lack and older ones had.

A redesign is seen here when nothing else tells of it: pages are still articles, but their bylines or dates are not found any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from archive.clock import later

NEW_DAYS = 30  # articles first seen in these are new
FEWEST_NEW, FEWEST_BEFORE = 10, 50  # fewer articles say nothing
HAD, HAVE = 0.9, 0.5  # a field that so many had before, and of which fewer than so many of the new ones have it
FIELDS = {
    "byline": "byline is not null and byline <> ''",
    "date": "published_at is not null",
    "text": "word_count > 0",
    "topic": "exists (select 1 from article_tags where article_id = articles.id)",
}


@dataclass(frozen=True, slots=True)
class FallenRate:
    """A field that most articles had before and that the new ones lack."""

    field: str
    before: float  # share of the older articles that have it
    new: int  # new articles
    lacking: int  # of them without the field
    since: str  # when the first of those was first seen
    urls: tuple[str, ...]  # of those, the latest first


def fallen_rates(db: Database, site_id: int, now: str) -> list[FallenRate]:
    """The fields that have fallen. Costs nothing where few articles are new."""
    border = later(now, days=-NEW_DAYS)
    count = "select count(*) filter (where first_seen_at > ?), count(*) filter (where first_seen_at <= ?) from articles where site_id = ?"
    new, before = db.execute(count, [border, border, site_id]).fetchone()
    if new < FEWEST_NEW or before < FEWEST_BEFORE:
        return []
    return [rate for field in FIELDS if (rate := _rate(db, site_id, field, border, new, before))]


def _rate(db: Database, site_id: int, field: str, border: str, new: int, before: int) -> FallenRate | None:
    has = FIELDS[field]
    lacks = f"""
        select url, first_seen_at
        from articles
        where site_id = ? and first_seen_at > ? and not ({has})
        order by first_seen_at desc, id desc
        """
    lacking = db.execute(lacks, [site_id, border]).fetchall()
    if new - len(lacking) >= new * HAVE:
        return None
    had = db.execute(f"select count(*) from articles where site_id = ? and first_seen_at <= ? and ({has})", [site_id, border]).fetchone()[0]
    if had < before * HAD:
        return None
    return FallenRate(field, had / before, new, len(lacking), lacking[-1][1], tuple(url for url, _ in lacking))

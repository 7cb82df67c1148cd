"""Wordings that recur in a site's articles: takes a site, gives each with how often, where and under whom it stands.

Most blocks stand in one article alone. A map of bits tells them from the rest, so that only what may stand in several articles is written
to a table in memory, and one wording after the other is looked at. All functions run inside the caller's transaction.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from archive.text.fingerprint import Wording, numbers_in, stands_outside

BITS = 2**23  # of a map: of 300,000 wordings one in thirty takes a row for nothing, of a million one in nine
# Where wordings stand, in every state the archive holds: a bio that was reworded everywhere stays a bio in older revisions.
TEXT = "block_spans.fingerprint <> '' and (block_spans.kind is null or block_spans.rule like 'learned: %')"
SPANS = f"""
    select block_spans.fingerprint, revisions.article_id, block_spans.revision_id, block_spans.position
    from articles
    join revisions on revisions.article_id = articles.id
    join block_spans on block_spans.revision_id = revisions.id
    where articles.site_id = ? and {TEXT}
    """
# What of a revision no other article has: the author's own text.
OWN = f"""
    from block_spans
    where block_spans.revision_id = carrying.revision_id and {TEXT} and fingerprint not in (select fingerprint from shared)
    """
TABLES = {  # in memory; made in one statement each, which counts as no change of the archive
    "spots": f"{SPANS} and may_recur(block_spans.fingerprint)",
    "shared": "select fingerprint, count(distinct article_id) as articles from spots group by fingerprint having articles > 1",
    "own_texts": f"""
        select revision_id, (select min(position) {OWN}) as first, (select max(position) {OWN}) as last
        from (
          select distinct revision_id
          from spots
          join shared on shared.fingerprint = spots.fingerprint
          where articles >= 3
        ) as carrying
        """,
}
INDEXED = {
    "spots": "fingerprint, article_id, revision_id, position",
    "shared": "fingerprint, articles",
    "own_texts": "revision_id, first, last",
}
RECURRING = """
    select spots.fingerprint, article_id, revision_id, position, first is null or position <= first or position >= last
    from spots
    join shared on shared.fingerprint = spots.fingerprint and articles >= 3
    join own_texts using (revision_id)
    order by spots.fingerprint, article_id, revision_id, position desc
    """


@dataclass(slots=True)
class _Places:
    """Where one wording stands: of each article the latest revision that has it, and the first place there. ``edge``: how many of them lie
    outside of what the article has alone."""

    revisions: array[int] = field(default_factory=lambda: array("q"))
    positions: array[int] = field(default_factory=lambda: array("q"))
    edge: int = 0

    @classmethod
    def of(cls, spots: Iterable[tuple[Any, ...]]) -> _Places:
        """``spots``: the rows of one wording, as ``RECURRING`` gives them."""
        places = cls()
        for _, of_article in groupby(spots, itemgetter(1)):
            for row in of_article:  # noqa: B007 - the last one counts
                pass
            places.revisions.append(row[2])
            places.positions.append(row[3])
            places.edge += row[4]
        return places

    def __len__(self) -> int:
        return len(self.revisions)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.revisions, self.positions, strict=True)


def recurring(db: Database, site_id: int) -> Iterator[Wording]:
    """Every wording that stands in three articles or more, and there outside of the text. Each is looked at when it is asked for."""
    find_spots(db, site_id)
    for fingerprint, spots in groupby(db.execute(RECURRING), itemgetter(0)):
        places = _Places.of(spots)
        if stands_outside(len(places), places.edge):
            yield _wording(db, site_id, fingerprint, places)
    _drop_tables(db)


def find_spots(db: Database, site_id: int) -> None:
    """Fill ``temp.spots`` with every place of each wording that stands in several articles, and of few others; ``temp.shared`` with how
    many articles those have; ``temp.own_texts`` with the first and the last place in a revision of what no other article has."""
    _drop_tables(db)
    again = _met_again(db, site_id)

    def may_recur(fingerprint: int | str) -> bool:
        bit = hash(fingerprint) % BITS
        return bool(again[bit >> 3] & 1 << (bit & 7))

    db.conn.create_function("may_recur", 1, may_recur)
    for name, rows in TABLES.items():
        db.execute(f"create temp table {name} as {rows}", [site_id] if "?" in rows else [])
        db.execute(f"create index temp.{name}_looked_up on {name}({INDEXED[name]})")
    db.conn.create_function("may_recur", 1, None)


def _drop_tables(db: Database) -> None:
    for name in TABLES:
        db.execute(f"drop table if exists temp.{name}")


def _met_again(db: Database, site_id: int) -> bytearray:
    """A map of bits: that of each wording is set that stands in several articles, and by chance that of a few others."""
    once, again = bytearray(BITS // 8), bytearray(BITS // 8)
    article, here = 0, set[int]()
    for fingerprint, article_id, *_ in db.execute(SPANS, [site_id]):
        if article_id != article:
            article, here = article_id, set()
        bit = hash(fingerprint) % BITS
        if bit not in here:
            here.add(bit)
            byte, mask = bit >> 3, 1 << (bit & 7)
            if once[byte] & mask:
                again[byte] |= mask
            once[byte] |= mask
    return again


def _wording(db: Database, site_id: int, fingerprint: int | str, places: _Places) -> Wording:
    first, last = db.execute(
        """
        select min(coalesce(published_at, '')), max(coalesce(published_at, ''))
        from temp.spots
        join articles on articles.id = spots.article_id
        where fingerprint = ?
        """,
        [fingerprint],
    ).fetchone()
    of_its_time = "select count(*) from articles where site_id = ? and coalesce(published_at, '') between ? and ?"
    authors = _authors(db, site_id, fingerprint)
    text, html = db.execute("select text, html from blocks where revision_id = ? and position = ?", min(places)).fetchone()
    return Wording(
        f"{fingerprint & 0xFFFFFFFFFFFFFFFF:016x}" if isinstance(fingerprint, int) else fingerprint,
        text,
        html,
        len(places),
        places.edge,
        authors,
        _articles_of(db, site_id, authors, first, last),
        db.execute(of_its_time, [site_id, first, last]).fetchone()[0],
        _numbers(db, places) if numbers_in(text) else 1,
        _left_out(db, places),
    )


def _authors(db: Database, site_id: int, fingerprint: int | str) -> Counter[str]:
    """Name -> how many articles with that name have a wording."""
    sql = """
        select name, count(*)
        from (select distinct article_id from temp.spots where fingerprint = ?) as standing
        join article_authors on article_authors.article_id = standing.article_id
        join authors on authors.id = author_id
        where site_id = ?
        group by name
        """
    return Counter(dict(db.execute(sql, [fingerprint, site_id]).fetchall()))


def _articles_of(db: Database, site_id: int, names: Iterable[str], first: str, last: str) -> dict[str, int]:
    """Name -> how many articles of a time have that name, of these names."""
    sql = """
        select name, count(*)
        from authors
        join article_authors on author_id = authors.id
        join articles on articles.id = article_id
        where authors.site_id = ? and name in (select value from json_each(?)) and coalesce(published_at, '') between ? and ?
        group by name
        """
    return dict(db.execute(sql, [site_id, json.dumps([*names]), first, last]).fetchall())


def _left_out(db: Database, places: _Places) -> int:
    """How many of the blocks at these places trafilatura left out of the text."""
    sql = "select 1 from blocks where revision_id = ? and position = ? and vote = 'chrome'"
    return sum(db.execute(sql, place).fetchone() is not None for place in places)


def _numbers(db: Database, places: _Places) -> int:
    """How many different series of numbers stand in the blocks at these places."""
    sql = "select text from blocks where revision_id = ? and position = ?"
    return len({numbers_in(text) for place in places for (text,) in db.execute(sql, place)})

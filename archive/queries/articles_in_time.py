"""All articles in the order of their dates, in little memory: takes a connection, gives those of some revisions by date or by month.

An index of words tells ids alone. To look up the date of each of 15,000 articles takes 25 ms; to go through all that there are, 2.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from archive.queries.remembered import remembered

IN_TIME = """
    select json_group_array(revision_id), json_group_array(month)
    from (
      select revision_id, coalesce(month, '') as month
      from articles
      where revision_id is not null
      order by coalesce(published_on, published_at, '') desc, id desc
    )
"""


@dataclass(frozen=True, slots=True)
class ArticlesInTime:
    """``revisions``: the current one of each article, the newest article first, those without a date last; ``places``: beside each where
    its month stands in ``months`` (YYYY-MM, or '' for no date)."""

    revisions: array[int]
    places: array[int]
    months: tuple[str, ...]

    def by_month(self, revisions: Collection[int]) -> dict[str, int]:
        """Month -> how many of these are of its articles."""
        counted = Counter(place for revision, place in zip(self.revisions, self.places, strict=True) if revision in revisions)
        return {self.months[place]: count for place, count in counted.items()}

    def newest(self, revisions: Collection[int], when: str) -> Iterator[int]:
        """These, the newest article first. ``when``: only those of a year or a month; '' for all."""
        wanted = {place for place, month in enumerate(self.months) if month.startswith(when)}
        return (one for one, place in zip(self.revisions, self.places, strict=True) if one in revisions and place in wanted)


def articles_in_time(db: sqlite3.Connection) -> ArticlesInTime:
    """All of them, remembered as long as no article changes."""
    return remembered(db, ("articles in time",), lambda: _read(db), weight=lambda all: len(all.revisions), of=("articles",))


def _read(db: sqlite3.Connection) -> ArticlesInTime:
    revisions, named = map(json.loads, db.execute(IN_TIME).fetchone())
    months = {month: place for place, month in enumerate(dict.fromkeys(named))}
    return ArticlesInTime(array("q", revisions), array("l", map(months.__getitem__, named)), tuple(months))

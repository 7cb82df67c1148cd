"""Which bodies the captures of a site have: takes a digest, gives the first capture with it, and knows of new bodies without a look into
the database that there is none. A look goes through all captures of the site: in a crawl of 20,000 pages it came to more than a fifth of
the time of a page.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Any

from sqlite_utils import Database

from archive.queries.captures import OF_SITE, files_of, first_with_body

FEW = 3  # bodies that are looked for in the database: a run that finds nothing new asks for no more
FOLDED = 10_000  # digests of this run that are kept apart; a set takes eight times the room


class KnownBodies:
    """The bodies of the captures of one site, by its name. Whoever adds a capture says so: ``add``."""

    def __init__(self, site: str) -> None:
        self._site, self._asked = site, 0
        self._held = array("q")  # a number for each digest, the lowest first
        self._added = set[int]()

    def first(self, db: Database, payload_digest: str) -> dict[str, Any] | None:
        """The first successful capture whose body has this digest; None where there is none."""
        self._asked += 1
        if self._asked == FEW + 1:
            self._held = array("q", sorted(map(hash, digests(db, self._site))))
        if self._asked > FEW and not self._may_be_known(hash(payload_digest)):
            return None
        return first_with_body(db, self._site, payload_digest)

    def add(self, payload_digest: str) -> None:
        self._added.add(hash(payload_digest))
        if len(self._added) >= FOLDED:
            self._held = array("q", sorted((*self._held, *self._added)))
            self._added.clear()

    def _may_be_known(self, number: int) -> bool:
        """Two digests may have one number: then the database is asked in vain."""
        place = bisect_left(self._held, number)
        return number in self._added or (place < len(self._held) and self._held[place] == number)


def digests(db: Database, site: str) -> list[str]:
    """The digests of the bodies of all successful captures of a site."""
    sql = f"select payload_digest from captures where {OF_SITE} and status = 200"
    return [digest for (digest,) in db.execute(sql, files_of(site))]

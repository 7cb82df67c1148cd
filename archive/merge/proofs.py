"""What is computed over the copy of another archive: takes the copy, gives what is wrong with it, and the digests of its articles.

Of a large one this is done in processes of its own, while the rows are brought. Nothing is committed before all of it is proven.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlite_utils import Database

from archive.errors import StorageError
from archive.merge import parts
from archive.merge.references import Schema
from archive.merge.source import refuse
from archive.spawned import cores
from archive.verify.processes import Processes
from archive.verify.rows import articles, blocks, comments, revisions

LARGE = 64_000_000  # bytes of a copy; one process has done a smaller one sooner than others have started
TOGETHER = 500  # articles that are checked together: what they hold lies in memory
SHARES = 4  # of each process in the digests of all articles
MOVED_ON = "its address is not among its addresses"  # another article of the site lives there now: no damage
WITHOUT_EVIDENCE = "no capture shows it"  # of an archive that holds no captures at all
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Part:
    """Articles of a copy that are checked together."""

    copy: Path
    ids: tuple[int, ...]
    evident: bool  # the archive has captures: they have to show each revision


class Proofs:
    """``with Proofs(copy, folder) as proofs``: the check of its pages begins at once, that of its articles when they are named."""

    def __init__(self, copy: Path, folder: Path) -> None:
        self.copy, self.folder = copy, folder
        self._processes = Processes(cores() if copy.stat().st_size > LARGE else 1)
        self._checks: list[tuple[int, Future[str | None]]] = []  # number of articles, and what is wrong first with them

    def __enter__(self) -> Self:
        """Raises DamagedSource where no other process checks it."""
        self._processes.__enter__()
        self._begin(0, self._processes.call(database_finding, self.copy))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Raises DamagedSource in place of an error for which damage may be the reason."""
        try:
            if isinstance(error, Exception) and not isinstance(error, StorageError):
                self.finish()
        finally:
            self._processes.__exit__(kind, error, trace)

    def _begin(self, number: int, check: Future[str | None]) -> None:
        if check.done():
            self._refuse(check)
        else:
            self._checks.append((number, check))

    def _refuse(self, check: Future[str | None]) -> None:
        finding = self._result(check)
        refuse(self.folder, [finding] if finding else [])

    def _result(self, future: Future[Result]) -> Result:
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise StorageError("a process of this check was ended from outside: is there enough memory?") from error

    def digests(self, schema: Schema, kind: parts.Kind, last: int) -> Callable[[], dict[int, bytes]]:
        """The digests of all articles or sites there, being computed; call what is returned to have them. ``last``: the highest id."""
        shares = SHARES * self._processes.number if self._processes.number > 1 else 1
        step = max(1, -(-last // shares))
        given = [parts.Share(self.copy, schema, kind, first, first + step - 1) for first in range(1, last + 1, step)]
        calls = [self._processes.call(parts.digests_of, share) for share in given]
        return lambda: {part_id: digest for call in calls for part_id, digest in self._result(call).items()}

    def begin_articles(self, ids: list[int]) -> bool:
        """Every digest of these articles, their revisions and comments, is computed anew.

        Returns whether the archive has its evidence: one without any capture shows none for its texts. Raises DamagedSource.
        """
        with _reading(self.copy) as db:
            evident = db.execute("select 1 from captures").fetchone() is not None
        for start in range(0, len(ids), TOGETHER):
            part = Part(self.copy, tuple(ids[start : start + TOGETHER]), evident)
            self._begin(len(part.ids), self._processes.call(first_finding, part))
        return evident

    def finish(self, told: Callable[[int], None] = lambda number: None) -> None:
        """Wait for all checks. ``told`` hears how many more articles are checked. Raises DamagedSource."""
        for number, check in self._checks:
            self._refuse(check)
            told(number)
        self._checks = []


def database_finding(copy: Path) -> str | None:
    """What is wrong first with pages, indexes or references."""
    with _reading(copy) as db:
        try:
            for (line,) in db.execute("pragma integrity_check(1)"):
                if line != "ok":
                    return str(line)
            for row in db.execute("pragma foreign_key_check"):
                return f"row {row[1]} of {row[0]} points at a row of {row[2]} that is not there"
        except sqlite3.DatabaseError as error:
            return str(error)
    return None


def first_finding(part: Part) -> str | None:
    """What is wrong first with some articles; None where all is as it was written."""
    try:
        return _first_finding(part, strict=True)
    except sqlite3.OperationalError:  # a text that is no UTF-8: it is found again, with its place
        return _first_finding(part, strict=False)


def _first_finding(part: Part, *, strict: bool) -> str | None:
    of_site = f"select id from articles where id in ({', '.join(map(str, part.ids))})"
    with _reading(part.copy, strict=strict) as db:
        try:
            for check in (revisions, blocks, comments, articles):
                for finding in check(db, of_site):
                    if MOVED_ON not in finding and (part.evident or WITHOUT_EVIDENCE not in finding):
                        return finding
        except (sqlite3.DatabaseError, TypeError, ValueError) as error:
            if strict and isinstance(error, sqlite3.OperationalError):
                raise
            return f"the tables cannot be read to the end: {error}"
    return None


@contextmanager
def _reading(copy: Path, *, strict: bool = False) -> Iterator[Database]:
    """``strict``: a text that is no UTF-8 raises sqlite3.OperationalError, and reading takes less time."""
    connection = sqlite3.connect(copy, isolation_level=None)
    if not strict:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # a flipped bit must not stop the check
    try:
        yield Database(connection)
    finally:
        connection.close()

"""Is the archive what was written? Every digest is computed anew, every index compared with what it indexes. Changes nothing.

All questions go to a private copy of the database: one state of it, also while a crawl writes, and on a read-only disk.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db.connection import FILENAME
from archive.db.schema import APPLICATION_ID, migrate
from archive.errors import NoArchive
from archive.spawned import cores
from archive.store.assets import unlike_assets
from archive.store.documents import unlike_documents
from archive.store.images import unlike
from archive.text.plaintext import counted
from archive.verify.processes import Calls, Processes
from archive.verify.rows import articles, blocks, comments, revisions
from archive.verify.seals import SealCheck, note_digests
from archive.verify.warc_files import COLUMNS, Checked, File, FileSpan, check_span, check_whole, findings_of, joined
from archive.warc.place import SUFFIX

SMALL = 8_000_000  # bytes of WARC files that one process checks sooner than others have started
SPAN = 16_000_000  # bytes of a file that are checked in one call


@dataclass(slots=True)
class Verification:
    """One check of an archive, or of one site in it; ``findings`` gives what is wrong, a line each, and counts on the way.

    ``first``: the WARC file, by its name relative to the folder, from which on files are checked, and nothing else. ``progress`` is
    told of every share of the WARC files that is checked: its bytes, and those of all. ``evidence`` False: the database alone.
    """

    folder: Path
    site: str | None = None
    first: str | None = None
    progress: Callable[[int, int], None] = lambda checked, of: None
    evidence: bool = True
    trusted: Path | None = None  # certificates that the stamps of seals must lead to
    files: int = 0
    records: int = 0
    wrong: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    next_file: str | None = None  # the first WARC file that is not checked yet; None while the database is not

    def findings(self) -> Iterator[str]:
        """Raises NoArchive where there is no archive.db at all, StorageError where a process of the check is ended from outside."""
        for finding in self._findings():
            self.wrong += 1
            yield finding

    def _findings(self) -> Iterator[str]:
        try:
            seals = SealCheck(self.folder, self.trusted)
            db = private_copy(self.folder / FILENAME)
            if not self.evidence:
                yield from self._database(db)
                return
            files = sorted((self.folder / "warc").glob(f"{self.site or '*'}/*{SUFFIX}"))  # after the copy, which so has no later record
            sizes = {path: path.stat().st_size for path in files if path.is_file() and self._is_asked(self._name(path))}
            with Processes(cores() if sum(sizes.values()) > SMALL else 1) as processes:
                checks = Calls(processes, check_span, self._spans(db, sizes))
                if self.first is None:
                    yield from self._database(db)
                yield from self._guarded(db, lambda db: self._warc(db, sizes, processes, checks), "the captures")
            if self.site is None and self.first is None:
                yield from self._guarded(db, lambda db: self._seals(db, seals), "the seals")
        except sqlite3.DatabaseError as error:
            yield f"{FILENAME} cannot be read: {error}"

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _is_asked(self, name: str) -> bool:
        return self.first is None or Path(name) >= Path(self.first)

    def _guarded(self, db: Database, check: Callable[[Database], Iterator[str]], what: str) -> Iterator[str]:
        """A check that damage stops is a finding, and the next one goes on."""
        try:
            yield from check(db)
        except (sqlite3.DatabaseError, TypeError, ValueError) as error:
            yield f"{what} cannot be read to the end: {error}"

    def _database(self, db: Database) -> Iterator[str]:
        yield from self._guarded(db, whole, "the database")
        yield from self._guarded(db, self._rows, "the tables")

    def _rows(self, db: Database) -> Iterator[str]:
        of_site = "select id from articles"
        if self.site:
            of_site += f" where site_id in (select id from sites where name = {db.quote(self.site)})"
        for check in (revisions, blocks, comments, articles):
            yield from check(db, of_site)
        yield from unlike(db, self.folder, of_site)
        yield from unlike_documents(db, self.folder, self.site)
        yield from unlike_assets(db, self.folder, self.site)
        for table in ("articles", "revisions", "comments"):
            column = "id" if table == "articles" else "article_id"
            self.rows[table] = db.execute(f"select count(*) from {table} where {column} in ({of_site})").fetchone()[0]

    def _warc(self, db: Database, sizes: dict[Path, int], processes: Processes, checks: Calls[FileSpan, Checked]) -> Iterator[str]:
        prefix = f"warc/{self.site}/" if self.site else ""
        named = {name for (name,) in db.execute("select distinct filename from captures") if name.startswith(prefix)}
        for name in sorted(name for name in named - {self._name(path) for path in sizes} if self._is_asked(name)):
            yield f"{name}: the file is not there, and captures are said to be in it"
        waiting = deque(self._name(path) for path in sizes)
        self.next_file = waiting[0] if waiting else None
        for file, spans in groupby(self._told(checks, sum(sizes.values())), key=lambda check: check[0].file):
            found = self._found(db, processes, file, list(spans))
            yield from findings_of(file, found, partial(place_of, db))
            note_digests(db, found.beside)
            self.files += 1
            self.records += found.records
            waiting.popleft()
            self.next_file = waiting[0] if waiting else None

    def _seals(self, db: Database, checked: SealCheck) -> Iterator[str]:
        yield from checked.findings(db)
        self.rows |= {name: count for name, count in (("seals", checked.seals), ("stamps", checked.stamps)) if count}

    def _told(self, checks: Iterable[tuple[FileSpan, Checked]], total: int) -> Iterator[tuple[FileSpan, Checked]]:
        checked = 0
        for span, found in checks:
            checked += span.end - span.start
            self.progress(checked, total)
            yield span, found

    def _found(self, db: Database, processes: Processes, file: File, spans: list[tuple[FileSpan, Checked]]) -> Checked:
        """What the check of a file comes to. One that is damaged is read once more, as a whole."""
        if all(found.end == span.end for span, found in spans):
            return joined(found for _, found in spans)
        return processes.call(check_whole, FileSpan(file, 0, file.size, rows_of(db, file.name, 0, None))).result()

    def _spans(self, db: Database, sizes: dict[Path, int]) -> Iterator[FileSpan]:
        """The files, in spans that begin where a record should begin."""
        growing = db.execute("select 1 from crawls where finished_at is null").fetchone() is not None
        for path, size in sizes.items():
            name = self._name(path)
            offsets = [offset for (offset,) in db.execute("select offset from captures where filename = ? order by offset", [name])]
            file = File(path, name, size, offsets[-1] if offsets else -1, growing)
            start = 0
            for offset in offsets:
                if offset - start >= SPAN and offset < size:
                    yield FileSpan(file, start, offset, rows_of(db, name, start, offset))
                    start = offset
            yield FileSpan(file, start, size, rows_of(db, name, start, None))

    @property
    def summary(self) -> str:
        rows = [counted(number, table.removesuffix("s")) for table, number in self.rows.items()]
        state = "all as written" if not self.wrong else counted(self.wrong, "finding")
        files = [counted(self.files, "WARC file"), counted(self.records, "record")] if self.evidence else []
        return f"verified {', '.join([*files, *rows])}: {state}"


def rows_of(db: Database, name: str, start: int, end: int | None) -> dict[int, dict[str, Any]]:
    """Offset -> the capture that should begin there, of a file from ``start`` on, up to ``end`` where there is one."""
    sql = f"select {', '.join(COLUMNS)} from captures where filename = ? and offset >= ? and (? is null or offset < ?)"
    return {row["offset"]: row for row in db.query(sql, [name, start, end, end])}


def private_copy(path: Path) -> Database:
    """The database as it is now, in a file without a name that SQLite keeps in memory or in the temporary folder."""
    if not path.is_file():
        raise NoArchive(f"no archive at {path}; crawl a site first, or set ARCHIVE_DIR")
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
    try:
        copy = sqlite3.connect("", isolation_level=None)
        source.backup(copy)
    finally:
        source.close()
    copy.text_factory = lambda raw: raw.decode("utf-8", "replace")  # a flipped bit must not stop the check
    return Database(copy)


def whole(db: Database) -> Iterator[str]:
    """The file itself: identity, pages and indexes, references, both search indexes."""
    [identity] = db.execute("pragma application_id").fetchone()
    if identity != APPLICATION_ID:
        yield f"{FILENAME}: application_id is {identity}, not {APPLICATION_ID}: empty, or no archive"
    yield from (f"{FILENAME}: {line}" for (line,) in db.execute("pragma integrity_check") if line != "ok")
    for table, rowid, parent, _ in db.execute("pragma foreign_key_check"):
        yield f"{FILENAME}: row {rowid} of {table} points at a row of {parent} that is not there"
    for kind, name in sorted(parts_of_an_archive() - set(db.execute(PARTS))):
        yield f"{FILENAME}: the {kind} {name} is not there"
    for table in ("revisions_fts", "comments_fts", "documents_fts"):
        try:
            db.execute(f"insert into {table}({table}, rank) values ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            yield f"{FILENAME}: the search index {table} is not that of the texts ({error})"


def place_of(db: Database, record_id: str) -> str | None:
    """Where the capture with this record id lies, for people; None where there is none."""
    sql = "select 'capture ' || id || ' (' || filename || ' at ' || offset || ')' from captures where record_id = ?"
    found = db.execute(sql, [record_id]).fetchone()
    return found[0] if found else None


PARTS = "select type, name from sqlite_master where type in ('table', 'trigger', 'index')"


@cache
def parts_of_an_archive() -> frozenset[tuple[str, str]]:
    """(type, name) of everything that this release's schema makes."""
    fresh = Database(sqlite3.connect(":memory:", isolation_level=None))
    migrate(fresh)
    return frozenset(fresh.execute(PARTS))

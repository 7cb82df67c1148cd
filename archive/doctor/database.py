"""The database, and what it says of runs and seals: takes an archive's folder and a connection, gives how each stands."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.clock import moment
from archive.db.connection import FILENAME
from archive.db.migrations import MIGRATIONS
from archive.db.schema import APPLICATION_ID, pending_steps, refuse_newer
from archive.db.untouched import size_of, untouched
from archive.doctor.diagnosis import STORAGE, Diagnosis, archive_line, fault, fine, quoted, scrapy_line, some, warning
from archive.errors import NewerSchema
from archive.queries.health import age
from archive.seal.files import DamagedSeal, heads_in, own_chain, read_head
from archive.text.plaintext import counted
from archive.warc.read import header, whole_members

SEALS = "warc/seals"
READ_WHOLE = 1_000_000_000  # bytes of a database whose pages are all looked at; of a larger one verify does that
LATE = 72  # hours without a run


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Database | None, list[Diagnosis]]]:
    """(the database, None where it cannot be asked; what is to be said of the file)."""
    path = folder / FILENAME
    if not path.is_file():
        yield None, [_absent(folder)]
        return
    with ExitStack() as stack:
        before = _written(path)
        found = _look(folder, stack)
        if _written(path) != before and any(one.state == "fault" for one in found[1]):
            found = _look(folder, stack)  # a writer began meanwhile: what was read is of two states
        yield found


def _written(path: Path) -> tuple[int, int]:
    return path.stat().st_size, path.stat().st_mtime_ns


def _look(folder: Path, stack: ExitStack) -> tuple[Database | None, list[Diagnosis]]:
    try:
        db = Database(stack.enter_context(untouched(folder)))
        db.execute("select count(*) from sqlite_master").fetchone()
        return db, list(_file(db, folder))
    except (sqlite3.DatabaseError, OSError) as error:
        return None, [_unreadable(folder, error)]


def _absent(folder: Path) -> Diagnosis:
    if next((folder / "warc").glob("*/*.warc.gz"), None):
        said = f"{FILENAME} is not there, and WARC files are: restore a backup, or build it anew from them"
        return fault("database", said, scrapy_line(folder, "reextract -a home=URL"), STORAGE)
    return fault("database", f"no archive at {folder}", scrapy_line(folder, "crawl site -a home=URL") + ", or set ARCHIVE_DIR", STORAGE)


def _unreadable(folder: Path, error: Exception) -> Diagnosis:
    if "locked" in str(error) or "busy" in str(error):
        said = f"another program keeps {FILENAME} locked, so that nobody can read it"
        return fault("database", said, f"fuser -v {quoted(folder / FILENAME)}", STORAGE)
    said = f"{FILENAME} cannot be read: {' '.join(str(error).split())[:100]}"
    return fault("database", said, archive_line(folder, "restore BACKUP --force"), STORAGE)


def _file(db: Database, folder: Path) -> Iterator[Diagnosis]:
    """Identity, schema and pages of a file that SQLite opens."""
    [identity] = db.execute("pragma application_id").fetchone()
    size = size_of(folder / FILENAME)
    if not size or identity != APPLICATION_ID:
        said = f"{FILENAME} is empty" if not size else f"{FILENAME} is another program's database (application_id {identity})"
        yield fault("database", said, archive_line(folder, "restore BACKUP --force"), STORAGE)
        return
    yield from _pages(db, folder, size)
    yield _schema(db, folder)


def _pages(db: Database, folder: Path, size: int) -> Iterator[Diagnosis]:
    if size > READ_WHOLE:
        yield fine("database", f"{size / 1e6:,.0f} MB; too large to read all of it here: python -m archive verify does")
        return
    wrong = [line for (line,) in db.execute("pragma quick_check(5)").fetchall() if line != "ok"]
    if wrong:
        said = f"{FILENAME} is damaged: {' '.join(some(wrong, 1).split())[:120]}"
        yield fault("database", said, archive_line(folder, "restore BACKUP --force"), STORAGE)
    else:
        yield fine("database", f"{size / 1e6:,.1f} MB, its pages are sound")


def _schema(db: Database, folder: Path) -> Diagnosis:
    try:
        refuse_newer(db)
    except NewerSchema as error:
        return fault("schema", str(error).partition(";")[0], "git pull && make install", STORAGE)
    pending = pending_steps(db)
    if pending:
        said = f"of an older release: {counted(len(pending), 'migration')} to come, up to {pending[-1][0]}"
        return warning("schema", said, archive_line(folder, "upgrade"))
    return fine("schema", MIGRATIONS.applied(db)[-1].name)


# what it says of runs


def runs(db: Database, folder: Path, now: str) -> Diagnosis:
    """Whether runs come, as cron would start them."""
    row = db.execute("select max(started_at), max(finished_at) from crawls where mode <> 'reextract'").fetchone()
    if row[0] is None:
        return warning("runs", "there was none yet", scrapy_line(folder, "update"))
    last = max(text for text in row if text)
    hours = (moment(now) - moment(last)).total_seconds() / 3600
    if hours > LATE:
        said = f"the last was {age(hours)} ago ({last}): cron may not start it"
        return warning("runs", said, f"crontab -l, then {scrapy_line(folder, 'update')}")
    return fine("runs", f"the last was {age(max(hours, 0))} ago")


def manners(db: Database, folder: Path) -> Iterator[Diagnosis]:
    """What the site saw of the newest request: a contact in the User-Agent; robots.txt in the newest run."""
    own = " where imported_from is null" if "imported_from" in _columns(db) else ""
    found = db.execute(f"select filename, offset, length from captures{own} order by id desc limit 1").fetchone()
    agent = _agent(folder / found[0], found[1] + found[2]) if found else ""
    if agent and "(+" not in agent:
        yield warning(
            "contact",
            f"sites see {agent!r}, and whom to turn to nowhere",
            "set CONTACT in crawler/settings.py, or -s CONTACT=you@example.org",
        )
    elif agent:
        yield fine("contact", f"sites see {agent!r}")
    asked = """
        select sum(captures.door = 'robots'), count(*)
        from captures
        where crawl_id = (select max(id) from crawls where requests > 0 and mode <> 'reextract' and finished_at is not null)
        """
    robots, captures = db.execute(asked).fetchone()
    if captures and not robots:
        yield warning("robots.txt", "the newest run did not ask for it", "set ROBOTSTXT_OBEY = True in crawler/settings.py")
    elif captures:
        yield fine("robots.txt", "the newest run asked for it")


def _columns(db: Database) -> set[str]:
    return {row[1] for row in db.execute("pragma table_info(captures)").fetchall()}


def _agent(path: Path, offset: int) -> str:
    """The User-Agent of the request record at a place; '' where there is none."""
    try:
        member = next(whole_members(path, offset), None)
    except OSError:
        return ""
    return header(member[2], "User-Agent") if member and re.search(rb"(?m)^WARC-Type: request\r?$", member[2][:2000]) else ""


# seals


def seals_chain(db: Database | None, folder: Path) -> Diagnosis:
    """Whether the archive's own chain, and every seal that the database names, is there. Their records are compared by ``verify``."""
    mend = f"cp -an BACKUP/{SEALS}/. {quoted(folder / SEALS)}/"
    try:
        own = own_chain(folder)
        if own and not (folder / SEALS / own).is_dir():
            return fault("seals", f"the archive's own chain {own} is not there", mend)
        broken = next(_breaks(heads_in(folder / SEALS / own)), None) if own else None
    except DamagedSeal as error:
        broken = str(error)
    if broken:
        return fault("seals", broken, mend)
    lost = [name for name in _named(db) if not (folder / name).is_file()]
    if lost:
        return fault("seals", f"{counted(len(lost), 'file')} of seals that the database names: not there, {some(lost)}", mend)
    if own is None:
        return warning("seals", "nothing was ever sealed", archive_line(folder, "seal"))
    return fine("seals", f"{counted(len(heads_in(folder / SEALS / own)), 'seal')} in the archive's own chain, without a gap")


def _breaks(heads: list[Path]) -> Iterator[str]:
    """Where a chain of seals does not hold. Raises DamagedSeal."""
    previous = None
    for number, path in enumerate(heads, 1):
        head, digest = read_head(path)
        if head.number != number:
            yield f"seal {number:06d} of the archive's own chain is not there"
        if head.previous != previous:
            yield f"seal {path.name} does not follow the one before it"
        previous = digest


def _named(db: Database | None) -> Iterator[str]:
    """Files of seals and stamps that the database names."""
    if db is None or "seals" not in db.table_names():
        return
    for filename, stamped in db.execute("select filename, stamp_digest from seals").fetchall():
        yield filename
        if stamped:
            yield Path(filename).with_suffix(".tsr").as_posix()

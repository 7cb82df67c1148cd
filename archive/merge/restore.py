"""A backup brought back: takes the folder that ``backup`` made, checks it, and makes it the archive. It appears whole, or not at all.

An archive that is there already is replaced only where the backup holds all of it, or where that is asked for; it is moved aside then.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from archive.clock import now
from archive.db.connection import FILENAME, open_for_reading
from archive.db.lock import Lock
from archive.depot.records import reach_followed
from archive.errors import ConfigurationError, NoArchive, StorageError
from archive.export.backup import appearing, appended
from archive.verify.database import Verification

HELD = {  # what is lost where an archive is replaced by one that lacks it -> what tells two of them apart
    "captures": "select record_id from {0}.captures",
    "decisions": "select kind, ref, value, decided_at from {0}.decisions",
    "runs": "select sites.home, started_at from {0}.crawls join {0}.sites on sites.id = site_id",
    "revisions": """
        select urls.url, revisions.seen_at, revisions.content_key
        from {0}.revisions
        join {0}.urls on urls.article_id = revisions.article_id
        """,
}


def restore(backup: Path, folder: Path, *, force: bool = False) -> tuple[str, Path | None]:
    """Make ``folder`` what the backup holds. Returns the summary of the check, and where the former archive lies now, if there was one.

    Raises NoArchive, LockHeld, StorageError where the backup is damaged or the disk refuses, ConfigurationError where the archive that
    is there holds what the backup lacks and ``force`` is not given.
    """
    check_places(backup, folder)
    if not folder.exists() or not any(folder.iterdir()):
        if folder.exists():
            folder.rmdir()
        return _bring(backup, folder), None
    lock = Lock(folder)
    try:
        if not force and (lost := next(lacking(backup, folder), None)):
            raise ConfigurationError(f"{folder} holds {lost}; --force puts the backup in its place and moves it aside")
        aside = _free(folder, f"before-{now().replace(':', '')}")
        made = _free(folder, f"restored-{os.getpid()}")
        summary = _bring(backup, made)
        try:
            folder.rename(aside)
            made.rename(folder)
        except OSError as error:
            if not folder.exists() and aside.exists():
                aside.rename(folder)
            shutil.rmtree(made, ignore_errors=True)
            raise StorageError(f"cannot put {backup} in the place of {folder}: {error.strerror}") from error
    finally:
        lock.release()
    return summary, aside


def check_places(backup: Path, folder: Path) -> None:
    """Raises ConfigurationError where one lies in the other, NoArchive where the backup is none."""
    one, other = backup.resolve(), folder.resolve()
    if one == other or one.is_relative_to(other) or other.is_relative_to(one):
        raise ConfigurationError(f"{backup} and {folder} lie in one another; name a backup that lies elsewhere")
    if not (backup / FILENAME).is_file():
        raise NoArchive(f"no backup at {backup}: {FILENAME} is not there")


def checked(backup: Path, made: Path) -> str:
    """The summary of a check of everything in the copy of a backup, which is brought to today's schema first. Raises StorageError with
    the first finding."""
    try:
        open_for_reading(made).close()
    except NoArchive as error:
        raise NoArchive(f"{backup / FILENAME} is not an archive") from error
    reach_followed(made)
    verification = Verification(made)
    for finding in verification.findings():
        raise StorageError(f"{backup} is damaged ({finding[:200]}); it was not restored")
    return verification.summary


def lacking(backup: Path, folder: Path) -> Iterator[str]:
    """What the archive in ``folder`` holds and the backup does not, in words."""
    if not (folder / FILENAME).is_file():
        yield "files, and no archive"
        return
    open_for_reading(folder).close()  # brings an older one to today's schema, so that the two can be compared
    with closing(sqlite3.connect("", isolation_level=None, uri=True)) as db:
        for name, place in (("ours", folder), ("theirs", backup)):
            db.execute(f"attach database ? as {name}", [f"{(place / FILENAME).resolve().as_uri()}?mode=ro"])
        for what, sql in HELD.items():
            [count] = db.execute(f"select count(*) from ({sql.format('ours')} except {sql.format('theirs')})").fetchone()
            if count:
                yield f"{count:,} {what} that {backup} lacks"


def _bring(backup: Path, target: Path) -> str:
    """A copy of the backup, checked before it appears; the summary of the check.

    Files that a run will append to are copied; others are linked where that can be done."""
    with appearing(target) as made:
        files = [path for path in backup.rglob("*") if path.is_file() and path.name != "lock"]
        copied = appended([path for path in files if path.is_relative_to(backup / "warc")])
        for path in files:
            place = made / path.relative_to(backup)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".gz" and path not in copied and os.stat(path).st_dev == os.stat(place.parent).st_dev:
                os.link(path, place)
            else:
                shutil.copy2(path, place)
        return checked(backup, made)


def _free(folder: Path, word: str) -> Path:
    """A name beside a folder that nothing has."""
    number, path = 1, folder.with_name(f"{folder.name}.{word}")
    while path.exists():
        number += 1
        path = folder.with_name(f"{folder.name}.{word}-{number}")
    return path

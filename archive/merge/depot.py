"""The archive of all sites of a depot: takes its address, follows the heads, gives for each site that changed what of it was new.

One site is one transaction, with the note which snapshot of it is here: a kill leaves all of it or nothing. A head that nobody changed
costs no request of its own, one that says the same as before costs one.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.db.connection import FILENAME, check_identity
from archive.db.database import WriterDatabase
from archive.db.schema import is_older, migrate
from archive.db.shrink import spacious
from archive.depot.claim import NotInDepot
from archive.depot.depot import Depot, open_depot
from archive.depot.heads import DamagedHead, SiteHead, refuse_newer_head
from archive.depot.manifest import DamagedPack, Manifest, assemble, fetch, read_manifest
from archive.depot.marks import Mark, marks_of
from archive.depot.objects import DepotAway, NoObject, warc_key
from archive.errors import ArchiveError, ConfigurationError, NewerSchema, StorageError
from archive.merge.decisions import merge_file
from archive.merge.depot_rows import BASE, DepotRows
from archive.merge.references import Schema
from archive.merge.source import UNFINISHED
from archive.merge.warc_files import bring_seals
from archive.store.expunge import finish
from archive.store.opening import OpenArchive
from archive.store.site_settings import HIDE_COMMENTS, HIDE_GONE, save_site_settings, set_visited, site_settings
from archive.whole_file import write_whole

WHERE = ".following"  # folder beside archive.db: what is being brought


@dataclass(slots=True)
class Followed:
    """What one site of a depot brought. ``error``: why nothing of it was."""

    name: str
    rows: int = 0
    articles: int = 0
    comments: int = 0
    captures: int = 0
    error: ArchiveError | None = None
    notes: list[str] = field(default_factory=list)


def follow(
    folder: Path, url: str, *, copy: bool = False, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Iterator[Followed]:
    """Bring what changed. ``copy``: WARC files too, which are left in the depot otherwise.

    Raises LockHeld, NoArchive, NewerSchema for the archive here, ConfigurationError, DepotAway; what is wrong with a site is told with it.
    """
    depot = open_depot(url)
    marks = marks_of(folder)
    moved = [mark for mark in marks.values() if mark.url != depot.url]
    if moved and not any(_is_at(depot, mark) for mark in marks.values()):
        raise ConfigurationError(f"{folder} follows the depot {moved[0].url}; choose another ARCHIVE_DIR for {depot.url}")
    changed = [name for name, version in sorted(depot.versions().items()) if name not in marks or marks[name].version != version]
    if not changed and not moved:
        return
    archive = OpenArchive(folder)
    try:
        with archive.transaction():
            for mark in moved:
                marks[mark.name] = replace(mark, url=depot.url)
                archive.db.execute("update merged_archives set folder = ? where folder = ?", [str(marks[mark.name]), str(mark)])
        schema = Schema(archive.db)
        for at, name in enumerate(changed):
            progress("sites", at, len(changed))
            if (followed := Following(archive, schema, depot, name, marks.get(name), copy).run()) is not None:
                yield followed
    except OSError as error:
        raise StorageError(f"cannot write to {folder}: {error.strerror or error}") from error
    finally:
        archive.close()
        shutil.rmtree(folder / WHERE, ignore_errors=True)


def _is_at(depot: Depot, mark: Mark) -> bool:
    """Whether a depot has the very snapshot that is here: then it is the same one, at another address."""
    try:
        committed = depot.head(mark.name).committed
    except (NotInDepot, DamagedHead, NewerSchema):
        return False
    return committed is not None and committed.pack == mark.pack


class Following:
    """One site whose head changed."""

    def __init__(self, archive: OpenArchive, schema: Schema, depot: Depot, name: str, mark: Mark | None, copy: bool) -> None:
        self.archive, self.schema, self.depot, self.mark, self.copy = archive, schema, depot, mark, copy
        self.db, self.name, self.place = archive.db, name, archive.folder / WHERE
        self.followed = Followed(name)

    def run(self) -> Followed | None:
        """None where nothing is committed that is not here."""
        for last in (False, False, True):
            try:
                return self._run()
            except NoObject as error:  # the snapshot was removed: a later one is true by now
                if last:
                    self.followed.error = StorageError(f"{self.name}: {error}")
            except DepotAway:
                raise
            except (NewerSchema, StorageError) as error:
                self.followed.error = error
                break
        return self.followed

    def _run(self) -> Followed | None:
        head = self.depot.head(self.name)
        refuse_newer_head(head)
        if head.committed is None:
            return None
        mark = Mark(self.depot.url, self.name, head.version, head.committed.pack)
        if self.mark is not None and self.mark.pack == mark.pack:
            with self.archive.transaction():
                self._settle_head(head)
                self.db.execute("update merged_archives set folder = ? where folder = ?", [str(mark), str(self.mark)])
            return None
        manifest = read_manifest(self.depot.objects, head.committed)
        with self._snapshot(manifest) as copy:
            if self.copy:
                self._copy_files(manifest)
            merge_file(self.archive.folder, self.place)  # before the rows, whose mark says that all of it is here
            self.followed.notes += bring_seals(self.archive.folder, self.place)
            self._write(head, manifest, mark, copy)
        for name in manifest.destroyed:
            (self.archive.folder / "warc" / self.name / name).unlink(missing_ok=True)
        return self.followed

    @contextmanager
    def _snapshot(self, manifest: Manifest) -> Iterator[Path]:
        """The site's database as it was committed, and the files beside it."""
        copy = self.place / FILENAME
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        assemble(self.depot.objects, manifest, copy)
        paths: dict[str, list[Path]] = {}
        for path, span in manifest.files.items():
            paths.setdefault(span.digest, []).append(self.place / path)

        def take(digest: str, content: bytes) -> None:
            for path in paths[digest]:
                write_whole(path, content)

        fetch(self.depot.objects, [*manifest.files.values()], take, lambda digest: None)
        self._make_ready(copy)
        yield copy

    def _make_ready(self, copy: Path) -> None:
        """Bring the copy to today's schema. A run that never ended says so, and is not taken for one that was killed here."""
        db = WriterDatabase(sqlite3.connect(copy, isolation_level=None))
        try:
            check_identity(db, copy)
            db.execute("pragma journal_mode = delete")
            db.execute("pragma synchronous = off")
            if is_older(db):
                migrate(db)
            db.execute("update crawls set finished_at = started_at, outcome = ? where finished_at is null", [UNFINISHED])
        except sqlite3.DatabaseError as error:
            raise DamagedPack(f"{self.name} in the depot is damaged ({error}); nothing of it was merged") from error
        finally:
            db.close()

    def _write(self, head: SiteHead, manifest: Manifest, mark: Mark, copy: Path) -> None:
        with spacious(self.db.conn), self._attached(copy):
            try:
                with self.archive.transaction():
                    self.db.execute("pragma defer_foreign_keys = on")
                    self._check_files(manifest)
                    self._check_place(head)
                    [last] = self.db.execute("select count(*) from main.expunged").fetchone()
                    self.followed.rows = DepotRows(self.db, self.schema, head.number).write()
                    [now] = self.db.execute("select count(*) from main.expunged").fetchone()
                    if destroyed := now > last:  # its pages are overwritten here too
                        sql = "update main.expunged set unfinished = 1 where id between ? and ?"
                        self.db.execute(sql, [head.number * BASE, (head.number + 1) * BASE])
                    self._settle_head(head)
                    self._remember(mark)
                    self._count()
            except sqlite3.IntegrityError as error:
                raise StorageError(f"{self.name} does not fit {self.archive.folder} ({error}); nothing of it was merged") from error
        if destroyed and not finish(self.db, self.archive.folder):
            self.followed.notes.append(
                "what was destroyed is gone here when no other program reads the database any more: merge once more then"
            )

    @contextmanager
    def _attached(self, copy: Path) -> Iterator[None]:
        self.db.execute("attach database ? as source", [str(copy)])
        try:
            yield
        finally:
            self.db.execute("detach database source")

    def _check_place(self, head: SiteHead) -> None:
        """Raises StorageError where the archive holds the site from elsewhere."""
        rows = self.db.execute("select id, name from main.sites where home = ? or name = ?", [head.home, head.name]).fetchall()
        for site_id, name in rows:
            if site_id // BASE != head.number:
                raise StorageError(f"{self.archive.folder} holds {name} from elsewhere: follow the depot in an ARCHIVE_DIR of its own")

    def _settle_head(self, head: SiteHead) -> None:
        """How the site is visited, as its head says; what is hidden by age is this archive's own matter where the head says nothing."""
        [site_id] = self.db.execute("select id from main.sites where home = ?", [head.home]).fetchone()
        held = {name: "" for name in site_settings(self.db, site_id) if name not in (HIDE_COMMENTS, HIDE_GONE)}
        if site_settings(self.db, site_id) != {**site_settings(self.db, site_id), **head.settings} or held.keys() - head.settings.keys():
            save_site_settings(self.db, site_id, {**held, **head.settings})
        set_visited(self.db, site_id, paused_at=head.paused_at, removed_at=head.removed_at)

    def _check_files(self, manifest: Manifest) -> None:
        """Every record of the site lies in a file that the depot has."""
        names = {name for (name,) in self.db.execute("select distinct filename from source.captures")}
        known = {f"warc/{self.name}/{name}" for name in manifest.warc}
        if lost := sorted(names - known):
            raise DamagedPack(f"{self.name} in the depot is damaged: captures are said to be in {lost[0]}, which was never sent")

    def _copy_files(self, manifest: Manifest) -> None:
        for name in sorted(manifest.warc):
            path = self.archive.folder / "warc" / self.name / name
            if not path.exists():
                write_whole(path, self.depot.objects.get(warc_key(self.name, name)).data)

    def _remember(self, mark: Mark) -> None:
        [archive_id] = self.db.execute("select id from source.identity").fetchone()
        self.db.execute("delete from main.merged_archives where id = ?", [archive_id])
        sql = "insert into main.merged_archives(id, folder, merged_at) values (?, ?, ?)"
        self.db.execute(sql, [archive_id, str(mark), self.archive.now()])

    def _count(self) -> None:
        for what in ("articles", "comments", "captures"):
            setattr(self.followed, what, self.db.execute(f"select count(*) from source.{what}").fetchone()[0])

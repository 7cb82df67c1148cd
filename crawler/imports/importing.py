"""``scrapy import``: takes the files that a person named, copies their records below warc/, builds the archive anew beside the one that is
there, and puts it in its place as one transaction. Whatever goes wrong before that leaves the archive as it was.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from archive.errors import ConfigurationError, StorageError
from archive.queries import captures, rebuilt
from archive.store.store import Store
from archive.text.homes import checked_home, family
from archive.text.urls import normal_url
from archive.warc.foreign import ForeignFile
from crawler.extensions.shared_store import shared_store
from crawler.extract.workers import Workers
from crawler.imports.containers import sources
from crawler.imports.copying import Copied, FileCopier, ImportSite, put_in_place, told
from crawler.rebuild.rebuild import Rebuilding
from crawler.session.options import undeclared_site
from crawler.session.outcome import COMPLETE, INTERRUPTED

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.command import ArchiveCommand

MARK = "importing"  # file beside archive.db: records lie below warc/ that are not read yet
SCRATCH = "import.tmp"  # folder beside archive.db: what is written on the way


@dataclass(slots=True)
class Importing:
    """One import. ``run`` gives the exit code."""

    command: ArchiveCommand
    settings: BaseSettings
    named: Sequence[str]
    home: str | None
    copied: Copied = field(default_factory=Copied)
    faults: Counter[str] = field(default_factory=Counter)

    def run(self) -> int:
        """Raises ConfigurationError, StorageError, LockHeld."""
        with shared_store(self.settings) as store, scratch_of(store) as scratch:
            sites = self.sites(store)
            before = store.ask(rebuilt.counted)
            places = self.copy(store, sites, scratch)
            mark = store.folder / MARK
            if places or mark.exists():
                mark.write_text("records of other tools lie below warc/ and are not read yet: scrapy import reads them\n")
                try:
                    put_in_place(places)
                    if not self.rebuild(store, scratch):
                        return INTERRUPTED
                except BaseException:
                    for _, path in places:
                        path.unlink(missing_ok=True)
                    if not places_left(store.folder):
                        mark.unlink(missing_ok=True)
                    raise
                mark.unlink()
            self.say(before, store.ask(rebuilt.counted))
        return COMPLETE

    def sites(self, store: Store) -> tuple[ImportSite, ...]:
        """The remembered sites, and the one whose home was named. Raises ConfigurationError where there is none."""
        found = [ImportSite(row["name"], row["home"], family(row["home"])) for row in store.ask(captures.sites)]
        home = checked_home(self.home) if self.home else None
        if home and not any(family(home) & site.origins for site in found):
            found.append(ImportSite(undeclared_site(home).name, normal_url(home), family(home)))
        if not found:
            raise ConfigurationError("of which site are these captures? none is remembered; write -a home=https://example.org/")
        return tuple(found)

    # the records

    def copy(self, store: Store, sites: tuple[ImportSite, ...], scratch: Path) -> list[tuple[Path, Path]]:
        """Copy what is new to the scratch folder; (file, its place below warc/) of each. Raises StorageError for a full disk."""
        places: list[tuple[Path, Path]] = []
        seen: set[tuple[str, ...]] = set()

        def known(record_id: str, url: str, at: str, digest: str) -> bool:
            return store.ask(rebuilt.is_captured, record_id, url, at, digest)

        def other(record_id: str, digest: str) -> bool:
            return store.ask(rebuilt.has_another_body, record_id, digest)

        try:
            with tqdm(unit="record", desc="copying", dynamic_ncols=True, leave=False, disable=not self.settings.getbool("PROGRESS")) as bar:
                for source in sources(self.named, scratch, self.faults):
                    folder = scratch / f"{len(places)}-of"
                    folder.mkdir(exist_ok=True)
                    copier = FileCopier(store.folder / "warc", folder, source.name, store.now(), sites, known, other, self.copied, seen)
                    for record in ForeignFile(source.path, self.faults).records():
                        copier.take(record)
                        bar.update()
                    places += copier.finish()
        except OSError as error:
            raise StorageError(f"cannot import into {store.folder}: {error.strerror or error}") from error
        self.faults += Counter(
            {
                "response that cannot be read": self.copied.unreadable,
                "response with the record id of another one": self.copied.doubles,
                "resource without a server's answer": self.copied.resources,
            }
        )
        if not places and not sum((self.copied.known + self.copied.elsewhere).values()):
            said = "; ".join(f"{count:,} x {what}" for what, count in self.faults.items()) or "no capture in them"
            raise ConfigurationError(f"nothing can be taken from {', '.join(self.named)}: {said}")
        return places

    # the archive

    def rebuild(self, store: Store, scratch: Path) -> bool:
        """Build the archive anew in the scratch folder and take it over; False where a signal stopped it. Raises StorageError."""
        beside = scratch / "archive"
        beside.mkdir()
        (beside / "warc").symlink_to((store.folder / "warc").resolve(), target_is_directory=True)
        workers = Workers(self.settings.getint("EXTRACT_WORKERS"), self.settings.getfloat("EXTRACT_SECONDS"))
        changed = self.settings.copy()
        changed.set("ARCHIVE_DIR", str(beside), priority="cmdline")
        with contextlib.closing(workers), shared_store(changed) as new:
            shown = self.settings.getbool("PROGRESS")
            with tqdm(unit="answer", desc="reading", dynamic_ncols=True, leave=False, disable=not shown) as bar:
                loader, home = self.command.process.spider_loader, self.home or ""
                work = Rebuilding(new, self.settings, loader, self.command.start, home, bar.update)
                work.rows = store.ask(rebuilt.runs_with_sites)
                try:
                    work.prepare()
                except ConfigurationError as error:
                    raise ConfigurationError(f"nothing in {', '.join(self.named)} can be read as an answer of a site") from error
                new.carry_over(store)
                bar.total = sum(len(run.events) for run in work.runs)
                work.begin()
                self.command.process.start()
            if work.failed:
                raise work.failed[0]
            if work.stopped:
                print("stopped by a signal; the archive is as it was", file=sys.stderr)
                return False
            work.end()
            if lost := store.ask(rebuilt.held_items) - new.ask(rebuilt.held_items):
                site, url, number = sorted(lost)[0]
                what = f"comment {number} of {url}" if number else url
                raise StorageError(
                    f"{site}: {what} and {len(lost) - 1:,} more would be lost: their captures cannot be read again; nothing was imported"
                )
            new.carry_rereadings(store)
            store.take_over(new)
        return True

    # words

    def say(self, before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]) -> None:
        """A line for each site, and one for what was left out."""
        for name in sorted(self.copied.taken.keys() | self.copied.known.keys()):
            counts = {what: count - before.get(name, {}).get(what, 0) for what, count in after.get(name, {}).items()}
            new = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count > 0) or "nothing new in them"
            more = [f"{self.copied.known[name]:,} known already"] if self.copied.known[name] else []
            more += [f"{self.copied.anew[name]:,} records packed anew"] if self.copied.anew[name] else []
            print(f"{name}: {self.copied.taken[name]:,} captures taken in{f' ({chr(44).join(more)})' if more else ''}; new: {new}")
        if self.copied.elsewhere:
            count = sum(self.copied.elsewhere.values())
            print(f"{count:,} records of other hosts left out: {told(self.copied.elsewhere)}", file=sys.stderr)
        if self.faults:
            print(f"not read: {', '.join(f'{count:,} x {what}' for what, count in sorted(self.faults.items()))}", file=sys.stderr)


@contextlib.contextmanager
def scratch_of(store: Store) -> Iterator[Path]:
    """An empty folder in the archive's, which is removed at the end. Raises StorageError."""
    scratch = store.folder / SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir()
    except OSError as error:
        raise StorageError(f"cannot write to {store.folder}: {error.strerror or error}") from error
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def places_left(folder: Path) -> bool:
    """Whether files of an import that was killed lie below warc/."""
    return next(folder.glob("warc/*/import-*"), None) is not None

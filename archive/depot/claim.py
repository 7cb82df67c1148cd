"""One who writes a site for a while: takes a head that names this claim, brings the site's archive here, and commits what became of it.

Evidence first: WARC files, then the database, then the head, which makes both true. A head that names another claim refuses the commit.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archive.db.connection import FILENAME
from archive.db.lock import Lock
from archive.depot import brought
from archive.depot.brought import Brought
from archive.depot.heads import SCHEMAS, Committed, SiteHead, SliceOutcome, read_site_head
from archive.depot.manifest import (
    Manifest,
    PiecePacker,
    assemble,
    copied_database,
    fetch,
    packs_prefix,
    pieces_in,
    read_manifest,
    sweep,
)
from archive.depot.objects import DepotAway, NoObject, ObjectChanged, Objects, warc_key
from archive.depot.orphans import fetch_orphans
from archive.depot.records import reach_depot
from archive.depot.sessions import LEASE, MARGIN, Session
from archive.errors import ArchiveError, ConfigurationError, StorageError
from archive.warc.place import SUFFIX
from archive.whole_file import write_whole

if TYPE_CHECKING:
    from archive.depot.decided import Decided

SWEEP_EVERY = 16  # epochs; what former snapshots alone need is removed then
ASIDE = ".archive.db.depot"  # beside archive.db: a copy under way


class Busy(ArchiveError):
    """Somebody else writes the site. ``seconds``: until this can have changed; ``holder``: who it is."""

    exit_code = 75

    def __init__(self, name: str, holder: str, seconds: float) -> None:
        super().__init__(f"{name} is being read by {holder}; try again in {seconds:.0f} s")
        self.name, self.holder, self.seconds = name, holder, seconds


class Stale(StorageError):
    """The site was given to somebody else in the meantime: nothing was committed."""


class NotInDepot(ConfigurationError):
    """The depot knows no such site, or it was removed."""


class Claim:
    """The right to write one site. Made by ``Depot.claim``. Its methods may be called from any thread, one at a time each."""

    def __init__(self, objects: Objects, session: Session, decided: Decided, head: SiteHead, sent: float) -> None:
        assert head.claim is not None
        self.objects, self.session, self.head = objects, session, head
        self.nonce, self.epoch, self.name = head.claim.nonce, head.epoch, head.name
        self._decided, self._confirmed, self._lost, self._commits = decided, sent, False, 0

    # the lease

    def held(self) -> bool:
        """Whether nobody else can have begun: false ``MARGIN`` seconds before anybody may, and after this process stood still."""
        return not self._lost and self.session.clock() - self._confirmed < LEASE - MARGIN

    @property
    def lost(self) -> bool:
        """Whether the site is somebody else's, or was released: this claim is never held again."""
        return self._lost

    def renew(self) -> bool:
        """Tell the store that this claim lives; whether it is held. One heartbeat serves all claims of a process.

        A claim that was not heard of for too long asks the head whether it is still its own. Raises DepotAway.
        """
        if self._lost:
            return False
        before = self._confirmed
        if self.session.clock() - before < LEASE - MARGIN:
            sent = self.session.beat(self.nonce)
            if self.session.clock() - before < LEASE:  # nobody can have begun before the store heard of it
                self._confirmed = max(before, sent)
                return self.held()
        return self._ask_again()

    def _ask_again(self) -> bool:
        self._read_again()
        if self._lost:
            return False
        sent = self.session.clock()
        assert self.head.claim is not None
        try:
            self._write(self.head.written(claim=replace(self.head.claim, beat=secrets.token_hex(4))))
        except ObjectChanged:
            self._read_again()
            return False
        self._confirmed = sent
        self.session.beat(self.nonce)
        return self.held()

    def _read_again(self) -> None:
        try:
            found = self.objects.get(self.head.key)
        except NoObject:
            self._lose()
            return
        self.head = read_site_head(self.head.key, found.data, found.version, found.modified)
        if self.head.claim is None or self.head.claim.nonce != self.nonce:
            self._lose()

    def _lose(self) -> None:
        self._lost = True
        self.session.claims.discard(self.nonce)

    def _write(self, changed: SiteHead) -> None:
        version = self.objects.put_if(self.head.key, changed.content(), self.head.version)
        self.head = changed.written(version=version)

    def release(self) -> None:
        """Give the site back as it is. What was not committed stays in the folder. Does nothing where it is lost already."""
        while not self._lost:
            try:
                self._write(self.head.written(claim=None))
                self._lose()
            except ObjectChanged:
                self._read_again()

    # the archive here

    def bring(self, folder: Path) -> Brought:
        """Make ``folder`` the site's own archive: its database as it was committed last, its settings, the decisions taken since.

        What a slice left there that was killed is gone on with, unless somebody committed since. Raises LockHeld, DepotAway, NewerSchema,
        DamagedPack, StorageError.
        """
        with _alone(folder):
            state = brought.read_state(folder)
            committed = self.head.committed
            base = committed.pack if committed else ""
            if state is None or state.base != base or state.name != self.name or not (folder / FILENAME).is_file():
                state = self._fetch(folder, base)
            if self.epoch - 1 > (committed.epoch if committed else 0):  # a claim in between committed nothing
                fetch_orphans(self.objects, self.name, self.epoch, folder, state.manifest)
            state.nonce, state.url = self.nonce, self.objects.url
            last, lines = self._decided.after(state.decided)
        brought.prepare(folder, self.head, lines)
        state.decided = last
        brought.save_state(folder, state)
        reach_depot(folder, lambda: self.objects)
        return state

    def _fetch(self, folder: Path, base: str) -> Brought:
        manifest = Manifest()
        database = folder / FILENAME
        if self.head.committed:
            manifest = read_manifest(self.objects, self.head.committed)
            aside = folder / ASIDE
            assemble(self.objects, manifest, aside, database)
            self._fetch_files(folder, manifest)
            for name in manifest.destroyed:
                (folder / "warc" / self.name / name).unlink(missing_ok=True)
            brought.forget_state(folder)  # from here on the folder is nobody's until it is whole
            for suffix in ("-wal", "-shm"):
                database.with_name(FILENAME + suffix).unlink(missing_ok=True)
            aside.replace(database)
        elif database.is_file() and brought.read_state(folder) is not None:
            brought.put_aside(folder)
        decided = self.head.committed.decided if self.head.committed else 0
        return Brought(self.objects.url, self.name, base, self.nonce, decided, manifest)

    def _fetch_files(self, folder: Path, manifest: Manifest) -> None:
        wanted = {span.digest: folder / path for path, span in manifest.files.items() if not brought.is_same(folder / path, span.digest)}
        spans = [span for span in manifest.files.values() if span.digest in wanted]
        paths: dict[str, list[Path]] = {}
        for path, span in manifest.files.items():
            paths.setdefault(span.digest, []).append(folder / path)

        def take(digest: str, content: bytes) -> None:
            for path in paths[digest]:
                write_whole(path, content)

        fetch(self.objects, spans, take, lambda digest: None)

    # what became of it

    def commit(self, folder: Path, outcome: SliceOutcome, *, keep: bool = False, anew: bool = False) -> None:
        """Make what lies in ``folder`` true, and give the site back unless ``keep``. No run may be writing to it. ``anew``: nothing that
        an earlier snapshot sent is named again.

        Raises Stale when the site is somebody else's by now, DepotAway, DepotFull, LockHeld: nothing was committed then, and the folder
        still holds everything.
        """
        with _alone(folder):
            state = brought.read_state(folder)
            if state is None or state.nonce != self.nonce:
                raise ConfigurationError(f"{folder} was not brought under this claim on {self.name}")
            self._require()
            manifest = self._sent(folder, state, outcome)
            place = self._pack(folder, Manifest() if anew else state.manifest, manifest)
            if self.epoch % SWEEP_EVERY == 0:  # listed while the site is this claim's: what others write later is not in the list
                with suppress(DepotAway):  # the next one does it
                    sweep(self.objects, self.name, manifest.packs | state.manifest.packs | {place[0]})
            self._require()
            self._make_true(Committed(self.epoch, SCHEMAS[-1], *place, state.decided, outcome), keep)
            state.base, state.manifest = place[0], manifest
            brought.save_state(folder, state)
        if not keep:
            self._lose()

    def _require(self) -> None:
        if not self.held() and not self.renew():
            raise Stale(f"{self.name} was given to another worker; nothing of this slice was committed")

    def _sent(self, folder: Path, state: Brought, outcome: SliceOutcome) -> Manifest:
        """Send the WARC files that the depot has not: name -> size and digest of all."""
        manifest = Manifest(warc=dict(state.manifest.warc), destroyed=state.manifest.destroyed)
        for path in sorted((folder / "warc" / self.name).glob(f"*{SUFFIX}")):
            size = path.stat().st_size
            if (known := manifest.warc.get(path.name)) is not None:
                if known[0] != size:
                    raise StorageError(f"{path} has {size:,} bytes, and {known[0]:,} were committed: it must never change")
                continue
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self.objects.put_file(warc_key(self.name, path.name), path)
            manifest.warc[path.name] = (size, digest)
            self._keep_up()
        return manifest

    def _keep_up(self) -> None:
        """An upload may take longer than the lease."""
        if self.session.clock() - self._confirmed > LEASE / 4:
            self.renew()

    def _pack(self, folder: Path, former: Manifest, manifest: Manifest) -> tuple[str, int, int, str]:
        self._commits += 1
        stem = f"{packs_prefix(self.name)}{self.epoch:08d}-{self.nonce[:8]}-{self._commits}"
        aside = folder / ASIDE

        def put(key: str, data: bytes) -> None:
            self.objects.put(key, data)
            self._keep_up()

        packer = PiecePacker(former, lambda number: f"{stem}-{number}.pack", put)
        try:
            copied_database(folder / FILENAME, aside)
            manifest.size = aside.stat().st_size
            manifest.pieces = [packer.add(piece) for piece in pieces_in(aside)]
        finally:
            aside.unlink(missing_ok=True)
        manifest.files = {path: packer.add(content) for path, content in brought.carried_files(folder)}
        return packer.finish(manifest)

    def _make_true(self, committed: Committed, keep: bool) -> None:
        while True:
            sent = self.session.clock()
            try:
                self._write(self.head.written(committed=committed, claim=self.head.claim if keep else None))
            except ObjectChanged:
                self._read_again()  # its settings may have been changed
                if self.head.committed == committed:
                    return  # it arrived, and something else was written since
                if self._lost:
                    raise Stale(f"{self.name} was given to another worker; nothing of this slice was committed") from None
                continue
            self._confirmed = max(self._confirmed, sent)
            return


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The folder is nobody else's meanwhile. Raises LockHeld, StorageError where the disk refuses."""
    lock = Lock(folder)
    try:
        yield
    except OSError as error:
        raise StorageError(f"cannot write to {folder}: {error.strerror or error}") from error
    except sqlite3.DatabaseError as error:
        raise StorageError(f"the database in {folder} cannot be read: {error}") from error
    finally:
        lock.release()


def former_claim(folder: Path) -> Mapping[str, str]:
    """(``name``, ``nonce``) of the site that a process left in a folder; empty where it left none."""
    state = brought.read_state(folder)
    return {"name": state.name, "nonce": state.nonce} if state else {}

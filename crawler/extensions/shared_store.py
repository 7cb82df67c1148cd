"""The archive that all crawls of one process write to: takes the settings, gives one open and locked ``Store`` for each folder."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive import clock
from archive.db.connection import archive_dir
from archive.depot.marks import marks_in
from archive.errors import ConfigurationError
from archive.seal.authority import Authority
from archive.seal.end_of_run import seal_run
from archive.store.store import Store
from crawler.http.lease import LEASE, Lease, LeaseLost

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Shared:
    store: Store
    authority: Authority | None  # whom to ask for a stamp on the seals
    now: Callable[[], str]  # the clock that it was opened with: who reads old runs again sets the store's own to their time
    lease: Lease | None = None  # without which nothing is committed
    users: int = 0


_open: dict[Path, _Shared] = {}  # by the folder's real path; the lock is held as long as anyone uses the store


def acquire_store(settings: BaseSettings) -> Store:
    """The store of ARCHIVE_DIR, opened and locked by whoever comes first. Each call asks for one ``release_store``.

    Raises LockHeld when another process writes to the archive, StorageError, NoArchive, NewerSchema, and ConfigurationError for a
    TSA_URL or TSA_CERT that cannot be, and for an archive that follows a depot: the next merge would remove what a crawl wrote there.
    """
    folder, fixed = archive_dir(settings["ARCHIVE_DIR"]), settings["NOW"]
    shared = _open.get(folder.resolve())
    if shared is None:
        authority = Authority.named(settings["TSA_URL"], settings["TSA_CERT"])
        now = (lambda: fixed) if fixed else clock.now
        shared = _Shared(_opened(folder, now), authority, now, settings[LEASE])
        if shared.lease is not None:
            shared.store.group.may_commit = shared.lease.check
        _open[folder.resolve()] = shared
    shared.users += 1
    return shared.store


def _opened(folder: Path, now: Callable[[], str]) -> Store:
    store = Store(folder, now)
    if mark := next(iter(store.ask(marks_in).values()), None):
        store.close()
        raise ConfigurationError(
            f"{folder} follows the depot {mark.url}: its sites are read by scrapy work or scrapy update --depot; choose another ARCHIVE_DIR"
        )
    return store


def release_store(store: Store) -> None:
    """Give a store back; the last one seals what all of them brought, closes it and lets go of the lock."""
    folder = store.folder.resolve()
    shared = _open[folder]
    shared.users -= 1
    if not shared.users:
        del _open[folder]
        try:
            if shared.lease is not None:
                shared.lease.check()
            if not _is_shared(folder / "warc"):
                store.now = shared.now
                seal_run(store, shared.authority)
        except LeaseLost:
            logger.info("nothing of %s is sealed: the lease is lost", folder)
        finally:
            store.close()


def _is_shared(records: Path) -> bool:
    """Whether another open archive of this process has the same WARC files, as an import has that tries what will come of it: what is
    new in them is sealed by the one that stays."""
    return any((folder / "warc").resolve() == records.resolve() for folder in _open)


@contextlib.contextmanager
def shared_store(settings: BaseSettings) -> Iterator[Store]:
    """The store as long as a command works. Raises as ``acquire_store`` does."""
    store = acquire_store(settings)
    try:
        yield store
    finally:
        release_store(store)

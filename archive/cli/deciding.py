"""An archive in which a person decides: takes its folder, gives it open for writing. Where it follows a depot, decisions go there first."""

from __future__ import annotations

from pathlib import Path

from archive.depot.depot import open_depot
from archive.depot.marks import marks_in
from archive.store.store import Store


def open_deciding(folder: Path) -> Store:
    """Raises LockHeld, StorageError, NoArchive, NewerSchema. A decision that the depot does not take is none, and raises StorageError."""
    store = Store(folder)
    mark = next(iter(marks_in(store.db).values()), None)
    if mark is not None:
        try:
            depot = open_depot(mark.url)
        except BaseException:
            store.close()
            raise

        def tell(line: dict[str, object]) -> None:
            depot.decided.add([line])

        store.tell = tell
    return store

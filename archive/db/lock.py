"""One writer at a time. The lock is a file of its own: closing a second handle on archive.db would drop SQLite's locks."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from archive.errors import LockHeld, StorageError


class Lock:
    """An exclusive flock on ARCHIVE_DIR/lock, held until ``release`` or the end of the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Raises LockHeld when another crawl holds it, StorageError when the folder cannot be written."""
        path = folder / "lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)  # a child must not inherit it
        except OSError as error:
            raise StorageError(f"cannot write to {folder}: {error.strerror}; choose another ARCHIVE_DIR or mend its rights") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            raise LockHeld(f"another crawl is writing to {folder}; nothing was asked, try again when it has ended") from error

    def release(self) -> None:
        os.close(self._fd)

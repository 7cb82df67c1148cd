"""The end of a process that wrote to an archive: takes the open archive, seals what is new, has the newest seal stamped where an
authority is named. It never changes how a run ended: what fails is one line of warning, and waits for the next time.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from archive.errors import ArchiveError
from archive.seal.sealing import seal_records
from archive.seal.stamping import stamp_newest, take_in_stamps

if TYPE_CHECKING:
    from archive.seal.authority import Authority
    from archive.store.opening import OpenArchive

logger = logging.getLogger(__name__)


def seal_run(store: OpenArchive, authority: Authority | None) -> None:
    """Seal, and ask for a stamp. Never raises."""
    try:
        if seal_records(store).taken_in:
            for line in take_in_stamps(store, authority.trusted if authority else None):
                logger.warning("%s", line)
    except Exception as error:
        _warn("what is new is not sealed: %s; the next run does it", error)
        return
    if authority is not None:
        try:
            stamp_newest(store, authority)
        except Exception as error:
            _warn("the newest seal is not stamped: %s; the next run asks again", error)


def _warn(message: str, error: Exception) -> None:
    """One line for what disk, database or authority do; the whole of it for what nobody foresaw."""
    if isinstance(error, (ArchiveError, sqlite3.DatabaseError)):
        logger.warning(message, error)
    else:
        logger.error("a bug in this program", exc_info=error)

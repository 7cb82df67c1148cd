"""The end of a process that wrote to an archive: takes the open archive, seals what is new, has the newest seal stamped where an
authority is named. It never changes how a run ended: what fails is one line of warning, and waits for the next time.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from archive.errors import ArchiveError
from archive.seal.sealing import seal_records
from archive.seal.stamping import stamp_newest

if TYPE_CHECKING:
    from archive.seal.authority import Authority
    from archive.store.opening import OpenArchive

logger = logging.getLogger(__name__)


def seal_run(store: OpenArchive, authority: Authority | None) -> None:
    """Seal, and ask for a stamp. Never raises what disk, database or authority do."""
    try:
        seal_records(store)
    except (ArchiveError, sqlite3.DatabaseError) as error:
        logger.warning("what is new is not sealed: %s; the next run does it", error)
        return
    if authority is not None:
        try:
            stamp_newest(store, authority)
        except (ArchiveError, sqlite3.DatabaseError) as error:
            logger.warning("the newest seal is not stamped: %s; the next run asks again", error)

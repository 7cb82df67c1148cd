"""Which spellings belong together on this server: takes Datasette, gives groups out of the lists of spellings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archive.publish.search import spellings
from archive.publish.server.responses import DATABASE


def spelling_groups(datasette: Any) -> dict[str, tuple[str, ...]]:
    """Groups of spellings out of two files, ours and the one beside the archive. They are read for every search, because people
    edit them.
    """
    return spellings.read_groups(spellings.LIST, Path(datasette.get_database(DATABASE).path).with_name(spellings.LIST.name))

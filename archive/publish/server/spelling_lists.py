"""Which spellings belong together on this server: takes Datasette, gives groups out of the lists of spellings and what people decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archive.publish.mentions.spelling_groups import with_decisions
from archive.publish.search import spellings
from archive.publish.server.responses import DATABASE, folder, read
from archive.queries.spelling_decisions import decided_pairs


def spelling_lists(datasette: Any) -> spellings.Groups:
    """The groups of the two lists, ours and the one beside the archive."""
    return spellings.read_groups(spellings.LIST, Path(datasette.get_database(DATABASE).path).with_name(spellings.LIST.name))


async def spelling_groups(datasette: Any) -> spellings.Groups:
    """Groups of spellings: the two lists, which are read each time because people edit them, and what people decided."""
    lists, pairs = spelling_lists(datasette), await read(datasette, decided_pairs, folder(datasette))
    return with_decisions(lists, pairs)

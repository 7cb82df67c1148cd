"""``python -m tests.released``: keeps an archive of today's schema, where none is kept yet. Commit the file that it names."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from archive.db.connection import open_for_reading
from archive.db.migrations import MIGRATIONS
from tests.released import dumped, keep, kept, made_again
from tests.released.rows import fill


def main() -> None:
    name = MIGRATIONS._migrations[-1].name
    if name in kept():
        print(f"{name} is kept already; a kept archive is never written anew")
        return
    with tempfile.TemporaryDirectory() as place:
        if kept():  # brought to today's schema: its records have the names that those of the others have
            made_again(kept()[-1], Path(place) / "archive")
        else:
            fill(Path(place) / "archive")
        with closing(open_for_reading(Path(place) / "archive")) as db:
            print(keep(name, dumped(db)))


if __name__ == "__main__":
    main()

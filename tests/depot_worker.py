"""``python -m tests.depot_worker URL FOLDER NAME,NAME``: claims one of these sites after the other, adds a row to its database and a WARC
file, commits, and writes ``NAME EPOCH`` to FOLDER/log once that has returned. Ends when it is killed.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from archive.depot.claim import Busy, Stale, former_claim
from archive.depot.depot import Depot, open_depot
from archive.depot.objects import DepotAway
from tests.depots import DONE


def work(depot: Depot, folder: Path, name: str) -> int:
    """One slice; the epoch that was committed."""
    claim = depot.claim(name, former=former_claim(folder).get("nonce", ""))
    claim.bring(folder)
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        db.execute("create table if not exists told(n integer primary key, epoch)")
        db.execute("insert into told select coalesce(max(n), 0) + 1, ? from told", [claim.epoch])
    (folder / "warc" / name).mkdir(parents=True, exist_ok=True)
    (folder / "warc" / name / f"{name}-202603-001-e{claim.epoch}.warc.gz").write_bytes(os.urandom(500))
    claim.commit(folder, DONE)
    return claim.epoch


def main() -> None:
    url, root, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3].split(",")
    root.mkdir(exist_ok=True)
    depot = open_depot(url, root.name)
    with open(root / "log", "a", buffering=1) as log:
        while True:
            name = random.choice(names)
            with suppress(Stale, DepotAway):
                try:
                    print(name, work(depot, root / name, name), file=log)
                except Busy:
                    time.sleep(0.05)


if __name__ == "__main__":
    main()

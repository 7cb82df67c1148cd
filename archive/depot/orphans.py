"""WARC files that a slice sent which never wrote its head, as a machine that was lost in that moment: takes a depot's objects and a site's
folder, fetches them there, so that whoever opens the archive takes their records in.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from archive.depot.manifest import Manifest
from archive.depot.objects import NoObject, Objects, warc_key
from archive.warc.place import SUFFIX
from archive.whole_file import write_whole


def fetch_orphans(objects: Objects, name: str, epoch: int, folder: Path, manifest: Manifest) -> None:
    """Those of earlier claims than ``epoch`` that the site's manifest does not name; not what was destroyed by order. The next commit
    names them. Raises DepotAway, OSError."""
    for row in objects.list(warc_key(name, "")):
        filename = row.key.rpartition("/")[2]
        written = re.search(rf"-e(\d+){re.escape(SUFFIX)}$", filename)
        known = filename in manifest.warc or filename in manifest.destroyed
        path = folder / "warc" / name / filename
        if written is None or known or int(written[1]) >= epoch or path.exists():
            continue
        with suppress(NoObject):
            write_whole(path, objects.get(row.key).data)

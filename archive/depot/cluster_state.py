"""How a cluster stands: takes what was seen of its workers and sites, keeps it beside an archive for the pages, gives it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import StorageError
from archive.whole_file import write_whole

FILENAME = "cluster.json"  # in ARCHIVE_DIR


@dataclass(frozen=True, slots=True)
class ClusterState:
    """``at``: when it was seen (UTC). ``reading``: worker -> the sites that it reads. ``late``: site -> since when it is due (UTC);
    ``failed``: site -> how its last visit ended. ``workers`` and ``waiting``, the messages that no worker has taken, are None where the
    broker was not asked."""

    at: str
    url: str
    sites: int
    visited: int
    due: int
    reading: Mapping[str, Sequence[str]] = field(default_factory=dict)
    late: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    workers: int | None = None
    waiting: int | None = None

    def shown(self) -> dict[str, Any]:
        """What anybody may know: no names of machines, no addresses."""
        kept = {name: value for name, value in asdict(self).items() if name not in ("url", "reading")}
        return kept | {"slices": self.slices}

    @property
    def slices(self) -> int:
        """How many sites are being read."""
        return sum(map(len, self.reading.values()))


def save_cluster_state(folder: Path, state: ClusterState) -> None:
    """Raises StorageError."""
    try:
        write_whole(folder / FILENAME, json.dumps(asdict(state), ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise StorageError(f"cannot write {folder / FILENAME}: {error.strerror or error}") from error


def saved_cluster_state(folder: Path) -> ClusterState | None:
    """What was kept last; None where nothing was, or what lies there is something else."""
    try:
        return ClusterState(**json.loads((folder / FILENAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None

"""WARC files that do not lie in the archive's folder: takes a name and its captures, reads the file where it lies, says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from archive.verify.warc_files import Checked, File, FileSpan, Row, check_whole, findings_of
from archive.warc.far import far_size


def check_far(folder: Path, name: str, rows: Mapping[int, Row], told: Checked, known: Callable[[str], str | None]) -> Iterator[str]:
    """Findings, a line each; ``told`` gets what was read. ``rows``: offset -> capture; ``known`` as of ``findings_of``."""
    path = folder / name
    size = far_size(path)
    if size is None:
        yield f"{name}: the file is not there, and captures are said to be in it"
        return
    file = File(path, name, size, max(rows, default=-1), False)
    try:
        found = check_whole(FileSpan(file, 0, size, rows))
    except OSError as error:
        yield f"{name} cannot be read: {error.strerror or error}"
        return
    told.end, told.records, told.beside = found.end, found.records, found.beside
    yield from findings_of(file, found, known)

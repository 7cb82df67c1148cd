"""What worker processes do for the doors of files: takes the archive's folder and rows of ``captures``, gives what the records hold.

A worker reads the records itself, so that no foreign bytes are parsed, and none pass, in the process that writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError
from archive.store.documents import ReadDocument, read_document_file
from archive.store.linked_files import read_file
from archive.text.documents import document_format
from archive.warc.place import sha256
from archive.warc.read import read_record
from crawler.extract.documents.read import document_text
from crawler.extract.documents.text import extractor_name
from crawler.extract.used_files import Used, files_of_page, files_of_style

Row = dict[str, Any]
SHARE = 0.6  # of the CPU allowance, after which the rest of a document is left


def files_of_pages(folder: Path, rows: Sequence[Row]) -> list[list[Used]]:
    """What each captured page names; nothing where its record is damaged or shows no page."""
    return [_files(folder, row, style=False) for row in rows]


def files_of_sheet(folder: Path, row: Row) -> list[Used]:
    """What a captured style sheet names."""
    return _files(folder, row, style=True)


def _files(folder: Path, row: Row, *, style: bool) -> list[Used]:
    try:
        content = read_file(folder, row)
        declared = read_record(folder, row)[0].http_headers.get_header("Content-Type")
    except ArchiveError:  # ``archive verify`` tells of damage
        return []
    return (files_of_style if style else files_of_page)(content, row["url"], declared)


def read_document(folder: Path, row: Row, address: str, seconds: float) -> ReadDocument | ArchiveError:
    """What a capture shows of the document at an address; NoFile or DamagedRecord where it shows none, as a value."""
    try:
        content = read_document_file(folder, row)
    except ArchiveError as error:
        return type(error)(str(error))
    read = document_text(content, document_format(address), seconds * SHARE)
    return ReadDocument(sha256(content), len(content), read.title, read.text, read.note, extractor_name())

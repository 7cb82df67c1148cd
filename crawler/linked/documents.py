"""The door of documents: PDF and other files that articles link, each captured once, their text read in a worker process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from archive.clock import later
from archive.errors import ArchiveError
from archive.store import documents
from archive.store.documents import DocumentLink, ReadDocument, read_document_file
from archive.store.linked_files import NoFile
from archive.text.documents import document_format
from archive.warc.place import sha256
from archive.warc.read import DamagedRecord
from crawler.extract.documents.text import extractor_name
from crawler.extract.workers import ExtractionCut, ExtractionFailed, InWorker
from crawler.linked.door import LinkedDoor, LinkedFile

if TYPE_CHECKING:
    from crawler.session.session import Run

READ_DOCUMENT: InWorker[ReadDocument | ArchiveError] = InWorker("crawler.linked.in_worker", "read_document")


class DocumentDoor(LinkedDoor):
    """Documents of articles: rows of ``documents``."""

    kind = "document"
    called = "documents"
    accept = "application/pdf,*/*;q=0.5"
    at_once = 2  # each may be as large as DOCUMENT_MAXSIZE
    largest = "DOCUMENT_MAXSIZE"

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.allowance = run.crawler.settings.getfloat("EXTRACT_SECONDS")

    def found(self) -> Iterable[LinkedFile]:
        links = self.store.ask(documents.links_of, self.run.site_id)
        named = ((article_id, self.asked(url)) for article_id, url in links if document_format(url))
        self.store.add_documents(self.run.site_id, [DocumentLink(article_id, url) for article_id, url in named if url])
        for row in self.store.ask(documents.documents_of, self.run.site_id):
            tied = {row["capture_id"] or 0: row["captured_at"] or ""}
            yield LinkedFile(row["url"], row["article_id"], {row["url"]}, tied, [row])

    async def read_files(self) -> None:
        found = list(self.found())
        for file in found:
            if file.capture_id and file.rows[0]["extractor"] != extractor_name():
                await self._read_again(file)
        await self.round(found)

    async def _read_again(self, file: LinkedFile) -> None:
        """What other code read is read again, out of the record."""
        with contextlib.suppress(DamagedRecord, NoFile):  # ``archive verify`` tells of damage
            await self.save(file, self._capture(file.capture_id))

    async def save(self, file: LinkedFile, row: dict[str, Any]) -> str:
        read = await self._read(file, row)
        if isinstance(read, ArchiveError):
            raise read
        [document] = file.rows
        word = self.store.save_document(document["id"], row, read)
        file.captures = {row["id"]: row["captured_at"]}
        return word

    async def _read(self, file: LinkedFile, row: dict[str, Any]) -> ReadDocument | ArchiveError:
        """What a capture shows of a document; a reading that was cut off leaves it without text, and says so."""
        try:
            return await self.run.context.parser.workers.run(READ_DOCUMENT, self.store.folder, row, file.url, self.allowance)
        except (ExtractionCut, ExtractionFailed) as error:
            content = read_document_file(self.store.folder, row)
            note = str(error).replace("extraction", "the reading of its text")
            return ReadDocument(sha256(content), len(content), "", "", note, extractor_name())

    def is_due_again(self, file: LinkedFile) -> bool:
        """Within SWEEP_DAYS, as an article is; one that is missing as soon as that may be confirmed; one that is gone never."""
        [row] = file.rows
        wait = {"hours": self.run.gone_after} if row["missing_since"] else {"days": self.run.sweep_days}
        if not (self.run.sweep_days and file.capture_id and row["checked_at"]) or row["gone_at"]:
            return False
        return later(row["checked_at"], **wait) < self.store.now()

    def not_there(self, file: LinkedFile, row: dict[str, Any]) -> None:
        [document] = file.rows
        self.store.miss_document(document["id"], row["captured_at"], self.run.gone_after)

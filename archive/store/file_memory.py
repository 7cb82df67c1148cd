"""What is remembered of the files that articles show, use and link, in an archive that is open for writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archive.store import assets, documents, images, linked_files
from archive.store.assets import FoundAsset
from archive.store.checkpoints import Checkpoint
from archive.store.documents import DocumentLink, ReadDocument
from archive.store.linked_files import FileKind
from archive.store.list_memory import ListMemory
from archive.store.outlinks import OutlinkFinding, save_outlink


class FileMemory(ListMemory):
    """The files of the archive's sites. Every method is one transaction of its own."""

    def forget_file_gaps(self, site_id: int, kind: FileKind, named: set[str]) -> None:
        """Keep the gaps of those files of a kind alone that something still names."""
        with self.transaction():
            linked_files.forget_file_gaps(self.db, site_id, kind, named)

    def save_picture(
        self, site_id: int, capture: Mapping[str, Any], picture: bytes, places: Iterable[images.Place], refs: Iterable[str]
    ) -> None:
        """Tie a captured picture to rows of ``images``, which name it by ``refs``, spellings of its address."""
        with self.transaction():
            images.save_picture(self.db, site_id, capture, picture, places, refs)

    def add_assets(self, site_id: int, found: Iterable[FoundAsset], read: Sequence[Checkpoint] = ()) -> int:
        """Remember files that pages or style sheets use; return how many are new. ``read``: how far the pages have been looked at."""
        with self.transaction():
            new = assets.add_assets(self.db, site_id, found, self.now())
            if read:
                self._save_checkpoints(site_id, {"assets_read": read})
        return new

    def save_asset(self, asset: Mapping[str, Any], capture: Mapping[str, Any], digest: str, found: Iterable[FoundAsset] = ()) -> int:
        """Tie an asset to the capture that brought it, and remember what it imports; return how much of that is new."""
        with self.transaction():
            assets.save_asset(self.db, asset, capture, digest)
            return assets.add_assets(self.db, asset["site_id"], found, self.now())

    def add_documents(self, site_id: int, links: Iterable[DocumentLink]) -> None:
        """Remember which articles link which documents."""
        with self.transaction():
            documents.add_documents(self.db, site_id, links, self.now())

    def save_document(self, document_id: int, capture: Mapping[str, Any], shown: ReadDocument) -> str:
        """Save what a capture shows of a document: "captured", "replaced" or "as before"."""
        with self.transaction():
            return documents.save_document(self.db, document_id, capture, shown, self.now())

    def seen_document(self, document_id: int, at: str) -> None:
        """A document was there at that time, as it was before."""
        with self.transaction():
            documents.seen_document(self.db, document_id, at)

    def miss_document(self, document_id: int, at: str, gone_after: float) -> None:
        """The address of a held document says that it is not there."""
        with self.transaction():
            documents.miss_document(self.db, document_id, at, gone_after)

    def save_outlink(self, finding: OutlinkFinding) -> None:
        """Keep how a source answered that articles link to."""
        with self.transaction():
            save_outlink(self.db, finding, self.now())

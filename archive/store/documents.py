"""Documents that articles link: each address once, each state of its bytes once, with the text that was read in it.

A document whose bytes are others becomes a further state; none is ever overwritten. Functions that write run inside the caller's
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlite_utils import Database

from archive.clock import moment
from archive.errors import ArchiveError
from archive.store.linked_files import NoFile, close_file_gaps, declared_mime, read_file
from archive.text.documents import file_name
from archive.warc.place import sha256

Row = Mapping[str, Any]
PAGES = ("text/html", "application/xhtml+xml")


class DocumentLink(NamedTuple):
    """A link of an article to a document."""

    article_id: int
    url: str  # of the document, as it is asked for


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What was read in a document: its bytes' digest and number, its title and text, and what was not read."""

    digest: str
    size: int
    title: str
    text: str
    note: str | None
    extractor: str


def read_document_file(folder: Path, row: Row) -> bytes:
    """The file in the record of a row of ``captures``, unpacked. Raises NoFile with the reason, DamagedRecord."""
    mime = declared_mime(row)
    if row["status"] == 200 and mime in PAGES:
        raise NoFile("is no document, but a page")
    content = read_file(folder, row)
    if content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
        raise NoFile(f"is a page, though it is called {mime or 'nothing'}")
    return content


# what a crawl asks


def links_of(db: Database, site_id: int) -> list[tuple[int, str]]:
    """(article, address) of every link of the site's articles, those of the newest articles first."""
    sql = """
        select article_id, links.url
        from links
        join articles on articles.id = article_id
        where site_id = ? and target_article_id is null
        order by published_at desc, article_id desc, position
        """
    return list(db.execute(sql, [site_id]))


def documents_of(db: Database, site_id: int) -> list[dict[str, Any]]:
    """The site's documents with the capture of their current state, those of the newest articles first."""
    sql = """
        select documents.*, max(article_documents.article_id) as article_id, capture_id, digest, captured_at, document_states.extractor
        from documents
        join article_documents on article_documents.document_id = documents.id
        left join document_states on document_states.id = state_id
        left join captures on captures.id = capture_id
        where documents.site_id = ?
        group by documents.id
        order by max(article_documents.article_id) desc, documents.id
        """
    return list(db.query(sql, [site_id]))


# what it saves


def add_documents(db: Database, site_id: int, links: Iterable[DocumentLink], at: str) -> None:
    """Remember which articles link which documents, by their addresses."""
    rows = list(links)
    db.conn.executemany(
        "insert into documents(site_id, url, name, first_seen_at) values (?, ?, ?, ?) on conflict(site_id, url) do nothing",
        [(site_id, link.url, file_name(link.url), at) for link in rows],
    )
    db.conn.executemany(
        """
        insert into article_documents(article_id, document_id, first_seen_at)
        select ?, id, ? from documents where site_id = ? and url = ?
        on conflict do nothing
        """,
        [(link.article_id, at, site_id, link.url) for link in rows],
    )


def save_document(db: Database, document_id: int, capture: Row, shown: ReadDocument, now: str) -> str:
    """What became of it: captured for the first time, replaced by other bytes, or as before."""
    [site_id, url, state_id] = db.execute("select site_id, url, state_id from documents where id = ?", [document_id]).fetchone()
    at = capture["captured_at"]
    current = "select digest, extractor, capture_id from document_states where id = ?"
    held = db.execute(current, [state_id]).fetchone()
    if held is not None and held[0] == shown.digest:
        if held[1] != shown.extractor:
            sql = "update document_states set title = ?, text = ?, note = ?, extractor = ?, extracted_at = ? where id = ?"
            db.execute(sql, [shown.title, shown.text, shown.note, shown.extractor, now, state_id])
        if capture["id"] != held[2]:
            seen_document(db, document_id, at)
        return "as before"
    cursor = db.execute(
        """
        insert into document_states(document_id, number, seen_at, last_seen_at, capture_id, digest, mime, bytes, title, text, note,
                                    extractor, extracted_at)
        values (:id, (select count(*) + 1 from document_states where document_id = :id), :at, :at, :capture, :digest, :mime, :size,
                :title, :text, :note, :extractor, :now)
        """,
        {"id": document_id, "at": at, "capture": capture["id"], "mime": capture["mime"], "now": now}
        | {name: getattr(shown, name) for name in ("digest", "size", "title", "text", "note", "extractor")},
    )
    db.execute("update documents set state_id = ? where id = ?", [cursor.lastrowid, document_id])
    seen_document(db, document_id, at)
    close_file_gaps(db, site_id, "document", [url])
    return "captured" if held is None else "replaced"


def seen_document(db: Database, document_id: int, at: str) -> None:
    """It was there at that time, in its current state."""
    sql = "update documents set last_seen_at = max(coalesce(last_seen_at, ''), :at), checked_at = :at, missing_since = null, gone_at = null"
    db.execute(f"{sql} where id = :id", {"at": at, "id": document_id})
    sql = "update document_states set last_seen_at = max(last_seen_at, ?) where id = (select state_id from documents where id = ?)"
    db.execute(sql, [at, document_id])


def miss_document(db: Database, document_id: int, at: str, gone_after: float) -> None:
    """A held document is not at its address: missing, and gone when that is confirmed ``gone_after`` hours later."""
    [state_id, since] = db.execute("select state_id, missing_since from documents where id = ?", [document_id]).fetchone()
    db.execute("update documents set checked_at = ? where id = ?", [at, document_id])
    if state_id is None:
        return
    if since is None:
        db.execute("update documents set missing_since = ? where id = ?", [at, document_id])
    elif (moment(at) - moment(since)).total_seconds() >= gone_after * 3600:
        db.execute("update documents set gone_at = coalesce(gone_at, ?) where id = ?", [at, document_id])


# what verify asks


def unlike_documents(db: Database, folder: Path, site: str | None) -> Iterator[str]:
    """States of documents, of all sites or of one, that their capture does not bear out."""
    sql = """
        select document_states.id as state, document_states.digest, captures.*
        from document_states
        join documents on documents.id = document_id
        join sites on sites.id = site_id
        join captures on captures.id = capture_id
        where ? is null or sites.name = ?
        """
    for row in db.query(sql, [site, site]):
        try:
            if sha256(read_document_file(folder, row)) != row["digest"]:
                yield f"document state {row['state']}: the digest is not that of capture {row['id']}"
        except ArchiveError as error:
            yield f"document state {row['state']}: capture {row['id']}: {error}"

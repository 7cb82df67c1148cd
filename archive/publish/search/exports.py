"""A search or the changes in other programs' formats: takes results, gives JSON, CSV, RIS, BibTeX and Atom."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from markupsafe import escape

from archive.publish.cite.citation import Citation, as_bibtex, as_csl, as_ris, distinct, missing_sentence
from archive.publish.cite.proofs import Proof, proofs_by
from archive.publish.formats import excerpt
from archive.publish.search.results import Results, search
from archive.queries.addresses import dated_path, reading_path
from archive.queries.capture_uses import captures_of_comments, captures_of_revisions
from archive.queries.rows import Row, as_json, fetch_rows
from archive.queries.search_query import Query
from archive.text.markup import plain, without_marks

MOST = 1000  # hits in a file, the rest on its next pages; a feed has as many as a reader may show
FEED = 50
COLUMNS = (
    *("kind", "title", "author", "date", "address", "original", "text", "seen_at", "missing_since"),
    *("dated_address", "payload_digest", "record_id", "sealed_at"),
)
ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPES = {
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json; charset=utf-8",
}


def hits_for_file(db: sqlite3.Connection, query: Query, sort: str, page: int, size: int) -> Results:
    """The hits of a search. Newest first unless asked otherwise."""
    return search(db, query, sort or "newest", page, size)


def file_rows(results: Results, origin: str) -> list[Row]:
    """Articles before comments and documents, in the columns of a file."""
    return [*article_rows(results, origin), *comment_rows(results, origin), *document_rows(results, origin)]


def article_rows(results: Results, origin: str) -> list[Row]:
    """The articles found, in the columns of a file."""
    former = results.query.place == "history"
    return [
        {
            "kind": f"revision {hit['number']}" if former else hit["kind"],
            "title": plain(hit["title"]),
            "author": plain(hit["byline"]),
            "date": hit["published_on"] or "",
            "address": origin + (dated_path(hit["url"], hit["seen_at"]) if former else reading_path(hit["url"])),
            "original": hit["url"],
            "text": excerpt(without_marks(hit["snippet"] or hit["start"] or ""), 400),
            "seen_at": hit["seen_at"],
            "missing_since": hit["missing_since"] or "",
            "revised": hit["number"] > 1,
            "dated_address": origin + dated_path(hit["url"], hit["seen_at"]),
            "revision_id": hit["revision_id"],
        }
        for hit in results.hits
    ]


def comment_rows(results: Results, origin: str) -> list[Row]:
    """The comments found, in the columns of a file."""
    return [
        {
            "kind": "comment",
            "title": f"{plain(hit['author'])} on {plain(hit['title'])}",
            "author": plain(hit["author"]),
            "date": hit["posted_at"] or "",
            "address": f"{origin}{reading_path(hit['url'])}#c-{hit['id']}",
            "original": hit["url"],
            "text": excerpt(without_marks(hit["snippet"] or hit["start"] or ""), 400),
            "seen_at": hit["first_seen_at"],
            "missing_since": hit["missing_since"] or "",
            "revised": False,
            "dated_address": f"{origin}{dated_path(hit['url'], hit['first_seen_at'])}#c-{hit['id']}",
            "comment_id": hit["id"],
        }
        for hit in results.comment_hits
    ]


def proven_rows(db: sqlite3.Connection, root: Path, results: Results, origin: str) -> list[Row]:
    """The rows of a file, each with the record that proves it. ``root``: the archive's folder."""
    shown = captures_of_revisions(db, [hit["revision_id"] for hit in results.hits])
    said = captures_of_comments(db, [hit["id"] for hit in results.comment_hits])

    def capture_of(row: Row) -> Row | None:
        revision, comment = row.pop("revision_id", None), row.pop("comment_id", None)
        return said.get(comment) if comment else next(iter(shown.get(revision, ())), None)

    rows = list(file_rows(results, origin))
    proofs = proofs_by(root, [(row["seen_at"], capture_of(row)) for row in rows])
    return [
        row | {"payload_digest": proof.payload_digest, "record_id": proof.record_id, "sealed_at": proof.sealed_at}
        for row, proof in zip(rows, proofs, strict=True)
    ]


def document_rows(results: Results, origin: str) -> list[Row]:
    """The documents found, in the columns of a file."""
    return [
        {
            "kind": "document",
            "title": plain(hit["title"] or hit["name"]),
            "author": "",
            "date": "",
            "address": f"{origin}/record/{hit['capture_id']}",
            "original": hit["url"],
            "text": excerpt(without_marks(hit["snippet"] or hit["start"] or ""), 400),
            "seen_at": hit["seen_at"],
            "missing_since": hit["missing_since"] or "",
            "revised": hit["number"] > 1,
        }
        for hit in results.document_hits
    ]


def as_csv(rows: Sequence[Row]) -> str:
    """CSV with a heading. A cell that a spreadsheet would take for a formula starts with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([re.sub(r"^([=+\-@\t\r])", r"'\1", str(row.get(column, ""))) for column in COLUMNS] for row in rows)
    return out.getvalue()


def file_citations(db: sqlite3.Connection, root: Path, hits: Sequence[Row], origin: str, form: str) -> str:
    """The articles a search finds, for a reference manager. ``form``: ``ris``, ``bib`` or ``csl``."""
    ids = [hit["id"] for hit in hits]
    names, topics = authors_by_article(db, ids), topics_by_article(db, ids)
    shown = captures_of_revisions(db, [hit["revision_id"] for hit in hits])
    proofs = proofs_by(root, [(hit["seen_at"], next(iter(shown.get(hit["revision_id"], ())), None)) for hit in hits])
    cited = distinct(
        [hit_citation(hit, names[hit["id"]], topics[hit["id"]], origin, proof) for hit, proof in zip(hits, proofs, strict=True)]
    )
    if form == "csl":
        return json.dumps([as_csl(one) for one in cited], ensure_ascii=False, indent=2)
    return "".join(map(as_ris, cited)) if form == "ris" else "\n".join(map(as_bibtex, cited))


def hit_citation(hit: Row, names: list[str], topics: list[str], origin: str, proof: Proof) -> Citation:
    """The citation of one article found."""
    return Citation(
        title=plain(hit["title"]),
        authors=tuple(names or ([plain(hit["byline"])] if hit["byline"] else [])),
        site=plain(hit["site"]),
        published_on=hit["published_on"] or "",
        url=hit["url"],
        permalink=origin + dated_path(hit["url"], hit["seen_at"]),
        seen_at=hit["seen_at"],
        payload_digest=proof.payload_digest,
        record_id=proof.record_id,
        keywords=tuple(topics),
        sealed_at=proof.sealed_at,
        stamped_at=proof.stamped_at,
        gone=missing_sentence(hit),
    )


def authors_by_article(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Article id -> its authors in order."""
    sql = """
        select article_authors.article_id, authors.name
        from article_authors
        join authors on authors.id = article_authors.author_id
        where article_authors.article_id in (select value from json_each(?))
        order by article_authors.article_id, article_authors.position
    """
    return named(fetch_rows(db, sql, [as_json(ids)]))


def topics_by_article(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Article id -> its tags and categories in order."""
    sql = """
        select article_tags.article_id, tags.name
        from article_tags
        join tags on tags.id = article_tags.tag_id
        where article_tags.article_id in (select value from json_each(?))
        order by article_tags.article_id, tags.name
    """
    return named(fetch_rows(db, sql, [as_json(ids)]))


def named(rows: Sequence[Row]) -> dict[int, list[str]]:
    """Article -> names in their order, each once: a tag and a category may share one."""
    names: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if (name := plain(row["name"])) not in names[row["article_id"]]:
            names[row["article_id"]].append(name)
    return names


def search_feed(rows: Sequence[Row], text: str, origin: str, own: str) -> str:
    """The hits of a search as a feed. An entry is dated by the site, and updated when its latest state was first seen."""
    entries = [
        {
            "id": row["address"],
            "title": row["title"],
            "link": row["address"],
            "published": row["date"],
            "updated": row["seen_at"] if row["revised"] else row["date"] or row["seen_at"],
            "author": row["author"],
            "html": escape(row["text"]),
        }
        for row in rows
    ]
    return atom(f"Archive: {text}", origin, own, entries)


def atom(title: str, origin: str, own: str, entries: Sequence[dict[str, Any]]) -> str:
    """An Atom feed. https://www.rfc-editor.org/rfc/rfc4287"""
    feed = ElementTree.Element("feed", xmlns=ATOM)
    newest = max((entry["updated"] for entry in entries), default="")
    for name, value in (("title", title), ("id", origin + own), ("updated", full_time(newest))):
        ElementTree.SubElement(feed, name).text = legal(value)
    ElementTree.SubElement(feed, "link", rel="self", type="application/atom+xml", href=legal(origin + own))
    ElementTree.SubElement(feed, "link", rel="alternate", type="text/html", href=legal(origin + own.replace(".atom", "", 1)))
    for one in entries:
        entry = ElementTree.SubElement(feed, "entry")
        published = [("published", full_time(one["published"]))] if one.get("published") else []
        for name, value in (("id", one["id"]), ("title", one["title"]), ("updated", full_time(one["updated"])), *published):
            ElementTree.SubElement(entry, name).text = legal(value)
        ElementTree.SubElement(ElementTree.SubElement(entry, "author"), "name").text = legal(one["author"] or "unknown")
        ElementTree.SubElement(entry, "link", href=legal(one["link"]))
        ElementTree.SubElement(entry, "content", type="html").text = legal(one["html"])
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode")


def full_time(instant: str) -> str:
    """A date or time as Atom wants it. A wall clock of unknown zone is written as UTC: Atom has no other way."""
    if not re.match(r"\d{4}-\d\d-\d\d", instant or ""):
        return "1970-01-01T00:00:00Z"
    return instant if instant.endswith("Z") else f"{instant[:19]}Z" if "T" in instant else f"{instant[:10]}T00:00:00Z"


def legal(text: str) -> str:
    """Text without the characters that XML 1.0 does not allow."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)

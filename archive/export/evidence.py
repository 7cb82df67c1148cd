"""The evidence of one article: takes a connection and an article, gives files that a stranger can check without us: texts,
diffs, thread, WARC records, digests.

Everything opens offline; the pages load nothing from anywhere.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from sqlite_utils import Database

from archive.errors import StorageError
from archive.export.notes import CHECK, README, SLICE, SUMS
from archive.queries.revision_pair import FIELDS, described_revision, differences, rendered_differences, revisions_of
from archive.store.reread import earlier_readings
from archive.text import markup_diff
from archive.text.markup import paragraphs, plain, safe_markup
from archive.text.plaintext import one_line
from archive.warc.place import sha256
from archive.warc.read import whole_members

Row = dict[str, Any]
PLACES = (
    "part",
    "url",
    "captured_at",
    "status",
    "record_id",
    "payload_digest",
    "record_digest",
    "offset",
    "length",
    "source",
    "source_offset",
)


@dataclass(frozen=True, slots=True)
class Record:
    """A captures row, what it shows, and its compressed exchange: response, and the request that belongs to it."""

    row: Row
    part: str
    members: bytes


def evidence(db: Database, folder: Path, article: Row, at: str) -> dict[str, bytes]:
    """Name -> content of every file of an export. Raises StorageError when a record cannot be read."""
    revisions = revisions_of(db, article["id"])
    thread = thread_with_states(db, article["id"])
    files = {
        "article.json": json_file({**article, "addresses": address_rows(db, article["id"]), "absences": absence_rows(db, article["id"])})
    }
    for row in revisions:
        name = f"revision-{row['number']}"
        files[f"{name}.txt"] = revision_text(row, earlier_readings(db, row["id"])).encode()
        files[f"{name}.html"] = offline_page(f"Revision {row['number']}", revision_html(db, row))
    for old, new in pairwise(revisions):
        name = f"diff-{old['number']}-{new['number']}"
        files[f"{name}.txt"] = (
            "\n".join([f"--- {described_revision(old)}", f"+++ {described_revision(new)}", *rendered_differences(differences(old, new), 0)])
            + "\n"
        ).encode()
        files[f"{name}.html"] = offline_page(f"Revision {old['number']} to {new['number']}", diff_html(old, new))
    if thread:
        files |= {
            "thread.txt": "\n\n".join(comment_text(row) for row in thread).encode() + b"\n",
            "thread.html": offline_page("Comments", thread_html(thread)),
            "thread.json": json_file(thread),
        }
    records = list(showing(db, folder, article["id"]))
    files[SLICE], files["records.csv"] = warc_slice(folder, records)
    files["check.py"] = CHECK.encode()
    files["README.txt"] = readme(article, revisions, records, at).encode()
    files["index.html"] = offline_page(one_line(article["title"]), index_html(article, revisions, sorted(files)))
    files[SUMS] = "".join(f"{sha256(content).removeprefix('sha256:')}  {name}\n" for name, content in sorted(files.items())).encode()
    return files


# rows


def address_rows(db: Database, article_id: int) -> list[Row]:
    """The addresses of an article, the first seen first."""
    return list(db.query("select url, kind, first_seen_at from urls where article_id = ? order by first_seen_at", [article_id]))


def absence_rows(db: Database, article_id: int) -> list[Row]:
    """The disappearances of an article, in order."""
    return list(db.query("select * from absences where article_id = ? order by missing_since", [article_id]))


def thread_with_states(db: Database, article_id: int) -> list[Row]:
    """The thread in reading order, missing ones too, each with all its states."""
    states = "select number, seen_at, author, text, digest, content_key from comment_revisions where comment_id = ? order by number"
    rows = list(db.query("select * from comments where article_id = ? order by position, id", [article_id]))
    return [row | {"revisions": list(db.query(states, [row["id"]]))} for row in rows]


def showing(db: Database, folder: Path, article_id: int) -> Iterator[Record]:
    """The records that show a revision, a comment, a picture, or an absence, in the order of time."""
    sql = """
        select capture_id, group_concat(distinct part) as parts
        from (
          select capture_id, 'revision ' || number || ' (' || part || ')' as part
          from revision_captures
          join revisions on revisions.id = revision_id
          where article_id = :article
          union all
          select capture_id, 'comments'
          from comment_revisions
          join comments on comments.id = comment_id
          where article_id = :article
          union all
          select capture_id, 'absence'
          from absences
          where article_id = :article
          union all
          select id, 'picture'
          from captures
          where article_id = :article and door = 'image'
          union all
          select capture_id, 'picture'
          from images
          where article_id = :article
        )
        where capture_id is not null
        group by capture_id
        """
    parts = dict(db.execute(sql, {"article": article_id}).fetchall())
    marks = ", ".join("?" * len(parts))
    for row in db.query(f"select * from captures where id in ({marks}) order by captured_at, id", list(parts)):
        yield Record(row, parts[row["id"]], exchange_bytes(folder, row))


def exchange_bytes(folder: Path, row: Row) -> bytes:
    """The bytes of a response's record and of the request's behind it, as they lie in the file."""
    found = bytearray()
    try:
        for offset, compressed, content in whole_members(folder / row["filename"], row["offset"]):
            if offset > row["offset"] and b"\r\nWARC-Type: request\r\n" not in content[:2000]:
                break
            found += compressed
    except OSError as error:
        raise StorageError(f"cannot read {row['filename']}: {error.strerror}") from error
    if sha256(bytes(found[: row["length"]])) != row["record_digest"]:
        raise StorageError(f"the record at {row['filename']}:{row['offset']} is not what was written; run python -m archive verify")
    return bytes(found)


def warc_slice(folder: Path, records: Sequence[Record]) -> tuple[bytes, bytes]:
    """(the records, byte by byte, each file's warcinfo before them; a CSV table of where each lies)."""
    out, table = bytearray(), io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(PLACES)
    for filename in dict.fromkeys(record.row["filename"] for record in records):
        out += next(
            (compressed for _, compressed, content in whole_members(folder / filename) if b"WARC-Type: warcinfo" in content[:500]), b""
        )
        for record in records:
            row = record.row
            if row["filename"] == filename:
                place = {"part": record.part, "offset": len(out), "source": filename, "source_offset": row["offset"]}
                rows.writerow([(row | place)[name] for name in PLACES])
                out += record.members
    return bytes(out), table.getvalue().encode()


# texts and pages


def json_file(value: object) -> bytes:
    """A value as the content of a JSON file."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def revision_text(row: Row, earlier: list[str]) -> str:
    """A revision as plain text, with its fields and its digest."""
    fields = [f"{name}: {', '.join((row[name] or '').splitlines())}" for name in FIELDS if row[name]]
    return "\n".join([described_revision(row), *fields, f"digest: {row['digest']}", *earlier, "", row["text"], ""])


def revision_html(db: Database, row: Row) -> Markup:
    """A revision as markup."""
    sql = "select kind, html, text from blocks where revision_id = ? and kind in ('body', 'caption') order by position"
    body = Markup("\n").join(Markup(safe_markup(html)) for _, html, _ in db.execute(sql, [row["id"]]))
    facts = [row["byline"], row["published_at"], described_revision(row), row["digest"]]
    lines = Markup("<br>").join(plain(fact) for fact in facts if fact)
    return Markup("<h1>{}</h1>\n<p class=facts>{}</p>\n{}").format(plain(row["title"]), lines, body)


def diff_html(old: Row, new: Row) -> Markup:
    """What differs between two revisions, as markup."""
    parts = [Markup("<h1>{}</h1><p class=facts>{}<br>{}</p>").format(plain(new["title"]), described_revision(old), described_revision(new))]
    for name in FIELDS:
        if (old[name] or "") != (new[name] or ""):
            parts.append(Markup("<p><b>{}</b> {}</p>").format(name, markup_diff.inline_diff_markup(old[name] or "", new[name] or "")))
    if old["text"] != new["text"]:
        parts.append(markup_diff.text_diff_markup(old["text"], new["text"]))
    return Markup("\n").join(parts)


def comment_text(row: Row) -> str:
    """A comment as plain text, indented by its depth."""
    said = f"{row['author'] or 'unsigned'}, {row['posted_at'] or 'undated'}, id {row['source_id']}{_gone(row)}"
    margin = "    " * (row["depth"] - 1)
    return "\n".join(margin + line for line in [said, *row["text"].splitlines()])


def _gone(row: Row) -> str:
    return f"; last seen {row['last_seen_at']}, missing since {row['missing_since']}" if row["missing_since"] else ""


def thread_html(thread: Sequence[Row]) -> Markup:
    """A thread as markup."""
    item = Markup("<article style='margin-left:{}em'><p class=facts>{}, {}{}{}</p>{}</article>")
    parts = []
    for row in thread:
        edited = f", {len(row['revisions'])} states: see thread.json" if len(row["revisions"]) > 1 else ""
        when = row["posted_at"] or "undated"
        parts.append(item.format(2 * min(row["depth"] - 1, 8), plain(row["author"]), when, _gone(row), edited, paragraphs(row["text"])))
    return Markup("<h1>Comments</h1>\n") + Markup("\n").join(parts)


def index_html(article: Row, revisions: Sequence[Row], names: Sequence[str]) -> Markup:
    """The first page: the states, and links to all files."""
    links = Markup("\n").join(Markup("<li><a href='{0}'>{0}</a></li>").format(name) for name in names if name != "index.html")
    states = Markup("\n").join(Markup("<li>{}</li>").format(described_revision(row)) for row in revisions)
    head = Markup("<h1>{}</h1><p class=facts>{}{}</p>").format(plain(article["title"]), article["url"], _gone(article))
    return head + Markup("<ul>{}</ul>\n<p>Start with README.txt.</p>\n<ul>{}</ul>").format(states, links)


def offline_page(title: str, body: Markup) -> bytes:
    """A page that loads nothing from anywhere and runs nothing."""
    head = (
        "<!doctype html>\n<meta charset=utf-8>\n"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<style>body{max-width:42em;margin:2em auto;padding:0 1em;font:1rem/1.5 serif}.facts{color:#555;font-size:.85em}"
        "ins{background:#d4f4d4}del{background:#fbdada}</style>\n"
    )
    return f"{head}<title>{escape(title)}</title>\n{body}\n".encode()


def readme(article: Row, revisions: Sequence[Row], records: Sequence[Record], at: str) -> str:
    """What this is, and how a stranger checks it."""
    states = "\n".join(f"  {described_revision(row)}" for row in revisions)
    shown = "\n".join(f"  {record.row['captured_at']}  {record.part}: {record.row['url']}" for record in records)
    return README.format(
        title=one_line(article["title"]), url=one_line(article["url"]), gone=_gone(article), states=states, shown=shown, at=at
    )

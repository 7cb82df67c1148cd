"""Destroying an article or a comment: takes what was found to hold it, removes rows and records, and leaves tombstones.

The order is such that a kill at any moment leaves the archive as it was, or destroys the rest when it is opened next: new WARC files
are written beside the old ones; one transaction removes the rows and moves the others' offsets; then the files take their places,
and the database is written anew, so that nothing of it lies in free pages.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db.shrink import spacious
from archive.store.comments import BLANK, count_comments, digest
from archive.store.outlinks import forget_outlinks
from archive.text.content_key import comment_key
from archive.text.packed import packed
from archive.text.urls import normal_url
from archive.warc.rewrite import BESIDE, beside, put_in_place, written_without

Row = Mapping[str, Any]
IN = "in (select value from json_each(?))"
OWNED = {("absences", "comment_id"), ("rereadings", "revision_id"), ("rereadings", "comment_revision_id")}
"""Columns that may be empty, whose rows go with what they point at all the same."""
INDEXES = "select name from sqlite_master where type = 'table' and sql like 'create virtual table%fts5%'"
NAMED_BY = {"gaps": "ref", "quarantine": "url", "checkpoints": "ref", "feed_items": "url", "verdicts": "url", "decisions": "ref"}
"""Tables that name things by their addresses."""


@dataclass(slots=True)
class Destruction:
    """What is to be destroyed: an article with its thread, or one comment; and ``records``, rows of captures, that hold its text."""

    site_id: int
    what: str  # article 12, comment 34
    article_id: int | None
    comment_id: int | None
    records: Sequence[Row]
    reason: str
    at: str
    traces: Sequence[bytes] = ()  # by what its text is known again
    names: Sequence[str] = ()  # by which it could come back: ``names_of``
    rested: dict[int, list[int]] = field(default_factory=dict)  # capture -> other revisions that rest on it


def write_files(folder: Path, plan: Destruction) -> dict[str, dict[int, int]]:
    """Write each WARC file anew, beside it. Returns file -> offset -> new offset. Raises StorageError with nothing left behind."""
    of_file: dict[str, dict[int, str]] = defaultdict(dict)
    for row in plan.records:
        of_file[row["filename"]][row["offset"]] = row["record_id"]
    places: dict[str, dict[int, int]] = {}
    try:
        for filename, removed in of_file.items():
            told = [
                {
                    "record_id": row["record_id"],
                    "record_digest": row["record_digest"],
                    "what": plan.what,
                    "date": plan.at,
                    "reason": plan.reason,
                    "refused": list(plan.names),
                    "passages": [trace.hex() for trace in plan.traces],
                }
                for row in plan.records
                if row["filename"] == filename
            ]
            places[filename] = written_without(folder / filename, removed, told, plan.at)
    except BaseException:
        for filename in of_file:
            beside(folder / filename).unlink(missing_ok=True)
        raise
    return places


def remove_rows(db: Database, plan: Destruction, places: Mapping[str, Mapping[int, int]]) -> None:
    """Remove or blank every row, move the offsets of the records that stay, write the tombstones. Inside the caller's transaction."""
    ids = [row["id"] for row in plan.records]
    plan.rested = revisions_on(db, ids, plan.article_id)
    names = plan.names
    if plan.article_id is not None:
        _remove_article(db, plan.article_id)
    elif plan.comment_id is not None:
        _blank_comment(db, plan.comment_id)
    db.execute(f"update images set digest = null where capture_id {IN}", [json.dumps(ids)])
    delete_rows(db, "captures", ids)
    [last] = db.execute("select coalesce(max(id), 0) from captures").fetchone()
    db.execute("update seals set last_capture = ? where last_capture > ?", [last, last])  # the next captures get these ids again
    for filename, moved in places.items():
        _move(db, filename, moved)
    for row in plan.records:
        rested = json.dumps(plan.rested.get(row["id"], []))
        _bury(db, plan, record_id=row["record_id"], record_digest=row["record_digest"], filename=row["filename"], revisions=rested)
    for name in names:
        _bury(db, plan, refused=name)
    if plan.traces:
        _bury(db, plan, passages=b"".join(plan.traces), looked=last)


def bury_again(db: Database, site_id: int, tombstones: Iterable[Mapping[str, Any]]) -> None:
    """Write down what the tombstones of a site's WARC files tell, in an archive that is built again from them. Inside the caller's
    transaction."""
    if db.execute("select 1 from expunged where site_id = ? limit 1", [site_id]).fetchone():
        return
    names, traces = dict[tuple[str, ...], None](), dict[tuple[str, ...], None]()
    for told in tombstones:
        row = {"site_id": site_id, "what": told["what"], "expunged_at": told["date"], "reason": told["reason"], "unfinished": 0}
        _insert(
            db,
            row | {"record_id": told["record_id"], "record_digest": told["record_digest"], "filename": told["filename"], "revisions": "[]"},
        )
        about = (told["what"], told["date"], told["reason"])
        names |= {(*about, name): None for name in told.get("refused", ())}
        traces |= {(*about, *told["passages"]): None} if told.get("passages") else {}
    for what, date, reason, *rest in [*names, *traces]:
        row = {"site_id": site_id, "what": what, "expunged_at": date, "reason": reason, "unfinished": 0}
        is_name = (what, date, reason, *rest) in names
        _insert(db, row | ({"refused": rest[0]} if is_name else {"passages": bytes.fromhex("".join(rest)), "looked": 0}))


def finish(db: Database, folder: Path) -> bool:
    """Do what is left of a destruction that was committed: files take their places, free pages are overwritten. Whether all is done."""
    if not db.execute("select 1 from expunged where unfinished = 1 limit 1").fetchone():
        return True
    sql = "select distinct filename from expunged where unfinished = 1 and filename is not null"
    for (filename,) in db.execute(sql).fetchall():
        put_in_place(folder / filename)
    db.execute("pragma secure_delete = on")
    for (index,) in db.execute(INDEXES).fetchall():
        db.execute(f"insert into {index}({index}) values ('rebuild')")  # what was deleted lies in its pages until then
    with spacious(db.conn):
        db.execute("vacuum")
    [busy, *_] = db.execute("pragma wal_checkpoint(truncate)").fetchone()
    if busy:  # what was deleted lies in the log as long as somebody reads it
        return False
    db.execute("update expunged set unfinished = 0 where unfinished = 1")
    return True


def clear_away(folder: Path) -> None:
    """Remove files of a destruction that was killed before it was committed: the archive is as it was."""
    for path in (folder / "warc").glob(f"*/*{BESIDE}"):
        path.unlink(missing_ok=True)


# rows


def revisions_on(db: Database, captures: Iterable[int], but: int | None) -> dict[int, list[int]]:
    """Capture -> ids of the revisions that rest on it, but for those of an article."""
    sql = f"""
        select capture_id, revision_id
        from revision_captures
        join revisions on revisions.id = revision_id
        where capture_id {IN} and article_id is not ?
        """
    found: dict[int, list[int]] = defaultdict(list)
    for capture_id, revision_id in db.execute(sql, [json.dumps([*captures]), but]):
        found[capture_id].append(revision_id)
    return dict(found)


def names_of(db: Database, plan: Destruction) -> list[str]:
    """By which names it could come back: digests of its addresses, and the site's own id."""
    theirs = "select source_id from comments where article_id = ? or id = ?"
    comments = [f"comment {number}" for (number,) in db.execute(theirs, [plan.article_id, plan.comment_id])]
    if plan.article_id is None:
        return comments  # none where only records are destroyed
    urls = [url for (url,) in db.execute("select url from urls where article_id = ?", [plan.article_id])]
    [source_id] = db.execute("select source_id from articles where id = ?", [plan.article_id]).fetchone()
    return [*dict.fromkeys(address_digest(url) for url in urls), *([f"article {source_id}"] if source_id else []), *comments]


def address_digest(url: str) -> str:
    """What stands for an address: its words may not."""
    return f"sha256:{hashlib.sha256((normal_url(url) or url).rstrip('/').encode()).hexdigest()}"


def refused(db: Database, site_id: int) -> frozenset[str]:
    """What of a site was destroyed and may not come back: digests of addresses, "article ID" and "comment ID" by the site's own ids."""
    sql = "select refused from expunged where site_id = ? and refused is not null"
    return frozenset(name for (name,) in db.execute(sql, [site_id]))


def is_refused(names: frozenset[str], source_id: str | None, url: str) -> bool:
    """Whether an article with this id or address is among what ``refused`` gives."""
    return bool(names) and (f"article {source_id}" in names or address_digest(url) in names)


def _remove_article(db: Database, article_id: int) -> None:
    forget_outlinks(db, article_id)
    addresses = [url for (url,) in db.execute("select url from urls where article_id = ?", [article_id])]
    addresses += [url for (url,) in db.execute("select url from images where article_id = ?", [article_id])]
    comments = [f"comment:{i}" for (i,) in db.execute("select id from comments where article_id = ?", [article_id])]
    theirs = "select fingerprint from blocks join revisions on revisions.id = revision_id where article_id"
    db.execute(f"delete from boilerplate where fingerprint in ({theirs} = ?) and fingerprint not in ({theirs} <> ?)", [article_id] * 2)
    people = {}
    for table, link in (("authors", "author_id"), ("tags", "tag_id")):
        of_article = f"article_{table}"
        people[table, link, of_article] = [i for (i,) in db.execute(f"select {link} from {of_article} where article_id = ?", [article_id])]
    delete_rows(db, "articles", [article_id])
    for (table, link, of_article), ids in people.items():
        db.execute(f"delete from {table} where id {IN} and id not in (select {link} from {of_article})", [json.dumps(ids)])
    for table, column in NAMED_BY.items():
        db.execute(f"delete from {table} where {column} {IN}", [json.dumps(addresses + comments)])


def _blank_comment(db: Database, comment_id: int) -> None:
    """The comment's place stays, for what answers it; nothing that was said there, nor by whom."""
    states = [i for (i,) in db.execute("select id from comment_states where comment_id = ? order by number", [comment_id])]
    delete_rows(db, "comment_states", states[:-1])
    db.execute("update comments set author = '', author_url = '', text = ? where id = ?", [BLANK, comment_id])
    row = next(db.query("select * from comments where id = ?", [comment_id]))
    db.execute(
        "update comment_states set number = 1, author = null, text = null, digest = ?, content_key = ? where comment_id = ?",
        [packed(digest(row)), packed(comment_key(row)), comment_id],
    )
    db.execute("delete from rereadings where comment_revision_id in (select id from comment_states where comment_id = ?)", [comment_id])
    db.execute("delete from decisions where ref = ?", [f"comment:{comment_id}"])
    count_comments(db, row["article_id"])


def delete_rows(db: Database, table: str, ids: Sequence[int]) -> None:
    """Delete rows by id, with all rows that cannot be without them; what may point at nothing does so."""
    if not ids:
        return
    given = json.dumps([*ids])
    for child in db.table_names():
        for key in _foreign_keys(db, child, table):
            if key["nullable"] and (child, key["column"]) not in OWNED:
                db.execute(f"update {child} set {key['column']} = null where {key['column']} {IN}", [given])
                continue
            if key["has_id"]:
                theirs = [i for (i,) in db.execute(f"select id from {child} where {key['column']} {IN}", [given])]
                delete_rows(db, child, theirs)
            else:
                db.execute(f"delete from {child} where {key['column']} {IN}", [given])
    db.execute(f"delete from {table} where id {IN}", [given])


def _foreign_keys(db: Database, child: str, parent: str) -> list[dict[str, Any]]:
    columns = {row[1]: row for row in db.execute(f"pragma table_info({child})")}
    keys = [row[3] for row in db.execute(f"pragma foreign_key_list({child})") if row[2] == parent]
    return [{"column": name, "nullable": not columns[name][3] and not columns[name][5], "has_id": "id" in columns} for name in keys]


def _move(db: Database, filename: str, moved: Mapping[int, int]) -> None:
    """Offsets in two steps: a place that is free later is taken now."""
    db.execute("update captures set offset = -1 - offset where filename = ?", [filename])
    db.conn.executemany(
        "update captures set offset = ? where filename = ? and offset = ?", [(new, filename, -1 - old) for old, new in moved.items()]
    )


def _bury(db: Database, plan: Destruction, **columns: Any) -> None:
    """A row of ``expunged``."""
    _insert(db, {"site_id": plan.site_id, "what": plan.what, "expunged_at": plan.at, "reason": plan.reason, "unfinished": 1} | columns)


def _insert(db: Database, row: Mapping[str, Any]) -> None:
    db.execute(f"insert into expunged({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))

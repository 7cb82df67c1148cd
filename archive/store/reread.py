"""Reading again: what newer code, or a newer rule, makes of captures that were read before, written in place of the old reading.

History stays as it was observed: numbers, times, absences and decisions are not touched. Only rows that differ are written,
so that reading again with the same code writes nothing. All functions run inside the caller's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.store import article_lists, articles, comments, readings
from archive.store.blocks import add_blocks
from archive.store.held_articles import LISTS, HeldArticle
from archive.store.revision_digest import HREF, seal
from archive.store.seen import Seen
from archive.store.settle import BEFORE, own_label
from archive.text import content_key
from archive.text.change_kind import classify
from archive.text.content_key import Fields
from archive.text.fingerprint import fingerprint
from archive.text.packed import packed
from archive.text.urls import link_key

Row = Mapping[str, Any]
AGAIN = "read again: "
DIGESTS = {"digest", "content_key"}


@dataclass(slots=True)
class State:
    """What the captures of one revision say now. Without ``blocks`` the revision keeps those it has."""

    fields: Fields
    door: str
    kind: str = "article"
    blocks: list[Row] | None = None
    images: list[Row] | None = None
    links: list[Row] | None = None


@dataclass(frozen=True, slots=True)
class DoorReading:
    """What a door showed last: the row of ``readings``."""

    fields: Fields
    at: str
    capture_id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A new reading that is not believed: the old one stays, and the capture is shown to people."""

    capture_id: int
    url: str
    at: str
    reason: str  # begins with ``AGAIN``


@dataclass(frozen=True, slots=True)
class Reread:
    """Everything that the captures of one article say now. What they do not say any more stays as it is."""

    article_id: int
    states: Mapping[int, State] = field(default_factory=dict)  # revision id -> state
    shown: Mapping[str, DoorReading] = field(default_factory=dict)  # door -> its last reading
    compared: tuple[Mapping[str, Fields], str] | None = None  # what the doors showed when they were last compared, and when
    reported: int | None = None  # the page's own count of comments
    comments: Mapping[int, Mapping[int, Row]] = field(default_factory=dict)  # comment id -> number of its revision -> state, with ``door``
    fresh: Sequence[tuple[Seen, str, Sequence[Row]]] = ()  # (when, door, comments) that no reading had found before
    kept: Sequence[Kept] = ()


def save_reread(db: Database, held: HeldArticle, reread: Reread, crawl_id: int, extractor: str, at: str) -> Counter[str]:
    """Write where a reading differs from what is ``held``. Counts ``texts`` and ``comments``, ``texts anew`` and ``comments anew``
    of them, and ``new`` comments."""
    counts: Counter[str] = Counter()
    for revision_id, state in reread.states.items():
        anew = _save_state(db, held, revision_id, state, crawl_id, extractor, at)
        counts.update({"texts": 1, "texts anew": anew})
    if held.row["revision_id"] in reread.states:
        _save_current(db, held, reread)
    _save_readings(db, reread, extractor)
    if reread.compared:
        readings.note_differences(db, reread.article_id, *reread.compared)
    counts += _save_thread(db, held, reread, crawl_id, at)
    _show_kept(db, held, reread)
    return counts


def _show_kept(db: Database, held: HeldArticle, reread: Reread) -> None:
    """In quarantine, beside the pages that were never believed; what is believed now leaves it."""
    shown, kept = held.quarantined, {(k.capture_id, k.url, k.reason): k for k in reread.kept}
    db.conn.executemany("delete from quarantine where id = ?", [(shown[key],) for key in shown.keys() - kept.keys()])
    for key in sorted(kept.keys() - shown.keys()):
        values = [held.row["site_id"], kept[key].url, kept[key].at, kept[key].reason, kept[key].capture_id]
        db.execute("insert into quarantine(site_id, url, captured_at, reason, capture_id) values (?, ?, ?, ?, ?)", values)


# revisions


def _save_state(db: Database, held: HeldArticle, revision_id: int, state: State, crawl_id: int, extractor: str, at: str) -> bool:
    """Whether anything of the revision differed."""
    row = held.revisions[revision_id]
    columns = articles.columns_of(state.fields) | {"door": state.door}
    stored = [(b["kind"], b["rule"], b["text"], b["html"], b["vote"], *own_label(b["kind"], b["rule"])) for b in held.blocks[revision_id]]
    blocks = state.blocks
    if blocks is not None and [(b["text"], b["html"], b["vote"], b["kind"], b["rule"]) for b in blocks] == [b[2:] for b in stored]:
        blocks = None
    differs = blocks is not None or any(row[name] != value for name, value in columns.items())
    if differs:
        articles.record_earlier(db, crawl_id, at, row, revision_id=revision_id, extractor=row["extractor"])
    if blocks is not None:
        labels = _learned(db, row["article_id"], stored)
        db.execute("delete from blocks where revision_id = ?", [revision_id])
        add_blocks(db, revision_id, [_labelled(block, labels) for block in blocks])
    read_by = {"extractor": extractor, "extracted_at": at}
    if differs:
        _set(db, "revisions", revision_id, columns | read_by)
        row["text"] = seal(db, revision_id)
    elif row["extractor"] != extractor:
        _set(db, "revisions", revision_id, read_by)  # and nothing else: a text that is written is indexed anew for the search
    return differs


def _set(db: Database, table: str, row_id: int, columns: Mapping[str, Any]) -> None:
    db.execute(f"update {table} set {', '.join(f'{name} = ?' for name in columns)} where id = ?", [*columns.values(), row_id])


def _learned(db: Database, article_id: int, held: Sequence[tuple[str, ...]]) -> dict[str, tuple[str, str]]:
    """Fingerprint -> (kind, rule) of what is known to be boilerplate: nobody is to read it as text until the site is settled."""
    sql = "select fingerprint, kind, decided_by from boilerplate where site_id = (select site_id from articles where id = ?)"
    labels = {f: (kind, rule) for f, kind, rule in db.execute(sql, [article_id])}
    labels |= {fingerprint(text): (kind, rule.rpartition(BEFORE)[0]) for kind, rule, text, *_ in held if BEFORE in rule}
    return labels


def _labelled(block: Row, labels: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    label = labels.get(fingerprint(block["text"])) if block["kind"] == "body" else None
    return {**block, "kind": label[0], "rule": f"{label[1]}{BEFORE}body {block['rule']}"} if label else dict(block)


# the article


def _save_current(db: Database, held: HeldArticle, reread: Reread) -> None:
    """Let the article and its lists say what its current revision says."""
    row, state = held.row, reread.states[held.row["revision_id"]]
    text, on = held.revisions[row["revision_id"]]["text"], state.fields["published_on"]
    latest = content_key.merge(*(reread.shown[door].fields if door in reread.shown else None for door in ("rest", "page")))
    kind = {("article", False): "link", ("link", True): "article"}.get((state.kind, bool(text)), state.kind)
    columns = {name: state.fields[name] for name in ("title", "byline", "published_at", "published_on", "published_precision")}
    columns |= {"year": int(on[:4]) if on else None, "month": on[:7] if on else None, "word_count": len(text.split()), "kind": kind}
    columns["modified_at"] = latest["modified_at"]
    columns["reported_comment_count"] = row["reported_comment_count"] if reread.reported is None else reread.reported
    _update(db, "articles", row, columns)
    _save_names(db, held, state)
    for table, names in LISTS.items():
        _save_list(db, row["id"], table, getattr(held, table), names, getattr(state, table))


def _update(db: Database, table: str, row: Row, columns: Mapping[str, Any]) -> None:
    """Write what differs from the row that is held."""
    if differ := {name: value for name, value in columns.items() if row[name] != value}:
        _set(db, table, row["id"], differ)


def _save_names(db: Database, held: HeldArticle, state: State) -> None:
    """Authors and tags. A name that nothing carries any more, and of which the site knows no id, was no name."""
    article_id, site_id = held.row["id"], held.row["site_id"]
    if held.authors != list(dict.fromkeys(author["name"] for author in state.fields["authors"] or [])):
        carried = _carried(db, "author_id", "article_authors", article_id)
        article_lists.save_authors(db, site_id, article_id, state.fields["authors"] or [])
        _drop_unused(db, "authors", "author_id", "article_authors", carried)
    if held.terms != {(term["kind"], term["name"]) for term in state.fields["terms"] or []}:
        carried = _carried(db, "tag_id", "article_tags", article_id)
        article_lists.save_terms(db, site_id, article_id, state.fields["terms"] or [])
        _drop_unused(db, "tags", "tag_id", "article_tags", carried)


def _carried(db: Database, key: str, table: str, article_id: int) -> list[tuple[int]]:
    return list(db.execute(f"select {key} from {table} where article_id = ?", [article_id]))


def _drop_unused(db: Database, names: str, key: str, table: str, carried: list[tuple[int]]) -> None:
    unused = f"not exists (select 1 from {table} where {key} = {names}.id)"
    db.conn.executemany(f"delete from {names} where id = ? and source_id is null and {unused}", carried)


def _save_list(
    db: Database, article_id: int, table: str, held: Sequence[tuple[str, ...]], names: tuple[str, ...], rows: Sequence[Row] | None
) -> None:
    """Pictures or links."""
    if rows is not None and held != [tuple(row[name] for name in names) for row in rows]:
        (article_lists.save_links if table == "links" else article_lists.save_images)(db, article_id, rows)


def _save_readings(db: Database, reread: Reread, extractor: str) -> None:
    for door, shown in reread.shown.items():
        readings.remember_reading(db, reread.article_id, door, shown.fields, Seen(shown.at, ((shown.capture_id, door),), extractor))


# comments


def _save_thread(db: Database, held: HeldArticle, reread: Reread, crawl_id: int, at: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for comment_id, states in reread.comments.items():
        anew = _save_comment(db, held.comments[comment_id], held.comment_revisions[comment_id], states, crawl_id, at)
        counts.update({"comments": 1, "comments anew": anew})
    for seen, door, thread in reread.fresh:
        counts["new"] += comments.save_comments(db, reread.article_id, thread, door, seen)["new"]
    if counts["comments anew"]:
        comments.order_thread(db, reread.article_id)
    return counts


def _save_comment(db: Database, row: Row, revisions: Sequence[Row], states: Mapping[int, Row], crawl_id: int, at: str) -> bool:
    """Whether anything of a comment differed, in any of its states."""
    differs = False
    for revision in reversed(revisions):
        state = states.get(revision["number"])
        if state is None:
            continue
        present = revision["number"] == len(revisions)
        columns = {"author": state["author"], "text": state["text"], "content_key": content_key.comment_key(state)}
        if present:
            _update(db, "comments", row, {name: state[name] for name in (*comments.COLUMNS, "door")})
            columns["digest"] = comments.digest(state)
        if all(revision[name] == value for name, value in columns.items()):
            continue
        differs = True
        articles.record_earlier(db, crawl_id, at, revision, comment_revision_id=revision["id"])
        _update(db, "comment_revisions", revision, columns | {name: packed(columns[name]) for name in columns.keys() & DIGESTS})
        if not present:
            digest = packed(comments.digest_of_earlier(db, revision["id"]))
            db.execute("update comment_revisions set digest = ? where id = ?", [digest, revision["id"]])
    return differs


# for people


def earlier_readings(db: Database, revision_id: int) -> list[str]:
    """What a digest that was cited before was of: a line for each reading of a revision that a later one has replaced."""
    rows = db.query("select * from rereadings where revision_id = ? order by id", [revision_id])
    return [f"earlier digest: {row['digest']}, as {row['extractor']} read the same record; replaced {row['read_at']}" for row in rows]


# the changes between states


def reread_pairs(db: Database, site_id: int) -> list[tuple[int, int]]:
    """(revision, its predecessor) where one of them has been read anew, ever."""
    sql = """
        select new.id, old.id
        from revisions as new
        join revisions as old on old.article_id = new.article_id and old.number = new.number - 1
        join articles on articles.id = new.article_id
        where articles.site_id = ?
          and exists (select 1 from rereadings where rereadings.revision_id in (new.id, old.id))
        """
    return list(db.execute(sql, [site_id]))


def classify_again(db: Database, pairs: Sequence[tuple[int, int]], *, settled: bool = False) -> None:
    """What kind of change lies between states that were read anew, or that a run has ``settled``. Where none is left of one that was read
    anew, ``change`` is empty: the number stays, for it is cited, and no list of edits shows it."""
    for new_id, old_id in pairs:
        new, old = (next(db.query("select * from revisions where id = ?", [i])) for i in (new_id, old_id))
        fields = _differing(db, old, new)
        if fields or not settled:
            change, declared = classify(old, new, fields) if fields else (None, None)
            _update(db, "revisions", new, {"change": change, "declared": declared})


def _differing(db: Database, old: Row, new: Row) -> set[str]:
    """Names of the content fields in which two stored states differ."""
    differ = {name for name, value in _content(db, old).items() if value != _content(db, new)[name]}
    one, other = old["published_at"], new["published_at"]
    if one != other and not (one and other and content_key.same_time(one, other)):
        differ.add("published")
    return differ


def _content(db: Database, row: Row) -> dict[str, object]:
    blocks = articles.blocks_of(db, row["id"])
    body = [block for block in blocks if block["kind"] == "body"]
    return {
        "title": content_key.normalised(row["title"]),
        "authors": content_key.normalised(row["byline"] or ""),
        "terms": row["tags"],
        "text_key": [content_key.normalised(block["text"]) for block in body],
        "captions_key": [content_key.normalised(block["text"]) for block in blocks if block["kind"] == "caption"],
        "links_key": {link_key(url) for block in body for url in HREF.findall(block["html"])},
    }

"""Saving comments and keeping each thread in order. All functions run inside the caller's transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from archive.store.articles import Outcome, crawl_of, find_article, record_earlier
from archive.store.seen import Seen
from archive.text.content_key import comment_key, key, key_of_row
from archive.text.packed import packed

COLUMNS = ("source_parent_id", "kind", "author", "author_url", "posted_at", "posted_precision", "text")
SORTED = sorted(COLUMNS)
UNPLACED = (None, 0, 1)  # parent, position and depth until the thread is put in order
BLANK = "[destroyed by a legal order]"  # what stands in place of a comment that was: its answers keep their place
TOGETHER = 32  # comments in one statement: the full-text index writes once a statement, and not once a row
INSERT = (
    f"insert into comments(id, article_id, source_id, {', '.join(COLUMNS)}, door, first_seen_at, last_seen_at, parent_id, position, depth)"
    " values"
)
PLACES = f"({', '.join('?' * (len(COLUMNS) + 9))})"
Row = Mapping[str, Any]  # of ``comments``


def save_comments(
    db: Database, article_id: int, comments: Iterable[Mapping[str, Any]], door: str, seen: Seen, *, upgraded: bool = False
) -> Counter[Outcome]:
    """Save what one door showed of an article's thread, put the thread in order, and count what was new, revised, unchanged.

    A page never overrules what REST said of a comment: it adds the ones that REST lacks, such as pingbacks. ``upgraded``: the
    last reading was another extractor's, so that a difference is no edit; it is written in place.
    """
    held = {row["source_id"]: row for row in db.query("select * from comments where article_id = ?", [article_id])}
    counts: Counter[Outcome] = Counter()
    fresh: list[Mapping[str, Any]] = []
    met: list[Row] = []
    [last] = db.execute("select coalesce(max(id), 0) from comments").fetchone()
    for comment in comments:
        row = held.get(comment["source_id"])
        if row is None:
            fresh.append({**comment, "id": last + len(fresh) + 1})
            counts["new"] += 1
        else:
            counts["unchanged" if is_blank(row) else _compare(db, row, comment, door, seen, upgraded)] += 1
            met.append(row)
    in_order = _insert(db, article_id, fresh, door, seen, alone=not held)
    returned = _touch(db, met, seen)
    if counts["revised"] or returned or upgraded or not in_order:
        order_thread(db, article_id)
    elif fresh:
        count_comments(db, article_id)
    return counts


def is_blank(row: Row) -> bool:
    """Whether a comment was destroyed: it stays so, whatever the site shows."""
    return bool(row["text"] == BLANK and not row["author"])


def read_by_others(db: Database, site_id: int, threads: Iterable[str], door: str, seen: Seen) -> set[str]:
    """Of these threads, by their articles' own ids, those that another extractor read last. Ask before the articles are saved.

    Only a page is read together with its thread; comments of REST come apart, and nothing tells which extractor read them.
    """
    rows = {source_id: find_article(db, site_id, source_id, source_id) for source_id in (threads if door == "page" else ())}
    sql = "select 1 from readings where article_id = ? and door = ? and extractor <> ?"
    return {source_id for source_id, row in rows.items() if row and db.execute(sql, [row["id"], door, seen.extractor]).fetchone()}


def _insert(db: Database, article_id: int, fresh: Sequence[Mapping[str, Any]], door: str, seen: Seen, *, alone: bool) -> bool:
    """Insert new comments, which know their ids, each with its first state. Whether the thread is in order now.

    ``alone``: the thread held none. Its order is known then, and is written with the rows, unless one answers a later one.
    """
    placed = place(fresh) if alone else {}
    if any(parent is not None and parent > comment_id for comment_id, (parent, _, _) in placed.items()):
        placed = {}
    for at in range(0, len(fresh), TOGETHER):
        rows = [
            (row["id"], article_id, row["source_id"], *_state(row), door, seen.at, seen.at, *placed.get(row["id"], UNPLACED))
            for row in fresh[at : at + TOGETHER]
        ]
        db.execute(f"{INSERT} {', '.join([PLACES] * len(rows))}", [value for row in rows for value in row])
    _add_revisions(db, [_revision(row["id"], 1, row, placed.get(row["id"], UNPLACED)[0], seen) for row in fresh])
    return bool(placed) or not fresh


def _compare(db: Database, row: Row, comment: Mapping[str, Any], door: str, seen: Seen, upgraded: bool) -> Outcome:
    same = door == row["door"] and all(row[column] == comment[column] for column in COLUMNS)
    if same or (door == "page" and row["door"] == "rest"):
        return "unchanged"
    differs = comment_key(row) != comment_key(comment)
    if door == row["door"] and differs and upgraded:
        sql = "select * from comment_revisions where comment_id = ? order by number desc limit 1"
        [old] = db.query(sql, [row["id"]])
        record_earlier(db, crawl_of(db, seen), seen.at, old, comment_revision_id=old["id"])
    elif door == row["door"] and differs:
        _write_state(db, row["id"], comment, door)
        _add_revisions(db, [_revision(row["id"], _end_state(db, row["id"]) + 1, comment, row["parent_id"], seen)])
        return "revised"
    _write_state(db, row["id"], comment, door)  # completion: REST after the page, or a detail that is no content
    db.execute(
        "update comment_states set author = null, text = null, digest = ?, content_key = ? where comment_id = ? and number = "
        "(select max(number) from comment_states where comment_id = ?)",
        [packed(digest(comment)), packed(comment_key(comment)), row["id"], row["id"]],
    )
    return "unchanged"


def digest(comment: Mapping[str, Any]) -> str:
    """sha256:HEX over everything stored of a comment's present state; ``digest_of_earlier`` is that of the states before."""
    return key_of_row(comment, SORTED)


def digest_of_earlier(db: Database, revision_id: int) -> str:
    """sha256:HEX over what is stored of a state that is no longer the present one."""
    sql = """
        select
          comment_revisions.number,
          comment_revisions.seen_at,
          comment_revisions.content_key,
          comment_revisions.author,
          comment_revisions.text,
          parents.source_id
        from comment_revisions
        left join comments as parents on parents.id = comment_revisions.parent_id
        where comment_revisions.id = ?
        """
    return key(*db.execute(sql, [revision_id]).fetchone())


def _state(comment: Mapping[str, Any]) -> list[Any]:
    return [comment[column] for column in COLUMNS]


def _write_state(db: Database, comment_id: int, comment: Mapping[str, Any], door: str) -> None:
    assignments = ", ".join(f"{column} = ?" for column in COLUMNS)
    db.execute(f"update comments set {assignments}, door = ? where id = ?", [*_state(comment), door, comment_id])


def _end_state(db: Database, comment_id: int) -> int:
    """Seal the last state of a comment as an earlier one; return its number."""
    sql = "select id, number from comment_states where comment_id = ? order by number desc limit 1"
    revision_id, number = db.execute(sql, [comment_id]).fetchone()
    db.execute("update comment_states set digest = ? where id = ?", [packed(digest_of_earlier(db, revision_id)), revision_id])
    return int(number)


def _revision(comment_id: int, number: int, comment: Mapping[str, Any], parent_id: int | None, seen: Seen) -> tuple[object, ...]:
    """A row for ``_add_revisions``."""
    return (comment_id, number, seen.at, packed(digest(comment)), packed(comment_key(comment)), parent_id, seen.captures[0][0])


def _add_revisions(db: Database, rows: Sequence[tuple[object, ...]]) -> None:
    """Their signatures and texts are the comments', which have been written: they are not stored a second time."""
    db.conn.executemany(
        "insert into comment_states(comment_id, number, seen_at, digest, content_key, parent_id, capture_id) values (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _touch(db: Database, met: Sequence[Row], seen: Seen) -> bool:
    """These comments were there: move the observation on, end absences that began before. Whether one had been missing."""
    db.conn.executemany(
        "update comments set last_seen_at = ? where id = ?", [(seen.at, row["id"]) for row in met if row["last_seen_at"] < seen.at]
    )
    missing = [row for row in met if row["missing_since"] is not None]
    back = [row["id"] for row in missing if row["missing_since"] <= seen.at]
    db.conn.executemany("update comments set missing_since = null, gone_at = null where id = ?", [(i,) for i in back])
    db.conn.executemany("update absences set back_at = ? where comment_id = ? and back_at is null", [(seen.at, i) for i in back])
    return bool(missing)


def order_thread(db: Database, article_id: int) -> None:
    """Set parent, depth and reading order of every comment of an article, and the article's comment count.

    Siblings stand in the order of their times, as WordPress shows them. A comment whose parent the site hides stands at top
    level; ``source_parent_id`` keeps what it answered. Writes only the rows that change.
    """
    rows = list(db.query("select * from comments where article_id = ?", [article_id]))
    placed = place(rows)
    moved = [row["id"] for row in rows if (row["parent_id"], row["position"], row["depth"]) != placed[row["id"]]]
    answering = [row["id"] for row in rows if row["parent_id"] != placed[row["id"]][0]]
    db.conn.executemany("update comments set parent_id = ?, position = ?, depth = ? where id = ?", [(*placed[i], i) for i in moved])
    db.conn.executemany(
        "update comment_states set parent_id = ? where comment_id = ? and number = "
        "(select max(number) from comment_states where comment_id = ?)",
        [(placed[i][0], i, i) for i in answering],
    )
    count_comments(db, article_id)


def count_comments(db: Database, article_id: int) -> None:
    db.execute(
        """
        update articles
        set comment_count = (select count(*) from comments where article_id = articles.id and missing_since is null)
        where id = ?
        """,
        [article_id],
    )


def place(rows: Iterable[Mapping[str, Any]]) -> dict[int, tuple[int | None, int, int]]:
    """Comment id -> (parent id, position, depth) of one thread. Pure; a circle of parents is broken at its earliest comment."""
    rows = sorted(rows, key=lambda row: (row["posted_at"] or "", _number(row["source_id"])))
    ids = {row["source_id"]: row["id"] for row in rows}
    children: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        parent = ids.get(row["source_parent_id"] or "")
        children[None if parent == row["id"] else parent].append(row["id"])
    placed: dict[int, tuple[int | None, int, int]] = {}
    for root in [*children[None], *(row["id"] for row in rows)]:
        stack = [(root, None, 1)] if root not in placed else []
        while stack:
            comment, parent, depth = stack.pop()
            if comment in placed:
                continue
            placed[comment] = (parent, len(placed), depth)
            stack.extend((child, comment, depth + 1) for child in reversed(children[comment]))
    return placed


def _number(source_id: str) -> tuple[int, str]:
    return (int(source_id), "") if source_id.isdecimal() else (0, source_id)

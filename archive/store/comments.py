"""Saving comments and keeping each thread in order. All functions run inside the caller's transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

from archive.store.articles import Outcome, crawl_of, find_article, record_earlier
from archive.store.seen import Seen
from archive.text.content_key import comment_key, key
from archive.text.packed import packed

COLUMNS = ("source_parent_id", "kind", "author", "author_url", "posted_at", "posted_precision", "text")


def save_comments(
    db: Database, article_id: int, comments: Iterable[Mapping[str, Any]], door: str, seen: Seen, *, upgraded: bool = False
) -> Counter[Outcome]:
    """Save what one door showed of an article's thread, put the thread in order, and count what was new, revised, unchanged.

    A page never overrules what REST said of a comment: it adds the ones that REST lacks, such as pingbacks. ``upgraded``: the
    last reading was another extractor's, so that a difference is no edit; it is written in place.
    """
    held = {row["source_id"]: row for row in db.query("select * from comments where article_id = ?", [article_id])}
    counts: Counter[Outcome] = Counter()
    returned = False
    for comment in comments:
        row = held.get(comment["source_id"])
        if row is None:
            _insert(db, article_id, comment, door, seen)
            counts["new"] += 1
        else:
            counts[_compare(db, row, comment, door, seen, upgraded)] += 1
            _touch(db, row, seen)
            returned |= row["missing_since"] is not None
    if counts["new"] or counts["revised"] or returned or upgraded:
        order_thread(db, article_id)
    return counts


def read_by_others(db: Database, site_id: int, threads: Iterable[str], door: str, seen: Seen) -> set[str]:
    """Of these threads, by their articles' own ids, those that another extractor read last. Ask before the articles are saved.

    Only a page is read together with its thread; comments of REST come apart, and nothing tells which extractor read them.
    """
    rows = {source_id: find_article(db, site_id, source_id, source_id) for source_id in (threads if door == "page" else ())}
    sql = "select 1 from readings where article_id = ? and door = ? and extractor <> ?"
    return {source_id for source_id, row in rows.items() if row and db.execute(sql, [row["id"], door, seen.extractor]).fetchone()}


def _insert(db: Database, article_id: int, comment: Mapping[str, Any], door: str, seen: Seen) -> None:
    cursor = db.execute(
        f"""
        insert into comments(article_id, source_id, {", ".join(COLUMNS)}, door, first_seen_at, last_seen_at)
        values (?, ?, {", ".join("?" * len(COLUMNS))}, ?, ?, ?)
        """,
        [article_id, comment["source_id"], *[comment[column] for column in COLUMNS], door, seen.at, seen.at],
    )
    _add_revision(db, int(cursor.lastrowid or 0), 1, comment, None, seen)


def _compare(db: Database, row: Mapping[str, Any], comment: Mapping[str, Any], door: str, seen: Seen, upgraded: bool) -> Outcome:
    if door == "page" and row["door"] == "rest":
        return "unchanged"
    differs = comment_key(row) != comment_key(comment)
    if door == row["door"] and differs and upgraded:
        sql = "select * from comment_revisions where comment_id = ? order by number desc limit 1"
        [old] = db.query(sql, [row["id"]])
        record_earlier(db, crawl_of(db, seen), seen.at, old, comment_revision_id=old["id"])
    elif door == row["door"] and differs:
        _write_state(db, row["id"], comment, door)
        [number] = db.execute("select max(number) + 1 from comment_revisions where comment_id = ?", [row["id"]]).fetchone()
        _add_revision(db, row["id"], number, comment, row["parent_id"], seen)
        return "revised"
    if door != row["door"] or any(row[column] != comment[column] for column in COLUMNS):
        _write_state(db, row["id"], comment, door)  # completion: REST after the page, or a detail that is no content
        db.execute(
            "update comment_states set author = null, text = null, digest = ?, content_key = ? where comment_id = ? and number = "
            "(select max(number) from comment_states where comment_id = ?)",
            [packed(digest(comment)), packed(comment_key(comment)), row["id"], row["id"]],
        )
    return "unchanged"


def digest(comment: Mapping[str, Any]) -> str:
    """sha256:HEX over everything stored of a comment's present state; ``digest_of_earlier`` is that of the states before."""
    return key({column: comment[column] for column in COLUMNS})


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


def _write_state(db: Database, comment_id: int, comment: Mapping[str, Any], door: str) -> None:
    assignments = ", ".join(f"{column} = ?" for column in COLUMNS)
    db.execute(f"update comments set {assignments}, door = ? where id = ?", [*[comment[column] for column in COLUMNS], door, comment_id])


def _add_revision(db: Database, comment_id: int, number: int, comment: Mapping[str, Any], parent_id: int | None, seen: Seen) -> None:
    """Its signature and text are the comment's, which has been written: they are not stored a second time."""
    for (revision_id,) in db.execute("select id from comment_states where comment_id = ? and number = ?", [comment_id, number - 1]):
        db.execute("update comment_states set digest = ? where id = ?", [packed(digest_of_earlier(db, revision_id)), revision_id])
    db.execute(
        "insert into comment_states(comment_id, number, seen_at, digest, content_key, parent_id, capture_id) values (?, ?, ?, ?, ?, ?, ?)",
        [comment_id, number, seen.at, packed(digest(comment)), packed(comment_key(comment)), parent_id, seen.captures[0][0]],
    )


def _touch(db: Database, row: Mapping[str, Any], seen: Seen) -> None:
    db.execute("update comments set last_seen_at = max(last_seen_at, ?) where id = ?", [seen.at, row["id"]])
    if row["missing_since"] and row["missing_since"] <= seen.at:
        db.execute("update comments set missing_since = null, gone_at = null where id = ?", [row["id"]])
        db.execute("update absences set back_at = ? where comment_id = ? and back_at is null", [seen.at, row["id"]])


def order_thread(db: Database, article_id: int) -> None:
    """Set parent, depth and reading order of every comment of an article, and the article's comment count.

    Siblings stand in the order of their times, as WordPress shows them. A comment whose parent the site hides stands at top
    level; ``source_parent_id`` keeps what it answered. Writes only the rows that change.
    """
    rows = list(db.query("select * from comments where article_id = ?", [article_id]))
    placed = place(rows)
    for row in rows:
        parent_id, position, depth = placed[row["id"]]
        if (row["parent_id"], row["position"], row["depth"]) != (parent_id, position, depth):
            db.execute("update comments set parent_id = ?, position = ?, depth = ? where id = ?", [parent_id, position, depth, row["id"]])
        if row["parent_id"] != parent_id:
            db.execute(
                "update comment_states set parent_id = ? where comment_id = ? and number = "
                "(select max(number) from comment_states where comment_id = ?)",
                [parent_id, row["id"], row["id"]],
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

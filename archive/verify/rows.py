"""Do the rows follow from each other? Takes a database, and the articles that are asked for as SQL; gives what is wrong, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from archive.store.comments import COLUMNS, digest, digest_of_earlier
from archive.store.revision_digest import sealed
from archive.text.content_key import comment_key
from archive.text.fingerprint import fingerprint
from archive.text.packed import unpacked

EXPLAINED = "select value from expunged, json_each(expunged.revisions)"
"""Revisions whose evidence was destroyed by a legal order together with another text in the same record."""


def revisions(db: Database, of_site: str) -> Iterator[str]:
    """Text, digest and content_key as they follow from what is stored; numbers without a hole; each with its evidence."""
    for revision_id, *stored in db.execute(f"select id, text, digest, content_key from revisions where article_id in ({of_site})"):
        computed = sealed(db, revision_id)
        for name, was, now in zip(("text", "digest", "content_key"), stored, computed, strict=True):
            if was != now:
                yield f"revision {revision_id}: {name} does not follow from what is stored"
    sql = f"select id from revisions where article_id in ({of_site}) and id not in (select revision_id from revision_captures)"
    sql += f" and id not in ({EXPLAINED})"
    yield from (f"revision {i}: no capture shows it" for (i,) in db.execute(sql))
    sql = f"select article_id from revisions where article_id in ({of_site}) group by article_id having max(number) <> count(*)"
    yield from (f"article {i}: its revisions are not numbered from 1 on" for (i,) in db.execute(sql))


def blocks(db: Database, of_site: str) -> Iterator[str]:
    """Fingerprints. Where most differ they were made by another release, whose learning they belong to: nothing is wrong then."""
    differ = total = 0
    for *_, equal in _fingerprints(db, of_site):
        differ, total = differ + (not equal), total + 1
    if 0 < differ <= max(1, total // 2):
        for revision_id, position, equal in _fingerprints(db, of_site):
            if not equal:
                yield f"revision {revision_id}, block {position}: the fingerprint is not that of its text"


def _fingerprints(db: Database, of_site: str) -> Iterator[tuple[int, int, bool]]:
    """(revision, position, whether the fingerprint is that of the text) of each block."""
    sql = f"""
        select revision_id, position, blocks.text, fingerprint
        from blocks
        join revisions on revisions.id = revision_id
        where article_id in ({of_site})
        """
    return ((revision_id, position, fingerprint(text) == stored) for revision_id, position, text, stored in db.execute(sql))


def comments(db: Database, of_site: str) -> Iterator[str]:
    """Digest and content_key of the present state of each comment, digests of the states before."""
    columns = ", ".join(f"comments.{name}" for name in COLUMNS)
    sql = f"""
        select comments.id, states.id, states.number, (select max(number) from comment_states where comment_id = comments.id),
          states.digest, states.content_key, states.author, states.text, {columns}
        from comments
        left join comment_states as states on states.comment_id = comments.id
        where article_id in ({of_site})
        """
    for comment_id, state_id, number, last, stored, stored_key, author, text, *values in db.execute(sql):
        if state_id is None:
            yield f"comment {comment_id}: it has no revision"
            continue
        if number < last:
            if unpacked(stored) != digest_of_earlier(db, state_id):
                yield f"comment {comment_id}, revision {number}: the digest differs"
            continue
        row = dict(zip(COLUMNS, values, strict=True))
        if unpacked(stored) != digest(row):
            yield f"comment {comment_id}: the digest differs"
        if unpacked(stored_key) != comment_key(row):
            yield f"comment {comment_id}: the content_key differs"
        if author not in (None, row["author"]) or text not in (None, row["text"]):
            yield f"comment {comment_id}: it is not its last revision"


def articles(db: Database, of_site: str) -> Iterator[str]:
    """Each article says what its current revision says, stands under its address, and counts its comments."""
    sql = f"""
        select articles.id, articles.title, articles.byline, articles.published_at, articles.comment_count, articles.month,
               articles.published_on, revisions.title as their_title, revisions.byline as their_byline, revisions.tags as their_tags,
               revisions.published_at as their_published_at, revisions.id as revision_id,
               (select count(*) from comments where article_id = articles.id and missing_since is null) as counted,
               (select count(*) from urls where article_id = articles.id and kind = 'current' and urls.url = articles.url) as addressed
        from articles
        left join revisions on revisions.id = articles.revision_id and revisions.article_id = articles.id
        where articles.id in ({of_site})
        """
    for row in db.query(sql):
        if row["revision_id"] is None:
            yield f"article {row['id']}: it has no current revision"
            continue
        for name in ("title", "byline", "published_at"):
            if row[name] != row[f"their_{name}"]:
                yield f"article {row['id']}: its {name} is not that of its current revision"
        if (row["published_on"] or "")[:7] != (row["month"] or ""):
            yield f"article {row['id']}: its month is not that of its date"
        if tags_of(db, row["id"]) != row["their_tags"].splitlines():
            yield f"article {row['id']}: its tags are not those of its current revision"
        if row["counted"] != row["comment_count"]:
            yield f"article {row['id']}: {row['counted']} comments are there, {row['comment_count']} are counted"
        if not row["addressed"]:
            yield f"article {row['id']}: its address is not among its addresses"


def tags_of(db: Database, article_id: int) -> list[str]:
    """The tags and categories of an article as a revision writes them."""
    sql = "select kind || ': ' || name from article_tags join tags on tags.id = tag_id where article_id = ?"
    return sorted(name for (name,) in db.execute(sql, [article_id]))

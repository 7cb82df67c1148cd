"""Saving articles: one reading from one door becomes a new article, a new revision, a completion, or nothing.

All functions run inside the caller's transaction. An *article* is a mapping of crawler.items.Article's fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.store.article_addresses import move_article, name_article
from archive.store.article_lists import save_authors, save_images, save_links, save_terms
from archive.store.blocks import add_blocks, insert_blocks, text_of
from archive.store.readings import note_differences, readings_of, remember_reading
from archive.store.revision_digest import seal, seal_of
from archive.store.seen import Seen
from archive.text import content_key
from archive.text.change_kind import classify
from archive.text.content_key import Fields
from archive.text.urls import link_key, normal_url, without_visits

Outcome = Literal["new", "revised", "unchanged"]


@dataclass(frozen=True, slots=True)
class Saved:
    article_id: int
    outcome: Outcome
    returned: bool = False  # it had been missing


def save_article(db: Database, site_id: int, article: Mapping[str, Any], seen: Seen, *, pages_alone: bool = False) -> Saved:
    """Save one reading of one article and say what it was. ``pages_alone``: the site's REST, if it ever had one, is not read."""
    fields, door = content_key.reading(article), article["door"]
    row = find_article(db, site_id, article["source_id"], article["url"])
    if row is None:
        article_id = _insert(db, site_id, article, fields, seen)
        remember_reading(db, article_id, door, fields, seen)
        return Saved(article_id, "new")
    readings = readings_of(db, row["id"])
    if fields["part_words"] and "page" in readings and _door_of(db, row["revision_id"]) == "rest":
        fields = content_key.reading({**article, "text_shown": True})  # its page has been read and shows no more
    outcome = _compare(db, row, article, readings, fields, seen, pages_alone=pages_alone)
    remember_reading(db, row["id"], door, fields, seen)
    _touch(db, row, article, seen)
    return Saved(row["id"], outcome, returned=row["missing_since"] is not None)


def find_article(db: Database, site_id: int, source_id: str | None, url: str) -> dict[str, Any] | None:
    """The article with the site's own id, else the one that has had this address."""
    by_id = "select * from articles where site_id = ? and source_id = ?"
    row = next(db.query(by_id, [site_id, source_id]), None) if source_id else None
    if row is None:
        by_url = "select articles.* from urls join articles on articles.id = urls.article_id where urls.url = ? and site_id = ?"
        row = next(db.query(by_url, [url, site_id]), None)
        if row and source_id and row["source_id"] not in (None, source_id):
            return None  # another article lives at this address now
    return row


def _compare(
    db: Database,
    row: Mapping[str, Any],
    article: Mapping[str, Any],
    readings: dict[str, tuple[Fields, str]],
    fields: Fields,
    seen: Seen,
    *,
    pages_alone: bool,
) -> Outcome:
    """Weigh a reading against the last one from the same door, and store what follows from it.

    REST wins over the page. Where it is not read any more, what it said last says nothing against a page that has changed since.
    """
    door = article["door"]
    shown = content_key.agreed({name: value for name, (value, _) in readings.items()})
    upgraded = door in shown and readings[door][1] != seen.extractor and fields["modified_at"] == shown[door]["modified_at"]
    if pages_alone and not upgraded and "page" in shown and content_key.changed(shown["page"], fields):
        shown.pop("rest", None)
    before = content_key.merge(shown.get("rest"), shown.get("page"))
    after = content_key.merge(*({**shown, door: fields}.get(name) for name in ("rest", "page")))
    rest, current = {**shown, door: fields}.get("rest"), _door_of(db, row["revision_id"])
    owns_text = content_key.owns_text(door, rest)
    if door == "page" and current == "rest" and not content_key.is_fuller(_words(article), rest):
        owns_text = False
    taken_over = owns_text and (current == "rest" if door == "page" else "rest" in shown and shown["rest"]["text_key"] is None)
    differ = content_key.changed(shown[door], fields) & content_key.changed(before, after) if door in shown else set()
    if "links_key" in differ and _same_targets(db, row["id"], article["links"]):
        differ.discard("links_key")
    if differ and not upgraded:
        _revise(db, row, article if owns_text else None, after, differ, seen)
        return "revised"
    if after != before or taken_over:
        old = next(db.query("select * from revisions where id = ?", [row["revision_id"]]))
        _complete(db, row, article if owns_text and (upgraded or door not in shown or taken_over) else None, after, seen)
        if upgraded and old["digest"] != digest_of(db, old["id"]):
            record_earlier(db, crawl_of(db, seen), seen.at, old, revision_id=old["id"], extractor=old["extractor"])
    _confirm(db, row["revision_id"], seen)
    note_differences(db, row["id"], {**shown, door: fields}, seen.at)
    return "unchanged"


def _same_targets(db: Database, article_id: int, links: list[dict[str, Any]]) -> bool:
    """Whether links lead where those of the current revision lead: an article that was renamed is the same target."""
    held = [url for (url,) in db.execute("select url from links where article_id = ?", [article_id])]
    return targets_of(db, held) == targets_of(db, [link["url"] for link in links])


def targets_of(db: Database, urls: list[str]) -> set[object]:
    """Our id of each article linked to, the comparable address of everything else, without what a page writes into it at each visit."""
    found = {url: db.execute("select article_id from urls where url = ?", [url.split("#")[0]]).fetchone() for url in urls}
    return {row[0] if row else link_key(without_visits(normal_url(url) or url)) for url, row in found.items()}


def _insert(db: Database, site_id: int, article: Mapping[str, Any], fields: Fields, seen: Seen) -> int:
    columns = {
        "site_id": site_id,
        "source_id": article["source_id"],
        "url": article["url"],
        "kind": article["kind"],
        "reported_comment_count": article["reported_comment_count"],
        **dict.fromkeys(("first_seen_at", "last_seen_at", "checked_at"), seen.at),
        **_shown(fields, text_of(article["blocks"])),
    }
    cursor = db.execute(f"insert into articles({', '.join(columns)}) values ({', '.join('?' * len(columns))})", [*columns.values()])
    article_id = int(cursor.lastrowid or 0)
    name_article(db, article_id, article["url"], seen.at)
    revision_id = _add_revision(db, article_id, 1, article["door"], fields, article["blocks"], seen)
    db.execute("update articles set revision_id = ? where id = ?", [revision_id, article_id])
    _save_lists(db, site_id, article_id, fields, article, new=True)
    return article_id


def _revise(db: Database, row: Mapping[str, Any], article: Mapping[str, Any] | None, state: Fields, differ: set[str], seen: Seen) -> None:
    """Append a revision. Without ``article`` the text stays as it is: only what the page alone shows has changed."""
    old = next(db.query("select * from revisions where id = ?", [row["revision_id"]]))
    blocks = article["blocks"] if article else blocks_of(db, old["id"])
    door = article["door"] if article else "page"
    revision_id = _add_revision(db, row["id"], old["number"] + 1, door, state, blocks, seen)
    new = next(db.query("select title, byline, text from revisions where id = ?", [revision_id]))
    change, declared = classify(old, new, differ)
    db.execute("update revisions set change = ?, declared = ? where id = ?", [change, declared, revision_id])
    _make_current(db, row["site_id"], row["id"], revision_id, state, article)


def _complete(db: Database, row: Mapping[str, Any], article: Mapping[str, Any] | None, state: Fields, seen: Seen) -> None:
    """Fill in what the earlier door could not show, in place: never a revision."""
    revision_id = row["revision_id"]
    if article:
        db.execute("delete from blocks where revision_id = ?", [revision_id])
        add_blocks(db, revision_id, article["blocks"])
    _write_state(db, revision_id, state, article["door"] if article else None, seen)
    _make_current(db, row["site_id"], row["id"], revision_id, state, article)


def _door_of(db: Database, revision_id: int) -> str:
    """The door that showed the text of a revision."""
    return str(db.execute("select door from revisions where id = ?", [revision_id]).fetchone()[0])


def _words(article: Mapping[str, Any]) -> int:
    return sum(len(block["text"].split()) for block in article["blocks"] if block["kind"] == "body")


def digest_of(db: Database, revision_id: int) -> str:
    return str(db.execute("select digest from revisions where id = ?", [revision_id]).fetchone()[0])


def crawl_of(db: Database, seen: Seen) -> int:
    """The run that made the first of the captures; the last run where a record was adopted without one."""
    sql = "select coalesce((select crawl_id from captures where id = ?), (select max(id) from crawls))"
    return int(db.execute(sql, [seen.captures[0][0]]).fetchone()[0])


def record_earlier(db: Database, crawl_id: int, at: str, row: Mapping[str, Any], **which: Any) -> None:
    """Keep the digest that a revision had before another extractor's reading replaced it: it may have been cited.

    ``row``: the revision as it was. ``which``: its id as ``revision_id`` or ``comment_revision_id``, and its ``extractor``.
    """
    columns = {"crawl_id": crawl_id, "read_at": at, "digest": row["digest"], "content_key": row["content_key"], **which}
    db.execute(f"insert into rereadings({', '.join(columns)}) values ({', '.join('?' * len(columns))})", [*columns.values()])


def blocks_of(db: Database, revision_id: int) -> list[dict[str, Any]]:
    return list(db.query("select kind, text, html, rule, vote from blocks where revision_id = ? order by position", [revision_id]))


def _add_revision(db: Database, article_id: int, number: int, door: str, state: Fields, blocks: list[dict[str, Any]], seen: Seen) -> int:
    columns = columns_of(state)
    text, digest, key = seal_of(columns, blocks)
    cursor = db.execute(
        f"""
        insert into revisions(article_id, number, seen_at, last_seen_at, door, text, digest, content_key, extractor, extracted_at,
                              {", ".join(columns)})
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {", ".join("?" * len(columns))})
        """,
        [article_id, number, seen.at, seen.at, door, text, digest, key, seen.extractor, seen.at, *columns.values()],
    )
    revision_id = int(cursor.lastrowid or 0)
    insert_blocks(db, revision_id, blocks, text)
    _tie(db, revision_id, seen)
    return revision_id


def _write_state(db: Database, revision_id: int, state: Fields, door: str | None, seen: Seen) -> None:
    """Write a revision's own columns out of the merged state, then seal it."""
    columns = columns_of(state)
    db.execute(
        f"""
        update revisions
        set {", ".join(f"{name} = ?" for name in columns)}, door = coalesce(?, door), extractor = ?, extracted_at = ?
        where id = ?
        """,
        [*columns.values(), door, seen.extractor, seen.at, revision_id],
    )
    seal(db, revision_id)


def columns_of(state: Fields) -> dict[str, Any]:
    """A revision's own columns out of a merged state."""
    tags = "\n".join(sorted(f"{term['kind']}: {term['name']}" for term in state["terms"] or []))
    return {name: state[name] for name in ("title", "byline", "published_at", "modified_at")} | {"tags": tags}


def _confirm(db: Database, revision_id: int, seen: Seen) -> None:
    """The revision was seen again. One capture of each part is tied to it: unchanged re-reads add no rows."""
    db.execute("update revisions set last_seen_at = ? where id = ? and last_seen_at < ?", [seen.at, revision_id, seen.at])
    _tie(db, revision_id, seen)


def _tie(db: Database, revision_id: int, seen: Seen) -> None:
    """Tie the captures to a revision, one of each part."""
    db.conn.executemany(
        """
        insert or ignore into revision_captures(revision_id, capture_id, part)
        select ?, ?, ?
        where not exists (select 1 from revision_captures where revision_id = ? and part = ?)
        """,
        [(revision_id, capture_id, part, revision_id, part) for capture_id, part in seen.captures],
    )


def _make_current(db: Database, site_id: int, article_id: int, revision_id: int, state: Fields, article: Mapping[str, Any] | None) -> None:
    """Point the article at a revision and let its own columns and lists say the same. Lists of the text only with ``article``."""
    [text] = db.execute("select text from revisions where id = ?", [revision_id]).fetchone()
    columns = {"revision_id": revision_id, **_shown(state, text)} | ({"kind": article["kind"]} if article else {})
    db.execute(f"update articles set {', '.join(f'{name} = ?' for name in columns)} where id = ?", [*columns.values(), article_id])
    _save_lists(db, site_id, article_id, state, article)


def _shown(state: Fields, text: str) -> dict[str, Any]:
    """The columns of an article that say what its current revision says."""
    on = state["published_on"]
    names = ("title", "byline", "published_at", "published_on", "published_precision", "modified_at")
    dates = {"year": int(on[:4]) if on else None, "month": on[:7] if on else None}
    return {name: state[name] for name in names} | dates | {"word_count": len(text.split())}


def _save_lists(
    db: Database, site_id: int, article_id: int, state: Fields, article: Mapping[str, Any] | None, *, new: bool = False
) -> None:
    """Lists of the text only with ``article``. ``new``: the article has none yet."""
    save_authors(db, site_id, article_id, state["authors"] or [], new=new)
    save_terms(db, site_id, article_id, state["terms"] or [], new=new)
    if article:
        save_images(db, article_id, article["images"], new=new)
        save_links(db, article_id, article["links"], new=new)


def _touch(db: Database, row: Mapping[str, Any], article: Mapping[str, Any], seen: Seen) -> None:
    """It was there: move the observation on, keep a new address, end an absence that began before."""
    db.execute(
        """
        update articles
        set last_seen_at = max(last_seen_at, ?), checked_at = max(checked_at, ?), source_id = coalesce(source_id, ?),
            reported_comment_count = coalesce(?, reported_comment_count)
        where id = ?
        """,
        [seen.at, seen.at, article["source_id"], article["reported_comment_count"], row["id"]],
    )
    if article["url"] != row["url"] and seen.at >= row["last_seen_at"]:
        move_article(db, row["id"], article["url"], seen.at)
    if row["missing_since"] and row["missing_since"] <= seen.at:
        db.execute("update articles set missing_since = null, gone_at = null where id = ?", [row["id"]])
        db.execute("update absences set back_at = ? where article_id = ? and comment_id is null and back_at is null", [seen.at, row["id"]])

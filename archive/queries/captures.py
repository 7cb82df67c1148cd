"""Which captures there are, and what of the archive rests on them: what a reading of the archive's own records asks.

A database, ids and addresses go in; rows of ``captures`` and plain values come out. Nothing here writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlite_utils import Database

from archive.store.held_articles import GIVEN

Row = dict[str, Any]
OF_SITE = "filename >= :first and filename < :beyond"
WHOLE = "status in (200, 203)"  # 206 is a part, 202 a promise: neither is believed


def files_of(site: str) -> dict[str, str]:
    """Bounds of the file names of a site's captures: 0 follows / in ASCII."""
    return {"first": f"warc/{site}/", "beyond": f"warc/{site}0"}


def capture(db: Database, capture_id: int) -> Row:
    """The row of one capture."""
    return next(db.query("select * from captures where id = ?", [capture_id]))


def first_with_body(db: Database, site: str, payload_digest: str) -> Row | None:
    """The first successful capture of the site of this name whose body has this digest; None where there is none."""
    sql = f"select * from captures where payload_digest = :digest and status = 200 and {OF_SITE} order by id limit 1"
    return next(db.query(sql, files_of(site) | {"digest": payload_digest}), None)


def captures_of_site(db: Database, site: str, *doors: str) -> Iterator[Row]:
    """The successful captures of the site of this name through these doors, in the order in which they came."""
    sql = f"""
        select *
        from captures
        where {OF_SITE} and {WHOLE} and door in ({", ".join(f":{door}" for door in doors)})
        order by id
        """
    yield from db.query(sql, files_of(site) | {door: door for door in doors})


def refused_answers(db: Database, site: str, door: str) -> list[tuple[int, int | None, str]]:
    """(id, crawl, url) of the captures of a site through a door that answered 400 or more."""
    sql = f"""
        select id, crawl_id, url
        from captures
        where {OF_SITE} and door = :door and status >= 400
        order by id
        """
    return list(db.execute(sql, files_of(site) | {"door": door}))


def pages_of_articles(db: Database, article_ids: Sequence[int]) -> dict[int, list[Row]]:
    """Article -> its captured pages, first pages and further ones, in the order in which they came."""
    sql = f"""
        select *
        from captures
        where article_id in ({GIVEN}) and door = 'page' and {WHOLE}
        order by id
        """
    found: dict[int, list[Row]] = {article_id: [] for article_id in article_ids}
    for row in db.query(sql, [json.dumps(article_ids)]):
        found[row["article_id"]].append(row)
    return found


def parts_of_articles(db: Database, article_ids: Sequence[int]) -> dict[int, str]:
    """Capture id -> which part of its article it is (page, page-2, comments-1, ...), where a revision rests on it."""
    sql = f"""
        select capture_id, part
        from captures
        join revision_captures on revision_captures.capture_id = captures.id
        where article_id in ({GIVEN})
        order by capture_id, revision_id
        """
    return dict(db.execute(sql, [json.dumps(article_ids)]).fetchall())


def addresses_of_articles(db: Database, article_ids: Sequence[int]) -> dict[int, set[str]]:
    """Article -> every address of it, former ones too."""
    found: dict[int, set[str]] = {article_id: set() for article_id in article_ids}
    for article_id, url in db.execute(f"select article_id, url from urls where article_id in ({GIVEN})", [json.dumps(article_ids)]):
        found[article_id].add(url)
    return found


def addresses_of_article(db: Database, article_id: int) -> set[str]:
    """Every address of an article, former ones too."""
    return {url for (url,) in db.execute("select url from urls where article_id = ?", [article_id])}


def next_answer(db: Database, url: str, door: str, after: int, crawl_id: int | None) -> Row | None:
    """What the same run got at an address, whatever its status, after the capture ``after``; None where it did not ask."""
    sql = """
        select *
        from captures
        where url = ? and door = ? and id > ? and crawl_id is ?
        order by id
        limit 1
        """
    return next(db.query(sql, [url, door, after, crawl_id]), None)


def evidence_of_article(db: Database, article_id: int) -> list[int]:
    """Ids of the captures that an article's states are known to rest on."""
    sql = """
        select capture_id from revision_captures join revisions on revisions.id = revision_id where article_id = :article
        union
        select capture_id from readings where article_id = :article
        union
        select capture_id from comment_revisions join comments on comments.id = comment_id where article_id = :article
        """
    return [i for (i,) in db.execute(sql, {"article": article_id})]


def article_ids(db: Database, site_id: int) -> list[int]:
    """Our ids of all articles of a site."""
    return [i for (i,) in db.execute("select id from articles where site_id = ? order by id", [site_id])]


def articles(db: Database, article_ids: Sequence[int]) -> list[Row]:
    """The rows of these articles, by our ids."""
    return list(db.query(f"select * from articles where id in ({GIVEN}) order by id", [json.dumps(article_ids)]))


def current_revisions(db: Database, site_id: int) -> list[tuple[str, int]]:
    """(address, id of the current revision) of all articles of a site."""
    return list(db.execute("select url, revision_id from articles where site_id = ?", [site_id]))


def pages_without_article(db: Database, site: str) -> list[Row]:
    """Captured pages that belong to no article, in the order in which they came: those in quarantine, and records adopted after a
    kill. ``asked`` is the address that was asked for."""
    sql = f"""
        select captures.*, coalesce(quarantine.url, captures.url) as asked
        from captures
        left join quarantine on quarantine.capture_id = captures.id
        where {OF_SITE} and {WHOLE} and door = 'page' and article_id is null
          and (quarantine.id is not null or crawl_id is null)
        group by captures.id
        order by captures.id
        """
    return list(db.query(sql, files_of(site)))


def state_before(db: Database, article_id: int, capture_id: int) -> Row | None:
    """The state in which an article was held when a capture was made: id, door, title and text of its revision then; None before
    the first."""
    sql = """
        select revisions.id, revisions.door, revisions.title, revisions.text, min(capture_id) as start
        from revisions
        join revision_captures on revision_captures.revision_id = revisions.id
        where article_id = ?
        group by revisions.id
        having start < ?
        order by number desc
        limit 1
        """
    return next(db.query(sql, [article_id, capture_id]), None)


def is_read_later(db: Database, article_id: int, capture_id: int) -> bool:
    """Whether a later page of the article was captured, or a later state seen, than this capture."""
    sql = """
        select 1 from captures where article_id = :article and door = 'page' and id > :capture
        union
        select 1 from revision_captures join revisions on revisions.id = revision_id
        where article_id = :article and capture_id > :capture
        """
    return db.execute(sql, {"article": article_id, "capture": capture_id}).fetchone() is not None


def refused_captures(db: Database, site_id: int, source_id: str, but: str) -> set[int]:
    """Captures that were not believed of the article with this id of the site's. ``but``: reasons that begin so do not count."""
    sql = """
        select quarantine.capture_id
        from articles
        join urls on urls.article_id = articles.id
        join quarantine on quarantine.url = urls.url and quarantine.site_id = articles.site_id
        where articles.site_id = ? and articles.source_id = ? and quarantine.capture_id is not null and quarantine.reason not like ?
        """
    return {i for (i,) in db.execute(sql, [site_id, source_id, f"{but}%"])}


def sites(db: Database, names: Sequence[str] = ()) -> list[Row]:
    """The rows of the remembered sites, or of those with these names, by name."""
    rows = list(db.query("select * from sites order by name"))
    return [row for row in rows if row["name"] in names] if names else rows


def run_at(db: Database, site_id: int, at: str) -> int:
    """The site's last run that had begun at a time; 0 where there was none."""
    sql = "select coalesce(max(id), 0) from crawls where site_id = ? and mode <> 'reextract' and started_at <= ?"
    return int(db.execute(sql, [site_id, at]).fetchone()[0])

"""Which captures there are, and what of the archive rests on them: what a reading of the archive's own records asks.

A database, ids and addresses go in; rows of ``captures`` and plain values come out. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]
OF_SITE = "filename >= :first and filename < :beyond"
WHOLE = "status in (200, 203)"  # 206 is a part, 202 a promise: neither is believed


def _files_of(site: str) -> dict[str, str]:
    """Bounds of the file names of a site's captures: 0 follows / in ASCII."""
    return {"first": f"warc/{site}/", "beyond": f"warc/{site}0"}


def capture(db: Database, capture_id: int) -> Row:
    """The row of one capture."""
    return next(db.query("select * from captures where id = ?", [capture_id]))


def captures_of_site(db: Database, site: str, *doors: str) -> Iterator[Row]:
    """The successful captures of the site of this name through these doors, in the order in which they came."""
    sql = f"""
        select *
        from captures
        where {OF_SITE} and {WHOLE} and door in ({", ".join(f":{door}" for door in doors)})
        order by id
        """
    yield from db.query(sql, _files_of(site) | {door: door for door in doors})


def refused_answers(db: Database, site: str, door: str) -> list[tuple[int, int | None, str]]:
    """(id, crawl, url) of the captures of a site through a door that answered 400 or more."""
    sql = f"""
        select id, crawl_id, url
        from captures
        where {OF_SITE} and door = :door and status >= 400
        order by id
        """
    return list(db.execute(sql, _files_of(site) | {"door": door}))


def pages_of_article(db: Database, article_id: int) -> list[Row]:
    """The captured pages that belong to an article, first pages and further ones, in the order in which they came."""
    sql = f"""
        select *
        from captures
        where article_id = ? and door = 'page' and {WHOLE}
        order by id
        """
    return list(db.query(sql, [article_id]))


def parts_of_article(db: Database, article_id: int) -> dict[int, str]:
    """Capture id -> which part of the article it is (page, page-2, comments-1, ...), where a revision rests on it."""
    sql = """
        select capture_id, part
        from revision_captures
        where capture_id in (select id from captures where article_id = ?)
        """
    return dict(db.execute(sql, [article_id]).fetchall())


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


def article(db: Database, article_id: int) -> Row:
    """The row of one article."""
    return next(db.query("select * from articles where id = ?", [article_id]))


def current_revisions(db: Database, site_id: int) -> list[tuple[str, int]]:
    """(address, id of the current revision) of all articles of a site."""
    return list(db.execute("select url, revision_id from articles where site_id = ?", [site_id]))


def revision_starts(db: Database, article_id: int) -> list[Row]:
    """Of each revision of an article, the first one first: id, ``start`` (the capture that first showed it), ``page`` (the capture
    of its first page, or None) and ``parts`` (its further pages, by comma, or None)."""
    sql = """
        select revisions.id, min(capture_id) as start, min(capture_id) filter (where part = 'page') as page,
          group_concat(part) filter (where part like 'page-%') as parts
        from revisions
        join revision_captures on revision_captures.revision_id = revisions.id
        where article_id = ?
        group by revisions.id
        order by number
        """
    return list(db.query(sql, [article_id]))


def comment_starts(db: Database, article_id: int) -> list[tuple[int, str, int | None, str]]:
    """(our id, the site's id, capture, text) of each revision of each comment under an article, by comment and number."""
    sql = """
        select comments.id, source_id, capture_id, comment_revisions.text
        from comments
        join comment_revisions on comment_revisions.comment_id = comments.id
        where article_id = ?
        order by comments.id, number
        """
    return list(db.execute(sql, [article_id]))


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
    return list(db.query(sql, _files_of(site)))


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

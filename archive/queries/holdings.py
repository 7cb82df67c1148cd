"""What the archive knows of a site: the questions a crawl asks it before it asks the site. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlite_utils import Database

from archive.queries.counts import held_of
from archive.queries.rest_lists import Collection, by_list, given
from archive.store.coverage import kind_of_list
from archive.store.decisions import decided
from archive.store.site_refs import mass_loss_ref
from archive.text.urls import Origin, origin


def site_at(db: Database, origins: frozenset[Origin]) -> dict[str, Any] | None:
    """The remembered site whose home has one of these origins."""
    found = (site_id for site_id, home in db.execute("select id, home from sites order by id") if _origin_of(home) in origins)
    return next((row for site_id in found for row in db.query("select * from sites where id = ?", [site_id])), None)


@lru_cache(maxsize=4096)  # of thousands of sites, each run asks for all
def _origin_of(home: str) -> Origin:
    return origin(home)


def held(db: Database, article_id: int) -> dict[str, Any]:
    """What the gate weighs a reading against: source_id, word_count, number of links, and door, title and text of the current revision."""
    sql = """
        select articles.source_id, articles.word_count, revisions.door, revisions.title, revisions.text,
          (select count(*) from links where links.article_id = articles.id) as links,
          exists (
            select 1 from readings
            where readings.article_id = articles.id and readings.door = 'rest' and json_extract(fields, '$.part_words') = 0
          ) as rest_lacks
        from articles
        join revisions on revisions.id = articles.revision_id
        where articles.id = ?
        """
    return next(db.query(sql, [article_id]))


def unknown(db: Database, site_id: int, collection: Collection, source_ids: list[str], since: str = "9999") -> list[str]:
    """Those of the site's ids that are neither held nor named gaps, or were not before ``since``, when a run that was killed began.

    An id is unique over the lists of one kind: what another list gave is known.
    """
    known = set(given(db, site_id, kind_of_list(collection)).values())
    kind = kind_of_list(collection)
    known |= {ref for (ref,) in db.execute("select ref from gaps where site_id = ? and kind = ?", [site_id, kind])}
    if kind == "article":  # one that was missing and is listed again is news
        gone = "select source_id from articles where site_id = ? and (missing_since is not null or first_seen_at > ?)"
    else:
        gone = """
            select comments.source_id
            from comments
            join articles on articles.id = comments.article_id
            where articles.site_id = ? and comments.first_seen_at > ?
            """
    known -= {number for (number,) in db.execute(gone, [site_id, since])}
    return [number for number in source_ids if number not in known]


def articles_of(db: Database, comment_ids: Sequence[int]) -> dict[int, str]:
    """Our id -> the site's own, of the articles under which these comments stand."""
    sql = f"""
        select distinct articles.id, articles.source_id
        from comments
        join articles on articles.id = comments.article_id
        where comments.id in ({", ".join("?" * len(comment_ids))}) and articles.source_id is not null
        """
    return dict(db.execute(sql, list(comment_ids)).fetchall())


def present(db: Database, site_id: int, collection: Collection) -> list[tuple[int, str]]:
    """(id, source_id) of what is held, is named by this list, and is not missing. Comments of missing articles are not asked for."""
    held = given(db, site_id, kind_of_list(collection))
    return list(by_list(db, site_id, kind_of_list(collection), held).get(collection, {}).items())


def unseen_by_walk(db: Database, site_id: int, collection: Collection) -> list[tuple[int, str]]:
    """(id, source_id) of what a finished walk through the whole collection did not meet."""
    walk = "select walk_started_at from lists where site_id = ? and name = ? and walked_at is not null"
    row = db.execute(walk, [site_id, collection]).fetchone()
    if row is None:
        return []
    table = f"{kind_of_list(collection)}s"
    older = {i for (i,) in db.execute(f"select id from {table} where last_seen_at < ?", [row[0]])}
    return [(i, number) for i, number in present(db, site_id, collection) if i in older]


def known_names(db: Database, site_id: int) -> dict[str, dict[int, dict[str, Any]]]:
    """Collection -> the site's id -> name and address, of authors, categories and tags."""
    names: dict[str, dict[int, dict[str, Any]]] = {"users": {}, "categories": {}, "tags": {}}
    for row in db.query("select name, url, source_id from authors where site_id = ? and source_id is not null", [site_id]):
        names["users"][int(row["source_id"])] = {"id": int(row["source_id"]), "name": row["name"], "link": row["url"]}
    for row in db.query("select kind, name, slug, source_id from tags where site_id = ? and source_id is not null", [site_id]):
        collection = "tags" if row["kind"] == "tag" else "categories"
        names[collection][int(row["source_id"])] = {"id": int(row["source_id"]), "name": row["name"], "slug": row["slug"]}
    return names


def dated(db: Database, site_id: int, collection: Collection) -> list[tuple[str, int, str]]:
    """(time in UTC, id, source_id) of what ``present`` gives, by time."""
    held = dict(present(db, site_id, collection))
    sql = "select published_at, id, source_id from articles where site_id = ?"
    if kind_of_list(collection) == "comment":
        sql = "select posted_at, comments.id, comments.source_id from comments join articles on articles.id = article_id where site_id = ?"
    rows = [(at or "", row_id, number) for at, row_id, number in db.execute(sql, [site_id]) if row_id in held]
    return sorted(rows)


def overcounts(db: Database, site_id: int, collection: Collection) -> list[tuple[str, str, int]]:
    """(earliest, latest, how many) of the spans in which the site counts more than it gives."""
    sql = "select first_at, last_at, count from overcounts where site_id = ? and list = ? order by first_at"
    return list(db.execute(sql, [site_id, collection]))


def comments_of(db: Database, site_id: int, source_ids: Sequence[str]) -> list[tuple[int, str]]:
    """(id, source_id) of the comments under these articles that came through REST and are not missing."""
    sql = f"""
        select comments.id, comments.source_id
        from comments
        join articles on articles.id = comments.article_id
        where articles.site_id = ? and articles.source_id in ({", ".join("?" * len(source_ids))})
          and comments.door = 'rest' and comments.missing_since is null
        """
    return list(db.execute(sql, [site_id, *source_ids]))


def holdings(db: Database, site_id: int, kind: Literal["article", "comment"]) -> int:
    """How many articles or comments are held and not missing."""
    held = held_of(db.conn, "articles.site_id = ?", [site_id])
    return (held.articles if kind == "article" else held.comments)["there"]


def comments_under(db: Database, article_id: int) -> int:
    """How many of an article's comments the site's list of comments counted."""
    sql = "select count(*) from comments where article_id = ? and door = 'rest' and missing_since is null"
    return int(db.execute(sql, [article_id]).fetchone()[0])


def comments_of_pages(db: Database, article_id: int) -> list[tuple[int, str]]:
    """(id, source_id) of an article's comments that only pages show, and that are not missing."""
    return list(
        db.execute("select id, source_id from comments where article_id = ? and door = 'page' and missing_since is null", [article_id])
    )


def is_empty_on_its_page(db: Database, article_id: int, modified_at: str | None) -> bool:
    """Whether an article's page was read in this state and had no text either."""
    sql = """
        select 1
        from articles
        join readings on readings.article_id = articles.id and readings.door = 'page'
        where articles.id = ? and articles.modified_at is ? and articles.word_count = 0
        """
    return db.execute(sql, [article_id, modified_at]).fetchone() is not None


def not_yet_missing(db: Database, table: Literal["articles", "comments"], ids: list[int]) -> list[int]:
    """Those of our ids that are not marked missing."""
    marks = ", ".join("?" * len(ids))
    return [i for (i,) in db.execute(f"select id from {table} where missing_since is null and id in ({marks})", ids)]


def gaps(db: Database, site_id: int) -> set[str]:
    """Addresses, and the site's own ids, of every article and thread that is listed and not held, whatever the reason."""
    return {ref for (ref,) in db.execute("select ref from gaps where site_id = ? and kind <> 'image'", [site_id])}


def gap(db: Database, site_id: int, ref: str) -> dict[str, Any] | None:
    """Why an article of this address, or this id of the site's, is not held, and since when."""
    return next(db.query("select reason, since from gaps where site_id = ? and kind = 'article' and ref = ?", [site_id, ref]), None)


def failed_ids(db: Database, site_id: int, kind: Literal["article", "comment"], reason: str) -> list[int]:
    """The site's own ids of gaps whose reason begins so."""
    sql = "select ref from gaps where site_id = ? and kind = ? and reason like ? || '%' and ref glob '[0-9]*' and ref not glob '*[^0-9]*'"
    return [int(ref) for (ref,) in db.execute(sql, [site_id, kind, reason])]


def gap_refs(db: Database, site_id: int, kind: Literal["article", "comment"], start: str) -> list[str]:
    """What the gaps of a kind are called whose names begin so."""
    sql = "select ref from gaps where site_id = ? and kind = ? and substr(ref, 1, ?) = ?"
    return [ref for (ref,) in db.execute(sql, [site_id, kind, len(start), start])]


def thread_gap(db: Database, site_id: int, ref: str) -> dict[str, Any] | None:
    """What an earlier run found lacking in a thread: ``reason``, ``since``, ``explained``. ``ref``: its article's address, ``THREAD``."""
    sql = "select reason, since, explained from gaps where site_id = ? and kind = 'comment' and ref = ?"
    return next(db.query(sql, [site_id, ref]), None)


def authors_of(db: Database, article_id: int) -> list[tuple[str, str]]:
    """(name, url) of an article's authors, in the order of the byline."""
    sql = """
        select name, coalesce(url, '')
        from article_authors
        join authors on authors.id = author_id
        where article_id = ?
        order by position
        """
    return list(db.execute(sql, [article_id]))


def numbers_articles(db: Database, site_id: int) -> bool:
    """Whether the site gives its articles ids of its own, as WordPress does."""
    return db.execute("select 1 from articles where site_id = ? and source_id is not null", [site_id]).fetchone() is not None


def has_comment(db: Database, site_id: int, source_id: str) -> bool:
    sql = "select 1 from comments join articles on articles.id = article_id where site_id = ? and comments.source_id = ?"
    return db.execute(sql, [site_id, source_id]).fetchone() is not None


def accepted(db: Database, capture_id: int | None, url: str, reason: str) -> bool:
    """Whether a person has said that a page which the gate refuses may become current.

    It is the very capture that was accepted, or the same address refused again for the same reason.
    """
    captures = [int(ref) for ref in decided(db, "accept") if ref.isdecimal()]
    sql = f"select 1 from quarantine where capture_id in ({', '.join('?' * len(captures))}) and url = ? and reason = ?"
    return capture_id in captures or db.execute(sql, [*captures, url, reason]).fetchone() is not None


def source_ids(db: Database, site_id: int, kind: Literal["article", "comment"], ids: Iterable[int]) -> dict[int, str]:
    """Our id -> the site's own, of those that are held, not missing, and not under a missing article."""
    wanted = set(ids)
    return {row_id: number for row_id, number in given(db, site_id, kind).items() if row_id in wanted} if wanted else {}


def refused_before(db: Database, site_id: int, url: str, reason: str, before: str) -> bool:
    """Whether a page was refused for the same reason at or before a time."""
    sql = "select 1 from quarantine where site_id = ? and url = ? and reason = ? and captured_at <= ?"
    return db.execute(sql, [site_id, url, reason, before]).fetchone() is not None


def not_believed(db: Database, site_id: int, collection: Collection) -> list[int]:
    """The site's ids of articles on a REST list that were refused later than they were last seen: asked for until that is settled."""
    sql = """
        select distinct articles.source_id
        from quarantine
        join urls on urls.url = quarantine.url
        join articles on articles.id = urls.article_id
        where quarantine.site_id = ? and coalesce(last_at, captured_at) > articles.last_seen_at and articles.missing_since is null
          and articles.source_id is not null and articles.list = ?
        """
    return sorted(int(number) for (number,) in db.execute(sql, [site_id, collection]))


def last_capture(db: Database, crawl_id: int, url: str) -> tuple[int, str]:
    """(id, when) of the last answer that a run got at an address: of a redirect, the redirect."""
    sql = "select id, captured_at from captures where crawl_id = ? and url = ? order by id desc limit 1"
    row = db.execute(sql, [crawl_id, url]).fetchone()
    return int(row[0]), str(row[1])


def last_page(db: Database, article_id: int) -> dict[str, Any] | None:
    """The row of ``captures`` of the last page that was saved of an article."""
    sql = "select * from captures where article_id = ? and door = 'page' and status = 200 order by id desc limit 1"
    return next(db.query(sql, [article_id]), None)


def last_page_of_site(db: Database, site_id: int) -> dict[str, Any] | None:
    """The same of the article that was last asked for."""
    last = "select id from articles where site_id = ? order by checked_at desc limit 1"
    row = db.execute(last, [site_id]).fetchone()
    return last_page(db, row[0]) if row else None


def mass_loss_accepted(db: Database, site_id: int, crawl_id: int) -> bool:
    """Whether a person has said that what is missing at once is missing. It holds for one run: the first that ends after it was said."""
    [name] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
    decision = decided(db, "accept").get(mass_loss_ref(name))
    if decision is None:
        return False
    sql = """
        select 1
        from crawls
        where site_id = ? and id <> ? and mode <> 'reextract' and started_at >= ? and finished_at is not null
          and outcome not in ('killed', 'interrupted')
        """
    return db.execute(sql, [site_id, crawl_id, decision["decided_at"]]).fetchone() is None


def mass_loss_rejected(db: Database, site_id: int, last: str) -> bool:
    """Whether a person has said that what is missing at once is not gone. ``last``: when the latest of it was first missed; what is
    missed later is not meant."""
    [name] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
    decision = decided(db, "reject").get(mass_loss_ref(name))
    return decision is not None and decision["decided_at"] >= last


def summary(db: Database, crawl_id: int) -> str:
    """One line that a person can read: what a run did, and how it ended."""
    sql = "select crawls.*, sites.name as site from crawls join sites on sites.id = crawls.site_id where crawls.id = ?"
    run = next(db.query(sql, [crawl_id]))
    parts = [f"{run[name]:,} {name}" for name in ("new", "revised", "unchanged", "missing", "quarantined") if run[name]]
    articles, comments = held_of(db.conn, "articles.site_id = ?", [run["site_id"]])
    held = f"holds {articles['held']:,} articles, {comments['held']:,} comments"
    if articles["missing"] or comments["away"]:
        held += f" ({articles['missing']:,} and {comments['away']:,} no longer on the site)"
    said = f"; {run['note']}" if run["note"] else ""
    return f"{run['site']}: {run['outcome']}; {', '.join(parts) or 'nothing new'}; {run['requests']:,} requests; {held}{said}"

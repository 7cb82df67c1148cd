"""What of a site has not been read, or not for long: what a crawl asks for next. Reads only."""

from __future__ import annotations

from typing import Literal

from sqlite_utils import Database

from archive.queries.beside_rest import GIVEN_BY_REST
from archive.store.coverage import accepted_gap, gap_ref
from archive.store.gaps import TEXT, THREAD


def unread_threads(db: Database, site_id: int) -> list[str]:
    """The site's ids of articles that REST gave and whose threads have not been read to the end, newest first."""
    sql = f"""
        select source_id
        from articles
        where site_id = ? and comments_checked_at is null and missing_since is null and source_id is not null and {GIVEN_BY_REST}
        order by published_at desc
        """
    return [number for (number,) in db.execute(sql, [site_id])]


def last_stirred(
    db: Database, site_id: int, collection: Literal["posts", "comments", "pages"], *, beside_rest: bool = False
) -> list[tuple[int, str | None, str, str, str]]:
    """(id, source_id, url, when its text or its thread was last read, when something last happened in it) of what is there.

    What happens: it is published, someone comments, its text or a comment is edited. Of ``pages``: all articles, or with
    ``beside_rest`` those that REST has never given.
    """
    read_here = GIVEN_BY_REST if collection != "pages" else f"not {GIVEN_BY_REST}" if beside_rest else "true"
    column = "comments_checked_at" if collection == "comments" else "checked_at"
    edited = "number > 1"
    here = "article_id in (select id from articles where site_id = :site_id)"  # not what all other sites hold, for each site again
    sql = f"""
        with stirred(article_id, at) as (
          select id, coalesce(published_at, first_seen_at) from articles where site_id = :site_id
          union all
          select article_id, max(coalesce(posted_at, first_seen_at)) from comments where kind = 'comment' and {here} group by article_id
          union all
          select article_id, seen_at from revisions where {edited} and {here}
          union all
          select article_id, seen_at from comment_revisions cross join comments on comments.id = comment_id where {edited} and {here}
        )
        select articles.id, source_id, url, {column}, max(stirred.at)
        from articles
        join stirred on stirred.article_id = articles.id
        where site_id = :site_id and missing_since is null and {column} is not null
          and (source_id is not null or :collection = 'pages') and {read_here}
        group by articles.id
        """
    return list(db.execute(sql, {"site_id": site_id, "collection": collection}))


def longest_unread_pages(db: Database, site_id: int) -> list[str]:
    """Addresses of the articles that are there, the longest not asked for first."""
    sql = "select url from articles where site_id = ? and missing_since is null order by checked_at, id"
    return [url for (url,) in db.execute(sql, [site_id])]


def pages_due(db: Database, site_id: int, limit: int, *, again: bool = False) -> list[tuple[int, str]]:
    """(id, address) of articles whose current revision no captured page shows yet, newest first.

    With ``again`` all others follow, the longest not captured first. Addresses with an explained gap are left out.
    """
    sql = """
        select articles.id, articles.url,
          exists (
            select 1 from revision_captures where revision_captures.revision_id = articles.revision_id and part = 'page'
          ) as shown,
          (select max(captured_at) from captures where captures.article_id = articles.id and door = 'page') as captured_at
        from articles
        where site_id = ? and missing_since is null and (? or not shown)
          and not exists (select 1 from gaps where gaps.site_id = articles.site_id and gaps.ref = articles.url and explained = 1)
        order by shown, case when shown then captured_at end, published_at desc
        limit ?
        """
    return [(row_id, url) for row_id, url, _, _ in db.execute(sql, [site_id, again, limit])]


def pages_wanted(db: Database, site_id: int) -> list[str]:
    """Addresses of articles that are named, and of which nothing, or no text, was obtained: each run asks for their pages. What is
    held in part is asked for in its turn."""
    sql = "select ref from gaps where site_id = ? and kind = 'article' and explained = 0 and ref glob 'http*' order by month desc, ref"
    return [ref for (ref,) in db.execute(sql, [site_id]) if not ref.endswith(TEXT)]


def cut_threads(db: Database, site_id: int) -> list[str]:
    """Addresses of articles of whose threads a page was asked for and not obtained."""
    sql = "select ref from gaps where site_id = ? and kind = 'comment' and explained = 0"
    return [ref.removesuffix(THREAD) for (ref,) in db.execute(sql, [site_id]) if ref.endswith(THREAD)]


def open_gaps(db: Database, site_id: int) -> list[tuple[str, str, str]]:
    """(kind, ref, reason) of the articles and comments that are named, not held, and not explained by a rule or a person, oldest
    gap first.
    """
    [name] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
    sql = """
        select kind, ref, reason, since
        from gaps
        where site_id = ? and explained = 0 and kind <> 'image'
        order by since, kind, ref
        """
    accepted: dict[str, str] = {}
    found = []
    for kind, ref, reason, since in db.execute(sql, [site_id]):
        about = gap_ref(name, kind, reason)
        if about not in accepted:
            accepted[about] = accepted_gap(db, about)
        if since > accepted[about]:
            found.append((kind, ref, reason))
    return found

"""What of the archive the lists of a site's REST API name: each type of posts has a list, and each language may have. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from archive.store.coverage import Kind, kind_of_list

Collection = str  # a list of the site's REST API: one of articles, such as "posts", "briefings", "posts@de", or "comments", "comments@de"
LANGUAGE = "substr(articles.list, nullif(instr(articles.list, '@'), 0) + 1)"  # of the list that names an article; null for the usual one
THREAD_LIST = f"""
    coalesce(
      (select name from lists where lists.site_id = articles.site_id and closed is null and name = 'comments@' || {LANGUAGE}),
      'comments'
    )
    """  # the REST list that gives an article's comments


def given(db: Database, site_id: int, kind: Kind) -> dict[int, str]:
    """Our id -> the site's own, of what is held, is named by any REST list, and is not missing."""
    if kind == "article":
        sql = """
            select id, source_id
            from articles
            where site_id = ? and list is not null and source_id is not null and missing_since is null
            """
    else:
        sql = """
            select comments.id, comments.source_id
            from comments
            join articles on articles.id = comments.article_id
            where articles.site_id = ? and comments.door = 'rest' and comments.missing_since is null and articles.missing_since is null
            """
    return dict(db.execute(sql, [site_id]).fetchall())


def by_list(db: Database, site_id: int, kind: Kind, ids: Mapping[int, str]) -> dict[str, dict[int, str]]:
    """REST list -> our id -> the site's own: of ``ids``, those that the list names. What no open list names is left out.

    Comments are named by the list of their article's language, where there is one, else by the usual one.
    """
    if kind == "article":
        sql = """
            select id, list
            from articles
            where site_id = ? and list is not null
              and not exists (select 1 from lists where site_id = articles.site_id and name = list and closed is not null)
            """
    else:
        sql = f"""
            select comments.id, {THREAD_LIST}
            from articles
            join comments on comments.article_id = articles.id
            where articles.site_id = ?
            """
    lists = dict(db.execute(sql, [site_id]).fetchall()) if ids else {}
    found: dict[str, dict[int, str]] = {}
    for row_id in ids:  # in the order in which they are asked for, whichever way the database takes
        if row_id in lists:
            found.setdefault(lists[row_id], {})[row_id] = ids[row_id]
    return found


def on_another_list(db: Database, site_id: int, collection: Collection, source_ids: Sequence[str]) -> list[str]:
    """Those of the site's ids of articles that another list than this one names."""
    if kind_of_list(collection) == "comment":
        return []
    sql = f"select source_id from articles where site_id = ? and list <> ? and source_id in ({', '.join('?' * len(source_ids))})"
    return [number for (number,) in db.execute(sql, [site_id, collection, *source_ids])]


def threads_by_list(db: Database, site_id: int, source_ids: Sequence[str]) -> dict[str, list[str]]:
    """REST list of comments -> those of the site's ids of articles whose threads it gives."""
    sql = f"select source_id, {THREAD_LIST} from articles where site_id = ? and source_id is not null"
    lists = dict(db.execute(sql, [site_id]).fetchall()) if source_ids else {}
    found: dict[str, list[str]] = {}
    for number in source_ids:
        found.setdefault(lists.get(number, "comments"), []).append(number)
    return found

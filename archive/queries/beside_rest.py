"""What of a site REST does not give though its other lists name it: articles held through their pages alone, and gaps. Reads only."""

from __future__ import annotations

from typing import Literal

from sqlite_utils import Database

GIVEN_BY_REST = "articles.list is not null"
"""True of a row of ``articles`` that a REST list names. Of all others a page is the text."""
OF_NO_ARTICLE = "ref glob 'http*' and not exists (select 1 from urls where urls.url = gaps.ref)"
"""True of a row of ``gaps`` that names an address which no article has. The page of an article that REST gives may be a gap too."""


def given_by_rest(db: Database, article_id: int) -> bool:
    """Whether a REST list names an article."""
    return db.execute(f"select 1 from articles where id = ? and {GIVEN_BY_REST}", [article_id]).fetchone() is not None


def explained_addresses(db: Database, site_id: int) -> set[str]:
    """Addresses that a list names and a rule says why they are not held."""
    return {ref for (ref,) in db.execute("select ref from gaps where site_id = ? and kind = 'article' and explained = 1", [site_id])}


def count_beside(db: Database, site_id: int) -> int:
    """How many articles feeds, sitemaps and listings name that REST has never given: those held, and those named as gaps."""
    sql = f"""
        select
          (select count(*) from articles where site_id = :site_id and missing_since is null and not {GIVEN_BY_REST})
          + (select count(*) from gaps where site_id = :site_id and kind = 'article' and explained = 0 and {OF_NO_ARTICLE})
        """
    return int(db.execute(sql, {"site_id": site_id}).fetchone()[0])


def named_beside(db: Database, site_id: int, kind: Literal["article", "comment"]) -> int:
    """How many more the site names than REST counts: articles that are held through their pages alone, and addresses named as gaps;
    comments that are held through pages alone."""
    if kind == "article":
        sql = f"""
            select
              (select count(*) from articles where site_id = :site_id and missing_since is null and not {GIVEN_BY_REST})
              + (select count(*) from gaps where site_id = :site_id and kind = 'article' and {OF_NO_ARTICLE}
                   and (explained = 0 or reason = 'robots.txt'))
            """
    else:
        sql = f"""
            select count(*)
            from articles
            cross join comments on comments.article_id = articles.id
            where site_id = :site_id and articles.missing_since is null and not {GIVEN_BY_REST}
              and comments.missing_since is null and comments.door = 'page' and comments.kind = 'comment'
            """
    return int(db.execute(sql, {"site_id": site_id}).fetchone()[0])

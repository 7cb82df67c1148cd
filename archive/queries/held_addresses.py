"""The addresses of a site's articles, one after another: takes a site, and holds none of its rows. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlite_utils import Database

from archive.queries.beside_rest import GIVEN_BY_REST


class HeldAddress(NamedTuple):
    """An address of an article."""

    address: str
    url: str  # the article's current address
    checked_at: str  # when it was last asked for
    missing_since: str | None
    gone_at: str | None
    by_rest: bool  # REST has given it


def addresses(db: Database, site_id: int) -> Iterator[HeldAddress]:
    """Every known address of the site, with what is held of its article."""
    sql = f"""
        select urls.url, nullif(articles.url, urls.url), checked_at, missing_since, gone_at, {GIVEN_BY_REST}
        from urls
        join articles on articles.id = urls.article_id
        where articles.site_id = ?
        """
    rows = db.execute(sql, [site_id])
    return (HeldAddress(address, url or address, at, missing, gone, bool(by_rest)) for address, url, at, missing, gone, by_rest in rows)


def known_addresses(db: Database, site_id: int) -> Iterator[str]:
    """Every known address of the site, whatever became of its article."""
    sql = "select urls.url from urls join articles on articles.id = urls.article_id where articles.site_id = ?"
    return (url for (url,) in db.execute(sql, [site_id]))


def there(db: Database, site_id: int) -> Iterator[tuple[str, str, bool]]:
    """(address, when it was last asked for, whether REST has given it) of the articles that are held and not missing."""
    sql = f"""
        select articles.url, articles.checked_at, {GIVEN_BY_REST}
        from articles
        join urls on urls.url = articles.url and urls.article_id = articles.id
        where articles.site_id = ? and articles.missing_since is null
        """
    return ((url, at, bool(by_rest)) for url, at, by_rest in db.execute(sql, [site_id]))

"""What feeds told of articles: times to the second and all authors, which their pages may not show.

It is written down when the feed is read, before any page is: a run that is killed in between leaves it to the next one, also when
the article has left the feed by then. Functions that write run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """What one item says of its article. ``published_at`` is UTC with Z; ``digest`` is of what a reader of the feed would see."""

    url: str
    published_at: str | None
    authors: tuple[str, ...]
    digest: str


def feed_items(db: Database, site_id: int) -> list[FeedFacts]:
    """What is remembered, by address."""
    sql = """
        select url, published_at, authors, digest
        from feed_items
        where site_id = ?
        order by url
        """
    return [FeedFacts(url, at, tuple(authors.splitlines()), digest) for url, at, authors, digest in db.execute(sql, [site_id])]


def save_feed_items(db: Database, site_id: int, items: Iterable[FeedFacts], at: str) -> set[str]:
    """Remember what the feed tells at ``at``; forget of what it has dropped all that is held, or known to be no article.

    Returns the addresses of which the feed shows something else than it did when they were last read, those included that a run
    which was killed had no time to read. A time or names that an item does not tell any more stay, and so does ``seen_at`` where
    the digest does. No items: the feed was empty or could not be read, and nothing is forgotten.
    """
    told = {item.url: item for item in items}
    before = {item.url: item.digest for item in feed_items(db, site_id)}
    changed = {url for url, item in told.items() if before.get(url, item.digest) != item.digest}
    first = _first_sights(db, [url for url in told if url not in before])
    db.conn.executemany(
        """
        insert into feed_items(site_id, url, published_at, authors, digest, seen_at) values (?, ?, ?, ?, ?, ?)
        on conflict(site_id, url) do update
        set published_at = coalesce(excluded.published_at, published_at),
            authors = case when excluded.authors = '' then authors else excluded.authors end,
            digest = excluded.digest,
            seen_at = case when excluded.digest = digest then seen_at else excluded.seen_at end
        where digest <> excluded.digest or published_at is not excluded.published_at or authors <> excluded.authors
        """,
        [(site_id, item.url, item.published_at, _lines(item.authors), item.digest, first.get(item.url, at)) for item in told.values()],
    )
    if told:
        dropped = [url for url in _settled(db, site_id) if url not in told]
        db.conn.executemany("delete from feed_items where site_id = ? and url = ?", [(site_id, url) for url in dropped])
    return changed | _unread(db, site_id)


def _first_sights(db: Database, urls: Iterable[str]) -> dict[str, str]:
    """Address -> when its article was last read, of items seen for the first time whose articles are held already: there is nothing
    to compare them with, so they are no news."""
    sql = "select checked_at from urls join articles on articles.id = urls.article_id where urls.url = ?"
    rows = {url: db.execute(sql, [url]).fetchone() for url in urls}
    return {url: row[0] for url, row in rows.items() if row}


def _lines(names: Iterable[str]) -> str:
    return "\n".join(" ".join(name.split()) for name in names)


def _settled(db: Database, site_id: int) -> list[str]:
    """Addresses of items whose articles hold what the items tell, or that lead to no article by an explained gap."""
    sql = """
        select feed_items.url
        from feed_items
        left join urls on urls.url = feed_items.url
        left join articles on articles.id = urls.article_id
        where feed_items.site_id = ?
          and (
            (
              articles.id is not null
              and (feed_items.published_at is null or articles.published_precision = 'second')
              and (feed_items.authors = '' or exists (select 1 from article_authors where article_id = articles.id))
            )
            or exists (
              select 1 from gaps where gaps.site_id = feed_items.site_id and gaps.ref = feed_items.url and gaps.explained = 1
            )
          )
        """
    return [url for (url,) in db.execute(sql, [site_id])]


def _unread(db: Database, site_id: int) -> set[str]:
    """Addresses of held articles of which the feed has shown something else since they were last read."""
    sql = """
        select feed_items.url
        from feed_items
        join urls on urls.url = feed_items.url
        join articles on articles.id = urls.article_id
        where feed_items.site_id = ? and feed_items.seen_at > articles.checked_at
        """
    return {url for (url,) in db.execute(sql, [site_id])}

"""What belongs to an article in order: its authors, tags, pictures and links. Each list replaces the one before.

``new``: there is none before. All functions run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from archive.text.urls import host_of, normal_url


def save_authors(db: Database, site_id: int, article_id: int, authors: list[dict[str, Any]], *, new: bool = False) -> None:
    if not new:
        db.execute("delete from article_authors where article_id = ?", [article_id])
    db.conn.executemany(
        """
        insert into authors(site_id, name, url, source_id) values (?, ?, nullif(?, ''), nullif(?, ''))
        on conflict(site_id, name) do update
        set url = coalesce(excluded.url, url), source_id = coalesce(excluded.source_id, source_id)
        where (excluded.url is not null and url is null) or (excluded.source_id is not null and source_id is null)
        """,
        [(site_id, author["name"], author["url"], author["source_id"]) for author in authors],
    )
    db.conn.executemany(
        """
        insert or ignore into article_authors(article_id, author_id, position)
        select ?, id, ? from authors where site_id = ? and name = ?
        """,
        [(article_id, position, site_id, author["name"]) for position, author in enumerate(authors)],
    )


def save_terms(db: Database, site_id: int, article_id: int, terms: list[dict[str, Any]], *, new: bool = False) -> None:
    if not new:
        db.execute("delete from article_tags where article_id = ?", [article_id])
    db.conn.executemany(
        """
        insert into tags(site_id, kind, name, slug, source_id) values (?, ?, ?, nullif(?, ''), nullif(?, ''))
        on conflict(site_id, kind, name) do update set source_id = coalesce(excluded.source_id, source_id)
        where excluded.source_id is not null and source_id is null
        """,
        [(site_id, term["kind"], term["name"], term["slug"], term["source_id"]) for term in terms],
    )
    db.conn.executemany(
        "insert or ignore into article_tags(article_id, tag_id) select ?, id from tags where site_id = ? and kind = ? and name = ?",
        [(article_id, site_id, term["kind"], term["name"]) for term in terms],
    )


def save_images(db: Database, article_id: int, images: Sequence[Mapping[str, Any]], *, new: bool = False) -> None:
    """The pictures of the current revision. What was captured of a picture stays with its address."""
    captured: dict[str, list[Any]] = {}
    if not new:
        sql = "select url, digest, capture_id from images where article_id = ? and capture_id is not null"
        captured = {normal_url(url) or url: what for url, *what in db.execute(sql, [article_id])}
        db.execute("delete from images where article_id = ?", [article_id])
    held = [captured.get(normal_url(image["url"]) or image["url"], (None, None)) for image in images]
    db.conn.executemany(
        "insert into images(article_id, position, url, caption, alt, digest, capture_id) values (?, ?, ?, ?, ?, ?, ?)",
        [(article_id, i, image["url"], image["caption"], image["alt"], *held[i]) for i, image in enumerate(images)],
    )


def save_links(db: Database, article_id: int, links: Sequence[Mapping[str, Any]], *, new: bool = False) -> None:
    if not new:
        db.execute("delete from links where article_id = ?", [article_id])
    db.conn.executemany(
        "insert into links(article_id, position, url, host, text, target_article_id) "
        "values (?, ?, ?, ?, ?, (select article_id from urls where url = ?))",
        [(article_id, i, link["url"], host_of(link["url"]), link["text"], link["url"].split("#")[0]) for i, link in enumerate(links)],
    )

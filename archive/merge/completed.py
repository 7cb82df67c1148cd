"""Rows that are held and of which the other archive knows more: runs that have ended since, records of a killed run, targets of links."""

from __future__ import annotations

from sqlite_utils import Database

from archive.merge.references import Schema
from archive.merge.source import UNFINISHED


def end_unfinished(db: Database, schema: Schema) -> None:
    """Runs that were under way when they were brought, and have ended since."""
    columns = [column for column in schema.columns["crawls"] if column not in ("id", "site_id", "started_at", "mode")]
    db.execute(
        f"""
        update main.crawls
        set {", ".join(f"{column} = theirs.{column}" for column in columns)}
        from temp.map_crawls as map
        join source.crawls as theirs on theirs.id = map.old
        where map.new = crawls.id and not map.fresh and crawls.outcome = '{UNFINISHED}' and theirs.outcome <> '{UNFINISHED}'
        """
    )


def complete_captures(db: Database) -> None:
    """What one archive knows of a record that is here already: its run, its door, its article."""
    db.execute(
        """
        update main.captures
        set
          door = iif(captures.crawl_id is null and theirs.crawl_id is not null, theirs.door, captures.door),
          crawl_id = coalesce(captures.crawl_id, (select new from temp.map_crawls where old = theirs.crawl_id)),
          article_id = coalesce(captures.article_id, (select new from temp.map_articles where old = theirs.article_id))
        from temp.map_captures as map
        join source.captures as theirs on theirs.id = map.old
        where map.new = captures.id and not map.fresh
          and (
            (captures.crawl_id is null and theirs.crawl_id is not null)
            or (captures.article_id is null and theirs.article_id is not null)
          )
        """
    )


def link_targets(db: Database) -> None:
    """Links lead to articles that only the other archive held."""
    page = "iif(instr(links.url, '#'), substr(links.url, 1, instr(links.url, '#') - 1), links.url)"
    db.execute(
        f"""
        update main.links
        set target_article_id = (select article_id from main.urls where urls.url = {page})
        where target_article_id is null and exists (select 1 from main.urls where urls.url = {page})
        """
    )

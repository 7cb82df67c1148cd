"""What was destroyed by a legal order, in either archive: takes the maps, keeps out what was destroyed here, carries the tombstones.

The table ``expunged`` has a row for each destroyed record, and for each name under which the same could come back.
"""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from archive.errors import ConfigurationError
from archive.merge.references import Schema
from archive.store.expunge import address_digest
from archive.text.plaintext import counted

TABLE = "expunged"
LEFT = ("id", "looked")  # columns that tell of ids on the way through that archive


def refuse_expunged(db: Database, schema: Schema, source: Path) -> None:
    """What was destroyed here does not come in again. Raises ConfigurationError where the other archive holds any of it."""
    if TABLE not in schema.columns or not db.execute(f"select 1 from main.{TABLE} limit 1").fetchone():
        return
    sql = f"""
        select count(distinct theirs.id)
        from source.captures as theirs
        join main.{TABLE} as destroyed on theirs.record_id = destroyed.record_id or theirs.record_digest = destroyed.record_digest
        """
    [records] = db.execute(sql).fetchone()
    articles = _articles(db)
    if records or articles:
        held = " and ".join(counted(n, what) for n, what in ((records, "record"), (articles, "article")) if n)
        raise ConfigurationError(f"{source} holds {held} that was expunged here: nothing of it was merged; expunge it there first")


def _articles(db: Database) -> int:
    """How many articles of the other archive were destroyed here, by the site's own id or by any address."""
    names = set(db.execute(f"select site_id, refused from main.{TABLE} where refused is not null").fetchall())
    sql = """
        select articles.id, map.new, source_id, urls.url
        from source.articles
        join temp.map_sites as map on map.old = articles.site_id
        join source.urls on urls.article_id = articles.id
        """
    if not names:
        return 0
    return len({i for i, site, own, url in db.execute(sql) if (site, f"article {own}") in names or (site, address_digest(url)) in names})


def carry_tombstones(db: Database, schema: Schema) -> list[str]:
    """Bring the tombstones of what is not held here. Returns what people should know: what is held here and was destroyed there."""
    if TABLE not in schema.columns:
        return []
    held = """
        theirs.record_id in (select record_id from main.captures)
        or (
          theirs.refused is not null
          and exists (
            select 1
            from main.articles
            join temp.map_sites on map_sites.new = articles.site_id
            where map_sites.old = theirs.site_id and 'article ' || source_id = theirs.refused
          )
        )
        """
    columns = [column for column in schema.columns[TABLE] if column not in LEFT]
    values = ", ".join(schema.followed(TABLE, column) for column in columns)
    like = schema.like(TABLE, ("site_id", "record_id", "refused"))
    db.execute(
        f"""
        insert into main.{TABLE}({", ".join(columns)})
        select {values}
        from source.{TABLE} as theirs
        where not ({held}) and not exists (select 1 from main.{TABLE} as ours where {like})
        """
    )
    [kept] = db.execute(
        f"select count(*) from source.{TABLE} as theirs where theirs.record_id in (select record_id from main.captures)"
    ).fetchone()
    return [f"{counted(kept, 'record')} that was expunged there is held here: expunge it here too"] if kept else []

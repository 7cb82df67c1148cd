"""What is remembered of a site as a whole: lists, checkpoints, coverage, gaps, quarantine. Takes the maps, writes the rows.

The memory of a crawler fits one course of visits: it is taken over as a whole from the archive that looked at the site last.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.merge.references import Schema
from archive.merge.rows import insert, save_newest, save_union
from archive.merge.rules import RULES
from archive.store.coverage import Kind, held_in_all, save_months

ARTICLE = "(select new from temp.map_articles where old = cast(theirs.ref as integer))"
COMMENT = """(
    select ours.id
    from source.comments as named
    join temp.map_articles on map_articles.old = named.article_id
    join main.comments as ours on ours.article_id = map_articles.new and ours.source_id = named.source_id
    where named.id = cast(theirs.ref as integer)
  )"""
OUR_IDS = {  # kinds of checkpoints whose ref is an id of ours -> SQL of the id that it has here
    "mass_loss_articles": ARTICLE,
    "suspect_posts": ARTICLE,
    "leads_elsewhere": ARTICLE,
    "mass_loss_comments": COMMENT,
    "suspect_comments": COMMENT,
}
LEFT = ("read_again",)  # kinds that tell of ids on the way through an archive: another archive begins anew
LOOKED = """
    select max(
      coalesce((select max(coalesce(finished_at, started_at)) from {0}.crawls where site_id = ?1 and mode <> 'reextract'), ''),
      coalesce((select max(checked_at) from {0}.articles where site_id = ?1), '')
    )
    """


def looked_last(db: Database, old: int, new: int) -> bool:
    """Whether the other archive looked at the site later than this one. Ask before anything of it is brought."""
    theirs, ours = (db.execute(LOOKED.format(schema), [i]).fetchone()[0] for schema, i in (("source", old), ("main", new)))
    return bool(theirs > ours)


def merge_site(db: Database, schema: Schema, old: int, new: int, *, fresh: bool, latest: bool) -> None:
    """Bring what is remembered of one site. ``latest``: the other archive looked at it last."""
    where = f"theirs.site_id = {old}"
    for table in schema.tables_of("latest"):
        if latest:
            db.execute(f"delete from main.{table} where site_id = ?", [new])
        if latest or fresh:
            _insert(db, schema, table, where)
    for table in schema.tables_of("learned"):
        if fresh:
            insert(db, schema, table, f"source.{table} as theirs", where)
    source = "(select * from source.{table} where site_id = " + str(old) + ") as theirs"
    for table, rule in RULES.items():
        if table in schema.columns and rule.owner and schema.references[table][rule.owner] == "sites":
            if rule.how == "newest":
                save_newest(db, schema, table, source.format(table=table))
            elif rule.how == "union":
                save_union(db, schema, table, source.format(table=table))
    if not fresh:
        db.execute(
            """
            update main.gaps
            set since = theirs.since
            from source.gaps as theirs
            where theirs.site_id = ? and gaps.site_id = ?
              and theirs.kind = gaps.kind and theirs.ref = gaps.ref and theirs.since < gaps.since
            """,
            [old, new],
        )


def _insert(db: Database, schema: Schema, table: str, where: str) -> None:
    if table != "checkpoints":
        insert(db, schema, table, f"source.{table} as theirs", where)
        return
    kinds = " ".join(f"when '{kind}' then {found}" for kind, found in OUR_IDS.items())
    followed = f"case theirs.kind {kinds} else theirs.ref end"
    left = ", ".join(f"'{kind}'" for kind in LEFT)
    told = f"{where} and theirs.kind not in ({left}) and {followed} is not null"
    insert(db, schema, table, "source.checkpoints as theirs", told, {"ref": f"cast({followed} as text)"})


def close_gaps(db: Database, site_id: int) -> None:
    """What one archive lacked and the other holds is no gap, and an address that shows an article got no verdict that stands."""
    db.execute(
        """
        delete from main.gaps
        where site_id = ?1 and kind = 'article'
          and (
            exists (select 1 from main.urls where url = gaps.ref)
            or exists (select 1 from main.articles where articles.site_id = ?1 and source_id = gaps.ref)
          )
        """,
        [site_id],
    )
    db.execute(
        """
        delete from main.gaps
        where site_id = ?1 and kind = 'comment'
          and ref in (
            select comments.source_id from main.articles cross join main.comments on comments.article_id = articles.id where site_id = ?1
          )
        """,
        [site_id],
    )
    db.execute("delete from main.verdicts where site_id = ? and exists (select 1 from main.urls where url = verdicts.url)", [site_id])


def count_again(db: Database, site_id: int, at: str) -> None:
    """What is held of what the site says, anew."""
    kinds: tuple[Kind, ...] = ("article", "comment")
    for kind in kinds:
        if not db.execute("select 1 from main.coverage where site_id = ? and kind = ?", [site_id, kind]).fetchone():
            continue
        save_months(db, site_id, kind, at)
        held = held_in_all(db, site_id, kind)
        sql = "update main.coverage set held = ? where site_id = ? and kind = ? and month = 'all' and held <> ?"
        db.execute(sql, [held, site_id, kind, held])

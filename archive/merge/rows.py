"""Rows of another archive written here, many in one statement: takes the maps of ``archive/merge/maps.py``, follows every reference."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

from archive.merge.at_once import growing
from archive.merge.histories import APART
from archive.merge.maps import TOUCHED_COMMENTS, TOUCHED_REVISIONS, TOUCHED_STATES, map_rest
from archive.merge.references import Schema
from archive.merge.rules import RULES

COUNTED = {  # tables of many rows -> whose fresh rows tell about how many come
    "revisions": "revisions",
    "block_spans": "revisions",
    "comments": "comments",
    "comment_states": "comment_states",
    "captures": "captures",
}
NOTHING: Mapping[str, str] = {}
OF_ARTICLE = "temp.touched cross join source.{table} as theirs on theirs.{owner} = touched.old"
OF_REVISION = f"{TOUCHED_REVISIONS.replace('theirs', 'owner')} cross join source.{{table}} as theirs on theirs.{{owner}} = owner.id"
OF_COMMENT = f"{TOUCHED_COMMENTS.replace('theirs', 'owner')} cross join source.{{table}} as theirs on theirs.{{owner}} = owner.id"


def insert(db: Database, schema: Schema, table: str, source: str, where: str = "1", columns: Mapping[str, str] = NOTHING) -> int:
    """Insert the rows ``theirs`` of ``source``; ``columns`` says in SQL what stands in some of theirs. Returns how many."""
    names = schema.columns[table]
    own = {"id": f"(select new from temp.map_{table} where old = theirs.id)"} if table in schema.numbered else {}
    values = [{**own, **columns}.get(name) or schema.followed(table, name) for name in names]
    sql = f"insert into main.{table}({', '.join(names)}) select {', '.join(values)} from {source} where {where}"
    if (counted := COUNTED.get(table)) is None:
        return db.execute(sql).rowcount
    with growing(db, table, f"map_{table}", f"select count(*) from temp.map_{counted} where fresh"):
        return db.execute(sql).rowcount


def is_fresh(table: str, row: str = "theirs.id") -> str:
    """SQL: this row has no like of it here."""
    return f"exists (select 1 from temp.map_{table} where old = {row} and fresh)"


def read_from(schema: Schema, table: str) -> str:
    """SQL from which those rows ``theirs`` of a table are read that belong to the articles that are brought."""
    rule = RULES[table]
    parent = schema.references[table][rule.owner]
    sources = {"articles": OF_ARTICLE, "revisions": OF_REVISION, "comments": OF_COMMENT}
    return sources[parent].format(table=table, owner=rule.owner)


def fill(db: Database, schema: Schema, table: str, columns: tuple[str, ...] = ()) -> None:
    """Empty columns of rows that are held, all of them or those that are named, take what the other archive has in them."""
    for column in columns or (c for c in schema.columns[table] if c != "id" and c not in RULES[table].key):
        db.execute(
            f"""
            update main.{table}
            set {column} = {schema.followed(table, column)}
            from temp.map_{table} as map
            join source.{table} as theirs on theirs.id = map.old
            where map.new = {table}.id and not map.fresh and {table}.{column} is null and {schema.followed(table, column)} is not null
            """
        )


def insert_names(db: Database, schema: Schema, table: str) -> int:
    """Rows whose key is not held; those that are numbered are numbered anew."""
    rule = RULES[table]
    apart = {"number": f"{APART} + (select new from temp.map_{table} where old = theirs.id)"} if rule.number else NOTHING
    count = insert(db, schema, table, f"source.{table} as theirs", is_fresh(table), apart)
    fill(db, schema, table)
    if rule.number and count:
        order = ", ".join(column for column in rule.key if column != rule.number)
        db.execute(
            f"""
            update main.{table}
            set number = -place
            from (select id as row, row_number() over (partition by {rule.number} order by {order}) as place from main.{table})
            where row = id and {rule.number} in (select {rule.number} from main.{table} where number > {APART})
            """
        )
        db.execute(f"update main.{table} set number = -number where number < 0")
    return count


def insert_histories(db: Database, schema: Schema) -> int:
    """Articles, revisions and comments with all of theirs that are not held. What is brought to a history that is held stands apart,
    under high numbers, until it is put in order."""
    count = insert(db, schema, "articles", "temp.touched cross join source.articles as theirs on theirs.id = touched.old", "touched.fresh")
    apart = {"number": f"iif(touched.fresh, theirs.number, {APART} + (select new from temp.map_revisions where old = theirs.id))"}
    count += insert(db, schema, "revisions", TOUCHED_REVISIONS, is_fresh("revisions"), apart)
    fresh = is_fresh("revisions", "owner.id")
    for table in ("block_spans", "revision_captures"):
        count += insert(db, schema, table, read_from(schema, table), fresh)
    count += insert(db, schema, "comments", f"{TOUCHED_COMMENTS}", is_fresh("comments"))
    count += insert(db, schema, "comment_states", TOUCHED_STATES, is_fresh("comments", "owner.id"))
    map_rest(db, "absences", read_from(schema, "absences"))
    absent = f"iif(theirs.comment_id is null, touched.fresh, {is_fresh('comments', 'theirs.comment_id')})"
    count += insert(db, schema, "absences", read_from(schema, "absences"), f"({absent}) and {is_fresh('absences')}")
    for table in schema.tables_of("list"):
        count += insert(db, schema, table, read_from(schema, table), "touched.fresh")
    return count + insert_addresses(db, schema)


def insert_addresses(db: Database, schema: Schema) -> int:
    """The addresses of the articles that are brought. One that two articles claim is that of the one that was seen last."""
    source = read_from(schema, "urls")
    db.execute(
        f"""
        delete from main.urls
        where url in (
          select theirs.url
          from {source}
          join main.urls as ours on ours.url = theirs.url and ours.article_id <> touched.new
          join main.articles as holder on holder.id = ours.article_id
          join source.articles as claimant on claimant.id = touched.old
          where theirs.kind = 'current' and claimant.last_seen_at > holder.last_seen_at
        )
        """
    )
    kind = {"kind": "iif(touched.fresh, theirs.kind, 'alias')"}
    return insert(db, schema, "urls", source, "theirs.url not in (select url from main.urls)", kind)


def insert_rereadings(db: Database, schema: Schema) -> int:
    """Earlier readings of what was brought."""
    known = f"exists (select 1 from main.rereadings as ours where {schema.like('rereadings', RULES['rereadings'].key)})"
    brought = """(theirs.revision_id in (select old from temp.map_revisions)
        or theirs.comment_revision_id in (select old from temp.map_comment_states))"""
    map_sql = f"""
        insert into temp.map_rereadings(old, new, fresh)
        select theirs.id, (select coalesce(max(id), 0) from main.rereadings) + row_number() over (order by theirs.id), 1
        from source.rereadings as theirs
        where {brought} and not {known}
        """
    db.execute(map_sql)
    return insert(db, schema, "rereadings", "source.rereadings as theirs", is_fresh("rereadings"))


def save_newest(db: Database, schema: Schema, table: str, source: str) -> int:
    """Of two rows with the same key the later one stands; where they say the same, the earlier one."""
    rule = RULES[table]
    others = [column for column in schema.columns[table] if column not in rule.key]
    values = ", ".join(schema.followed(table, column) for column in others)
    later = f"theirs.{rule.at} > ours.{rule.at}"
    if rule.same:
        later = f"iif(theirs.{rule.same} = ours.{rule.same}, theirs.{rule.at} < ours.{rule.at}, {later})"
    same_key = schema.like(table, rule.key)
    db.execute("drop table if exists temp.stale")
    keys = ", ".join(f"ours.{column} as {column}" for column in rule.key)
    db.execute(f"create temp table stale as select {keys} from {source} join main.{table} as ours on {same_key} where {later}")
    matching = " and ".join(f"stale.{column} is {table}.{column}" for column in rule.key)
    count = db.execute(f"delete from main.{table} where exists (select 1 from temp.stale where {matching})").rowcount if _any(db) else 0
    names = ", ".join((*rule.key, *others))
    keyed = ", ".join(schema.followed(table, column) for column in rule.key)
    missing = f"not exists (select 1 from main.{table} as ours where {same_key})"
    added = db.execute(f"insert into main.{table}({names}) select {keyed}, {values} from {source} where {missing}").rowcount
    return max(added, count)


def _any(db: Database) -> bool:
    return db.execute("select 1 from temp.stale limit 1").fetchone() is not None


def save_union(db: Database, schema: Schema, table: str, source: str) -> int:
    """Rows whose key is not held. An id of ours is given by SQLite."""
    names = [column for column in schema.columns[table] if column != "id" or table not in schema.numbered]
    values = ", ".join(schema.followed(table, column) for column in names)
    missing = f"not exists (select 1 from main.{table} as ours where {schema.like(table, RULES[table].key)})"
    return db.execute(f"insert into main.{table}({', '.join(names)}) select {values} from {source} where {missing}").rowcount

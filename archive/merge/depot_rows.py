"""One site's archive written into the archive of all, row for row: takes an attached copy of its database and the site's number.

An id here is the number x 10^9 + the id there, so nothing has to be remembered, and whoever merges a depot anew gets the same ids. Which
columns are ids follows from the foreign keys that the schema declares. Rows that are equal are not written; rows that are gone there are
gone here. A site has one writer, so that nothing has to be joined; what was decided here stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlite_utils import Database

from archive.merge.across import link_across, own_target
from archive.merge.at_once import WORDS, growing
from archive.merge.decisions import merge_decisions
from archive.merge.references import Schema
from archive.merge.rules import RULES
from archive.merge.sites import OUR_IDS
from archive.store.decisions import decided
from archive.store.settle import settle
from archive.store.store import NEVER

BASE = 1_000_000_000
NOT_COMPARED = {"revisions": {"text"}}  # the row's digest covers it
LOOKED = 1 << 62  # this archive looks for nothing that was destroyed: the site's own does
LEFT = ("own", "decisions")
MAPPED = ("sites", "articles", "captures", *WORDS)  # by merge_decisions, and by growing


class DepotRows:
    """The rows of one site. The connection has the site's database attached as ``source``, and a transaction is open."""

    def __init__(self, db: Database, schema: Schema, number: int) -> None:
        self.db, self.schema, self.base = db, schema, number * BASE

    def write(self) -> int:
        """Make the rows here those that are there. Returns how many were written or removed."""
        held = self.db.execute("select 1 from main.sites where id between ? and ?", [self.base, self.base + BASE - 1]).fetchone()
        tables = [table for table, rule in RULES.items() if rule.how not in LEFT and table in self.schema.columns]
        with self._maps():
            count = sum(self._write(table, fresh=held is None) for table in self.schema.in_order(tables))
            if count:
                count += link_across(self.db, self.base, self.base + BASE - 1)
            brought = merge_decisions(self.db)
            self._label(everywhere=any(kind == "label" for kind, *_ in brought))
        return count + len(brought)

    def _label(self, everywhere: bool) -> None:
        """Labels that were decided hold at all sites, also at one that has not heard of them."""
        if everywhere or self._decided_here():
            where = "1" if everywhere else f"id between {self.base} and {self.base + BASE - 1}"
            for (site_id,) in self.db.execute(f"select id from main.sites where {where} order by id").fetchall():
                settle(self.db, site_id, NEVER)

    def _decided_here(self) -> bool:
        """Whether a label was decided that the site has not heard of."""
        theirs = {(ref, value) for ref, value in self.db.execute("select ref, value from source.decisions where kind = 'label'")}
        return any((ref, row["value"]) not in theirs for ref, row in decided(self.db, "label").items())

    @contextmanager
    def _maps(self) -> Iterator[None]:
        """``temp.map_TABLE`` of the tables that are asked for it, as for a merge that has to look for them."""
        for table in MAPPED:
            self.db.execute(f"create temp view map_{table} as select id as old, id + {self.base} as new, 1 as fresh from source.{table}")
        try:
            yield
        finally:
            for table in MAPPED:
                self.db.execute(f"drop view temp.map_{table}")

    # one table

    def _write(self, table: str, fresh: bool) -> int:
        names = self.schema.columns[table]
        gone = 0 if fresh else self._remove_unlike(table)
        missing = "1" if fresh else f"not exists (select 1 from main.{table} as ours where {self._same('ours', table, self._here)})"
        if table == "urls":  # an address that another site's article has too is that one's
            missing = "not exists (select 1 from main.urls as ours where ours.url = theirs.url)"
        sql = f"""
            insert into main.{table}({", ".join(names)})
            select {", ".join(self._here(table, name) for name in names)}
            from source.{table} as theirs
            where {missing}
            """
        coming = f"select count(*) from source.{table}"
        with growing(self.db, table, f"map_{table}", coming) if fresh and table in WORDS else nullcontext():
            written = self.db.execute(sql).rowcount
        return max(written, gone)

    def _remove_unlike(self, table: str) -> int:
        """Remove the rows that are not there any more, or say something else; how many."""
        own = "id" if table in self.schema.numbered else RULES[table].owner
        keys = self._keys(table)
        names = [name for name in self.schema.columns[table] if name not in NOT_COMPARED.get(table, ())]
        here = ", ".join(self._held(table, name) for name in names)
        there = ", ".join(self._here(table, name) for name in names)
        self.db.execute("drop table if exists temp.unlike")
        self.db.execute(
            f"""
            create temp table unlike as
            select {", ".join(f"ours.{key}" for key in keys)}
            from main.{table} as ours
            left join source.{table} as theirs on {self._same("theirs", table, self._there)}
            where ours.{own} between {self.base} and {self.base + BASE - 1} and (theirs.{keys[0]} is null or ({here}) is not ({there}))
            """
        )
        if self.db.execute("select 1 from temp.unlike limit 1").fetchone() is None:
            return 0
        columns = ", ".join(keys)
        return self.db.execute(f"delete from main.{table} where ({columns}) in (select {columns} from temp.unlike)").rowcount

    def _keys(self, table: str) -> list[str]:
        rows = [(row[5], row[1]) for row in self.db.execute(f"pragma main.table_info({table})") if row[5]]
        return [name for _, name in sorted(rows)]

    def _same(self, row: str, table: str, other: object) -> str:
        """SQL: ``row`` has the key that the other archive's row has when it is brought to this one's numbers."""
        assert callable(other)
        return " and ".join(f"{row}.{key} = {other(table, key)}" for key in self._keys(table))

    def _is_id(self, table: str, column: str) -> bool:
        return (column == "id" and table in self.schema.numbered) or self.schema.references[table].get(column) in self.schema.numbered

    def _held(self, table: str, column: str) -> str:
        """SQL for a column of a row ``ours`` as the site's own archive could have it."""
        if (table, column) == ("links", "target_article_id"):
            return own_target("ours", "theirs", self.base, self.base + BASE - 1)
        return f"ours.{column}"

    def _here(self, table: str, column: str) -> str:
        """SQL for a column of a row ``theirs`` as it is here."""
        if self._is_id(table, column):
            return f"theirs.{column} + {self.base}"
        if (table, column) == ("checkpoints", "ref"):
            return self._moved_ref("theirs", self.base)
        if (table, column) == ("expunged", "revisions"):
            return f"(select json_group_array(value + {self.base}) from json_each(theirs.revisions))"
        if (table, column) == ("expunged", "looked"):
            return f"iif(theirs.looked is null, null, {LOOKED})"
        return f"theirs.{column}"

    def _there(self, table: str, column: str) -> str:
        """SQL for a column of a row ``ours`` as it is there; of the columns of a key."""
        if self._is_id(table, column):
            return f"ours.{column} - {self.base}"
        return self._moved_ref("ours", -self.base) if (table, column) == ("checkpoints", "ref") else f"ours.{column}"

    def _moved_ref(self, row: str, by: int) -> str:
        """Some checkpoints name an id of ours as text."""
        kinds = ", ".join(f"'{kind}'" for kind in OUR_IDS)
        return f"iif({row}.kind in ({kinds}), cast(cast({row}.ref as integer) + {by} as text), {row}.ref)"

"""Other archives are brought into one: takes their folders, gives for each of their sites what of it was new.

One archive is one transaction: a kill leaves all of it or nothing, and WARC records that lie here already are taken in like those of
a killed run. What was merged before and is the same still is passed over.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive.db.connection import FILENAME
from archive.db.shrink import spacious
from archive.errors import StorageError
from archive.merge import maps, parts, rows, sites, warc_files
from archive.merge.brought import MergedSite, merged_site
from archive.merge.completed import complete_captures, end_unfinished, link_targets
from archive.merge.decisions import merge_decisions, merge_file
from archive.merge.expunged import carry_tombstones, refuse_expunged
from archive.merge.joined import Joining
from archive.merge.proofs import Proofs
from archive.merge.references import Schema
from archive.merge.rules import RULES
from archive.merge.source import check_folders, copied
from archive.store.opening import OpenArchive
from archive.store.settle import settle
from archive.store.sites import free_name
from archive.store.store import NEVER

Progress = Callable[[str, int, int], None]  # what is being done; how much of it, of how much


@dataclass(slots=True)
class Merged:
    """What one archive brought."""

    folder: Path
    sites: list[MergedSite] = field(default_factory=list)
    rows: int = 0  # written here
    notes: list[str] = field(default_factory=list)


def merge(
    folder: Path, sources: list[Path], how: warc_files.How = "link", progress: Progress = lambda what, done, of: None
) -> Iterator[Merged]:
    """Merge archives one after the other. Raises LockHeld, ConfigurationError, NoArchive, NewerSchema, StorageError: of the archive
    that failed nothing is here then, of those before it everything."""
    check_folders(folder, sources)
    empty = not (folder / FILENAME).exists()
    archive = OpenArchive(folder)
    try:
        warc_files.remove_unfinished(folder)
        for left in folder.glob(".merging-*"):
            left.unlink()
        for source in sources:
            with copied(source, folder / f".merging-{os.getpid()}.db") as copy:
                merged = Merge(archive, source, copy, how, progress).run()
            empty = False
            yield merged
    except OSError as error:
        raise StorageError(f"cannot write to {folder}: {error.strerror or error}") from error
    finally:
        archive.close()
        if empty:
            _unmake(folder)


def _unmake(folder: Path) -> None:
    """Remove an archive that was made for what could not be merged."""
    for path in [*folder.glob(f"{FILENAME}*"), folder / "lock"]:
        path.unlink(missing_ok=True)
    with suppress(OSError):  # what else lies there stays
        for place in sorted((folder / "warc").rglob("*"), reverse=True):
            place.rmdir()
        (folder / "warc").rmdir()
    with suppress(OSError):
        folder.rmdir()


class Merge:
    """The merge of one archive, from the copy of its database."""

    def __init__(self, archive: OpenArchive, source: Path, copy: Path, how: warc_files.How, progress: Progress) -> None:
        self.archive, self.db, self.source, self.copy, self.how, self.progress = archive, archive.db, source, copy, how, progress
        self.merged = Merged(source)

    def run(self) -> Merged:
        """All of it, or nothing."""
        placing = warc_files.Placing(self.archive.folder, self.how)
        with spacious(self.db.conn), self._attached():
            try:
                with self.archive.transaction(), Proofs(self.copy, self.source) as self.proofs:
                    self.db.execute("pragma defer_foreign_keys = on")  # every reference is proven when it commits
                    self._merge(placing)
            except BaseException as error:
                placing.take_back()
                if isinstance(error, sqlite3.IntegrityError):
                    raise StorageError(f"{self.source} does not fit {self.archive.folder} ({error}); nothing of it was merged") from error
                raise
        merge_file(self.archive.folder, self.source)
        self.merged.notes += warc_files.bring_seals(self.archive.folder, self.source)
        return self.merged

    @contextmanager
    def _attached(self) -> Iterator[None]:
        self.db.execute("attach database ? as source", [str(self.copy)])
        try:
            yield
        finally:
            self.db.execute("detach database source")

    def _merge(self, placing: warc_files.Placing) -> None:
        self.schema = Schema(self.db)
        maps.make_maps(self.db, self.schema)
        [self.archive_id] = self.db.execute("select id from source.identity").fetchone()
        self._map_sites()
        self._map_rest()
        refuse_expunged(self.db, self.schema, self.source)
        self._begin_checks()
        self._bring_evidence(placing)
        self._bring_rows()
        self._bring_memory()
        self._finish_checks()
        self.merged.notes += carry_tombstones(self.db, self.schema)
        decided = merge_decisions(self.db)
        self._join(labelled=any(kind == "label" for kind, *_ in decided))
        self._remember()
        self.merged.sites += [merged_site(self.db, old, new) for old, new, _ in self.sites]

    # what is new

    def _map_sites(self) -> None:
        maps.map_by_key(self.db, self.schema, "sites")
        for old, new in self.db.execute("select old, new from temp.map_sites where fresh order by new").fetchall():
            row = next(self.db.query("select * from source.sites where id = ?", [old]))
            row |= {"id": new, "name": free_name(self.db, row["name"], row["home"])}
            names = self.schema.columns["sites"]
            sql = f"insert into main.sites({', '.join(names)}) values ({', '.join('?' * len(names))})"
            self.db.execute(sql, [row[name] for name in names])
        rows.fill(self.db, self.schema, "sites", ("title", "timezone"))
        self.sites: list[tuple[int, int, int]] = self.db.execute("select old, new, fresh from temp.map_sites order by new").fetchall()
        self.latest = {old for old, new, _ in self.sites if sites.looked_last(self.db, old, new)}

    def _map_rest(self) -> None:
        db, schema = self.db, self.schema
        self.progress("what is new", 0, 0)
        site_digests, article_digests = (self._digests(kind) for kind in ("site", "article"))
        self.site_digests = parts.changed(db, self.archive_id, "site", site_digests())
        if parts.is_first(db, self.archive_id):
            changed = db.execute("select id from source.articles order by id").fetchall()
            self.article_digests = article_digests  # which nobody waits for yet
        else:
            found = parts.changed(db, self.archive_id, "article", article_digests())
            changed = [(article_id,) for article_id in found]
            self.article_digests = lambda: found
        self.article_changed = bool(changed)
        maps.map_crawls(db, schema)
        maps.map_articles(db)
        maps.map_by_key(db, schema, "captures")
        for table in schema.in_order(schema.tables_of("names")):
            maps.map_by_key(db, schema, table)
        db.execute("create temp table if not exists told (id integer primary key)")
        db.execute("delete from temp.told")
        db.conn.executemany("insert into temp.told(id) values (?)", changed)
        db.execute(
            "insert into temp.touched select old, new, fresh from temp.map_articles where fresh or old in (select id from temp.told)"
        )
        maps.map_histories(db, schema)

    def _digests(self, kind: parts.Kind) -> Callable[[], dict[int, bytes]]:
        [last] = self.db.execute(f"select coalesce(max(id), 0) from source.{kind}s").fetchone()
        return self.proofs.digests(self.schema, kind, last)

    def _begin_checks(self) -> None:
        """Every digest of what is to be brought, computed anew."""
        self.touched = [old for (old,) in self.db.execute("select old from temp.touched order by old")]
        if self.touched and not self.proofs.begin_articles(self.touched):
            self.merged.notes.append("it holds no captures: its texts come without evidence")

    def _finish_checks(self) -> None:
        done = 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            self.progress("digests", done, len(self.touched))

        self.proofs.finish(told)

    # what is brought

    def _bring_evidence(self, placing: warc_files.Placing) -> None:
        done = 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            self.progress("WARC files", done, evidence.bytes)

        evidence = warc_files.Evidence(self.db, self.archive.folder, self.source, told)
        evidence.check()
        evidence.bring(placing)

    def _bring_rows(self) -> None:
        db, schema = self.db, self.schema
        self.progress("rows", 0, 0)
        count = rows.insert(db, schema, "crawls", "source.crawls as theirs", rows.is_fresh("crawls"))
        end_unfinished(db, schema)
        for table in schema.tables_of("names"):
            count += rows.insert_names(db, schema, table)
        place = {name: f"(select {name} from temp.places where old = theirs.id)" for name in ("filename", "offset")}
        count += rows.insert(db, schema, "captures", "source.captures as theirs", rows.is_fresh("captures"), place)
        complete_captures(db)
        count += rows.insert_histories(db, schema)
        count += rows.insert_rereadings(db, schema)
        for table, rule in RULES.items():
            if table in schema.columns and rule.owner and schema.references[table][rule.owner] != "sites" and table != "rereadings":
                if rule.how == "newest":
                    count += rows.save_newest(db, schema, table, rows.read_from(schema, table))
                elif rule.how == "union":
                    count += rows.save_union(db, schema, table, rows.read_from(schema, table))
        self.merged.rows += count

    def _bring_memory(self) -> None:
        for old, new, fresh in self.sites:
            if fresh or old in self.site_digests:
                sites.merge_site(self.db, self.schema, old, new, fresh=bool(fresh), latest=old in self.latest)
        for table in self.schema.tables_of("union"):
            if not RULES[table].owner:
                self.merged.rows += rows.save_union(self.db, self.schema, table, f"source.{table} as theirs")
        for table in self.schema.tables_of("newest"):
            if not RULES[table].owner:
                self.merged.rows += rows.save_newest(self.db, self.schema, table, f"source.{table} as theirs")

    # what both hold

    def _join(self, labelled: bool) -> None:
        self.progress("what both hold", 0, 0)
        joining = Joining(self.db, self.schema)
        joining.join()
        link_targets(self.db)
        touched = {i for (i,) in self.db.execute("select distinct site_id from main.articles where id in (select new from temp.touched)")}
        for old, new, fresh in self.sites:
            if new in touched or old in self.site_digests:
                sites.close_gaps(self.db, new)
            if labelled or (new in touched and not fresh):
                settle(self.db, new, NEVER, joining.pairs_of(new))
        joining.put_in_order_again()
        for old, new, fresh in self.sites:
            if not fresh and (new in touched or old in self.site_digests):
                sites.count_again(self.db, new, self.archive.now())
        joining.prove()

    def _remember(self) -> None:
        if not self.site_digests and not self.article_changed:
            return
        self.db.execute(
            """
            insert into merged_archives(id, folder, merged_at) values (?, ?, ?)
            on conflict(id) do update set folder = excluded.folder, merged_at = excluded.merged_at
            """,
            [self.archive_id, str(self.source), self.archive.now()],
        )
        parts.remember(self.db, self.archive_id, "site", self.site_digests)
        parts.remember(self.db, self.archive_id, "article", self.article_digests())

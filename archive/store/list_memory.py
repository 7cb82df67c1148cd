"""What is remembered of a site's own lists between runs, in an archive that is open for writing: takes and gives their rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archive.errors import StorageError, database_fails
from archive.store import captures, captures_ahead, carried, checkpoints, crawls, decisions, expunge, feed_items, gaps, sites
from archive.store.checkpoints import Checkpoint, Kind
from archive.store.feed_items import FeedFacts
from archive.store.held_group import HeldGroup
from archive.store.opening import OpenArchive

Row = dict[str, Any]
Checkpoints = Mapping[Kind, Sequence[Checkpoint]]  # a kind -> all its rows
NO_CHECKPOINTS: Checkpoints = {}


class ListMemory(OpenArchive):
    """The lists of the archive's sites. Every method is one transaction of its own."""

    def list_of(self, site_id: int, name: str) -> Row | None:
        """What is remembered of one of the site's lists."""
        return self.memory.list_of(self.db, site_id, name)

    def save_list(self, site_id: int, name: str, checkpoints: Checkpoints = NO_CHECKPOINTS, /, **columns: Any) -> None:
        """Remember something about a list; columns that are not named stay as they are. ``checkpoints`` are saved with it."""
        with self.transaction():
            self._save_list(site_id, name, columns)
            self._save_checkpoints(site_id, checkpoints)

    def article_lists(self, site_id: int, *, walked: bool = False) -> list[Row]:
        """The site's open REST lists of articles: posts, further types, further languages. ``walked``: see archive/store/sites.py."""
        return sites.article_lists(self.db, site_id, walked=walked)

    def language_lists(self, site_id: int, name: str) -> list[Row]:
        """An open REST list, such as comments, and those beside it that give the languages that it hides."""
        return sites.language_lists(self.db, site_id, name)

    def move_to_list(self, site_id: int, source_ids: Iterable[str], name: str) -> None:
        """From now on it is this list that names these articles, by the site's own ids."""
        with self.transaction():
            sites.move_to_list(self.db, site_id, source_ids, name)

    def close_article_list(self, site_id: int, name: str, reason: str) -> None:
        """The site has this list no more: no list names its articles now."""
        with self.transaction():
            sites.close_article_list(self.db, site_id, name, reason)
            self.memory.list_changed(self.db, site_id, name)

    def save_overcounts(
        self, site_id: int, name: str, spans: Sequence[tuple[str, str, int]], instead: Sequence[tuple[str, str, int]] = ()
    ) -> None:
        """Remember where a list's totals count more than the site gives; a walk that was cut in two adds to what it found before.
        ``instead``: spans that are told more exactly now."""
        with self.transaction():
            sites.save_overcounts(self.db, site_id, name, spans, instead)

    def checkpoints(self, site_id: int, kind: Kind) -> list[Checkpoint]:
        """What the crawler remembered of this kind, in the order in which it was saved."""
        return self.memory.checkpoints(self.db, site_id, kind)

    def save_checkpoints(self, site_id: int, kind: Kind, rows: Sequence[Checkpoint]) -> None:
        """Remember these rows and no others of this kind."""
        with self.transaction():
            self._save_checkpoints(site_id, {kind: rows})

    def _save_list(self, site_id: int, name: str, columns: Mapping[str, Any]) -> None:
        """Inside the caller's transaction, as the next."""
        sites.save_list(self.db, site_id, name, columns)
        self.memory.list_changed(self.db, site_id, name)

    def _save_checkpoints(self, site_id: int, kinds: Checkpoints) -> None:
        for kind, rows in kinds.items():
            if self.memory.checkpoints(self.db, site_id, kind) != list(rows):
                checkpoints.save_checkpoints(self.db, site_id, kind, rows)
                self.memory.checkpoints_changed(site_id, kind, rows)

    def feed_items(self, site_id: int) -> list[FeedFacts]:
        """What the site's feed tells of articles, and what it told of those that do not hold it yet."""
        return feed_items.feed_items(self.db, site_id)

    def save_feed_items(self, site_id: int, items: Iterable[FeedFacts]) -> set[str]:
        """Remember what the feed tells now; return the addresses of which it shows something new since they were last read."""
        with self.transaction():
            return feed_items.save_feed_items(self.db, site_id, items, self.now())

    # a run that goes on after it was killed

    def reopen_crawl(self, crawl_id: int) -> None:
        """Go on with a run that was killed: its row stays the run's."""
        with self.transaction():
            crawls.reopen_run(self.db, crawl_id)

    def tie_to_run(self, capture_id: int, crawl_id: int, door: str, article_id: int | None = None) -> None:
        """Say of a capture that was adopted after a kill which run had asked for it, and through which door."""
        with self.transaction():
            captures.tie_to_run(self.db, capture_id, crawl_id, door, article_id)

    # runs that are done again from their records

    def set_captures_ahead(self) -> None:
        """Put every capture aside that no run has fetched, so that no run knows what is to come."""
        with self.transaction():
            captures_ahead.set_ahead(self.db)

    def release_captures_ahead(self) -> int:
        """Give back those that no run has asked for; how many there are."""
        with self.transaction():
            return captures_ahead.release_ahead(self.db)

    def claim_capture(self, capture_id: int, crawl_id: int | None, door: str, article_id: int | None = None) -> int:
        """Say which run fetched a capture that was put aside, and through which door; the id of its row from here on."""
        with self.transaction():
            return captures_ahead.claim_capture(self.db, capture_id, crawl_id, door, article_id)

    def drop_crawl(self, crawl_id: int) -> None:
        """Forget the row of a run that asked nobody: it read what others had captured."""
        with self.transaction():
            crawls.drop_run(self.db, crawl_id)

    def hold(self) -> HeldGroup:
        """From here on everything that is written is one transaction, until the group that this gives is told to keep or drop it."""
        self.group.close()
        self.group = held = HeldGroup(self.db, lambda error: database_fails(self.folder, error))
        return held

    def carry_over(self, other: ListMemory) -> None:
        """Keep what another archive's database holds and no record tells; this one holds no run yet."""
        with self.transaction():
            carried.carry_over(other.db, self.db)

    def carry_rereadings(self, other: ListMemory) -> None:
        """Keep how another archive had read, earlier, what both hold."""
        with self.transaction():
            carried.carry_rereadings(other.db, self.db)

    def bury_again(self, site_id: int, tombstones: Iterable[Mapping[str, Any]]) -> None:
        """Know again what was destroyed by order, as the site's WARC files tell it."""
        with self.transaction():
            expunge.bury_again(self.db, site_id, tombstones)

    def take_over(self, other: ListMemory) -> None:
        """Hold what another archive's database holds instead, as one transaction: a reader sees the one or the other. Raises
        StorageError."""
        other.db.execute("pragma wal_checkpoint(truncate)")
        try:
            other.db.conn.backup(self.db.conn)
        except sqlite3.DatabaseError as error:
            raise StorageError(f"cannot write to {self.folder}: {error}") from error

    def forget_gaps_that_say(self, words: str) -> None:
        """Forget gaps that are none of the site's: a run that is done again asked for what it had not asked for then."""
        with self.transaction():
            gaps.forget_said(self.db, words)

    def restate_crawl(self, crawl_id: int, columns: Mapping[str, Any]) -> None:
        """Let a run's row say what the run noted of itself; columns that there are not are passed over."""
        with self.transaction():
            crawls.restate_run(self.db, crawl_id, columns)

    def take_decision(self, line: Row) -> bool:
        """Take over a line of the file of decisions; False while what it is about is not there."""
        with self.transaction():
            return decisions.take_decision(self.db, line)

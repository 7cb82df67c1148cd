"""The only writer: one lock, one database, one transaction per HTTP answer."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlite_utils import Database

from archive import clock
from archive.db.connection import open_for_writing
from archive.db.lock import Lock
from archive.errors import database_fails
from archive.store import absences, adopt, coverage, crawls, gaps, images
from archive.store.articles import Seen, find_article, save_article
from archive.store.comments import read_by_others, save_comments
from archive.store.decisions import Kind, decide
from archive.store.reread import AGAIN, Reread, classify_again, reread_pairs, save_reread
from archive.store.settle import settle
from archive.warc.records import Exchange, Place

Row = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")
NEVER = "9999"  # later than any time: no revision is provisional, none is folded


class Store:
    """An archive open for writing. Mappings in, rows out; every method is one transaction of its own."""

    def __init__(self, folder: Path, now: Callable[[], str] = clock.now) -> None:
        """Take the lock, open and migrate the database, take in what a killed run left behind.

        Raises LockHeld, StorageError, NoArchive, NewerSchema; nothing is written then.
        """
        self.folder, self.now = folder, now
        self._lock = Lock(folder)
        try:
            self.db: Database = open_for_writing(folder)
            adopt.adopt_records(self.db, folder)
            with self.transaction():  # as one: a kill in between would leave revisions that nobody settles
                for site_id, started_at in adopt.close_killed_crawls(self.db, now()):
                    settle(self.db, site_id, started_at)
        except sqlite3.DatabaseError as error:
            self._lock.release()
            if failure := database_fails(folder, error):
                raise failure from error
            raise
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Leave a database that any reader opens without recovery, if it can be: where it cannot, the run has said so."""
        try:
            with suppress(sqlite3.DatabaseError):
                self.db.execute("pragma optimize")
                self.db.execute("pragma wal_checkpoint(truncate)")
            self.db.close()
        finally:
            self._lock.release()

    def ask(self, query: Callable[Concatenate[Database, P], T], *args: P.args, **named: P.kwargs) -> T:
        """The answer of a named query: a function of archive/queries whose first parameter is the database."""
        return query(self.db, *args, **named)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Raises StorageError when disk or database refuse."""
        try:
            self.db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self.db.execute("rollback")
                raise
            self.db.execute("commit")
        except sqlite3.DatabaseError as error:
            if failure := database_fails(self.folder, error):
                raise failure from error
            raise

    # sites and crawls

    def ensure_site(self, name: str, home: str, timezone: str | None = None) -> Row:
        """The site's row, made where it is new. A site is known by its home."""
        with self.transaction():
            self.db.execute(
                "insert into sites(name, home, timezone) values (?, ?, ?) on conflict(home) do update "
                "set timezone = coalesce(excluded.timezone, timezone)",
                [self._free_name(name, home), home, timezone],
            )
        return next(self.db.query("select * from sites where home = ?", [home]))

    def _free_name(self, name: str, home: str) -> str:
        taken: dict[str, str] = dict(self.db.execute("select name, home from sites").fetchall())
        candidates = [name, *(f"{name}-{i}" for i in range(2, len(taken) + 3))]
        return next(c for c in candidates if taken.get(c, home) == home)

    def describe_site(self, site_id: int, **columns: str | None) -> None:
        """Fill in home, title or timezone as the site tells them."""
        with self.transaction():
            for column, value in columns.items():
                self.db.execute(f"update sites set {column} = coalesce(?, {column}) where id = ?", [value, site_id])

    def start_crawl(self, site_id: int, mode: str) -> int:
        with self.transaction():
            cursor = self.db.execute("insert into crawls(site_id, started_at, mode) values (?, ?, ?)", [site_id, self.now(), mode])
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def finish_crawl(self, crawl_id: int, outcome: str, exit_code: int, requests: int, received: int, note: str) -> Row:
        """Close the run's row and return it."""
        run = self.crawl(crawl_id)
        unchanged = crawls.count_unchanged(self.db, run["site_id"], run["started_at"])
        values = {"finished_at": self.now(), "outcome": outcome, "exit_code": exit_code, "requests": requests, "bytes": received}
        with self.transaction():
            crawls.end_run(self.db, crawl_id, values | {"unchanged": unchanged, "note": note})
        return self.crawl(crawl_id)

    def crawl(self, crawl_id: int) -> Row:
        return next(self.db.query("select * from crawls where id = ?", [crawl_id]))

    def count(self, crawl_id: int, counts: Mapping[str, int]) -> None:
        """Add to the numbers of a run's row."""
        with self.transaction():
            crawls.add_counts(self.db, crawl_id, counts)

    def forget_unread_site(self, site_id: int) -> None:
        """Forget a site of which nothing was ever read."""
        with self.transaction():
            crawls.forget_unread_site(self.db, site_id)

    # captures

    def add_capture(
        self, crawl_id: int, door: str, exchange: Exchange, mime: str | None, place: Place, article_id: int | None = None
    ) -> int:
        """Record that an exchange lies in a WARC file; return the capture's id. ``article_id``: where it is known before it is read."""
        at, status = exchange.captured_at, exchange.status
        with self.transaction():
            capture_id = adopt.insert_capture(self.db, crawl_id, door, exchange.url, at, status, mime, place)
            if article_id is not None:
                self.db.execute("update captures set article_id = ? where id = ?", [article_id, capture_id])
        return capture_id

    def save_picture(
        self, site_id: int, capture: Mapping[str, Any], picture: bytes, places: Iterable[images.Place], refs: Iterable[str]
    ) -> None:
        """Tie a captured picture to rows of ``images``, which name it by ``refs``, spellings of its address."""
        with self.transaction():
            images.save_picture(self.db, site_id, capture, picture, places, refs)

    def forget_picture_gaps(self, site_id: int, named: set[str]) -> None:
        """Keep the gaps of those pictures alone that articles still show."""
        with self.transaction():
            images.forget_gaps(self.db, site_id, named)

    def end_of_records(self, filename: str) -> int:
        """Where the last record ends that is known of a WARC file: a shorter file is not the one that was written."""
        [end] = self.db.execute("select coalesce(max(offset + length), 0) from captures where filename = ?", [filename]).fetchone()
        return int(end)

    # the site's lists

    def list_of(self, site_id: int, name: str) -> Row | None:
        """What is remembered of one of the site's lists."""
        return next(self.db.query("select * from lists where site_id = ? and name = ?", [site_id, name]), None)

    def save_list(self, site_id: int, name: str, **columns: Any) -> None:
        """Remember something about a list; columns that are not named stay as they are."""
        with self.transaction():
            self._save_list(site_id, name, columns)

    def _save_list(self, site_id: int, name: str, columns: Mapping[str, Any]) -> None:
        self.db.execute("insert or ignore into lists(site_id, name, door, url) values (?, ?, '', '')", [site_id, name])
        if columns:
            assignments = ", ".join(f"{column} = ?" for column in columns)
            self.db.execute(f"update lists set {assignments} where site_id = ? and name = ?", [*columns.values(), site_id, name])

    def save_overcounts(self, site_id: int, name: str, spans: Sequence[tuple[str, str, int]]) -> None:
        """Remember where a list's totals count more than the site gives; a walk that was cut in two adds to what it found before."""
        with self.transaction():
            self.db.conn.executemany(
                "insert or replace into overcounts(site_id, list, first_at, last_at, count) values (?, ?, ?, ?, ?)",
                [(site_id, name, *span) for span in spans],
            )

    # answers

    def save_answer(
        self,
        crawl_id: int,
        site_id: int,
        seen: Seen,
        *,
        articles: Sequence[Mapping[str, Any]] = (),
        threads: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        thread_door: str = "rest",
        whole_threads: Iterable[str] = (),
        unheld: Sequence[Mapping[str, Any]] = (),
        marks: Mapping[str, Mapping[str, Any]] | None = None,
        pages_alone: bool = False,
    ) -> Counter[str]:
        """Save everything one answer brought, with its done-marks, or nothing of it.

        ``threads`` maps the site's own article id to comments; those of articles that are not held are counted as "homeless".
        ``whole_threads`` are ids of articles whose threads are now read to the end. ``unheld``: gaps to name. ``marks`` maps a
        list's name to columns.
        ``pages_alone``: REST is not read in this run, the page is the text.
        """
        counts: Counter[str] = Counter()
        with self.transaction():
            upgraded = read_by_others(self.db, site_id, threads or (), thread_door, seen)
            for article in articles:
                saved = save_article(self.db, site_id, article, seen, pages_alone=pages_alone)
                counts[saved.outcome] += 1
                for capture_id, _ in seen.captures if article["door"] == "page" else ():
                    self.db.execute("update captures set article_id = ? where id = ?", [saved.article_id, capture_id])
                gaps.close_article_gaps(self.db, site_id, article)
            for source_id, comments in (threads or {}).items():
                row = find_article(self.db, site_id, source_id, source_id)
                if row is None:
                    counts["homeless"] += len(comments)
                else:
                    counts.update(save_comments(self.db, row["id"], comments, thread_door, seen, upgraded=source_id in upgraded))
                    gaps.close_comment_gaps(self.db, site_id, comments)
            gaps.finish_threads(self.db, site_id, whole_threads, seen.at)
            for gap in unheld:
                gaps.add_gap(self.db, site_id, gap, seen.at)
            for name, columns in (marks or {}).items():
                self._save_list(site_id, name, columns)
            crawls.add_counts(self.db, crawl_id, counts)
        return counts

    def finish_all_threads(self, site_id: int, at: str) -> None:
        """The site's whole list of comments has been read: every thread is read to its end."""
        with self.transaction():
            gaps.finish_all_threads(self.db, site_id, at)

    def add_alias(self, article_id: int, url: str) -> None:
        """Keep a further address of an article. One that is known, of this article or of another, stays what it is."""
        with self.transaction():
            self.db.execute(
                "insert or ignore into urls(url, article_id, kind, first_seen_at) values (?, ?, 'alias', ?)", [url, article_id, self.now()]
            )

    def add_gap(self, site_id: int, **gap: Any) -> None:
        """Name something that the site lists and the archive does not hold: kind, ref, reason, explained, month."""
        with self.transaction():
            gaps.add_gap(self.db, site_id, gap, self.now())

    def forget_gaps(self, site_id: int, kind: str, reason: str) -> None:
        """Forget the gaps of one reason: whoever names them asks anew in every run."""
        if self.db.execute("select 1 from gaps where site_id = ? and kind = ? and reason = ?", [site_id, kind, reason]).fetchone():
            with self.transaction():
                self.db.execute("delete from gaps where site_id = ? and kind = ? and reason = ?", [site_id, kind, reason])

    def quarantine(self, crawl_id: int, site_id: int, url: str, reason: str, capture_id: int, at: str) -> None:
        """Keep a page that was not believed in view of people: once in a run, however often it was asked for."""
        known = "select 1 from quarantine where site_id = ? and url = ? and reason = ? and captured_at >= ?"
        if self.db.execute(known, [site_id, url, reason, self.crawl(crawl_id)["started_at"]]).fetchone():
            return
        with self.transaction():
            self.db.execute(
                "insert into quarantine(site_id, url, captured_at, reason, capture_id) values (?, ?, ?, ?, ?)",
                [site_id, url, at, reason, capture_id],
            )
            crawls.add_counts(self.db, crawl_id, {"quarantined": 1})

    def save_reread(self, crawl_id: int, reread: Reread, extractor: str) -> Counter[str]:
        """Write what the captures of one article say now where that differs; see archive/store/reread.py for the counts."""
        with self.transaction():
            return save_reread(self.db, reread, crawl_id, extractor, self.now())

    def settle_reread(self, site_id: int) -> None:
        """End a reading of the captures: labels as over the whole archive, then the kinds of change between states read anew."""
        with self.transaction():
            pairs = reread_pairs(self.db, site_id)
            settle(self.db, site_id, NEVER, pairs)
            classify_again(self.db, pairs)

    def leave_quarantine(self, site_id: int, capture_id: int | None = None) -> None:
        """Let a capture, or all that show articles by now, out of quarantine."""
        with self.transaction():
            read = "select id from captures where article_id is not null"
            self.db.execute(
                f"delete from quarantine where site_id = ? and reason not like ? and (capture_id = ? or capture_id in ({read}))",
                [site_id, f"{AGAIN}%", capture_id],
            )

    def settle(self, crawl_id: int, site_id: int) -> int:
        """End a run: learn boilerplate over the archive, label anew, fold what was no edit; return how many were folded."""
        started = self.crawl(crawl_id)["started_at"]
        with self.transaction():
            folded = settle(self.db, site_id, started)
            if folded:
                self.db.execute("update crawls set revised = revised - ? where id = ?", [folded, crawl_id])
        return folded

    def mark_missing(
        self,
        crawl_id: int,
        table: absences.Table,
        ids: Iterable[int],
        at: str,
        capture_id: int | None,
        gone_after: float,
        reason: str | None = None,
    ) -> int:
        """Mark what its own request confirmed to be missing; return how many are newly so."""
        with self.transaction():
            newly = absences.mark_missing(self.db, table, ids, at, capture_id, gone_after, reason)
            crawls.add_counts(self.db, crawl_id, {"missing": newly})
        return newly

    def decide(self, kind: Kind, ref: str, value: str, reason: str | None = None) -> None:
        """Write down what a person overruled; a label is put on at once, over the whole archive."""
        with self.transaction():
            decide(self.db, kind, ref, value, reason, self.now())
            if kind == "label":
                for (site_id,) in self.db.execute("select id from sites").fetchall():
                    settle(self.db, site_id, NEVER)

    def save_coverage(self, site_id: int, kind: str, reported: int | None, held: int) -> None:
        """The ledger at the end of a run: the whole site as it counts itself, and each local month."""
        with self.transaction():
            self.db.execute(
                """
                insert into coverage(site_id, kind, month, reported, held, checked_at) values (?, ?, 'all', ?, ?, ?)
                on conflict(site_id, kind, month) do update
                set reported = excluded.reported, held = excluded.held, checked_at = excluded.checked_at
                """,
                [site_id, kind, reported, held, self.now()],
            )
            coverage.save_months(self.db, site_id, cast(coverage.Kind, kind), self.now())

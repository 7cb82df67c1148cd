"""The only writer: one lock, one database; an HTTP answer is saved whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from archive.store import absences, captures, coverage, crawls, gaps, quarantine, sites, verdicts
from archive.store.article_addresses import add_alias
from archive.store.articles import Saved, find_article, save_article
from archive.store.comments import read_by_others, save_comments
from archive.store.decisions import Kind as Decision
from archive.store.decisions import decide, note_decisions, travelling
from archive.store.expunge import is_refused, refused
from archive.store.file_memory import FileMemory
from archive.store.held_articles import HeldArticle
from archive.store.list_memory import NO_CHECKPOINTS, Checkpoints
from archive.store.quarantine import UNREAD, RefusedText
from archive.store.reread import AGAIN, Reread, classify_again, reread_pairs, save_reread
from archive.store.seen import Seen
from archive.store.settle import settle
from archive.store.spellings import Spelling, respell
from archive.store.verdicts import Finding
from archive.warc.place import Place
from archive.warc.records import Exchange

Row = dict[str, Any]
REMEMBERED = 256  # articles that were asked for since the last write
DESTROYED = "destroyed by a legal order"  # why a gap is explained
NEVER = "9999"  # later than any time: no revision is provisional, none is folded


class Store(FileMemory):
    """An archive open for writing. Mappings in, rows out; every method is one transaction of its own, or a part of the open group.

    ``tell``, which may be set, hears of each decision before it is written here, and refuses it with an exception.
    """

    tell: Callable[[Row], None] | None = None

    # sites and crawls

    def ensure_site(self, name: str, home: str, timezone: str | None = None) -> Row:
        """The site's row, made where it is new. A site is known by its home."""
        with self.transaction():
            sites.ensure_site(self.db, name, home, timezone)
        return next(self.db.query("select * from sites where home = ?", [home]))

    def describe_site(self, site_id: int, **columns: str | None) -> None:
        """Fill in home, title or timezone as the site tells them."""
        with self.transaction():
            sites.describe_site(self.db, site_id, columns)

    def respell(self, site_id: int, spelling: Spelling) -> int:
        """Keep the addresses of the site's articles in this spelling; how many stood in another one, of an earlier release."""
        with self.transaction():
            return respell(self.db, site_id, spelling)

    def start_crawl(self, site_id: int, mode: str) -> int:
        with self.transaction():
            return crawls.start_run(self.db, site_id, self.now(), mode)

    def finish_crawl(self, crawl_id: int, outcome: str, exit_code: int, requests: int, received: int, note: str) -> Row:
        """Close the run's row and return it."""
        return self.close_crawl(self.ended_crawl(crawl_id, outcome, exit_code, requests, received, note))

    def ended_crawl(self, crawl_id: int, outcome: str, exit_code: int, requests: int, received: int, note: str) -> Row:
        """The run's row as ``close_crawl`` is to write it."""
        values = {"finished_at": self.now(), "outcome": outcome, "exit_code": exit_code, "requests": requests, "bytes": received}
        return crawls.ended_run(self.db, self.crawl(crawl_id), values | {"note": note})

    def close_crawl(self, row: Row) -> Row:
        """Write what ``ended_crawl`` gave, and return it."""
        with self.transaction():
            crawls.end_run(self.db, row)
        return row

    def crawl(self, crawl_id: int) -> Row:
        return next(self.db.query("select * from crawls where id = ?", [crawl_id]))

    def count(self, crawl_id: int, counts: Mapping[str, int]) -> None:
        """Add to the numbers of a run's row."""
        with self.transaction():
            crawls.add_counts(self.db, crawl_id, counts)

    def forget_unread_site(self, site_id: int) -> None:
        """Forget a site of which nothing was ever read."""
        with self.transaction():
            sites.forget_unread_site(self.db, site_id)
            self.memory.forget(site_id)

    # captures

    def add_capture(
        self, crawl_id: int, door: str, exchange: Exchange, mime: str | None, place: Place, article_id: int | None = None
    ) -> int:
        """Record that an exchange lies in a WARC file; return the capture's id. ``article_id``: where it is known before it is read."""
        at, status = exchange.captured_at, exchange.status
        known = self.db.conn.total_changes == self._changes
        with self.transaction(of_one_row=True):
            capture_id = captures.insert_capture(self.db, crawl_id, door, exchange.url, at, status, mime, place, article_id=article_id)
            self.captures.note(self.db, capture_id)
        if known:  # what is remembered of articles stays true
            self._changes = self.db.conn.total_changes
        return capture_id

    def end_of_records(self, filename: str) -> int:
        """Where the last record ends that is known of a WARC file: a shorter file is not the one that was written."""
        return captures.end_of_records(self.db, filename)

    # answers

    def find_article(self, site_id: int, source_id: str | None, url: str) -> Row | None:
        """The article with the site's own id, else the one that has had this address. It is asked for over and over while a page is
        read: what was found is remembered until anything is written."""
        if self.db.conn.total_changes != self._changes or len(self._articles) > REMEMBERED:
            self._articles.clear()
            self._changes = self.db.conn.total_changes
        key = (site_id, source_id, url)
        if key not in self._articles:
            self._articles[key] = find_article(self.db, *key)
        return self._articles[key]

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
        checkpoints: Checkpoints = NO_CHECKPOINTS,
        pages_alone: bool = False,
        asked: str = "",
        saved: list[Saved] | None = None,
    ) -> Counter[str]:
        """Save everything one answer brought, with its done-marks, or nothing of it.

        ``threads`` maps the site's own article id to comments; those of articles that are not held are counted as "homeless".
        ``whole_threads`` are ids of articles whose threads are now read to the end. ``unheld``: gaps to name. ``marks`` maps a
        list's name to columns, ``checkpoints`` a kind to all its rows.
        ``pages_alone``: REST is not read in this run, the page is the text. ``asked``: the address, which says what REST list it is of.
        ``saved`` is extended by what became of each article.
        """
        counts: Counter[str] = Counter()
        kept: list[Saved] = [] if saved is None else saved
        with self.transaction():
            given: list[int] = []  # articles that REST gave
            upgraded = read_by_others(self.db, site_id, threads or (), thread_door, seen)
            destroyed = refused(self.db, site_id)
            for article in articles:
                if is_refused(destroyed, article["source_id"], article["url"]):
                    kept.append(Saved(0, "unchanged"))
                    ref = article["source_id"] or article["url"]
                    gaps.add_gap(self.db, site_id, {"kind": "article", "ref": ref, "reason": DESTROYED, "explained": 1}, seen.at)
                    continue
                kept.append(save_article(self.db, site_id, article, seen, pages_alone=pages_alone))
                counts[kept[-1].outcome] += 1
                given += [kept[-1].article_id] if article["door"] == "rest" else []
                for capture_id, _ in seen.captures if article["door"] == "page" else ():
                    captures.tie_to_article(self.db, capture_id, kept[-1].article_id)
                gaps.close_article_gaps(self.db, site_id, article)
            if given:
                sites.put_on_list(self.db, site_id, given, asked)
            for source_id, comments in (threads or {}).items():
                row = find_article(self.db, site_id, source_id, source_id)
                if is_refused(destroyed, source_id, source_id):
                    continue
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
            self._save_checkpoints(site_id, checkpoints)
            crawls.add_counts(self.db, crawl_id, counts)
        return counts

    def finish_all_threads(self, site_id: int, at: str) -> None:
        """The site's whole list of comments has been read: every thread is read to its end."""
        with self.transaction():
            gaps.finish_all_threads(self.db, site_id, at)

    def add_alias(self, article_id: int, url: str) -> None:
        """Keep a further address of an article. One that is known, of this article or of another, stays what it is."""
        with self.transaction():
            add_alias(self.db, article_id, url, self.now())
            gaps.close_gap_of(self.db, article_id, url)

    def add_gap(self, site_id: int, **gap: Any) -> None:
        """Name something that the site lists and the archive does not hold: kind, ref, reason, explained, month."""
        with self.transaction():
            gaps.add_gap(self.db, site_id, gap, self.now())

    def save_verdict(self, site_id: int, verdict: Finding) -> None:
        """Remember that an address is no article: an explained gap, with its evidence."""
        gap = {"kind": "article", "ref": verdict.url, "reason": verdict.reason, "explained": 1}
        with self.transaction():
            gaps.add_gap(self.db, site_id, gap, self.now())
            verdicts.save_verdict(self.db, site_id, verdict, self.now())

    def doubt(self, site_id: int, url: str, reason: str) -> None:
        """An article that a list names is not held, and nothing explains it. What was found at its address before is taken back."""
        with self.transaction():
            gaps.add_gap(self.db, site_id, {"kind": "article", "ref": url, "reason": reason, "explained": 0}, self.now())
            verdicts.drop_verdict(self.db, site_id, url)

    def close_gap(self, site_id: int, url: str) -> None:
        """What a list names by this address is held."""
        with self.transaction():
            gaps.close_article_gaps(self.db, site_id, {"source_id": None, "url": url})
            verdicts.drop_verdict(self.db, site_id, url)

    def add_claims(self, site_id: int, name: str, asked: int, confirmed: int) -> None:
        """Remember how often a list was right in this run that said that a page had changed."""
        with self.transaction():
            verdicts.add_claims(self.db, site_id, name, asked, confirmed, self.now())

    def forget_gaps(self, site_id: int, kind: str, reason: str) -> None:
        """Forget the gaps of one reason: whoever names them asks anew in every run."""
        with self.transaction():
            gaps.forget_gaps(self.db, site_id, kind, reason)

    def drop_gaps(self, site_id: int, kind: str, refs: Iterable[str]) -> None:
        """Forget the gaps of these names: what they stood for is held."""
        with self.transaction():
            gaps.drop_gaps(self.db, site_id, kind, refs)

    def quarantine(self, crawl_id: int, site_id: int, url: str, reason: str, capture_id: int, at: str, read: RefusedText = UNREAD) -> None:
        """Keep a page that was not believed in view of people: once for a capture, and once for an address and a reason until it
        was read well, however many runs ask for it. Each run counts it once. ``read``: what was read of it."""
        counted = quarantine.is_quarantined(self.db, site_id, url, reason, capture_id, since=self.crawl(crawl_id)["started_at"])
        if counted:
            return
        with self.transaction():
            if not quarantine.refuse_again(self.db, site_id, url, reason, at):
                quarantine.add_to_quarantine(self.db, site_id, url, at, reason, capture_id, read)
            crawls.add_counts(self.db, crawl_id, {"quarantined": 1})

    def save_rereads(
        self,
        crawl_id: int,
        site_id: int,
        rereads: Iterable[tuple[HeldArticle, Reread]],
        extractor: str,
        checkpoints: Checkpoints = NO_CHECKPOINTS,
    ) -> Counter[str]:
        """Write what the captures of some articles say now where that differs from what is held of them, with ``checkpoints``, or
        nothing of it; see archive/store/reread.py for the counts."""
        counts: Counter[str] = Counter()
        with self.transaction():
            for held, reread in rereads:
                counts += save_reread(self.db, held, reread, crawl_id, extractor, self.now())
            self._save_checkpoints(site_id, checkpoints)
        return counts

    def settle_reread(self, site_id: int) -> None:
        """End a reading of the captures: labels as over the whole archive, then the kinds of change between states read anew."""
        with self.transaction():
            pairs = reread_pairs(self.db, site_id)
            settle(self.db, site_id, NEVER, pairs)
            classify_again(self.db, pairs)

    def leave_quarantine(self, site_id: int, capture_id: int | None = None) -> None:
        """Let a capture, or all that show articles by now, out of quarantine."""
        with self.transaction():
            quarantine.leave_quarantine(self.db, site_id, capture_id, kept=AGAIN)

    def settle(self, crawl_id: int, site_id: int) -> int:
        """End a run: learn boilerplate over the archive, label anew, fold what was no edit; return how many were folded."""
        started = self.crawl(crawl_id)["started_at"]
        with self.transaction():
            settled = settle(self.db, site_id, started)
            classify_again(self.db, settled.relabelled, settled=True)  # what is boilerplate now is no part of the edit
            if settled.folded:
                crawls.add_counts(self.db, crawl_id, {"revised": -settled.folded})
        return settled.folded

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

    def decide(self, kind: Decision, ref: str, value: str, reason: str | None = None) -> None:
        """Write down what a person overruled; a label is put on at once, over the whole archive."""
        with self.transaction():
            at = self.now()
            if self.tell is not None:  # elsewhere first: what is decided here alone would be undone by what comes from there
                self.tell(travelling(self.db, kind, ref, value, reason, at))
            decide(self.db, kind, ref, value, reason, at)
            if kind == "label":
                for site_id in sites.site_ids(self.db):
                    settle(self.db, site_id, NEVER)
            note_decisions(self.db, self.folder)

    def save_coverage(self, site_id: int, kind: str, reported: int | None, held: int) -> None:
        """The ledger at the end of a run: the whole site as it counts itself, and each local month."""
        with self.transaction():
            coverage.save_total(self.db, site_id, kind, reported, held, self.now())
            coverage.save_months(self.db, site_id, cast(coverage.Kind, kind), self.now())

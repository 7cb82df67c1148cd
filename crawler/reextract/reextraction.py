"""One site read again: takes its row of ``sites``, reads every article out of its captures, then the captures that no run had
believed or seen, then settles the labels. Gives an outcome and one line for people. Nothing is asked of the web.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError
from archive.queries import captures, holdings
from archive.store.articles import targets_of
from archive.store.held_articles import HeldArticle, held_articles
from archive.store.reread import AGAIN, Kept, Reread
from archive.store.seen import Seen
from archive.store.settle import own_label
from archive.text.urls import normal_url, one_spelling
from crawler.addresses import Addresses
from crawler.admission.judge import SHRANK, SHRUNK
from crawler.extract.version import extractor
from crawler.parse import SiteParser
from crawler.reextract.captured_rest import CapturedRest
from crawler.reextract.course import Course
from crawler.reextract.readings import ArticleReadings
from crawler.reextract.replay import Held, Reading, Replay, ThreadReplay, Window
from crawler.reextract.unsaved import Unsaved
from crawler.sequences import batches
from crawler.session.checkpoints import Checkpoints
from crawler.session.context import SiteContext
from crawler.session.outcome import ALARM, INTERRUPTED, STORAGE, Outcome
from crawler.sources.captures import Captures, NoSource

if TYPE_CHECKING:
    from archive.store.store import Store
    from crawler.extract.workers import Workers
    from crawler.site import Site

Row = dict[str, Any]
CALLS_A_WORKER = 3  # under way: one is read, the others wait, so that no worker does
ARTICLES_A_CALL = 8  # they are read in one call of a worker and saved in one transaction
SUBSTANTIAL = 50  # words; a shorter text may lose any part of them


@dataclass(slots=True)
class Reextraction:
    """``await run()``. ``stopped`` asks between two articles whether to end; ``progress`` is told how many are read, of how many."""

    store: Store
    site: Site
    row: Row  # of sites
    captures: Captures
    workers: Workers
    processes: int  # of the workers
    gone_after: float  # hours
    stopped: Callable[[], bool]
    progress: Callable[[int, int], None]
    outcome: Outcome = field(default_factory=Outcome)
    counts: Counter[str] = field(default_factory=Counter)
    summary: str = ""
    course: Course = field(init=False)

    async def run(self) -> None:
        """Read the whole site again. Raises StorageError."""
        context = self._context()
        rest = CapturedRest(self.store, self.captures, self.row, context.parser.addresses)
        for damage in rest.damaged.values():
            self._damaged(damage)
        await self._articles(ArticleReadings(context, rest), context.crawl_id)
        if not self.stopped():
            unsaved = Unsaved(context, rest)
            await unsaved.run(self.stopped)
            self.counts += unsaved.counts
        self.store.settle_reread(self.row["id"])
        self._end(context.crawl_id)

    def _context(self) -> SiteContext:
        """The site as its last runs read it; each capture brings its own source."""
        addresses = Addresses(normal_url(self.row["home"]), self.site.query_noise)
        self.store.respell(self.row["id"], lambda url: one_spelling(url, self.site.query_noise))
        parser = SiteParser(self.site, addresses, self.site.timezone or self.row["timezone"], self.workers)
        crawl_id = self.store.start_crawl(self.row["id"], "reextract")
        posts = self.store.list_of(self.row["id"], "posts")
        on_pages = not (posts and posts["url"] and not posts["closed"])
        return SiteContext(
            store=self.store,
            site_id=self.row["id"],
            crawl_id=crawl_id,
            parser=parser,
            source=NoSource(),
            captures=self.captures,
            outcome=self.outcome,
            gone_after=self.gone_after,
            threads_on_pages=on_pages,
            pages_are_the_text=on_pages,
            rest_may_follow=not on_pages,
        )

    async def _articles(self, again: ArticleReadings, crawl_id: int) -> None:
        """Read them all, some at a time: as many as keep the workers busy are under way, whatever the number of articles is."""
        ids = self.store.ask(captures.article_ids, self.row["id"])
        read_by = " ".join(filter(None, (extractor(self.site), again.context.parser.timezone)))
        self.course = Course(ids, read_by, self.store.now(), self._notes().read_again())
        at_once = CALLS_A_WORKER * self.processes
        waiting = iter(batches(self.course.due, max(1, min(ARTICLES_A_CALL, len(ids) // (2 * at_once)))))
        self.progress(self.course.done, len(ids))

        saved = asyncio.Event()  # the articles before those that are taken next
        saved.set()

        async def work() -> None:
            nonlocal saved
            for batch in waiting:
                if not self.stopped():
                    before, saved = saved, asyncio.Event()
                    await self._read_again(again, crawl_id, batch, before, saved)
                    self.progress(self.course.done, len(ids))

        tasks = [asyncio.ensure_future(work()) for _ in range(at_once)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _read_again(
        self, again: ArticleReadings, crawl_id: int, batch: Sequence[int], before: asyncio.Event, saved: asyncio.Event
    ) -> None:
        """Read some articles again, each of them wholly or not at all. They are saved together, and behind the ones ``before``: rows
        that are added get their ids in the order of the articles, whichever are read first."""
        rows, left = self.store.ask(captures.articles, batch), set[int]()
        whole = [row for row in rows if not self._lost(again.rest.damaged, row, left)]
        read = await again.of(whole)
        await before.wait()
        if not self.stopped():  # else they are read by whoever goes on from here
            self._save(crawl_id, batch, whole, read, left)
        saved.set()

    def _save(
        self, crawl_id: int, batch: Sequence[int], whole: Sequence[Row], read: Sequence[list[Reading] | ArchiveError], left: set[int]
    ) -> None:
        held, rereads = self.store.ask(held_articles, batch, AGAIN), []
        for row, readings in zip(whole, read, strict=True):
            if isinstance(readings, ArchiveError):
                self._left(row, readings.exit_code, str(readings))
                left.add(row["id"])
            else:
                rereads.append((held[row["id"]], replayed(self.store, held[row["id"]], readings, extractor(self.site))))
        left |= {reread.article_id for _, reread in rereads if reread.kept}
        noted = self.course.note(batch, left)
        self.counts += self.store.save_rereads(crawl_id, self.row["id"], rereads, extractor(self.site), noted)
        for kept in (kept for _, reread in rereads for kept in reread.kept):
            self.counts["kept"] += 1
            self.outcome.add(ALARM, f"an old reading was kept: {kept.url}: {kept.reason}")

    def _lost(self, damaged: Mapping[int, str], row: Row, left: set[int]) -> bool:
        """Whether a record that an article rests on is damaged: the article is ``left`` as it is."""
        evidence = self.store.ask(captures.evidence_of_article, row["id"]) if damaged else []
        lost = next((damaged[capture_id] for capture_id in evidence if capture_id in damaged), None)
        if lost is not None:
            self._left(row, STORAGE, lost)
            left.add(row["id"])
        return lost is not None

    def _notes(self) -> Checkpoints:
        return Checkpoints(self.store, self.row["id"])

    def _damaged(self, what: str) -> None:
        self.counts["damaged"] += 1
        self.outcome.add(STORAGE, what)

    def _left(self, row: Row, exit_code: int, why: str) -> None:
        self.counts["left"] += 1
        self.outcome.add(exit_code, f"{row['url']} was left as it was: {why}")

    def _end(self, crawl_id: int) -> None:
        if self.stopped():
            self.outcome.add(INTERRUPTED, "stopped by a signal; the same command goes on from here")
        else:
            self._notes().finish_read_again()
        said = "; ".join(part for part in (self.course.said, *sentences(self.counts), self.outcome.said) if part)
        self.store.count(crawl_id, {"new": self.counts["new"], "quarantined": self.counts["kept"]})
        self.store.finish_crawl(crawl_id, self.outcome.word, self.outcome.exit_code, 0, 0, said)
        self.summary = self.store.ask(holdings.summary, crawl_id)


def sentences(counts: Counter[str]) -> Iterator[str]:
    """What was done, for a person."""
    texts, comments = (f"{counts[f'{name} anew']:,} of {counts[name]:,} {name}" for name in ("texts", "comments"))
    yield f"{texts} and {comments} read anew"
    if counts["believed"]:
        yield f"{counts['believed']:,} pages saved that no run had saved"
    if counts["deep"]:
        yield f"{counts['deep']:,} pages in quarantine could be believed, but lie before what was seen later: left there"
    if counts["kept"]:
        yield f"{counts['kept']:,} readings not believed"
    if counts["left"]:
        yield "1 article left as it was" if counts["left"] == 1 else f"{counts['left']:,} articles left as they were"


def replayed(store: Store, held: HeldArticle, readings: list[Reading], read_by: str) -> Reread:
    """What an article's readings come to. ``read_by`` names the extractor that read them."""
    row, windows = held.row, windows_of(held)
    replay = Replay(windows, lambda reading, window: refusal(store, row, reading, window), lambda urls: store.ask(targets_of, urls))
    thread = ThreadReplay(held_comments(held), windows[0].start)
    for reading in readings:
        replay.take(reading)
        thread.take(reading)
    missing = [w for w in windows if w.revision_id not in replay.states and all(r.capture_id != w.start for r, _ in replay.kept)]
    unlike = {why: reading for reading, why in reversed((*replay.kept, *thread.unread()))}  # the first capture stands for all like it
    kept = [Kept(reading.capture_id, row["url"], reading.at, AGAIN + why) for why, reading in unlike.items()]
    for window in missing:
        at = store.ask(captures.capture, window.start)["captured_at"]
        kept.append(Kept(window.start, row["url"], at, f"{AGAIN}the article is not in the capture that first showed it"))
    fresh = [(Seen(r.at, ((r.capture_id, r.door),), read_by), r.door, comments) for r, comments in thread.fresh]
    return Reread(row["id"], replay.states, replay.shown, replay.compared, replay.reported, thread.states, fresh, kept)


def windows_of(held: HeldArticle) -> list[Window]:
    """The revisions of an article, the first one first."""
    return [
        Window(row["id"], row["start"], own_words(held.blocks[row["id"]]), row["page"], set((row["parts"] or "").split(",")) - {""})
        for row in held.starts
    ]


def own_words(blocks: Sequence[Row]) -> int:
    """Words of a stored text, before the archive learned what of it is boilerplate."""
    return sum(len(b["text"].split()) for b in blocks if own_label(b["kind"], b["rule"])[0] == "body")


def held_comments(article: HeldArticle) -> dict[str, Held]:
    """The comments held under an article, by the site's id."""
    return {
        row["source_id"]: Held(row["id"], [r["capture_id"] or 0 for r in revisions], [r["text"] for r in revisions])
        for row in article.comments.values()
        if (revisions := article.comment_revisions[row["id"]])
    }


def refusal(store: Store, row: Row, reading: Reading, window: Window) -> str | None:
    """Why a new reading may not take the place of the old one; None when it may. People may accept it all the same."""
    reason = loss(row, reading, window)
    return None if reason is None or store.ask(holdings.accepted, None, row["url"], AGAIN + reason) else reason


def loss(row: Row, reading: Reading, window: Window) -> str | None:
    article = reading.article
    assert article is not None
    if article.kind == "none":
        return article.warnings[0] if article.warnings else "no article on the page"
    if not article.title.strip():
        return "no title on the page"
    if article.source_id and row["source_id"] and article.source_id != row["source_id"]:
        return f"another article: the page's id is {article.source_id}, the archive's {row['source_id']}"
    if reading.capture_id == window.page and not window.parts <= {part for _, part in reading.captures}:
        return "further pages of the text are not found from its first"
    words = len(article.text.split())
    if (window.words and not words) or (window.words > SUBSTANTIAL and words < window.words * SHRUNK):
        return f"{SHRANK} from {window.words} to {words} words"
    return None

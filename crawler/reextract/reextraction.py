"""One site read again: every article out of its captures, then what no run had believed or seen, then the labels."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError
from archive.queries import holdings
from archive.store.articles import Seen, blocks_of, targets_of
from archive.store.reread import AGAIN, Kept, Reread
from archive.store.settle import own_label
from crawler.addresses import Addresses
from crawler.admission.judge import SHRANK, SHRUNK
from crawler.extract.version import extractor
from crawler.reextract.reader import Reader
from crawler.reextract.replay import Held, Reading, Replay, ThreadReplay, Window
from crawler.reextract.unsaved import Unread
from crawler.session.outcome import ALARM, INTERRUPTED, STORAGE, Outcome
from crawler.sources.captured_rest import Told
from crawler.sources.captures import Shelf

if TYPE_CHECKING:
    from archive.store.store import Store
    from crawler.extract.workers import Workers
    from crawler.site import Site

Row = dict[str, Any]
AT_ONCE = 8  # articles under way: enough for the workers, few enough for the memory
SUBSTANTIAL = 50  # words; a shorter text may lose any part of them


@dataclass(slots=True)
class Reextraction:
    """``await run()``. ``stopped`` asks between two articles whether to end; ``progress`` is told of every article."""

    store: Store
    site: Site
    row: Row  # of sites
    shelf: Shelf
    workers: Workers
    stopped: Callable[[], bool]
    progress: Callable[[int, int], None]
    outcome: Outcome = field(default_factory=Outcome)
    counts: Counter[str] = field(default_factory=Counter)
    summary: str = ""

    async def run(self) -> None:
        crawl_id = self.store.start_crawl(self.row["id"], "reextract")
        addresses = Addresses(self.row["home"], self.site.query_noise)
        told = Told(self.shelf, self.row, addresses)
        reader = Reader(self.shelf, told, self.workers, self.site, self.site.timezone or self.row["timezone"], addresses)
        for damage in told.damaged.values():
            self._damaged(damage)
        await self._articles(reader, crawl_id)
        if not self.stopped():
            unread = Unread(reader, self.store, self.row, crawl_id)
            await unread.run(self.stopped)
            self.counts += unread.counts
        self.store.settle_reread(self.row["id"])
        self._end(crawl_id)

    async def _articles(self, reader: Reader, crawl_id: int) -> None:
        ids = [i for (i,) in self.store.db.execute("select id from articles where site_id = ? order by id", [self.row["id"]])]
        waiting, done = iter(ids), 0

        async def work() -> None:
            nonlocal done
            for article_id in waiting:
                if self.stopped():
                    return
                await self._article(reader, crawl_id, article_id)
                done += 1
                self.progress(done, len(ids))

        tasks = [asyncio.ensure_future(work()) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _article(self, reader: Reader, crawl_id: int, article_id: int) -> None:
        """Read one article again, or leave it wholly as it is."""
        db = self.store.db
        row = next(db.query("select * from articles where id = ?", [article_id]))
        if damaged := [reader.told.damaged[i] for i in evidence(db, article_id) if i in reader.told.damaged]:
            self._left(row, STORAGE, damaged[0])
            return
        try:
            readings = await reader.readings(row)
        except ArchiveError as error:
            self._left(row, error.exit_code, str(error))
            return
        reread = replayed(self.store, row, readings)
        self.counts += self.store.save_reread(crawl_id, reread, extractor(self.site))
        for kept in reread.kept:
            self.counts["kept"] += 1
            self.outcome.add(ALARM, f"an old reading was kept: {kept.url}: {kept.reason}")

    def _damaged(self, what: str) -> None:
        self.counts["damaged"] += 1
        self.outcome.add(STORAGE, what)

    def _left(self, row: Row, exit_code: int, why: str) -> None:
        self.counts["left"] += 1
        self.outcome.add(exit_code, f"{row['url']} was left as it was: {why}")

    def _end(self, crawl_id: int) -> None:
        if self.stopped():
            self.outcome.add(INTERRUPTED, "stopped by a signal; the same command goes on from here")
        said = "; ".join(part for part in (*sentences(self.counts), self.outcome.said) if part)
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
        yield f"{counts['left']:,} articles left as they were"


def evidence(db: Any, article_id: int) -> list[int]:
    """Ids of the captures that an article's states are known to rest on."""
    sql = """
        select capture_id from revision_captures join revisions on revisions.id = revision_id where article_id = :article
        union
        select capture_id from readings where article_id = :article
        union
        select capture_id from comment_revisions join comments on comments.id = comment_id where article_id = :article
        """
    return [i for (i,) in db.execute(sql, {"article": article_id})]


def replayed(store: Store, row: Row, readings: list[Reading]) -> Reread:
    """What an article's readings come to."""
    db = store.db
    windows = windows_of(db, row["id"])
    replay = Replay(windows, lambda reading, window: refusal(store, row, reading, window), lambda urls: targets_of(db, urls))
    thread = ThreadReplay(held_comments(db, row["id"]), windows[0].start)
    for reading in readings:
        replay.take(reading)
        thread.take(reading)
    missing = [w for w in windows if w.revision_id not in replay.states and all(r.capture_id != w.start for r, _ in replay.kept)]
    unlike = {why: reading for reading, why in reversed((*replay.kept, *thread.unread()))}  # the first capture stands for all like it
    kept = [Kept(reading.capture_id, row["url"], reading.at, AGAIN + why) for why, reading in unlike.items()]
    for window in missing:
        capture = next(db.query("select * from captures where id = ?", [window.start]))
        kept.append(
            Kept(capture["id"], row["url"], capture["captured_at"], f"{AGAIN}the article is not in the capture that first showed it")
        )
    fresh = [(Seen(r.at, ((r.capture_id, r.door),), extractor()), r.door, comments) for r, comments in thread.fresh]
    return Reread(row["id"], replay.states, replay.shown, replay.compared, replay.reported, thread.states, fresh, kept)


def windows_of(db: Any, article_id: int) -> list[Window]:
    sql = """
        select revisions.id, min(capture_id) as start, min(capture_id) filter (where part = 'page') as page,
               group_concat(part) filter (where part like 'page-%') as parts
        from revisions
        join revision_captures on revision_captures.revision_id = revisions.id
        where article_id = ?
        group by revisions.id
        order by number
        """
    return [
        Window(row["id"], row["start"], own_words(db, row["id"]), row["page"], set((row["parts"] or "").split(",")) - {""})
        for row in list(db.query(sql, [article_id]))
    ]


def own_words(db: Any, revision_id: int) -> int:
    """Words of a stored text, before the archive learned what of it is boilerplate."""
    return sum(len(b["text"].split()) for b in blocks_of(db, revision_id) if own_label(b["kind"], b["rule"])[0] == "body")


def held_comments(db: Any, article_id: int) -> dict[str, Held]:
    sql = """
        select comments.id, source_id, capture_id, comment_revisions.text
        from comments
        join comment_revisions on comment_revisions.comment_id = comments.id
        where article_id = ?
        order by comments.id, number
        """
    found: dict[str, tuple[int, list[int], list[str]]] = {}
    for comment_id, source_id, capture_id, text in db.execute(sql, [article_id]):
        _, starts, texts = found.setdefault(source_id, (comment_id, [], []))
        starts.append(capture_id or 0)
        texts.append(text)
    return {source_id: Held(*parts) for source_id, parts in found.items()}


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

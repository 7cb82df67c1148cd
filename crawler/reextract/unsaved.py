"""Captures that no state rests on: pages in quarantine, and records that were adopted after a kill. What is believed of them now
is saved as of the time of its capture, by the same gate and the same store as on the day itself.

It is saved only where nothing later was read from the article's pages: revisions are numbered and cited by their numbers, so none
is put between two others. Such a page stays where it is, and is counted.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError
from archive.queries import holdings
from archive.store.articles import Seen, blocks_of, find_article
from archive.store.settle import own_label
from crawler.admission.judge import refusal, same_address
from crawler.admission.pipeline import SAME_TEXT
from crawler.extract.article.kind import why_no_article
from crawler.extract.version import extractor
from crawler.items import Article, Author
from crawler.pages.crawl import content_type
from crawler.pages.merge import completed
from crawler.reextract.reader import Reader, protected
from crawler.reextract.replay import Reading
from crawler.sources.captures import collection_of

if TYPE_CHECKING:
    from archive.store.store import Store

Row = dict[str, Any]


@dataclass(slots=True)
class Unread:
    reader: Reader
    store: Store
    site: Row
    crawl_id: int
    counts: Counter[str] = field(default_factory=Counter)
    bodies: dict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))  # text -> addresses that show it

    async def run(self, stopped: Callable[[], bool]) -> None:
        pages = self.pages()
        believed = [(row, asked) for row, asked in pages if not stopped() and await self.believable(row, asked)]
        if believed:
            self.remember_held_texts()
        for row, asked in believed:
            if not stopped():
                await self.save_page(row, asked)
        for row in self.answers():
            if not stopped():
                await self.save_posts(row)
        self.store.leave_quarantine(self.site["id"])

    def pages(self) -> list[tuple[Row, str]]:
        """(capture, address asked) of pages that belong to no article, in the order in which they came."""
        sql = """
            select captures.*, coalesce(quarantine.url, captures.url) as asked
            from captures
            left join quarantine on quarantine.capture_id = captures.id
            where filename >= ? and filename < ? and door = 'page' and status between 200 and 299 and article_id is null
              and (quarantine.id is not null or crawl_id is null)
            group by captures.id
            order by captures.id
            """
        name = self.site["name"]
        return [(row, row["asked"]) for row in list(self.store.db.query(sql, [f"warc/{name}/", f"warc/{name}0"]))]

    async def believable(self, row: Row, asked: str) -> bool:
        """Whether the page may be an article by itself; its text is remembered, for one that stands everywhere is no article's."""
        reading = await self.read(row, asked)
        if reading is None or reading.article is None:
            return False
        self.bodies[digest(reading.article.text)].add(asked)
        return True

    async def read(self, row: Row, asked: str) -> Reading | None:
        """The page's reading; None where it is refused, as it was or for another reason."""
        try:
            reading = await self.reader.page(row, {})
            article = self.told(reading, asked)
            if self.held(article, asked) is None and article.source_id is None and article.kind != "none":
                response = self.reader.shelf.response(row)
                if await self.reader.workers.run(why_no_article, response.body, content_type(response), article):
                    return None
        except ArchiveError:
            return None  # it was not believed before, and is not now
        whole = not article.next_pages or len(reading.captures) > 1
        first = same_address(article.url, asked) or self.named(article, asked)  # or it is page 2 of a text, or of a thread
        refused = refusal(article, asked, self.as_of(article, asked, row["id"]))
        return replace(reading, article=article) if whole and first and not refused else None

    def named(self, article: Article, asked: str) -> bool:
        """Whether the address is one of the article's own."""
        held = self.held(article, asked)
        sql = "select 1 from urls where url = ? and article_id = ?"
        return held is not None and self.store.db.execute(sql, [asked, held["id"]]).fetchone() is not None

    def held(self, article: Article, asked: str) -> Row | None:
        return self.store.ask(find_article, self.site["id"], article.source_id, asked)

    def told(self, reading: Reading, asked: str) -> Article:
        """The article with what its feed item, or the archive, tells more exactly."""
        assert reading.article is not None
        at, names = reading.item or (None, ())
        row = self.held(reading.article, asked)
        times, authors = [at] if at else [], [Author(name) for name in names]
        if row and row["published_precision"] == "second":
            times.append(row["published_at"])
        if row and not authors:
            authors = [Author(*author) for author in self.store.ask(holdings.authors_of, row["id"])]
        return completed(reading.article, times, authors)

    def as_of(self, article: Article, asked: str, capture_id: int) -> Row | None:
        """What the archive held of the article when the page was captured; None where it was the first sight."""
        row = self.held(article, asked)
        if row is None:
            return None
        sql = """
            select revisions.id, revisions.door, revisions.title, revisions.text, min(capture_id) as start
            from revisions
            join revision_captures on revision_captures.revision_id = revisions.id
            where article_id = ?
            group by revisions.id
            having start < ?
            order by number desc
            limit 1
            """
        state = next(self.store.db.query(sql, [row["id"], capture_id]), None)
        return state and {**state, "source_id": row["source_id"], "word_count": len(state["text"].split())}

    def later(self, article_id: int, capture_id: int) -> bool:
        """Whether a later page of the article was read, or a later state seen."""
        sql = """
            select 1 from captures where article_id = :article and door = 'page' and id > :capture
            union
            select 1 from revision_captures join revisions on revisions.id = revision_id
            where article_id = :article and capture_id > :capture
            """
        return self.store.db.execute(sql, {"article": article_id, "capture": capture_id}).fetchone() is not None

    async def save_page(self, row: Row, asked: str) -> None:
        reading = await self.read(row, asked)
        if reading is None or reading.article is None or self.everywhere(reading.article, asked):
            return
        article = reading.article
        held = self.held(article, asked)
        if held is not None and self.later(held["id"], row["id"]):
            state = self.as_of(article, asked, row["id"])
            if state and state["title"] == article.title and state["text"] == article.text:
                self.store.leave_quarantine(self.site["id"], row["id"])  # it shows what is known
            else:
                self.counts["deep"] += 1
            return
        number = article.source_id or article.url
        self.store.save_answer(
            self.crawl_id,
            self.site["id"],
            Seen(reading.at, reading.captures, extractor(self.reader.site)),
            articles=[asdict(article)],
            threads={number: [asdict(comment) for comment in reading.comments]} if reading.comments else {},
            thread_door="page",
            whole_threads=() if held or self.has_rest() else (number,),
        )
        self.counts["believed"] += 1

    def has_rest(self) -> bool:
        posts = self.store.list_of(self.site["id"], "posts")
        return bool(posts and posts["url"] and not posts["closed"])

    def everywhere(self, article: Article, asked: str) -> bool:
        """The same text at several addresses is none of theirs."""
        return bool(article.text) and len(self.bodies[digest(article.text)] - {asked, article.url}) >= SAME_TEXT

    def remember_held_texts(self) -> None:
        sql = "select id, url, revision_id from articles where site_id = ?"
        for _, url, revision_id in list(self.store.db.execute(sql, [self.site["id"]])):
            blocks = self.store.ask(blocks_of, revision_id)
            text = "\n\n".join(block["text"] for block in blocks if own_label(block["kind"], block["rule"])[0] == "body")
            self.bodies[digest(text)].add(url)

    # adopted answers of REST

    def answers(self) -> list[Row]:
        rows = self.reader.shelf.rows(self.site["name"], "rest")
        return [row for row in rows if row["crawl_id"] is None and collection_of(row["url"]) == "posts"]

    async def save_posts(self, row: Row) -> None:
        """Articles of an adopted answer that no later answer brought; those that are held were read with the others."""
        if row["id"] in self.reader.told.damaged:
            return
        for post in self.reader.shelf.listing(row):
            number = str(post["id"])
            if "content" not in post or protected(post) or self.store.ask(find_article, self.site["id"], number, number):
                continue
            article = await self.reader.post(row, post)
            seen = Seen(row["captured_at"], ((row["id"], "rest"),), extractor(self.reader.site))
            self.store.save_answer(self.crawl_id, self.site["id"], seen, articles=[asdict(article)])
            self.counts["believed"] += 1


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()

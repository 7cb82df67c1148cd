"""Captures from which nothing was saved: pages in quarantine, and records that were adopted after a kill. What is believed of them now
is saved as of the time of its capture, by the same reader, admission and store as in a live run.

A capture is saved only if nothing later was read from the article's pages: revisions are numbered, and cited by their numbers, so
none may be put between two others. Otherwise it stays where it is, and is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError, StorageError
from archive.queries import captures
from archive.store.articles import blocks_of
from archive.store.settle import own_label
from archive.text.urls import same_page
from crawler.admission.intake import Intake
from crawler.admission.walls import held_text
from crawler.errors import NotBelieved
from crawler.items import Answer
from crawler.pages.reader import PageReader
from crawler.reextract.captured_rest import CapturedNames
from crawler.sources.captures import CaptureSource
from crawler.wordpress import api
from crawler.wordpress.answers import read_posts

if TYPE_CHECKING:
    from crawler.items import Article
    from crawler.reextract.captured_rest import CapturedRest
    from crawler.session.context import SiteContext

Row = dict[str, Any]


@dataclass(slots=True)
class Unsaved:
    """Reads the captures of one site that nothing was saved of. ``counts``: believed, deep (they lie before what was seen later)."""

    context: SiteContext
    rest: CapturedRest
    counts: Counter[str] = field(default_factory=Counter)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = Intake(self.context)

    async def run(self, stopped: Callable[[], bool]) -> None:
        """Read and save them all. ``stopped`` asks between two captures whether to end. Raises StorageError."""
        rows = self.context.store.ask(captures.pages_without_article, self.context.parser.site.name)
        believed = [row for row in rows if not stopped() and await self._may_be_an_article(row)]
        if believed:
            self._remember_held_texts()
        for row in believed:
            if not stopped():
                await self._save_page(row)
        for row in self._adopted_answers():
            if not stopped():
                await self._save_posts(row)
        self.context.store.leave_quarantine(self.context.site_id)

    # pages

    async def _may_be_an_article(self, row: Row) -> bool:
        """Whether the page is an article's first; its text is remembered, for one that stands everywhere is no article's."""
        answer = await self.read_page(row)
        if answer is not None:
            self.intake.meet(answer)
        return answer is not None

    async def read_page(self, row: Row, *, foreign: bool = False) -> Answer | None:
        """The page as a live run reads it; None where that refuses it, or where it is a further page of a text or of a thread.

        ``foreign``: another tool captured it, and asked for what it liked: a thread may lack pages, and what is no article is no gap.
        """
        source = CaptureSource(self.context.captures, self.context.store, row)
        told = (lambda none: None) if foreign else None
        reader = PageReader(replace(self.context, source=source), self.rest.items_of(row).get, told)
        try:
            answer, cut = await reader.read(row["asked"], source.first())
        except StorageError:
            return None  # told where records are read
        except ArchiveError:
            return None  # it was not believed before, and is not now
        if answer is None or (cut and not foreign) or answer.articles[0].kind == "none":
            return None
        return answer if self._is_first(answer.articles[0], row["asked"]) else None

    def _is_first(self, article: Article, asked: str) -> bool:
        held = self.context.held(asked, article.source_id)
        named = held is not None and asked in self.context.store.ask(captures.addresses_of_article, held["id"])
        return same_page(article.url, asked) or named

    async def _save_page(self, row: Row) -> None:
        answer = await self.read_page(row)
        if answer is None:
            return
        article = answer.articles[0]
        held = self.context.held(row["asked"], article.source_id)
        if held is not None and self.context.store.ask(captures.is_read_later, held["id"], row["id"]):
            self._leave(row, held, article)
            return
        try:
            self.intake.save(answer, as_of=row["id"])
        except NotBelieved:
            return
        self.counts["believed"] += 1

    def _leave(self, row: Row, held: Row, article: Article) -> None:
        """A page that lies before what was seen later: it leaves quarantine where it shows what is known, else it is counted."""
        state = self.context.store.ask(captures.state_before, held["id"], row["id"])
        if state and state["title"] == article.title and state["text"] == article.text:
            self.context.store.leave_quarantine(self.context.site_id, row["id"])
        else:
            self.counts["deep"] += 1

    def _remember_held_texts(self) -> None:
        """The texts of all held articles, before anything was learned of them: a page that shows one of them is that article's."""
        for url, revision_id in self.context.store.ask(captures.current_revisions, self.context.site_id):
            blocks = self.context.store.ask(blocks_of, revision_id)
            text = "\n\n".join(block["text"] for block in blocks if own_label(block["kind"], block["rule"])[0] == "body")
            self.intake.walls.meet(held_text(text, url))

    # adopted answers of REST

    def _adopted_answers(self) -> list[Row]:
        rows = self.context.store.ask(captures.captures_of_site, self.context.parser.site.name, "rest")
        return [row for row in rows if row["crawl_id"] is None and api.collection_of(row["url"]) == "posts"]

    async def _save_posts(self, row: Row) -> None:
        """Articles of an adopted answer that no later answer brought; those that are held were read with the others."""
        if row["id"] in self.rest.damaged:
            return
        posts = [post for post in self.rest.listing(row) if "content" in post and not self.context.held(str(post["id"]), str(post["id"]))]
        articles, gaps = await read_posts(self.context, posts, CapturedNames(self.rest, row))
        if articles:
            answer = Answer("rest", row["captured_at"], ((row["id"], "rest"),), row["url"], articles=articles, gaps=gaps)
            self.counts["believed"] += len(self.intake.save(answer)[0].articles)

"""Captures of other tools read in the order of time: takes a run that has them, saves what each shows as of the time of its capture.

They are read by the code that reads our own. That a text is not in them proves nothing: nobody knows what was asked for. A captured
404 or 410 of an article that was there before is a first sign, and one that comes ``GONE_AFTER`` later confirms it.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.queries import captures, rebuilt
from archive.warc.read import DamagedRecord
from crawler.errors import NotBelieved
from crawler.items import Answer
from crawler.rebuild.middlewares import ANSWERS
from crawler.reextract.captured_rest import CapturedNames, CapturedRest
from crawler.reextract.unsaved import Unsaved
from crawler.session.context import SiteContext
from crawler.sources.captures import NoSource
from crawler.spiders.site import SiteSpider
from crawler.wordpress import api
from crawler.wordpress.answers import read_comments, read_posts

if TYPE_CHECKING:
    from crawler.rebuild.answers import RunAnswers
    from crawler.session.session import Run

Row = dict[str, Any]
SUCCESS, NOT_THERE = (200, 203), (404, 410)


class ForeignCaptures(SiteSpider):
    """Reads captures instead of a site."""

    name = "import"

    async def read_site(self) -> None:
        answers: RunAnswers = self.crawler.settings[ANSWERS]
        await ForeignReading(self.run, answers).read()


class ForeignReading:
    """Reads the captures of one stretch of time."""

    def __init__(self, run: Run, answers: RunAnswers) -> None:
        self.run, self.answers, self.store = run, answers, run.store
        by = answers.run.crawl_id
        self.rows = [row | {"asked": row["url"], "crawl_id": by} for row in answers.rows]
        for row in self.rows:
            row["id"] = self.store.claim_capture(row["id"], by, row["door"])
        if by is not None:  # what the run asked for and did not save, when it was done again
            claimed = {row["id"] for row in self.rows}
            pages = [row | {"asked": row["url"]} for row in self.store.ask(rebuilt.untied_pages, by) if row["id"] not in claimed]
            self.rows = sorted([*pages, *self.rows], key=lambda row: (row["captured_at"], row["id"]))
        self.context = self._context()
        [site] = self.store.ask(captures.sites, [run.site.name])
        self.rest = CapturedRest(self.store, run.context.captures, site, self.context.parser.addresses)
        self.pages = Unsaved(self.context, self.rest)
        run.intake = self.pages.intake

    def _context(self) -> SiteContext:
        """As a run has it that reads what is there: REST is the text where it is known to be open, or where it is among the captures."""
        posts = self.store.list_of(self.run.site_id, "posts")
        among = any(row["door"] == "rest" and api.collection_of(row["url"]) == "posts" for row in self.rows)
        on_pages = not among and not (posts and posts["url"] and not posts["closed"])
        context = self.run.context
        context.threads_on_pages = context.pages_are_the_text = on_pages
        context.rest_may_follow = not on_pages
        return replace(context, source=NoSource())

    async def read(self) -> None:
        """Meet every page first: a text that stands everywhere is no article's. Then save them in their order. Raises StorageError."""
        shown = {row["id"] for row in self.rows if self._is_page(row) and await self._meet(row)}
        for row in self.rows:
            self.answers.clock.reach(row["captured_at"])
            self.answers.progress()
            if row["id"] in shown:
                await self._save_page(row)
            elif row["status"] in NOT_THERE and row["door"] == "page":
                self._note_absence(row)
            elif row["door"] == "rest" and row["status"] in SUCCESS:
                await self._save_rest(row)

    def _is_page(self, row: Row) -> bool:
        return row["door"] == "page" and row["status"] in SUCCESS

    async def _meet(self, row: Row) -> bool:
        answer = await self.pages.read_page(row, foreign=True)
        if answer is not None:
            self.pages.intake.meet(answer)
        return answer is not None

    async def _save_page(self, row: Row) -> None:
        answer = await self.pages.read_page(row, foreign=True)
        if answer is not None:
            await self._save(answer)

    async def _save(self, answer: Answer) -> None:
        with contextlib.suppress(NotBelieved):  # then it lies in quarantine
            await self.run.save(answer)

    async def _save_rest(self, row: Row) -> None:
        """Articles, or comments, of an answer of REST."""
        collection = api.collection_of(row["url"])
        if row["id"] in self.rest.damaged or collection not in ("posts", "comments"):
            return
        try:
            items = [item for item in self.rest.listing(row) if "content" in item]
        except DamagedRecord:
            return
        answer = Answer("rest", row["captured_at"], ((row["id"], "rest"),), row["url"])
        if collection == "posts":
            answer.articles, answer.gaps = await read_posts(self.context, items, CapturedNames(self.rest, row))
        else:
            answer.threads, answer.gaps = await read_comments(self.context, items)
        if answer.articles or answer.threads:
            await self._save(answer)

    def _note_absence(self, row: Row) -> None:
        held = self.context.held(self.context.parser.addresses.canonical(row["url"]))
        if held is not None and held["last_seen_at"] <= row["captured_at"]:
            at, hours = row["captured_at"], self.context.gone_after
            self.store.mark_missing(self.context.crawl_id, "articles", [held["id"]], at, row["id"], hours)

"""The page door: articles as readers see them. On a site with REST they are evidence, and show what REST lacks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem

from crawler.errors import BadStatus, FetchError, Forbidden, Limited, OutsideSite
from crawler.extract.page import extract_page
from crawler.items import Answer, Article
from crawler.outcome import ALARM
from crawler.workers import ExtractionCut

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.spiders.site import SiteSpider

logger = logging.getLogger(__name__)
AT_ONCE = 8  # pages under way; the host's delay is what limits


class PageDoor:
    """Reads articles through their pages. ``run`` is the spider."""

    def __init__(self, run: SiteSpider) -> None:
        self.run = run

    async def read(self, addresses: Iterable[str]) -> None:
        """Read these articles, several at once; one that fails is a named gap and stops none of the others."""
        waiting = iter(addresses)

        async def work() -> None:
            for address in waiting:
                await self._read_or_name(address)

        tasks = [asyncio.ensure_future(work()) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _read_or_name(self, address: str) -> None:
        """Read one article, or say why not: a gap, explained where robots.txt asks for it."""
        try:
            await self.read_article(address)
        except Limited:
            raise
        except Forbidden:
            self.run.store.add_gap(self.run.site_id, kind="article", ref=address, reason="robots.txt", explained=1)
        except DropItem as drop:
            self.run.outcome.add(ALARM, f"a page was not believed: {drop}")
        except (BadStatus, FetchError, OutsideSite, ExtractionCut) as error:
            self.run.store.add_gap(self.run.site_id, kind="article", ref=address, reason=str(error), explained=0)
            self.run.outcome.add(ALARM, f"a page was not obtained: {error}")

    async def read_article(self, address: str) -> None:
        """Fetch an article's page with all pages of its text and of its thread, and save them as one answer."""
        response = await self.run.web.get(address, door="page")
        article = await self._extract(response)
        captures = [(response.meta["capture"].id, "page")]
        for number, url in enumerate(article.next_pages, 2):
            part, capture = await self._part(url)
            captures.append((capture.id, f"page-{number}"))
            article = replace(article, blocks=article.blocks + part.blocks, images=article.images + part.images, links=article.links + part.links)
        for number, url in enumerate(article.comment_pages, 2):
            part, capture = await self._part(url)
            captures.append((capture.id, f"comments-{number}"))
            article = replace(article, comments=(article.comments or ()) + (part.comments or ()))
        await self.run.save(self._answer(article, address, response, captures))

    async def _part(self, url: str) -> tuple[Article, Any]:
        response = await self.run.web.get(url, door="page")
        return await self._extract(response), response.meta["capture"]

    async def _extract(self, response: Response) -> Article:
        capture = response.meta["capture"]
        article = await self.run.workers.run(
            extract_page,
            response.body,
            response.url,
            site=self.run.site,
            content_type=(response.headers.get("Content-Type") or b"").decode("latin-1") or None,
            captured_at=capture.at,
            timezone=self.run.timezone,
        )
        return self.run.at_home(article)

    def _answer(self, article: Article, address: str, response: Response, captures: list[tuple[int, str]]) -> Answer:
        comments = {comment.source_id: comment for comment in article.comments or ()}
        answer = Answer("page", response.meta["capture"].at, tuple(captures), address, articles=(article,))
        if comments:
            answer.threads[article.source_id or article.url] = list(comments.values())
        return answer

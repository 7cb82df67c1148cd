"""The spider: takes the options of one run at one site, opens the site's doors, reads what is due through each, says how it went."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import scrapy
from scrapy.exceptions import CloseSpider

from archive import clock
from archive.errors import ConfigurationError
from archive.queries import backlog
from crawler.discover.schedule import pages_of_threads, pages_to_read
from crawler.discover.site_lists import SiteLists, no_list
from crawler.errors import BadStatus, DoorClosed, Forbidden, RestGone, Stopped, is_closed
from crawler.extensions.archive import ArchiveExtension
from crawler.extensions.closing import blame, settle_end
from crawler.extensions.items import item_of
from crawler.http.closing import is_closing, kept_open
from crawler.items import ArticleItem
from crawler.linked.assets import AssetDoor
from crawler.linked.documents import DocumentDoor
from crawler.linked.pictures import PictureDoor
from crawler.pages.crawl import PageDoor
from crawler.pages.zone import settle_zone
from crawler.session.options import CrawlOptions, parse_options, undeclared_site
from crawler.session.outcome import INTERRUPTED, UNREACHABLE
from crawler.sources.source import content_type
from crawler.wordpress.articles import read_articles
from crawler.wordpress.confirm import confirm
from crawler.wordpress.crawl import RestDoor
from crawler.wordpress.updates import bring_up_to_date, sweep

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.session.session import Run
    from crawler.site import Site


class SiteSpider(scrapy.Spider):
    """Any site. A declared site sets ``site``; without one, ``-a home=URL`` names it.

    Its arguments are those of crawler/session/options.py. They are checked when ``start`` begins, so that Scrapy's tools, which
    open spiders without any, work.
    """

    name = "site"
    site: Site
    run: Run  # from ``start`` on

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.arguments = arguments

    @classmethod
    def options(cls, arguments: Mapping[str, str]) -> CrawlOptions:
        """The ``-a`` arguments, checked. Raises ConfigurationError with what to write instead."""
        return parse_options(arguments, getattr(cls, "site", None), cls.name)

    async def start(self) -> AsyncIterator[Any]:
        """The whole run, from the first door to the last page; every failure becomes a cause of the outcome.

        It yields nothing: items are sent as articles are saved. Raises CloseSpider, with how it went, unless all is well.
        """
        try:
            extension = ArchiveExtension.of(self.crawler)
        except ConfigurationError as error:
            self.logger.error("%s", error)
            raise CloseSpider("refused") from error
        with contextlib.suppress(Stopped), kept_open(self.crawler):
            await self.crawl(extension)
        if reason := extension.close_reason:
            raise CloseSpider(reason)
        return
        yield

    async def crawl(self, extension: ArchiveExtension) -> None:
        """Open the archive, read the site; what cannot begin or goes wrong is told by the extension."""
        try:
            self.run = await extension.begin(self.options(self.arguments))
        except Exception as error:
            extension.refuse(error)
            return
        outcome = self.run.outcome
        outcome.interrupt("stopped from outside")
        try:
            await self.read_site()
            for door in (PictureDoor, AssetDoor, DocumentDoor):
                await door(self.run).read()
        except (asyncio.CancelledError, Stopped):
            return
        except Exception as error:
            blame(self.run, error)
        await asyncio.sleep(0)  # a limit that was reached at the very end closes the spider now
        if not is_closing(self.crawler):
            outcome.causes.pop(INTERRUPTED)  # it came to its own end
            settle_end(self.run)

    def parse(self, response: Response, **_: Any) -> Iterator[ArticleItem]:
        """The article of a page, for ``scrapy parse --spider=site URL`` and the shell; nothing of it is archived."""
        from crawler.extract.page import extract_page  # half a second that no crawl needs in this process

        site = getattr(type(self), "site", None) or undeclared_site(urljoin(response.url, "/"))
        article = extract_page(
            response.body, response.url, site=site, content_type=content_type(response), captured_at=clock.now(), timezone=site.timezone
        )
        if article.kind == "none":
            self.logger.warning("no article at %s: %s", response.url, "; ".join(article.warnings) or "nothing there looks like one")
        else:
            yield item_of(site.name, article, clock.now())

    async def read_site(self) -> None:
        """Through REST where it is open, through the pages where it is not, or turns out not to be."""
        rest = RestDoor(self.run)
        if await self.open_rest(rest):
            try:
                await self.read_rest(rest)
                return
            except DoorClosed as error:
                self.run.outcome.add(UNREACHABLE, f"REST cannot be relied on in this run ({error}); the pages were read instead")
            except RestGone as error:
                await self.read_pages()  # a site that keeps us out everywhere has closed nothing for good
                self.run.closed_doors.note_closed("posts")
                self.run.store.save_list(self.run.site_id, "posts", closed=str(error), checked_at=self.run.store.now())
                self.run.outcome.note(f"REST is no longer open ({error}); from now on the pages are read")
                return
        await self.read_pages()

    async def open_rest(self, rest: RestDoor) -> bool:
        """True when the REST door is open: remembered from an earlier run, or found from the front page."""
        posts = self.run.remembered("posts")
        if posts["url"] and not posts["closed"]:
            return True
        if (
            posts["closed"]
            and self.run.options.mode == "update"
            and self.run.remembered("pages")["checked_at"]
            and not self.run.closed_doors.is_due("posts")
        ):
            return False  # found closed before; it is looked at again after some days, and by a full run
        home = await self.run.front_page()
        links = b", ".join(home.headers.getlist("Link")).decode("latin-1")
        return await rest.open(home.text if hasattr(home, "text") else "", links)

    async def read_rest(self, rest: RestDoor) -> None:
        """Removed articles are settled before the threads under them are compared; pages come last, as evidence."""
        swept = await read_articles(rest)
        run, full = self.run, self.run.options.mode == "full"
        run.context.threads_on_pages = not await self.read_threads(rest)
        lists = SiteLists(run)
        whole = run.options.limit is None and run.remembered("posts")["walked_at"]
        found = await lists.read_beside_rest() if whole else lists.found
        due = [*rest.second_chances(run.pages_at_most), *(pages_to_read(run, found) if whole else ())]
        if run.context.threads_on_pages:
            due += await pages_of_threads(run, lists, swept) if run.pages_at_most else []
        elif run.pages_at_most:
            due += run.store.ask(backlog.cut_threads, run.site_id)  # pages that count more comments than REST gave
        due += [address for _, address in run.store.ask(backlog.pages_due, run.site_id, run.pages_at_most, again=full)]
        door = PageDoor(run, found)
        door.kept |= lists.listings.kept
        await door.read(dict.fromkeys(due))
        lists.remember()

    async def read_threads(self, rest: RestDoor) -> bool:
        """The comments, where REST gives them; False where a site has closed them while its articles are open.

        A list that once was open is asked again in every run: a firewall's bad night is no end of it.
        """
        run = self.run
        row = run.remembered("comments")
        if row["closed"] and run.options.mode == "update" and not row.get("walk_started_at") and not run.closed_doors.is_due("comments"):
            return False
        try:
            if not run.options.limit and run.remembered("posts")["walked_at"]:
                for name in rest.comment_lists():
                    await bring_up_to_date(rest, name)
                await sweep(rest, "comments")
            await rest.read_threads(run.store.ask(backlog.unread_threads, run.site_id))
            await confirm(rest, "comments")
        except (BadStatus, Forbidden) as error:
            if not is_closed(error):
                raise
            run.closed_doors.note_closed("comments")
            run.store.save_list(run.site_id, "comments", closed=str(error))
            run.outcome.note("REST does not give comments: they come with the pages")
            return False
        if row["closed"]:
            run.closed_doors.note_open("comments")
            run.store.save_list(run.site_id, "comments", closed=None)
        return True

    async def read_pages(self) -> None:
        """What the lists name and the archive lacks, what they say has changed, and what they no longer name."""
        run = self.run
        run.context.pages_are_the_text = run.context.threads_on_pages = True
        lists = SiteLists(run)
        found = await lists.read()
        if not found.addresses:
            raise no_list(run.site.home, run.held("article"))
        door = PageDoor(run, found)
        door.kept |= lists.listings.kept
        due = pages_to_read(run, found)
        if run.timezone is None and any(address not in found.claims for address in due):
            await settle_zone(run, door, lists)
        await door.read(due)
        lists.remember()

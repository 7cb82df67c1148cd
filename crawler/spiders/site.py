"""The spider: one run at one site. It opens the site's doors, reads what is due through each, and says how it went."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import scrapy

from archive.errors import ArchiveError, ConfigurationError, database_fails
from archive.queries import backlog
from crawler.addresses import checked_home, origins_of
from crawler.discover.schedule import pages_of_threads, pages_to_read, settle_zone
from crawler.discover.site_lists import SiteLists, no_list
from crawler.errors import BadStatus, DoorClosed, Forbidden, RestGone
from crawler.images.crawl import PictureDoor
from crawler.pages.crawl import PageDoor
from crawler.session.outcome import BUG, INTERRUPTED, UNREACHABLE
from crawler.session.session import Order, Run
from crawler.site import Site
from crawler.wordpress.confirm import confirm
from crawler.wordpress.crawl import RestDoor
from crawler.wordpress.updates import bring_up_to_date, sweep

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archive.store.store import Store

logger = logging.getLogger(__name__)
MODES, PAGES, IMAGES = ("update", "full"), ("all", "budget", "none"), ("none", "budget", "all")
CLOSED = (401, 403, 404, 410)  # how a site says that a list is not for us


class SiteSpider(scrapy.Spider):
    """Any site. A declared site sets ``site``; without one, ``-a home=URL`` names it.

    Arguments: mode=update|full, pages=all|budget|none, images=none|budget|all, limit=N. The command hands over ``store``, open and locked.
    """

    name = "site"
    site: Site
    run: Run

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, store: Store, **arguments: str) -> SiteSpider:
        spider: SiteSpider = super().from_crawler(crawler, *args)
        spider.run = Run(cls.order(arguments), store, crawler)
        return spider

    @classmethod
    def order(cls, arguments: dict[str, str]) -> Order:
        """The ``-a`` arguments, checked. Raises ConfigurationError with what to write instead."""
        declared: Site | None = getattr(cls, "site", None)
        allowed = {"mode", "pages", "images", "limit"} | (set() if declared else {"home"})
        for name in set(arguments) - allowed:
            raise ConfigurationError(f"unknown argument -a {name}=...; {cls.name} takes {', '.join(sorted(allowed))}")
        mode, pages = arguments.get("mode", "update"), arguments.get("pages", "budget")
        images, limit = arguments.get("images", "none"), arguments.get("limit")
        for name, value, values in (("mode", mode, MODES), ("pages", pages, PAGES), ("images", images, IMAGES)):
            if value not in values:
                raise ConfigurationError(f"{name}={value!r} is unknown; write one of {', '.join(values)}")
        if limit is not None and not (limit.isdecimal() and int(limit)):
            raise ConfigurationError(f"limit={limit!r} is no number of articles; write a whole number from 1 on")
        if not declared and not arguments.get("home"):
            raise ConfigurationError("which site? write: scrapy crawl site -a home=https://example.org/")
        site = declared or declare(checked_home(arguments["home"]))
        origins_of(site.image_hosts)
        return Order(site, mode, pages, int(limit) if limit else None, images)  # type: ignore[arg-type]

    async def start(self) -> AsyncIterator[Any]:
        """The whole run, from the first door to the last page; every failure becomes a cause of the outcome."""
        outcome = self.run.outcome
        outcome.add(INTERRUPTED, "stopped by a signal; the next run goes on from here")
        try:
            await self.read_site()
            await PictureDoor(self.run).read()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.blame(error)
        outcome.causes.pop(INTERRUPTED)  # it came to its own end
        return
        yield  # an async generator, as Scrapy wants it; answers are saved by ``Run.save``

    def blame(self, error: Exception) -> None:
        """What ended the run becomes a cause of its outcome; what nobody foresaw is a bug."""
        run = self.run
        known = database_fails(run.store.folder, error) if isinstance(error, sqlite3.DatabaseError) else error
        if isinstance(known, ArchiveError):
            run.outcome.add(known.exit_code, str(known))
        else:
            logger.error("a bug in this program", exc_info=error)
            run.outcome.add(BUG, f"{type(error).__name__}: {error}")

    def closed(self, reason: str) -> None:
        try:
            self.run.close()
        except Exception as error:  # Scrapy would log it and end well
            self.blame(error)
            self.run.summary = f"{self.run.site.name}: {self.run.outcome.word}; {self.run.outcome.said}"

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
                self.run.store.save_list(self.run.site_id, "posts", closed=str(error), checked_at=self.run.store.now())
                self.run.outcome.note(f"REST is no longer open ({error}); from now on the pages are read")
                return
        await self.read_pages()

    async def open_rest(self, rest: RestDoor) -> bool:
        """True when the REST door is open: remembered from an earlier run, or found from the front page."""
        posts = self.run.remembered("posts")
        if posts["url"] and not posts["closed"]:
            return True
        if posts["closed"] and self.run.order.mode == "update" and self.run.remembered("pages")["checked_at"]:
            return False  # found closed before; a full run looks again
        home = await self.run.front_page()
        links = b", ".join(home.headers.getlist("Link")).decode("latin-1")
        return await rest.open(home.text if hasattr(home, "text") else "", links)

    async def read_rest(self, rest: RestDoor) -> None:
        """Removed articles are settled before the threads under them are compared; pages come last, as evidence."""
        try:
            await bring_up_to_date(rest, "posts")
        except (BadStatus, Forbidden) as error:
            if is_closed(error):
                raise RestGone(str(error)) from error
            raise
        swept = await sweep(rest, "posts")
        await confirm(rest, "posts")
        run, full = self.run, self.run.order.mode == "full"
        run.context.threads_on_pages = not await self.read_threads(rest)
        threads = await pages_of_threads(run, swept) if run.context.threads_on_pages and run.pages_at_most else []
        due = run.store.ask(backlog.pages_due, run.site_id, run.pages_at_most, again=full)
        await PageDoor(self.run).read(dict.fromkeys([*threads, *(address for _, address in due)]))

    async def read_threads(self, rest: RestDoor) -> bool:
        """The comments, where REST gives them; False where a site has closed them while its articles are open.

        A list that once was open is asked again in every run: a firewall's bad night is no end of it.
        """
        run = self.run
        row = run.remembered("comments")
        if row["closed"] and run.order.mode == "update" and not row.get("walk_started_at"):
            return False
        try:
            if not run.order.limit and run.remembered("posts")["walked_at"]:
                await bring_up_to_date(rest, "comments")
                await sweep(rest, "comments")
            await rest.read_threads(run.store.ask(backlog.unread_threads, run.site_id))
            await confirm(rest, "comments")
        except (BadStatus, Forbidden) as error:
            if not is_closed(error):
                raise
            run.store.save_list(run.site_id, "comments", closed=str(error))
            run.outcome.note("REST does not give comments: they come with the pages")
            return False
        if row["closed"]:
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
        due = pages_to_read(run, found)
        if due and run.timezone is None:
            await settle_zone(run, door, lists)
        await door.read(due)
        lists.remember()


def is_closed(error: Exception) -> bool:
    """Whether a list answers that it is not for us, or robots.txt does."""
    return isinstance(error, Forbidden) or (isinstance(error, BadStatus) and error.status in CLOSED)


def declare(home: str) -> Site:
    """A site that nobody declared: its host is its name."""
    return Site(name=urlsplit(home).netloc.replace(":", "-").removeprefix("www."), home=home)

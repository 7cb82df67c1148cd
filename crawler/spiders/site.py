"""The spider: one run at one site. It opens the site's doors, reads what is due through each, and says how it went."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import scrapy

from archive import known
from archive.clock import moment
from archive.errors import ArchiveError, ConfigurationError
from archive.warc import WarcWriter
from crawler.addresses import Addresses, checked_home, family
from crawler.doors.changes import sweep
from crawler.doors.confirm import confirm
from crawler.doors.lists import SiteLists, no_list
from crawler.doors.pages import PageDoor
from crawler.doors.queue import pages_to_read, settle_zone
from crawler.doors.rest import RestDoor
from crawler.errors import OutsideSite
from crawler.identity import SOFTWARE
from crawler.items import Answer, Article
from crawler.outcome import ALARM, BUG, CONFIGURATION, INTERRUPTED, UNREACHABLE, Outcome
from crawler.site import Site
from crawler.web import Web
from crawler.workers import Workers

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archive.absences import Table
    from archive.store import Store

logger = logging.getLogger(__name__)
MODES, PAGES = ("update", "full"), ("all", "budget", "none")


class SiteSpider(scrapy.Spider):
    """Any site. A declared site sets ``site``; without one, ``-a home=URL`` names it.

    Arguments: mode=update|full, pages=all|budget|none, limit=N. The command hands over ``store``, open and locked.
    """

    name = "site"
    site: ClassVar[Site] | Site | None = None
    custom_settings: ClassVar[dict[str, Any]] = {}

    def __init__(self, store: Store, **arguments: str) -> None:
        super().__init__()
        wanted = self.check_arguments(arguments)
        self.store = store
        self.site: Site = wanted["site"]
        self.mode: str = wanted["mode"]
        self.pages: str = wanted["pages"]
        self.limit: int | None = wanted["limit"]
        self.outcome, self.counts = Outcome(), Counter[str]()
        self.suspects: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.sitemaps: tuple[str, ...] = ()
        self.received = self.taken = self.lost_comments = 0
        self.finished = self.pages_are_the_text = False
        self.home_response: Response | None = None
        self.summary = ""  # one line for people, once the run has ended

    @classmethod
    def check_arguments(cls, arguments: dict[str, str]) -> dict[str, Any]:
        """The ``-a`` arguments, checked: site, mode, pages, limit. Raises ConfigurationError with what to write instead."""
        allowed = {"mode", "pages", "limit"} | (set() if cls.site else {"home"})
        for name in set(arguments) - allowed:
            raise ConfigurationError(f"unknown argument -a {name}=...; {cls.name} takes {', '.join(sorted(allowed))}")
        mode, pages, limit = arguments.get("mode", "update"), arguments.get("pages", "budget"), arguments.get("limit")
        if mode not in MODES:
            raise ConfigurationError(f"mode={mode!r} is unknown; write one of {', '.join(MODES)}")
        if pages not in PAGES:
            raise ConfigurationError(f"pages={pages!r} is unknown; write one of {', '.join(PAGES)}")
        if limit is not None and not (limit.isdecimal() and int(limit)):
            raise ConfigurationError(f"limit={limit!r} is no number of articles; write a whole number from 1 on")
        if not cls.site and not arguments.get("home"):
            raise ConfigurationError("which site? write: scrapy crawl site -a home=https://example.org/")
        site = cls.site or declare(checked_home(arguments["home"]))
        return {"site": site, "mode": mode, "pages": pages, "limit": int(limit) if limit else None}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SiteSpider:
        spider: SiteSpider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider.web = Web(crawler)
        spider.workers = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
        spider.gone_after = settings.getfloat("GONE_AFTER")
        spider.page_budget = settings.getint("PAGE_BUDGET")
        spider.sweep_days = settings.getfloat("SWEEP_DAYS")
        spider.begin()
        return spider

    web: Web
    workers: Workers
    gone_after: float
    page_budget: int
    sweep_days: float

    # the run

    def begin(self) -> None:
        """Open the run's row, its WARC file, and what is remembered of the site."""
        row = known.site_at(self.store.db, family(self.site.home)) or self.store.ensure_site(
            self.site.name, self.site.home, self.site.timezone
        )
        self.site_id, self.timezone = int(row["id"]), self.site.timezone or row["timezone"]
        self.site = replace(self.site, name=row["name"], home=row["home"])
        self.crawl_id = self.store.start_crawl(self.site_id, self.mode)
        self.warc = WarcWriter(self.store.folder, self.site.name, SOFTWARE)
        self.addresses = Addresses(self.site.home, self.site.query_noise)
        self.origins = family(self.site.home)

    async def start(self) -> AsyncIterator[Any]:
        """The whole run, from the first door to the last page; every failure becomes a cause of the outcome."""
        try:
            await self.read_site()
            self.finished = True
        except asyncio.CancelledError:
            self.outcome.add(INTERRUPTED, "stopped by a signal; the next run goes on from here")
            raise
        except ArchiveError as error:
            self.outcome.add(error.exit_code, str(error))
        except Exception as error:
            logger.exception("a bug in this program")
            self.outcome.add(BUG, f"{type(error).__name__}: {error}")
        return
        yield  # an async generator, as Scrapy wants it; answers are saved by ``save``

    async def read_site(self) -> None:
        """Through REST where it is open, through the pages otherwise."""
        rest = RestDoor(self)
        if await self.open_rest(rest):
            await self.read_rest(rest)
        else:
            await self.read_pages()

    async def read_rest(self, rest: RestDoor) -> None:
        """Removed articles are settled before the threads under them are compared; pages come last, as evidence."""
        await rest.read("posts")
        await sweep(rest, "posts")
        await confirm(rest, "posts")
        if not self.limit and self.remembered("posts")["walked_at"]:
            await rest.read("comments")
            await sweep(rest, "comments")
        await rest.read_threads(known.unread_threads(self.store.db, self.site_id))
        await confirm(rest, "comments")
        await PageDoor(self).read(address for _, address in self.pages_due())

    async def read_pages(self) -> None:
        """What the lists name and the archive lacks, what they say has changed, and what they no longer name."""
        self.pages_are_the_text = True
        lists = SiteLists(self)
        found = await lists.read()
        if not found.addresses:
            raise no_list(self.site.home, self.held("article"))
        door = PageDoor(self, found.items)
        due = pages_to_read(self, found)
        if due and self.timezone is None:
            await settle_zone(self, door, lists)
        await door.read(due)
        lists.remember()

    def pages_due(self) -> list[tuple[int, str]]:
        """(id, address) of the pages this run captures, newest first."""
        budget = {"all": -1, "budget": self.page_budget, "none": 0}[self.pages]
        return known.pages_due(self.store.db, self.site_id, budget)

    def remembered(self, name: str) -> dict[str, Any]:
        return self.store.list_of(self.site_id, name) or dict.fromkeys(("walked_at", "checked_at", "url", "closed", "total"))

    async def open_rest(self, rest: RestDoor) -> bool:
        """True when the REST door is open: remembered from an earlier run, or found from the front page."""
        posts = self.remembered("posts")
        if posts["url"] and not posts["closed"]:
            return True
        if posts["closed"] and self.mode == "update" and self.remembered("pages")["walked_at"]:
            return False  # found closed before; a full run looks again
        home = await self.front_page()
        links = b", ".join(home.headers.getlist("Link")).decode("latin-1")
        return await rest.open(home.text if hasattr(home, "text") else "", links)

    async def front_page(self) -> Response:
        """The home page, asked for once in a run. Raises ConfigurationError when it lies elsewhere."""
        if self.home_response is None:
            try:
                self.home_response = await self.web.get(self.site.home, door="page", any_status=True)
            except OutsideSite as error:
                raise ConfigurationError(
                    f"{self.site.home} redirects to {error.url}; if that is the site, crawl it by that address"
                ) from error
            self.settle_home(self.home_response)
        return self.home_response

    def settle_home(self, response: Response) -> None:
        """The home may move once, to https and with or without www.: from here on it is that address."""
        if response.status >= 400:
            raise ConfigurationError(f"{response.url} answers {response.status}; check the address of the site's front page")
        if response.url == self.site.home:
            return
        parts = urlsplit(response.url)
        home = f"{parts.scheme}://{parts.netloc}{urlsplit(self.site.home).path}"
        self.store.describe_site(self.site_id, home=home)
        self.site = replace(self.site, home=home)
        self.addresses = Addresses(home, self.site.query_noise)

    def describe(self, title: str | None, timezone: str | None) -> None:
        """Take in what the site says of itself; a declared time zone stands."""
        self.timezone = self.site.timezone or timezone or self.timezone
        self.store.describe_site(self.site_id, title=title, timezone=self.timezone)

    # what the doors ask of the run

    async def save(self, answer: Answer) -> Answer:
        """Through the pipelines: gate, then store. Returns when it is in the database."""
        pipelines = self.crawler.engine.scraper.itemproc
        saved: Answer = await pipelines.process_item_async(answer)
        self.taken += len(answer.articles) if answer.door == "rest" or self.pages_are_the_text else 0
        return saved

    def at_home(self, article: Article) -> Article:
        """The article with every address of the site in its one spelling."""
        here = self.addresses.canonical
        links = tuple(replace(link, url=here(link.url) if "#" not in link.url else link.url) for link in article.links)
        return replace(article, url=here(article.url), links=links)

    def room(self) -> int | None:
        """How many more articles ``limit`` lets in; None for any number."""
        return None if self.limit is None else max(0, self.limit - self.taken)

    def limit_reached(self, collection: str) -> bool:
        return collection == "posts" and self.room() == 0

    def sweep_size(self, collection: str) -> int:
        """How many articles or threads the sweep reads now: their share of SWEEP_DAYS since the last sweep, whole requests at a time."""
        name, held = f"sweep of {collection}", self.held("article")
        last = self.remembered(name)["checked_at"] or self.remembered(collection)["walked_at"]
        if not self.sweep_days or not last or self.limit or self.mode == "full":
            return 0
        elapsed = moment(self.store.now()) - moment(last)
        share = math.ceil(held * (elapsed / timedelta(days=self.sweep_days)))
        return min(share, held) if share >= min(held, 100) or elapsed >= timedelta(hours=20) else 0

    def mass_loss(self, table: Table, newly: int) -> bool:
        """Too many newly missing at once: nothing is marked, a person is told."""
        kind = "article" if table == "articles" else "comment"
        allowed = max(5, self.held(kind) // 50)
        if newly > allowed:
            self.outcome.add(ALARM, f"{newly} {table} are missing at once (more than {allowed}): none is marked; look at the site")
        return newly > allowed

    def mark_missing(self, table: Table, row_id: int, capture_id: int, at: str) -> None:
        """Record a confirmed absence."""
        if table == "articles":
            self.lost_comments += known.comments_under(self.store.db, row_id)
        self.counts["missing"] += self.store.mark_missing(self.crawl_id, table, [row_id], at, capture_id, self.gone_after)

    def held(self, kind: Any) -> int:
        return known.holdings(self.store.db, self.site_id, kind)

    @property
    def expected_requests(self) -> int:
        """A guess at the requests of the whole run, for the progress bar."""
        lists = sum((self.remembered(name)["total"] or 0) // 100 + 1 for name in ("posts", "comments"))
        due = {"all": self.remembered("posts")["total"] or 0, "budget": self.page_budget, "none": 0}[self.pages]
        return lists + min(due, self.remembered("posts")["total"] or 0) + 6

    def closed(self, reason: str) -> None:
        """Close the run's row, whatever ended it."""
        if reason != "finished" and not self.finished:
            self.outcome.add(INTERRUPTED, "stopped by a signal; the next run goes on from here")
        self.workers.close()
        self.warc.close()
        if self.counts["new"] or self.counts["revised"]:
            self.store.settle(self.crawl_id, self.site_id)
        for kind, name in (("article", "posts"), ("comment", "comments")):
            if (total := self.remembered(name)["total"]) is not None:
                self.store.save_coverage(self.site_id, kind, total, self.held(kind))
        stats = self.crawler.stats
        requests = int(stats.get_value("downloader/request_count", 0))
        self.store.finish_crawl(self.crawl_id, self.outcome.word, self.outcome.exit_code, requests, self.received, self.outcome.message)
        self.summary = known.summary(self.store.db, self.crawl_id)
        if self.outcome.exit_code in (CONFIGURATION, UNREACHABLE):
            self.store.forget_unread_site(self.site_id)


def declare(home: str) -> Site:
    """A site that nobody declared: its host is its name."""
    return Site(name=urlsplit(home).netloc.replace(":", "-").removeprefix("www."), home=home)

"""One run at one site: what it was asked to do, what it works with, what it has come to. Doors and middlewares take it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.queries import holdings
from archive.warc.write import WarcWriter
from crawler.absence.policy import AbsencePolicy
from crawler.addresses import Addresses, family, origins_of
from crawler.admission.intake import Intake
from crawler.extract.workers import Workers
from crawler.http.decompress import UnpackMiddleware
from crawler.identity import SOFTWARE
from crawler.pages.truncation import is_ended
from crawler.parse import SiteParser
from crawler.session.checkpoints import Checkpoints
from crawler.session.context import SiteContext
from crawler.session.emit import ItemSender, report_error
from crawler.session.home import fetch_front_page
from crawler.session.outcome import Outcome
from crawler.session.sweep import Sweep
from crawler.sources.captures import Captures
from crawler.sources.live import LiveSource

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archive.store.store import Store
    from crawler.items import Answer
    from crawler.session.options import CrawlOptions
    from crawler.site import Site


class Run:
    """State and services of one run. It is opened before the first request and closed once, however the run ends."""

    def __init__(self, options: CrawlOptions, store: Store, crawler: Crawler) -> None:
        """Raises ConfigurationError for IMAGE_HOSTS that are none, StorageError when the disk refuses."""
        settings = crawler.settings
        self.options, self.store, self.crawler = options, store, crawler
        self.web = LiveSource(crawler)
        self.workers = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
        self.gone_after = settings.getfloat("GONE_AFTER")
        self.page_budget, self.image_budget = settings.getint("PAGE_BUDGET"), settings.getint("IMAGE_BUDGET")
        self.picture_origins = origins_of([*options.site.image_hosts, *settings.getlist("IMAGE_HOSTS")])  # beside the site's own
        self.retry_wait = settings.getfloat("RETRY_WAIT")
        self.sweep_days = settings.getfloat("SWEEP_DAYS")
        self.outcome, self.counts = Outcome(lambda message: report_error(crawler, message)), Counter[str]()
        self.pictures_due = 0
        self.sitemaps: tuple[str, ...] = ()  # as robots.txt names them
        self.received = self.taken = self.lost_comments = 0
        self.home_response: Response | None = None
        self.context = self._context_of(options.site)
        self.site_id, self.crawl_id = self.context.site_id, self.context.crawl_id
        self.warc = WarcWriter(store.folder, self.site.name, SOFTWARE, store.end_of_records)
        self.intake, self.items = Intake(self.context), ItemSender(self)
        self._name_services()

    def _name_services(self) -> None:
        """The run's services, under the names by which the doors call them."""
        self.order = self.options
        self.checkpoints = Checkpoints(self.store, self.site_id)
        self.absences, self.sweep = AbsencePolicy(self), Sweep(self)
        self.may_mark, self.not_marked, self.mark_missing = self.absences.may_mark, self.absences.not_marked, self.absences.mark_missing
        self.suspect, self.suspects, self.clear_suspects = self.absences.suspect, self.absences.suspects, self.absences.clear_suspects
        self.due_again, self.finish_sweep = self.sweep.due_again, self.sweep.finish

    # the site

    def _context_of(self, site: Site) -> SiteContext:
        """The site as the archive knows it: under the name and at the address of its first crawl."""
        store = self.store
        row = store.ask(holdings.site_at, family(site.home)) or store.ensure_site(site.name, site.home, site.timezone)
        site = replace(site, name=row["name"], home=row["home"])
        self.origins = family(site.home)
        parser = SiteParser(site, Addresses(site.home, site.query_noise), site.timezone or row["timezone"], self.workers)
        captures = Captures(store.folder, UnpackMiddleware.from_crawler(self.crawler))
        crawl_id = store.start_crawl(int(row["id"]), self.options.mode)
        return SiteContext(store, int(row["id"]), crawl_id, parser, self.web, captures, self.outcome, self.gone_after)

    @property
    def site(self) -> Site:
        return self.context.parser.site

    @property
    def addresses(self) -> Addresses:
        return self.context.parser.addresses

    @property
    def timezone(self) -> str | None:
        return self.context.parser.timezone

    @property
    def pages_are_the_text(self) -> bool:
        """No REST: what the pages show is the text."""
        return self.context.pages_are_the_text

    async def front_page(self) -> Response:
        """The home page, asked for once in a run. Raises ConfigurationError when it lies elsewhere, Unreachable."""
        if self.home_response is None:
            self.home_response = await fetch_front_page(self)
            self.context.home_ends = is_ended(self.home_response.body)
        return self.home_response

    def move_home(self, home: str) -> None:
        """From here on the site is at ``home``, of the same family."""
        self.store.describe_site(self.site_id, home=home)
        self.context.parser.move_home(home)

    def describe(self, title: str | None, timezone: str | None) -> None:
        """Take in what the site says of itself; a declared time zone stands."""
        self.context.parser.timezone = self.site.timezone or timezone or self.timezone
        self.store.describe_site(self.site_id, title=title, timezone=self.timezone)

    # what is held

    def remembered(self, name: str) -> dict[str, Any]:
        """What is remembered of one of the site's lists; every column None where it was never read."""
        return self.store.list_of(self.site_id, name) or dict.fromkeys(("walked_at", "checked_at", "url", "closed", "total"))

    def held(self, kind: Any) -> int:
        return self.store.ask(holdings.holdings, self.site_id, kind)

    async def save(self, answer: Answer) -> Answer:
        """Through admission into the database, then as items to Scrapy. Returns when both are done.

        Raises NotBelieved when a page may not become current, StorageError.
        """
        answer, saved = self.intake.save(answer)
        self.counts.update(answer.counts)
        self.taken += len(answer.articles) if answer.door == "rest" or self.pages_are_the_text else 0
        await self.items.send(answer, saved)
        return answer

    # how much is left

    def room(self) -> int | None:
        """How many more articles ``limit`` lets in; None for any number."""
        return None if self.options.limit is None else max(0, self.options.limit - self.taken)

    def limit_reached(self, collection: str) -> bool:
        return collection == "posts" and self.room() == 0

    @property
    def pages_at_most(self) -> int:
        """How many pages this run may capture as evidence; -1 = any number."""
        return {"all": -1, "budget": self.page_budget, "none": 0}[self.options.pages]

    @property
    def images_at_most(self) -> int | None:
        """How many pictures this run may ask for; None = any number."""
        return {"all": None, "budget": self.image_budget, "none": 0}[self.options.images]


def run_of(crawler: Crawler) -> Run | None:
    """The run that a crawler is on; None for Scrapy's tools, other spiders, and before a spider's own start."""
    return getattr(crawler.spider, "run", None)

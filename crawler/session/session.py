"""One run at one site: its options, its services, and its outcome so far. The doors and the middlewares are given it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from archive.queries import holdings
from archive.store.coverage import kind_of_list
from archive.store.crawls import COUNTERS
from archive.store.linked_files import FILE_KINDS, FileKind
from archive.text.homes import family
from archive.warc.write import WarcWriter
from crawler.addresses import origins_of
from crawler.identity import SOFTWARE
from crawler.session.checkpoints import Checkpoints
from crawler.session.closed_doors import ClosedDoors
from crawler.session.home import fetch_front_page, home_of
from crawler.session.run_log import RunLog, beginning

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archive.text.proxies import ProxyAddress
    from crawler.addresses import Addresses
    from crawler.items import Answer
    from crawler.session.context import SiteContext
    from crawler.session.options import CrawlOptions
    from crawler.session.services import Absences, Admission, FormerAnswers, ItemFeed, LiveWeb, SweepShare
    from crawler.site import Site


class Run:
    """State and services of one run. It is opened before the first request and closed once, however the run ends."""

    intake: Admission
    items: ItemFeed
    absences: Absences
    sweep: SweepShare
    proxy: ProxyAddress | None = None  # through which every request leaves
    earlier: FormerAnswers | None = None  # of a run that goes on after it was killed

    def __init__(self, options: CrawlOptions, crawler: Crawler, context: SiteContext) -> None:
        """``context`` is the site's, with its row of ``crawls`` begun. Raises ConfigurationError for named hosts that are none."""
        settings = crawler.settings
        self.options, self.crawler, self.context = options, crawler, context
        self.store, self.outcome, self.gone_after = context.store, context.outcome, context.gone_after
        self.site_id, self.crawl_id = context.site_id, context.crawl_id
        self.page_budget = settings.getint("PAGE_BUDGET")
        self.file_budgets = {kind: settings.getint(f"{kind.upper()}_BUDGET") for kind in FILE_KINDS}
        self.origins = family(self.site.home)
        self.further_origins = {  # of files of each kind, beside the site's own
            kind: origins_of([*options.site.file_hosts(kind), *settings.getlist(f"{kind.upper()}_HOSTS")]) for kind in FILE_KINDS
        }
        self.retry_wait = settings.getfloat("RETRY_WAIT")
        self.sweep_days = settings.getfloat("SWEEP_DAYS")
        self.counts = Counter[str]()
        self.files_due = 0
        self.sitemaps: tuple[str, ...] = ()  # as robots.txt names them
        self.received = self.taken = self.lost_comments = 0
        self.home_response: Response | None = None
        self.warc = WarcWriter(self.store.folder, self.site.name, SOFTWARE, self.store.end_of_records, settings.getint("EPOCH"))
        self.log = RunLog(self.warc, self.store.now, beginning(crawler, self.site, self.store.crawl(self.crawl_id)))
        self.checkpoints, self.closed_doors = Checkpoints(self.store, self.site_id), ClosedDoors(self)

    def go_on(self, row: dict[str, Any], earlier: FormerAnswers) -> None:
        """This run had begun before, and was killed. ``row``: its row then; ``earlier``: what it had got."""
        self.earlier = earlier
        self.counts.update({name: row[name] or 0 for name in COUNTERS})
        self.log.go_on()

    def asked(self) -> tuple[int, int]:
        """(requests, bytes received), with those before it was killed. A thread may call it: records are read that were not given."""
        requests = int(self.crawler.stats.get_value("downloader/request_count", 0))
        more, size = self.earlier.size_of_rest(self.context.captures) if self.earlier else (0, 0)
        return requests + more, self.received + size

    # the site

    @property
    def web(self) -> LiveWeb:
        """The live source of the site's responses."""
        return cast("LiveWeb", self.context.source)

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
            self.home_response = await fetch_front_page(self.web, self.site.home, is_held=bool(self.held("article")))
            self.context.front_page = self.home_response.body
            if (home := home_of(self.home_response, self.site.home)) != self.site.home:
                self.move_home(home)
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

    async def save(self, answer: Answer, *, patient: bool = False) -> Answer:
        """Through admission into the database, then as items to Scrapy. Returns when both are done. ``patient``: other answers are
        under way meanwhile, and it may be committed with them.

        Raises NotBelieved when a page may not become current, StorageError.
        """
        self.store.group.join()
        answer, saved = self.intake.save(answer)
        self.counts.update(answer.counts)
        self.taken += len(answer.articles) if answer.door == "rest" or self.pages_are_the_text else 0
        await self.store.group.committed(patient=patient)
        await self.items.send(answer, saved)
        return answer

    # how much is left

    def room(self) -> int | None:
        """How many more articles ``limit`` lets in; None for any number."""
        return None if self.options.limit is None else max(0, self.options.limit - self.taken)

    def limit_reached(self, collection: str) -> bool:
        return kind_of_list(collection) == "article" and self.room() == 0

    @property
    def pages_at_most(self) -> int:
        """How many pages this run may capture as evidence; -1 = any number."""
        return {"all": -1, "budget": self.page_budget, "none": 0}[self.options.pages]

    def files_at_most(self, kind: FileKind) -> int | None:
        """How many files of a kind this run may ask for; None = any number."""
        return {"all": None, "budget": self.file_budgets[kind], "none": 0}[self.options.files(kind)]


def run_of(crawler: Crawler) -> Run | None:
    """The run that a crawler is on; None for Scrapy's tools, other spiders, and before a spider's own start."""
    return getattr(crawler.spider, "run", None)

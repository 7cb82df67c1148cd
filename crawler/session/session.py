"""One run at one site: what it was asked to do, what it works with, what it has come to. Doors and middlewares take it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from archive.clock import later
from archive.errors import ConfigurationError
from archive.queries import backlog, holdings
from archive.warc.write import WarcWriter
from crawler.addresses import Addresses, family, origins_of
from crawler.discover.revisit import Look, due
from crawler.errors import OutsideSite, Unreachable
from crawler.extract.workers import Workers
from crawler.identity import SOFTWARE
from crawler.items import Answer, Article
from crawler.pages.merge import at_home
from crawler.session.outcome import ALARM, CONFIGURATION, UNREACHABLE, Outcome
from crawler.site import Site
from crawler.sources.live import Web

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archive.store.absences import Table
    from archive.store.store import Store


LASTING_RUNS, LASTING_DAYS = 3, 7  # a loss in mass that lasts so long is no accident of the site


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do: the ``-a`` arguments, checked."""

    site: Site
    mode: Literal["update", "full"] = "update"
    pages: Literal["all", "budget", "none"] = "budget"
    limit: int | None = None  # articles
    images: Literal["none", "budget", "all"] = "none"


class Run:
    """State and services of one run. It is opened before the first request and closed once, however the run ends."""

    def __init__(self, order: Order, store: Store, crawler: Crawler) -> None:
        settings = crawler.settings
        self.order, self.store, self.crawler = order, store, crawler
        self.web = Web(crawler)
        self.workers = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
        self.gone_after = settings.getfloat("GONE_AFTER")
        self.page_budget, self.image_budget = settings.getint("PAGE_BUDGET"), settings.getint("IMAGE_BUDGET")
        self.picture_origins = origins_of([*order.site.image_hosts, *settings.getlist("IMAGE_HOSTS")])  # beside the site's own
        self.retry_wait = settings.getfloat("RETRY_WAIT")
        self.sweep_days = settings.getfloat("SWEEP_DAYS")
        self.outcome, self.counts = Outcome(), Counter[str]()
        self.pictures_due = 0
        self.sitemaps: tuple[str, ...] = ()  # as robots.txt names them
        self.received = self.taken = self.lost_comments = 0
        self.swept: set[str] = set()  # collections of which this run reads the sweep's share
        self.pages_are_the_text = False  # no REST: what the pages show is the text
        self.threads_on_pages = False  # REST gives no comments: what the pages show is the thread
        self.home_response: Response | None = None
        self.summary = ""  # one line for people, once the run has ended
        self._remember_site(order.site)
        self.crawl_id = store.start_crawl(self.site_id, order.mode)
        self.warc = WarcWriter(store.folder, self.site.name, SOFTWARE, store.end_of_records)

    def _remember_site(self, site: Site) -> None:
        """The site as the archive knows it: under the name and at the address of its first crawl."""
        row = self.store.ask(holdings.site_at, family(site.home)) or self.store.ensure_site(site.name, site.home, site.timezone)
        self.site_id, self.timezone = int(row["id"]), site.timezone or row["timezone"]
        self.site = replace(site, name=row["name"], home=row["home"])
        self.addresses = Addresses(self.site.home, site.query_noise)
        self.origins = family(self.site.home)

    def remembered(self, name: str) -> dict[str, Any]:
        """What is remembered of one of the site's lists; every column None where it was never read."""
        return self.store.list_of(self.site_id, name) or dict.fromkeys(("walked_at", "checked_at", "url", "closed", "total", "watermark"))

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
        if response.status >= 500 or response.status == 429:
            raise Unreachable(f"{response.url} answers {response.status}; try again later")
        if response.status >= 400 and (response.status in (401, 403) or self.held("article")):  # it was the right address once
            raise Unreachable(f"{response.url} answers {response.status}: the site keeps us out; try again later")
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

    async def save(self, answer: Answer) -> Answer:
        """Through the pipelines: gate, then store. Returns when it is in the database."""
        pipelines = self.crawler.engine.scraper.itemproc
        saved: Answer = await pipelines.process_item_async(answer)
        self.taken += len(answer.articles) if answer.door == "rest" or self.pages_are_the_text else 0
        return saved

    def at_home(self, article: Article) -> Article:
        """The article with every address of the site in its one spelling."""
        return at_home(article, self.addresses)

    def room(self) -> int | None:
        """How many more articles ``limit`` lets in; None for any number."""
        return None if self.order.limit is None else max(0, self.order.limit - self.taken)

    def limit_reached(self, collection: str) -> bool:
        return collection == "posts" and self.room() == 0

    def due_again(self, collection: Literal["posts", "comments", "pages"]) -> list[Look]:
        """The articles whose text, thread or page is looked at again in this run, unasked."""
        before = self.remembered(collection)
        last = self.remembered(f"sweep of {collection}")["checked_at"] or before["walked_at"]
        if collection == "pages":  # of some sites no list is ever read whole
            last = last or before["checked_at"]
        if not self.sweep_days or not last or self.order.limit or self.order.mode == "full":
            return []
        looks = (Look(*row) for row in self.store.ask(backlog.last_stirred, self.site_id, collection))
        found, taken = due(looks, last, self.store.now(), self.sweep_days)
        self.swept |= {collection} if taken else set()
        return found

    def finish_sweep(self, collection: str) -> None:
        """What was due has been read: the next share counts from now."""
        if collection in self.swept:
            door, now = "listing" if collection == "pages" else "rest", self.store.now()
            self.store.save_list(self.site_id, f"sweep of {collection}", door=door, url=self.site.home, checked_at=now)

    def may_mark(self, table: Table, newly: list[int], unsaid: Collection[int] = ()) -> set[int]:
        """Of our ids that are newly missing, those that may be marked: all of a few; of many at once none, and a person is told.

        What stays missing in LASTING_RUNS runs over LASTING_DAYS, or what a person accepted, is missing however much it is.
        What is ``unsaid``, concluded from where an address leads, is never believed in mass: a new design may lead all of them home.
        """
        name, allowed = f"mass loss of {table}", max(5, self.held("article" if table == "articles" else "comment") // 50)
        pending: dict[str, tuple[str, int]] = json.loads(self.remembered(name)["watermark"] or "{}")
        if len(newly) <= allowed or self.store.ask(holdings.mass_loss_accepted, self.site_id, self.crawl_id):
            if pending:
                self.store.save_list(self.site_id, name, watermark=None, checked_at=self.store.now())
            return set(newly)
        now = self.store.now()
        since = {i: pending.get(str(i), (now, 0)) for i in newly}
        counted = {i: (first, runs + 1) for i, (first, runs) in since.items()}
        self.store.save_list(self.site_id, name, watermark=json.dumps(counted), checked_at=now)
        lasting = {i for i, (first, runs) in counted.items() if runs >= LASTING_RUNS and later(first, days=LASTING_DAYS) <= now}
        lasting -= set(unsaid)
        if len(lasting) < len(newly):
            self.outcome.add(ALARM, mass_loss(table, len(newly), len(lasting), allowed, self.site.name))
        return lasting

    def suspect(self, collection: str, items: Iterable[tuple[int, str]]) -> None:
        """(our id, the site's id) of what is held and was absent where it should be. It is kept until its own request has told:
        a run that is killed before would hide it, for the list's total agrees by then."""
        if found := dict(items):
            found = self.suspects(collection) | found
            self.store.save_list(self.site_id, f"suspects of {collection}", watermark=json.dumps(found), checked_at=self.store.now())

    def suspects(self, collection: str) -> dict[int, str]:
        kept = json.loads(self.remembered(f"suspects of {collection}")["watermark"] or "{}")
        return {int(row_id): number for row_id, number in kept.items()}

    def clear_suspects(self, collection: str) -> None:
        if self.suspects(collection):
            self.store.save_list(self.site_id, f"suspects of {collection}", watermark=None)

    def not_marked(self, table: Table) -> list[int]:
        """Our ids of what was missing in too great a number to be marked: it is asked for again."""
        return [int(i) for i in json.loads(self.remembered(f"mass loss of {table}")["watermark"] or "{}")]

    def mark_missing(self, table: Table, row_id: int, capture_id: int, at: str, reason: str | None = None) -> None:
        """Record a confirmed absence."""
        if table == "articles":
            self.lost_comments += self.store.ask(holdings.comments_under, row_id)
        self.counts["missing"] += self.store.mark_missing(self.crawl_id, table, [row_id], at, capture_id, self.gone_after, reason)

    def held(self, kind: Any) -> int:
        return self.store.ask(holdings.holdings, self.site_id, kind)

    @property
    def pages_at_most(self) -> int:
        """How many pages this run may capture as evidence; -1 = any number."""
        return {"all": -1, "budget": self.page_budget, "none": 0}[self.order.pages]

    @property
    def images_at_most(self) -> int | None:
        """How many pictures this run may ask for; None = any number."""
        return {"all": None, "budget": self.image_budget, "none": 0}[self.order.images]

    @property
    def expected_requests(self) -> int:
        """A guess at the requests of the whole run, for the progress bar."""
        articles, comments = (self.remembered(name)["total"] or 0 for name in ("posts", "comments"))
        due = articles if self.pages_at_most < 0 else min(articles, self.pages_at_most)
        return articles // 100 + comments // 100 + due + self.pictures_due + 6

    def close(self) -> None:
        """Settle the run and close its row, whatever ended it."""
        self.workers.close()
        self.warc.close()
        if self.counts["new"] or self.counts["revised"]:
            self.store.settle(self.crawl_id, self.site_id)
        for kind, name in (("article", "posts"), ("comment", "comments")):
            total = None if self.pages_are_the_text else self.remembered(name)["total"]
            if total is not None or self.pages_are_the_text:
                self.store.save_coverage(self.site_id, kind, total, self.held(kind))
        outcome, requests = self.outcome, int(self.crawler.stats.get_value("downloader/request_count", 0))
        self.store.finish_crawl(self.crawl_id, outcome.word, outcome.exit_code, requests, self.received, outcome.said)
        self.summary = self.store.ask(holdings.summary, self.crawl_id)
        if outcome.exit_code in (CONFIGURATION, UNREACHABLE):
            self.store.forget_unread_site(self.site_id)


def mass_loss(table: Table, newly: int, lasting: int, allowed: int, site: str) -> str:
    """What a person is told when too much is missing at once to be believed."""
    some = (
        f"{lasting:,} of them, missing for {LASTING_DAYS} days, {'is' if lasting == 1 else 'are'} marked, the others not" if lasting else ""
    )
    return (
        f"{newly:,} {table} are missing at once (more than {allowed:,}): {some or 'none is marked'}; look at the site,"
        f" and if they were removed: python -m archive accept --mass-loss {site}"
    )


def run_of(crawler: Crawler) -> Run:
    """The run that a crawler is on, for its middlewares, pipelines and extensions."""
    run: Run = crawler.spider.run  # type: ignore[union-attr]
    return run

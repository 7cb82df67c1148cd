"""The beginning of a run: takes the options, the open archive and a crawler, and gives a run with all its services."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.settings import SETTINGS_PRIORITIES

from archive.queries import holdings
from archive.queries.killed import answers_of_run
from archive.store.site_settings import site_settings
from archive.text.homes import family
from archive.text.urls import normal_url, one_spelling
from crawler.absence.policy import AbsencePolicy
from crawler.addresses import Addresses
from crawler.admission.intake import Intake
from crawler.discover.sweep import Sweep
from crawler.extensions.items import ItemSender, report_error
from crawler.extract.workers import Workers
from crawler.http.decompress import UnpackMiddleware
from crawler.http.earlier import EarlierAnswers
from crawler.http.proxy import checked_proxy, proxy_asked
from crawler.parse import SiteParser
from crawler.session.context import SiteContext
from crawler.session.outcome import Outcome
from crawler.session.session import Run
from crawler.sources.captures import Captures
from crawler.sources.live import LiveSource

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archive.store.store import Store
    from crawler.session.options import CrawlOptions


KilledRun = Callable[["CrawlOptions", SiteContext], dict[str, Any] | None]
GARBAGE = 10_000  # objects between two looks for garbage, where Python has 700: a page makes some thousands, and most go by themselves
TURN = 0.0005  # seconds that a thread keeps Python's lock while another waits for it; by default ten times as long


def begin_run(options: CrawlOptions, store: Store, crawler: Crawler, killed: KilledRun) -> Run:
    """The run's row is in the database. ``killed`` gives the row of the run that this one goes on with, if any.

    Raises ConfigurationError for named hosts that are none, StorageError.
    """
    _make_ready()
    context = _context(options, store, crawler)
    former = killed(options, context)
    if former is None:
        context.crawl_id = store.start_crawl(context.site_id, options.mode)
    else:
        store.reopen_crawl(former["id"])
        context.crawl_id = former["id"]
    remembered = store.ask(site_settings, context.site_id)
    if "delay" in remembered and (crawler.settings.getpriority("DOWNLOAD_DELAY") or 0) < SETTINGS_PRIORITIES["cmdline"]:
        crawler.spider.download_delay = float(remembered["delay"])  # type: ignore[union-attr]  # Scrapy asks for it at a host's first request
    run = Run(options.remembering(remembered), crawler, context)
    if former is not None:
        run.go_on(former, _earlier_answers(run, former))
    run.proxy = checked_proxy(proxy_asked(crawler.settings, remembered))
    run.intake, run.items = Intake(run.context), ItemSender(crawler, store)
    run.absences, run.sweep = AbsencePolicy(run), Sweep(run)
    return run


def _earlier_answers(run: Run, former: dict[str, Any]) -> EarlierAnswers:
    """What the run had got before it was killed. ``former``: its row of ``crawls`` then. Raises StorageError."""
    answers = run.store.ask(answers_of_run, former, run.site.name)
    for row in answers:
        if row["crawl_id"] is None:  # it was adopted after the kill; the door it was given is a guess
            run.store.tie_to_run(row["id"], run.crawl_id, row["door"])
    return EarlierAnswers(answers, map(int, run.crawler.settings.getlist("RETRY_HTTP_CODES")))


@cache
def _make_ready() -> None:
    """Once for a process: what was imported is no garbage, and is not looked through for it again and again, nor is what a single page
    makes; and the thread of the event loop, which all sites wait for, has its turn soon."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    sys.setswitchinterval(TURN)


def _context(options: CrawlOptions, store: Store, crawler: Crawler) -> SiteContext:
    """The site as the archive knows it: under the name and at the address of its first crawl."""
    settings, site = crawler.settings, options.site
    row = store.ask(holdings.site_at, family(site.home)) or store.ensure_site(site.name, site.home, site.timezone)
    site = replace(site, name=row["name"], home=_home(store, row, site.home))
    store.respell(int(row["id"]), lambda url: one_spelling(url, site.query_noise))
    workers = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
    return SiteContext(
        store=store,
        site_id=int(row["id"]),
        crawl_id=0,  # until it has begun
        parser=SiteParser(site, Addresses(site.home, site.query_noise), site.timezone or row["timezone"], workers),
        source=LiveSource(crawler),
        captures=Captures(store.folder, UnpackMiddleware.from_crawler(crawler)),
        outcome=Outcome(lambda message: report_error(crawler, message)),
        gone_after=settings.getfloat("GONE_AFTER"),
    )


def _home(store: Store, row: dict[str, Any], asked: str) -> str:
    """The remembered home, in today's spelling. Where only a folder of the home that is asked for was remembered, it grows."""
    home = normal_url(row["home"])
    folder = urlsplit(asked).path
    if urlsplit(home).path.startswith(folder):
        home = urlsplit(home)._replace(path=folder).geturl()
    if home != row["home"]:
        store.describe_site(int(row["id"]), home=home)
    return home

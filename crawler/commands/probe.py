"""``scrapy probe URL``: what a first run at a site would do. Takes the address of its front page, asks as few questions as tell which
doors are open and how much lies behind them, and archives nothing.
"""

from __future__ import annotations

import math
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protego import Protego

from archive.db.connection import FILENAME, archive_dir, open_for_reading
from archive.errors import ConfigurationError
from archive.queries import captures
from archive.queries.holdings import site_at
from archive.store.coverage import kind_of_list
from archive.store.site_settings import site_settings
from archive.text.homes import checked_home, family
from archive.text.plaintext import one_line
from archive.text.urls import resolve
from crawler.command import ArchiveCommand
from crawler.discover.site_lists import SiteLists, no_list
from crawler.extensions.archive import ArchiveExtension, check_settings
from crawler.extensions.shared_store import shared_store
from crawler.http.proxy import proxy_asked
from crawler.session.outcome import COMPLETE
from crawler.spiders.site import SiteSpider
from crawler.wordpress import api
from crawler.wordpress.crawl import RestDoor
from crawler.wordpress.find_lists import find_languages, find_types

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from crawler.session.session import Run

NIGHTLY = 3  # requests to an unchanged site through REST: robots.txt, what is new among the articles and among the comments


@dataclass
class Found:
    """What a look at a site told."""

    title: str = ""
    rest: dict[str, int | None] = field(default_factory=dict)  # list -> how many it counts; empty where REST is closed
    lists: dict[str, int] = field(default_factory=dict)  # sitemap, feed, listing -> addresses named
    named: int = 0  # addresses that the lists name together
    crawl_delay: float = 0
    forbidden: list[str] = field(default_factory=list)  # what robots.txt keeps us from, of what a run asks
    requests: int = 0


class ProbeSpider(SiteSpider):
    """Looks at a site: the doors are opened as a run opens them, and nothing is read through them but counts."""

    name = "probe"

    async def read_site(self) -> None:
        run, found = self.run, Found()
        self.found = found
        rest = RestDoor(run)
        if await self.open_rest(rest):
            await find_types(rest)
            await find_languages(rest)
            for name in [*rest.article_lists(), *rest.comment_lists()]:
                listing = await rest.list_rows(api.probe_url(rest.row(name)["url"], name), name, asked=api.PROBE)
                found.rest[name] = listing.total
        await self.read_lists(found)
        found.requests = int(self.crawler.stats.get_value("downloader/request_count", 0)) if self.crawler.stats else 0
        found.title = str(run.store.ask(captures.sites)[0]["title"] or "")
        self.read_robots(found)

    async def read_lists(self, found: Found) -> None:
        """Feed and sitemap; listing pages only where neither names anything, for their length is not known before they are read."""
        run = self.run
        run.context.pages_are_the_text = not found.rest
        lists = SiteLists(run)
        await lists.feeds.read_first()
        await lists.sitemaps.read()
        if not lists.found.addresses and not found.rest:
            await lists.listings.read()
        if not lists.found.addresses and not found.rest:
            raise no_list(run.site.home, 0)
        found.lists = {name: len(addresses) for name, addresses in lists.found.named.items()}
        found.named = len(lists.found.addresses)

    def read_robots(self, found: Found) -> None:
        """What robots.txt says of what a run asks."""
        run = self.run
        rows = list(run.store.ask(captures.captures_of_site, run.site.name, "robots"))
        if not rows:
            return
        rules = Protego.parse(run.context.captures.response(rows[-1]).body.decode("utf-8", "replace"))
        agent = str(run.crawler.settings["USER_AGENT"])
        asked = [run.site.home, *(["/wp-json/wp/v2/posts"] if found.rest else ["/feed/"])]
        found.forbidden = [path for path in asked if not rules.can_fetch(resolve(run.site.home, path), agent)]
        found.crawl_delay = float(rules.crawl_delay(agent) or 0)


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] URL"

    def short_desc(self) -> str:
        return "Look at a site: which doors are open, what a first run would ask. Archives nothing"

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Look at one site in an archive that is thrown away."""
        assert self.settings is not None
        if len(args) != 1 or arguments:
            raise ConfigurationError("write: scrapy probe https://example.org/, without further arguments")
        ProbeSpider.options({"home": args[0]})
        self.settings.set("PROXY", self.proxy(checked_home(args[0])), priority="cmdline")
        check_settings(self.settings)
        with tempfile.TemporaryDirectory(prefix="probe-") as folder:
            self.settings.set("ARCHIVE_DIR", folder, priority="cmdline")
            self.settings.set("PROGRESS", False, priority="cmdline")
            with shared_store(self.settings):
                crawler = self.start(ProbeSpider, {"home": args[0]})
                self.process.start()
                return self.tell(ArchiveExtension.of(crawler), getattr(crawler.spider, "found", None))

    def proxy(self, home: str) -> str | None:
        """The proxy of the look: that of the setting, else the one that an archive remembers of the site."""
        assert self.settings is not None
        folder = archive_dir(self.settings["ARCHIVE_DIR"])
        if not (folder / FILENAME).is_file():
            return proxy_asked(self.settings, {})
        with closing(open_for_reading(folder)) as db:
            row = site_at(db, family(home))
            return proxy_asked(self.settings, site_settings(db, row["id"]) if row else {})

    def tell(self, extension: ArchiveExtension, found: Found | None) -> int:
        """Print what was found, or why nothing was. Returns the exit code."""
        assert self.settings is not None
        run = extension.run
        if run is None or found is None or not found.requests:
            print(f"scrapy probe: {run.outcome.message if run else extension.summary}", file=sys.stderr)
            return extension.exit_code
        print("\n".join(lines(run, found, self.settings.getfloat("DOWNLOAD_DELAY"))))
        return COMPLETE


def lines(run: Run, found: Found, delay: float) -> Iterator[str]:
    """What a person reads."""
    yield f"{run.site.home}  {one_line(found.title)}".rstrip()
    counts = "; ".join(f"{name} {'not counted' if total is None else f'{total:,}'}" for name, total in found.rest.items())
    yield f"  REST         {'open: ' + counts if found.rest else 'closed, or not WordPress: pages are read'}"
    for name, number in found.lists.items():
        yield f"  {name:<12} names {number:,} {'address' if number == 1 else 'addresses'}"
    said = f"keeps out of {', '.join(found.forbidden)}" if found.forbidden else "allows what a run asks"
    yield f"  robots.txt   {said}{f'; Crawl-delay {found.crawl_delay:g}' if found.crawl_delay else ''}"
    articles = max(sum(total or 0 for name, total in found.rest.items() if kind_of_list(name) == "article"), found.named)
    comments = sum(total or 0 for name, total in found.rest.items() if kind_of_list(name) == "comment")
    through_rest = math.ceil(articles / api.PER_PAGE) + math.ceil(comments / api.PER_PAGE)
    pages = min(articles, run.pages_at_most) if found.rest and run.pages_at_most >= 0 else articles
    requests = found.requests + pages + (through_rest if found.rest else 0)
    pause = max(delay, found.crawl_delay)
    what = f"{pages:,} pages as evidence" if found.rest else f"{pages:,} pages"
    yield f"  first run    about {requests:,} requests ({what}), {duration(requests * pause)} with {pause:g} s between two"
    yield f"  every night  {NIGHTLY if found.rest else found.requests} requests or so while nothing changes"
    yield f"  begin        python -m archive sites add {run.site.home}, or scrapy crawl site -a home={run.site.home}"


def duration(seconds: float) -> str:
    """``40 s``, ``25 min``, ``5.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

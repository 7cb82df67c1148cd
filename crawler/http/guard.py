"""May this request leave? Takes every request before all other middlewares; lets pass what belongs to the run's site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive.store.expunge import is_refused, refused
from archive.store.store import DESTROYED
from archive.text.urls import Origin, origin
from crawler.addresses import is_public, named_public
from crawler.errors import Destroyed, OutsideSite, Stopped, Unreachable
from crawler.http.closing import is_closing
from crawler.identity import user_agent
from crawler.session.session import run_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.session.session import Run


class GuardMiddleware:
    """Lets out only requests to the site's own origins; start requests, redirects and retries pass here too.

    A picture, an asset or a document, and the robots.txt that speaks of it, may also lie on a host that a person named for that kind
    of files (IMAGE_HOSTS, ``Site.image_hosts`` and so on); not in a private network, unless the site itself lies in one. Behind a
    proxy the names alone tell which network: they are not looked up here. A request
    without a run is one of Scrapy's tools' (shell, fetch, parse): it may go anywhere, and nothing of it is archived.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._refused: frozenset[str] | None = None  # what was destroyed of the run's site
        self._public: dict[str, bool] = {}  # host -> whether it is of the open internet

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises OutsideSite, Destroyed, Unreachable for a named host without an address, Stopped when the spider is being closed."""
        request.headers.setdefault(b"User-Agent", user_agent(self.crawler.settings))
        run = run_of(self.crawler)
        if run is None:
            return
        if is_closing(self.crawler):
            raise Stopped(f"{request.url} is not asked for: Scrapy is closing the spider")
        try:
            place = origin(request.url)
        except ValueError as error:
            raise OutsideSite(request.url) from error
        if self._refused is None:
            self._refused = run.store.ask(refused, run.site_id)
        if is_refused(self._refused, None, request.url):
            raise Destroyed(f"{request.url} {DESTROYED}")
        if place in run.origins:
            return
        if place not in further_origins(run, request):
            raise OutsideSite(request.url)
        home = origin(run.site.home)
        reached = may_be_named(place, home) if run.proxy else await self.may_reach(place, home)
        if not reached:
            raise OutsideSite(request.url)

    async def may_reach(self, place: Origin, home: Origin) -> bool:
        return await self._is_public(place[1]) or not await self._is_public(home[1])

    async def _is_public(self, host: str) -> bool:
        if host not in self._public:
            try:
                self._public[host] = await is_public(host)
            except OSError as error:
                raise Unreachable(f"{host} has no address: {error.strerror or error}") from error
        return self._public[host]


def may_be_named(place: Origin, home: Origin) -> bool:
    """``may_reach`` behind a proxy, which looks names up: here the names alone are known."""
    return named_public(place[1]) or not named_public(home[1])


def further_origins(run: Run, request: Request) -> frozenset[Origin]:
    """Where beside the site's own origins a request may go: for a file, where that kind of files lies; for a robots.txt, where any."""
    door: Any = request.meta.get("door")
    if door == "robots" and urlsplit(request.url).path == "/robots.txt":
        return frozenset().union(*run.further_origins.values())
    return run.further_origins.get(door, frozenset())

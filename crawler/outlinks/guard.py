"""May this question leave? Takes each request to a source and each name that is looked up, lets pass what lies on the open internet.

A crawl goes only to its own site. Sources lie anywhere, so what keeps this machine's own network out is asked here twice: before a
request leaves, by its address and what its name is now, and again where the connection is made, so that a name which leads elsewhere
a moment later leads nowhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from archive.text.urls import Origin, origin
from crawler.addresses import is_public, named_public, origins_of
from crawler.http.proxy import proxy_of
from crawler.identity import user_agent

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

PORTS = (80, 443)
LOWEST = 1024  # other ports below belong to mail, names, files


class NotPublic(IgnoreRequest):
    """Where a request would have gone is no place of the open internet."""


class OutlinkGuard:
    """Lets out questions to http and https on the open internet, and to the hosts of OUTLINK_PRIVATE_HOSTS, which tests name."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._named = origins_of(crawler.settings.getlist("OUTLINK_PRIVATE_HOSTS"))
        self._public: dict[str, bool] = {}  # host -> whether it is of the open internet

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OutlinkGuard:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises NotPublic, and OSError for a host without an address."""
        request.headers.setdefault(b"User-Agent", user_agent(self.crawler.settings))
        try:
            place = origin(request.url)
        except ValueError as error:
            raise NotPublic("it is no address of the web") from error
        if place not in self._named:
            await self._check(place)

    async def _check(self, place: Origin) -> None:
        scheme, host, port = place
        if scheme not in ("http", "https") or (port not in PORTS and int(port) < LOWEST):
            raise NotPublic("only http and https are asked")
        if not named_public(host):
            raise NotPublic("it is no place of the open internet")
        if proxy_of(self.crawler) is not None:  # it looks names up
            return
        if host not in self._public:
            self._public[host] = await is_public(host)
        if not self._public[host]:
            raise NotPublic("its name leads into a private network")


class PublicResolver(CachingThreadedResolver):
    """Scrapy's own, which gives only addresses of the open internet: the connection goes to the address that was checked."""

    def __init__(self, reactor: Any, cache_size: int, timeout: float, named: frozenset[str] = frozenset()) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._named_hosts = named

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> PublicResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver._named_hosts = frozenset(
            urlsplit(f"//{host}").hostname or "" for host in crawler.settings.getlist("OUTLINK_PRIVATE_HOSTS")
        )
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if name in self._named_hosts or is_global(address):
            return address
        raise DNSLookupError(f"{name} leads to {address}, into a private network")


def is_global(address: str) -> bool:
    """Whether an address is one of the open internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_global

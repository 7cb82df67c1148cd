"""The gap between two requests to a host, kept where they leave: takes Scrapy's requests, gives them to the network one after the other.

Scrapy keeps DOWNLOAD_DELAY where it takes a request out of its queue. From there to the socket a request waits for a connection, and
for a program that is busy, so that two of them may leave close after one another. It is Twisted's pool that knows when a request
leaves: as soon as it has its connection. On https the handshake comes in between, which takes a new connection a moment longer.

Sites that lie on one host share its gap, whichever crawl of this process asks. Where a lease says whether a site may be asked at all
(crawler/http/lease.py), it is asked here too, at the same moment.
"""

from __future__ import annotations

from collections import deque
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet.defer import Deferred
from twisted.web.client import HTTPConnectionPool

from crawler.http.lease import LEASE, Lease, NotConfirmed
from crawler.http.through_proxy import SocksAgent, proxy_of, through
from crawler.http.transfer import know_packed_transfers

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response


HOSTS = 1000  # whose last departure is remembered; of more than that only those that are still waited for


class PacedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's own, with a pool of connections that keeps the delay of each host's slot."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        know_packed_transfers()
        from twisted.internet import reactor  # not before Scrapy has chosen it

        pool = PacedPool(reactor, crawler)
        pool.maxPersistentPerHost, pool._factory = self._pool.maxPersistentPerHost, self._pool._factory
        self._pool = pool

    async def download_request(self, request: Request) -> Response:
        """Straight to the site, or through the proxy of the run; under a lease, when that is confirmed.

        Raises Unreachable where the proxy does not let us in, Stopped where the lease is lost or asked to end.
        """
        lease: Lease | None = self._crawler.settings[LEASE]
        if lease is None:
            return await self._download(request)
        while True:
            await lease.confirmed()
            try:
                return await lease.while_wanted(self._download(request))
            except NotConfirmed:  # the program stood still, or the store did, while the request waited for its turn
                continue

    async def _download(self, request: Request) -> Response:
        proxy = proxy_of(self._crawler)
        if proxy is None:
            return await super().download_request(request)
        agent = SocksAgent(
            proxy,
            contextFactory=self._contextFactory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        return await through(proxy, request, super().download_request, agent)


class PacedPool(HTTPConnectionPool):
    """Twisted's own; a connection is given when the request that gets it may leave."""

    def __init__(self, reactor: Any, crawler: Crawler) -> None:
        super().__init__(reactor, persistent=True)  # type: ignore[no-untyped-call]
        self._crawler = crawler
        self._lease: Lease | None = crawler.settings[LEASE]

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:
        slot = self._slot(key)
        connection = super().getConnection(key, endpoint)
        if slot and slot.delay:
            departures = departures_to(key, self._reactor)
            connection.addCallback(lambda ready: departures.turn(slot).addCallback(lambda _: ready))
        return connection.addCallback(self._may_leave, slot) if self._lease else connection

    def _may_leave(self, ready: Any, slot: Slot | None) -> Any:
        """Raises NotConfirmed at the last moment before a request is written to its socket."""
        assert self._lease
        if not self._lease.held():
            getattr(ready, "_clientProtocol", ready).abort()  # Twisted wraps one that was kept from an earlier request
            raise NotConfirmed
        self._lease.left(slot.delay if slot else 0.0)
        return ready

    def _slot(self, key: Any) -> Slot | None:
        """Scrapy's slot of a host; behind a proxy, which stands for all hosts, the slowest one."""
        slots = self._crawler.engine.downloader.slots
        host = key[1].decode() if len(key) == 3 and isinstance(key[1], bytes) else ""
        return slots.get(host) or max(slots.values(), key=lambda slot: slot.delay, default=None)


hosts: dict[object, Departures] = {}  # whose gap is kept, by Twisted's key of a host: scheme, name and port


def departures_to(key: object, reactor: Any) -> Departures:
    """Those to one host, of all crawls of this process."""
    if key not in hosts and len(hosts) >= HOSTS:
        for known, departures in list(hosts.items()):
            if departures.are_over():
                del hosts[known]
    return hosts.setdefault(key, Departures(reactor))


class Departures:
    """The requests to one host that have a connection, in their order."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._waiting: deque[tuple[Deferred[None], Slot]] = deque()
        self._left = self._next = -inf  # when the last one left, and the next one may, by the reactor's clock
        self._is_leaving = self._is_called = False

    def are_over(self) -> bool:
        """Whether nobody waits, and the next one may leave at once."""
        return not self._waiting and not self._is_leaving and self._reactor.seconds() >= self._next

    def turn(self, slot: Slot) -> Deferred[None]:
        """Fires when the request may leave: the slot's delay after the one before it."""
        turn: Deferred[None] = Deferred()
        self._waiting.append((turn, slot))
        self._go_on()
        return turn

    def _go_on(self) -> None:
        while self._waiting and self._waiting[0][0].called:  # it was given up
            self._waiting.popleft()
        if not self._waiting or self._is_leaving or self._is_called:
            return
        turn, slot = self._waiting[0]
        wait = self._left + slot.delay - self._reactor.seconds()
        if wait > 0:
            self._is_called = True
            self._reactor.callLater(wait, self._called)
            return
        self._waiting.popleft()
        self._is_leaving = True
        turn.callback(None)
        self._reactor.callLater(0, self._reactor.callLater, 0, self._has_left, slot)  # the socket is written to in between

    def _called(self) -> None:
        self._is_called = False
        self._go_on()

    def _has_left(self, slot: Slot) -> None:
        self._left = self._reactor.seconds()
        self._next = self._left + slot.delay
        slot.lastseen = monotonic()  # Scrapy takes the next one out of its queue in time for its turn
        self._is_leaving = False
        self._go_on()

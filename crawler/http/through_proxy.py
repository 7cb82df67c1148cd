"""What leaves through the proxy of a run: takes a request, gives the site's answer through an HTTP or a SOCKS5 proxy, or an error; never
a direct connection.

Names of hosts are given to the proxy, and nothing here looks them up. The address in an answer's record would be the proxy's: it is
left out.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import TunnelError, _ScrapyAgent
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.web.client import Agent
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from archive.text.proxies import ProxyAddress
from crawler.errors import Unreachable
from crawler.http.proxy import checked_proxy
from crawler.session.session import run_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

DENIED = 407  # the proxy's own answer: it wants another name and password


def proxy_of(crawler: Crawler) -> ProxyAddress | None:
    """The proxy of the run; of Scrapy's tools the setting's. Raises ConfigurationError."""
    run = run_of(crawler)
    return run.proxy if run is not None else checked_proxy(crawler.settings.get("PROXY"))


async def through(proxy: ProxyAddress, request: Request, direct: Callable[[Request], Awaitable[Response]], socks: Any) -> Response:
    """The answer to a request, which leaves through the proxy. ``direct``: Scrapy's own handler, which knows HTTP proxies; ``socks``:
    an agent for the others. Raises DownloadFailedError that names the proxy, Unreachable where it does not let us in."""
    sent = with_proxy(request, proxy)
    try:
        if proxy.scheme == "http":
            response = await direct(sent)
        else:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(socks.download_request(sent))
    except (CannotResolveHostError, DownloadConnectionRefusedError, TunnelError) as error:
        raise DownloadFailedError(f"the proxy {proxy.shown} does not bring it: {error}") from error
    if "download_latency" in sent.meta:
        request.meta["download_latency"] = sent.meta["download_latency"]
    if response.status == DENIED:
        raise Unreachable(f"the proxy {proxy.shown} wants another name or password ({DENIED}); nothing was asked of {request.url}")
    return response.replace(ip_address=None)


def with_proxy(request: Request, proxy: ProxyAddress) -> Request:
    """The request as Scrapy's handler sends it to an HTTP proxy. It is a copy: what is captured shows no password."""
    meta = {name: value for name, value in request.meta.items() if name != "proxy"}
    headers = request.headers.copy()
    headers.pop(b"Proxy-Authorization", None)
    if proxy.scheme == "http":
        meta["proxy"] = proxy.shown
        if proxy.username or proxy.password:
            headers[b"Proxy-Authorization"] = b"Basic " + b64encode(f"{proxy.username}:{proxy.password}".encode())
    return request.replace(meta=meta, headers=headers)


class SocksAgent(_ScrapyAgent):
    """Scrapy's own agent, whose connections are made by a SOCKS5 proxy."""

    def __init__(self, proxy: ProxyAddress, **options: Any) -> None:
        super().__init__(**options)
        self._proxy = proxy

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        from twisted.internet import reactor

        endpoints = SocksEndpoints(self._proxy, self._contextFactory, timeout)
        return Agent.usingEndpointFactory(reactor, endpoints, self._pool)  # type: ignore[no-untyped-call,no-any-return]


@implementer(IAgentEndpointFactory)
class SocksEndpoints:
    """Where Twisted's agent connects to for an address: always to the proxy, with TLS inside of the tunnel."""

    def __init__(self, proxy: ProxyAddress, context_factory: Any, timeout: float) -> None:
        self._proxy, self._context_factory, self._timeout = proxy, context_factory, timeout

    def endpointForURI(self, uri: Any) -> Any:
        """Twisted's name. ``uri``: with ``scheme``, ``host`` (bytes) and ``port``."""
        tunnel = SocksEndpoint(self._proxy, uri.host.decode("ascii"), uri.port, self._timeout)
        if uri.scheme != b"https":
            return tunnel
        return wrapClientTLS(self._context_factory.creatorForNetloc(uri.host, uri.port), tunnel)  # type: ignore[arg-type]


@implementer(IStreamClientEndpoint)
class SocksEndpoint:
    """A connection to a host and a port that the proxy makes: the handshake is python-socks', the connection then Twisted's."""

    def __init__(self, proxy: ProxyAddress, host: str, port: int, timeout: float) -> None:
        self._proxy, self._host, self._port, self._timeout = proxy, host, port, timeout

    def connect(self, factory: Any) -> Deferred[Any]:
        """Twisted's name. Fires with the protocol that ``factory`` makes; fails with DownloadFailedError."""
        return Deferred.fromFuture(asyncio.ensure_future(self._connect(factory)))

    async def _connect(self, factory: Any) -> Any:
        from python_socks import ProxyError, ProxyType
        from python_socks.async_.asyncio import Proxy
        from twisted.internet import reactor

        proxy = self._proxy
        tunnel = Proxy(ProxyType.SOCKS5, proxy.host, proxy.port, proxy.username or None, proxy.password or None, rdns=True)
        try:
            connection = await tunnel.connect(self._host, self._port, self._timeout)
        except (ProxyError, OSError) as error:  # connections and waits that fail are OSErrors
            raise DownloadFailedError(f"the proxy {proxy.shown} does not bring it: {str(error) or type(error).__name__}") from error
        made = RememberingFactory(factory)
        with connection:  # Twisted reads and writes a copy of it
            reactor.adoptStreamConnection(connection.fileno(), connection.family, made)
        return made.protocol


class RememberingFactory(Factory):
    """A factory that keeps the protocol which the one inside makes."""

    noisy = False
    protocol: Any = None

    def __init__(self, inside: Any) -> None:
        self._inside = inside

    def buildProtocol(self, addr: Any) -> Any:
        self.protocol = self._inside.buildProtocol(addr)
        return self.protocol

    def doStart(self) -> None:
        self._inside.doStart()

    def doStop(self) -> None:
        self._inside.doStop()

"""How much one client may ask: a token bucket for each, and a limit on what a request may send. Takes an ASGI application, gives one
that answers 429 and 413 by itself.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from archive.publish.server.clients import Scope, client_of, header
from archive.publish.server.service import Rate

Application = Callable[..., Awaitable[None]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
FREE = ("/static/", "/-/static/", "/-/static-plugins/", "/favicon.ico", "/robots.txt")
MOST_CLIENTS = 50_000  # buckets that are remembered: some 10 MB
LARGEST_BODY = 1_000_000  # bytes; only forms of plugins send any
TO_SEND = 30.0  # seconds for it
READING = ("GET", "HEAD", "OPTIONS")


class Buckets:
    """A bucket of tokens for each client: it is full at first, a request takes one, and they come back evenly."""

    def __init__(self, rate: Rate, most: int = MOST_CLIENTS) -> None:
        self.rate = rate
        self.most = most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client -> tokens, at when

    def take(self, client: str, at: float) -> float:
        """Take a token at a moment of a clock in seconds. Returns 0.0, or in how many seconds there will be one."""
        each = self.rate.seconds / self.rate.requests
        tokens, before = self._held.pop(client, (float(self.rate.requests), at))
        tokens = min(float(self.rate.requests), tokens + (at - before) / each)
        wait = 0.0 if tokens >= 1 else (1 - tokens) * each
        self._held[client] = (tokens if wait else tokens - 1, at)
        if len(self._held) > self.most:
            self._held.popitem(last=False)  # who has asked for nothing the longest: that bucket is the fullest
        return wait


def with_limit(app: Application, rate: Rate | None, proxies: int) -> Application:
    """An application that answers 429 with Retry-After to who asks more often than the rate allows. Static files are free."""
    if rate is None:
        return app
    buckets = Buckets(rate)

    async def limited(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] == "http" and not str(scope["path"]).startswith(FREE):
            wait = buckets.take(client_of(scope, proxies), time.monotonic())
            if wait:
                said = f"Too many requests: {rate.requests} in {rate.seconds:.0f} seconds are answered. Ask again in {math.ceil(wait)} s.\n"
                return await refuse(send, 429, said, [(b"retry-after", str(math.ceil(wait)).encode())])
        await app(scope, receive, send)

    return limited


def with_small_bodies(app: Application) -> Application:
    """An application that gets the body of a request in one piece: 413 where it is larger than ``LARGEST_BODY``, 408 where it does not
    come in ``TO_SEND`` seconds. What only reads needs none.
    """

    async def small(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING:
            return await app(scope, receive, send)
        try:
            async with asyncio.timeout(TO_SEND):
                body = await whole_body(scope, receive)
        except TimeoutError:
            return await refuse(send, 408, "The request did not come to its end in time.\n", [(b"connection", b"close")])
        if body is None:
            return await refuse(send, 413, f"A request may send {LARGEST_BODY:,} bytes.\n", [(b"connection", b"close")])
        given = False

        async def receive_once() -> Any:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, receive_once, send)

    return small


async def whole_body(scope: Scope, receive: Any) -> bytes | None:
    """The body of a request; None where it is too large, said beforehand or not."""
    said = header(scope, b"content-length")
    if said.isdecimal() and (len(said) > 12 or int(said) > LARGEST_BODY):
        return None
    body = bytearray()
    while len(body) <= LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body) if len(body) <= LARGEST_BODY else None
    return None


async def refuse(send: Send, status: int, said: str, headers: list[tuple[bytes, bytes]]) -> None:
    """A plain answer without a page."""
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": plain + headers})
    await send({"type": "http.response.body", "body": said.encode()})

"""gzip for what Datasette and its plugins answer: takes an ASGI application, gives one whose texts are compressed as they are sent."""

from __future__ import annotations

import re
import zlib
from collections.abc import MutableMapping
from typing import Any

from archive.publish.server.clients import Scope, header
from archive.publish.server.limits import Application, Send
from archive.publish.server.responses import PACKING, WORTH_PACKING, accepts_gzip

TEXTS = re.compile(rb"text/(?!event-stream)|application/(?:[\w.+-]*(?:json|xml|yaml)|javascript)|image/svg\+xml", re.I)
CAPTURED = ("/web/", "/record/")  # what was captured goes out as it was sent
GZIP = 16 + zlib.MAX_WBITS


def with_packing(app: Application) -> Application:
    """An application that compresses texts for readers who take gzip. What is compressed already stays as it is."""

    async def packing(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "HEAD" or str(scope["path"]).startswith(CAPTURED):
            return await app(scope, receive, send)
        await app(scope, receive, Packer(send, accepts_gzip(header(scope, b"accept-encoding"))).send)

    return packing


class Packer:
    """Sends the messages of one response on. The first piece of the body decides whether it is worth the work."""

    def __init__(self, send: Send, wanted: bool) -> None:
        self._send = send
        self._wanted = wanted
        self._start: MutableMapping[str, Any] | None = None
        self._pack: Any = None

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and is_text(message):
            self._start = message  # its headers depend on the body
            return
        if message["type"] == "http.response.body" and self._start is not None:
            await self._send(self._begin(message))
            self._start = None
        if message["type"] == "http.response.body" and self._pack is not None:
            message = self._packed(message)
            if not message["body"] and message["more_body"]:
                return  # nothing to send yet
        await self._send(message)

    def _begin(self, message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """The start of the response, as it is sent."""
        start = self._start or {}
        headers = [pair for pair in start["headers"] if pair[0].lower() not in (b"vary", b"content-length")]
        vary = [value for key, value in start["headers"] if key.lower() == b"vary"]
        length = [tuple(pair) for pair in start["headers"] if pair[0].lower() == b"content-length"]
        if not any(b"accept-encoding" in value.lower() for value in vary):
            vary.append(b"Accept-Encoding")
        worth = message.get("more_body") or len(message.get("body", b"")) >= WORTH_PACKING
        if not (self._wanted and worth):
            return {**start, "headers": [*headers, *length, (b"vary", b", ".join(vary))]}
        self._pack = zlib.compressobj(PACKING, zlib.DEFLATED, GZIP)
        headers = [(key, weak(value) if key.lower() == b"etag" else value) for key, value in headers]
        return {**start, "headers": [*headers, (b"vary", b", ".join(vary)), (b"content-encoding", b"gzip")]}

    def _packed(self, message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        more = bool(message.get("more_body"))
        body = self._pack.compress(message.get("body", b"")) + (b"" if more else self._pack.flush())
        return {**message, "body": body, "more_body": more}


def weak(etag: bytes) -> bytes:
    """An ETag that says: the same content, not the same bytes."""
    return etag if etag.startswith(b"W/") else b"W/" + etag


def is_text(start: MutableMapping[str, Any]) -> bool:
    """Whether a response is a text that nobody has compressed, and has a body."""
    headers = {key.lower(): value for key, value in start.get("headers", ())}
    encoded = headers.get(b"content-encoding", b"identity") != b"identity" or b"no-transform" in headers.get(b"cache-control", b"")
    return not encoded and start["status"] not in (204, 304) and bool(TEXTS.match(headers.get(b"content-type", b"")))

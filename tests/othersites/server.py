"""A small web server on loopback whose pages a test can change and break."""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from datetime import UTC, tzinfo
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from .pieces import Piece, make_pieces

Answer = tuple[int, str, str | bytes] | tuple[int, str, str | bytes, dict[str, str]]
"""Status, media type, body, further headers; for a redirect the body is the address."""
CHUNK = 1000  # bytes
HTML, XML, TEXT = "text/html; charset=utf-8", "application/xml", "text/plain; charset=utf-8"


class OtherSite(ABC):
    """`with Site() as site:` serves it at `site.home` (no trailing slash). A subclass answers for a path.

    ``requests`` are the paths asked for, with their query; ``broken`` maps a pattern to the status that answers in its place.
    """

    count = 12
    zone: tzinfo = UTC  # of the clock on its wall

    def __init__(self) -> None:
        self.pieces = make_pieces(self.count)
        self.requests: list[str] = []
        self.broken: dict[str, int] = {}
        self.home = ""

    @abstractmethod
    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        """None for what the site does not know."""

    @abstractmethod
    def not_found(self) -> str:
        """The page for it."""

    @abstractmethod
    def address(self, piece: Piece) -> str:
        """Where an article lives."""

    def piece(self, number: int) -> Piece:
        return next(piece for piece in self.pieces if piece.number == number)

    def __enter__(self) -> Self:
        handler = type("SiteHandler", (Handler,), {"site": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.home = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    site: OtherSite
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        self.site.requests.append(self.path)
        broken = next((status for pattern, status in self.site.broken.items() if re.search(pattern, self.path)), None)
        parts = urlsplit(self.path)
        known = self.site.answer(parts.path, dict(parse_qsl(parts.query))) if broken is None else (broken, HTML, "<h1>Error</h1>")
        status, mime, body, *further = known or (404, HTML, self.site.not_found())
        content = b"" if status in (301, 302) else body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", str(body))
        for header in further[0].items() if further else ():
            self.send_header(*header)
        self.send_header("Content-Type", mime)
        if not further or "Transfer-Encoding" not in further[0]:  # whoever names one has put the body into it
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """``requests`` is the log."""


def paragraphs(piece: Piece) -> str:
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in piece.paragraphs)


def chunked(body: bytes) -> bytes:
    """A body as ``Transfer-Encoding: chunked`` sends it."""
    parts = (body[start : start + CHUNK] for start in range(0, len(body), CHUNK))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"

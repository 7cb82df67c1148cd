"""Serves a drawn site on loopback, with its faults until they are lifted."""

from __future__ import annotations

import re
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from .faults import Faults, Reply
from .lists import TEXT, Answer, feed_place, feeds, listings, sitemaps
from .markup import Pages, part_path
from .pieces import Piece, make_pieces
from .rest import Rest
from .shape import draw
from .thread import page_path, thread_pages

HTML = "text/html"


class FuzzSite:
    """`with FuzzSite(seed) as site:` serves it at `site.home` (no trailing slash). ``pieces`` is the manifest: what there is."""

    def __init__(self, seed: int, port: int = 0) -> None:
        self.shape, self.port, self.home = draw(seed), port, ""
        self.pieces = make_pieces(self.shape)
        self.faults = Faults(self.shape, self.pieces)
        self.requests: list[str] = []

    def lift(self) -> None:
        """From now on nothing is wrong."""
        self.faults.lift()
        self.build()

    def build(self) -> None:
        """All answers but those of REST."""
        shape, home = self.shape, self.home
        pages = Pages(shape, home, self.pieces, feed_place(shape))
        self.rest = Rest(shape, home, self.pieces)
        self.rest.wrong = self.faults.active
        found: dict[str, Answer] = {"/about/": (200, HTML, self.encoded(pages.about()))}
        found |= listings(shape, pages, self.pieces, shape.encoding) | feeds(shape, home, self.pieces) | sitemaps(shape, home, self.pieces)
        for piece in self.pieces:
            found |= self.articles(pages, piece)
        found["/robots.txt"] = (200, TEXT, self.robots(found).encode())
        self.answers, self.missing = {unquote(path): answer for path, answer in found.items()}, self.encoded(pages.not_found())

    def articles(self, pages: Pages, piece: Piece) -> dict[str, Answer]:
        counted = self.faults.counted(piece)
        found = {piece.path: (200, HTML, self.encoded(pages.article(piece, counted=counted)))}
        for part in range(2, piece.parts + 1):
            found[part_path(self.shape, piece, part)] = (200, HTML, self.encoded(pages.article(piece, part=part)))
        for number in range(2, thread_pages(self.shape, piece) + 1):
            html = pages.article(piece, thread_page=number, counted=counted)
            found[page_path(self.shape, piece, number)] = (200, HTML, self.encoded(html))
        if piece.old_path:
            found[piece.old_path] = (301, HTML, piece.path.encode())
        return found

    def encoded(self, html: str) -> bytes:
        if self.shape.links == "base":
            html = html.replace("<head>", f'<head><base href="{self.home}/">', 1).replace('href="/', 'href="')
        return html.encode(self.shape.encoding, "xmlcharrefreplace")

    def robots(self, answers: dict[str, Answer]) -> str:
        kept_out = [piece.path for piece in self.pieces if piece.kept_out and self.faults.active]
        places = [path for path in answers if path.startswith(("/sitemap", "/wp-sitemap.xml"))][:1]
        named = [path if self.shape.robots == "relative" else self.home + path for path in places]
        lines = ["User-agent: *", "Disallow: /admin/", *(f"Disallow: {path}" for path in kept_out), *(f"Sitemap: {path}" for path in named)]
        return "\n".join(lines) + "\n"

    def answer(self, target: str) -> Reply:
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        if path.startswith("/wp-json") and self.shape.rest:
            status, headers, body = (
                self.rest.answer(path.removeprefix("/wp-json"), query) if self.shape.rest == "open" else (401, {}, b"{}")
            )
            return Reply(status, headers, body)
        known = self.answers.get(unquote(target)) or (None if "paged" in query else self.answers.get(path))
        status, kind, body = known or (404, HTML, self.missing)
        if status == 301:
            return Reply(301, {"Location": self.home + body.decode()}, b"")
        if kind == HTML and self.shape.links == "session":
            body = with_session(body, len(self.requests), self.shape.encoding)
        if kind == HTML:
            kind += f"; charset={self.shape.encoding}" if self.shape.declares == "header" or self.shape.encoding == "utf-8" else ""
        return Reply(status, {"Content-Type": kind}, body)

    def __enter__(self) -> Self:
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), type("FuzzHandler", (Handler,), {"site": self}))
        self.server.daemon_threads = True
        self.home = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.build()
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()


def with_session(body: bytes, visit: int, encoding: str) -> bytes:
    """Links to articles with the id of a visit, as shops and old forums have them."""
    number = sha256(str(visit).encode()).hexdigest()[:26]
    html = re.sub(r'href="(/[^"?#]*report-[^"?#]*)"', rf'href="\1?PHPSESSID={number}"', body.decode(encoding))
    return html.encode(encoding, "xmlcharrefreplace")


class Handler(BaseHTTPRequestHandler):
    site: FuzzSite
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        self.site.requests.append(self.path)
        reply = self.site.faults.spoiled(unquote(self.path), self.site.answer(self.path))
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
        self.close_connection = reply.cut

    def log_message(self, format: str, *args: object) -> None:
        """``requests`` is the log."""

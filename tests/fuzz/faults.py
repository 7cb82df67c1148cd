"""What goes wrong on a site: each answer passes here, and is spoiled where a fault in force says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from .lists import feed_place, listing_path
from .markup import part_path
from .pieces import Piece
from .shape import Shape
from .thread import page_path, thread_pages

WALL = (
    "<!doctype html><html><head><meta charset='utf-8'><title>Your privacy</title></head><body><h1>Your privacy matters</h1>"
    + "<p>We and our 842 partners store and access information on a device, such as cookies. Please accept to go on.</p>" * 3
    + "<button>Accept all</button></body></html>"
)
NOTICE = b"<br />\n<b>Notice</b>:  Undefined index: lang in <b>/srv/www/wp-content/plugins/polyglot/rest.php</b> on line <b>214</b><br />\n"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool = False  # the connection closes in the middle


class Faults:
    """The faults of a site and the addresses that they strike. ``active`` are those in force."""

    def __init__(self, shape: Shape, pieces: list[Piece]) -> None:
        self.shape, self.active = shape, shape.faults
        self.asked: set[str] = set()
        struck = [piece for piece in pieces if piece.number % 3 == 2] or pieces[:1]
        self.struck = {unquote(piece.path) for piece in struck}
        self.counts = {piece.number for piece in struck if piece.remarks}
        self.thread_pages = {unquote(page_path(shape, p, n)) for p in pieces for n in range(2, thread_pages(shape, p) + 1)}
        self.part_pages = {unquote(part_path(shape, p, n)) for p in pieces for n in range(2, p.parts + 1)}
        self.feed = feed_place(shape)[0]

    def lift(self) -> None:
        self.active = frozenset()

    def counted(self, piece: Piece) -> int | None:
        """The number of comments that a page claims, where it is wrong."""
        return len(piece.remarks) + 2 if "count is too high" in self.active and piece.number in self.counts else None

    def spoiled(self, target: str, reply: Reply) -> Reply:
        first = target not in self.asked
        self.asked.add(target)
        if not self.active or reply.status != 200:
            return reply
        path = urlsplit(target).path
        for fault in sorted(self.active):
            found = (
                self._rest(fault, path, target, first, reply) if fault.startswith("REST") else self._page(fault, path, target, first, reply)
            )
            if found is not None:
                return found
        return reply

    def _page(self, fault: str, path: str, target: str, first: bool, reply: Reply) -> Reply | None:
        failed = Reply(500, {"Content-Type": "text/html"}, b"<h1>Internal Server Error</h1>")
        if fault == "500 at first":
            return failed if first and sum(target.encode()) % 3 == 0 and path != "/robots.txt" else None
        if fault in ("500 at some articles", "consent wall", "cut answers"):
            wall = Reply(200, {"Content-Type": "text/html; charset=utf-8"}, WALL.encode())
            if target not in self.struck:
                return None
            return {"500 at some articles": failed, "consent wall": wall, "cut answers": replace(reply, cut=True)}[fault]
        if fault.startswith("sitemap") and "sitemap" in path:
            return self._sitemap(fault, reply, failed)
        failing = {
            "feed is broken": target == self.feed,
            "listing's second page fails": target == listing_path(self.shape, 2),
            "comment page fails": target in self.thread_pages,
            "article's second page fails": target in self.part_pages,
        }
        if not failing.get(fault, False):
            return None
        return replace(reply, body=reply.body[: len(reply.body) * 2 // 3]) if fault == "feed is broken" else failed

    def _sitemap(self, fault: str, reply: Reply, failed: Reply) -> Reply | None:
        if fault == "sitemap fails":
            return failed
        if not reply.body.startswith(b"<?xml"):
            return None
        if fault == "sitemap cut off":
            return replace(reply, body=reply.body[: len(reply.body) * 2 // 3])
        return replace(reply, body=reply.body.replace(b"</urlset>", b"<url><loc>/about/?a=1&b=2</loc></url></urlset>"))

    def _rest(self, fault: str, path: str, target: str, first: bool, reply: Reply) -> Reply | None:
        if "/wp/v2/" not in path:
            return None
        failed = Reply(
            500, {"Content-Type": "application/json"}, b'{"code":"internal_server_error","message":"There has been a critical error"}'
        )
        rows = path.endswith(("/posts", "/comments")) or (self.shape.custom and path.endswith(self.shape.custom))
        if fault == "REST: bad JSON":
            return replace(reply, body=reply.body[: len(reply.body) * 3 // 4]) if path.endswith("/posts") and "content" in target else None
        if fault == "REST: notice before JSON":
            return replace(reply, body=NOTICE + reply.body) if rows else None
        if fault == "REST: 500 at 100 a page":
            return failed if "per_page=100" in target and rows else None
        if fault == "REST: comments fail":
            return failed if path.endswith("/comments") else None
        if fault == "REST: fails now and then":
            return failed if first and sum(target.encode()) % 4 == 0 else None
        return None

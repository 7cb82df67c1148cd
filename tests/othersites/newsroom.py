"""A WordPress site whose doors do not agree: REST gives the posts, and what a plugin publishes stands in the sitemap or the feed alone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from email.utils import format_datetime
from html import escape
from typing import Any

from .pieces import Piece
from .server import HTML, XML, Answer, OtherSite, paragraphs

JSON = "application/json"
WALL = (
    "<!doctype html><html><head><title>Before you go on</title></head><body><h1>Your choice</h1>"
    + "<p>We and our 614 partners keep and read information on your device. You may agree or read our policy.</p>" * 3
    + "</body></html>"
)


class Newsroom(OtherSite):
    """``only`` maps numbers of pieces to what alone names them: sitemap, feed, listing. ``walled`` are numbers that show a wall.
    ``pages`` are slugs of pages about the site, which the sitemap names."""

    def __init__(
        self, count: int = 14, only: dict[int, str] | None = None, walled: set[int] | None = None, pages: Sequence[str] = ()
    ) -> None:
        self.count = count
        super().__init__()
        self.only, self.walled = only or {}, walled or set()
        self.per_feed_page, self.pages = 5, pages

    def address(self, piece: Piece) -> str:
        return f"{self.home}/{'briefings' if piece.number in self.only else piece.at.year}/{piece.slug}-{piece.number}/"

    def named_by(self, name: str) -> list[Piece]:
        """The pieces that a list names, newest first."""
        return [piece for piece in self.pieces[::-1] if self.only.get(piece.number, name) == name]

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if path.startswith("/wp-json/"):
            return self.rest(path.removeprefix("/wp-json/").rstrip("/"), query)
        if path == "/":
            links = [
                f'<h2 class="entry-title"><a href="{self.address(p)}">{escape(p.title)}</a></h2>' for p in self.named_by("listing")[:6]
            ]
            return 200, HTML, self.page("Newsroom", "".join(links), "home blog")
        if path == "/wp-sitemap.xml":
            named = [*map(self.address, self.named_by("sitemap")), *(f"{self.home}/{slug}/" for slug in self.pages)]
            urls = "".join(f"<url><loc>{address}</loc></url>" for address in named)
            return 200, XML, f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        if path == "/feed/":
            return self.feed(int(query.get("paged", "1")))
        if path == "/comments/feed/":
            return 200, XML, '<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>'
        if path.strip("/") in self.pages:
            main = f"<article><h1>{path.strip('/').title()} us</h1><p>We are five people and a tide table.</p></article>"
            return (
                200,
                HTML,
                self.page(f"{path.strip('/').title()} us", main, "page").replace(
                    "<title>", f'<link rel="canonical" href="{self.home}{path}"><title>'
                ),
            )
        piece = next((piece for piece in self.pieces if self.address(piece) == self.home + path), None)
        return piece and (200, HTML, WALL if piece.number in self.walled else self.post(piece))

    def feed(self, number: int) -> Answer | None:
        pieces = self.named_by("feed")[(number - 1) * self.per_feed_page : number * self.per_feed_page]
        items = "".join(
            f"<item><title>{escape(p.title)}</title><link>{self.address(p)}</link><pubDate>{format_datetime(p.at)}</pubDate></item>"
            for p in pieces
        )
        return (200, XML, f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>') if pieces else None

    def not_found(self) -> str:
        return self.page("Page not found", "<h1>Not found</h1>", "error404")

    def page(self, title: str, main: str, name: str) -> str:
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f'<link rel="https://api.w.org/" href="{self.home}/wp-json/"></head><body class="{name}"><main>{main}</main></body></html>'
        )

    def post(self, piece: Piece) -> str:
        main = (
            f'<article id="post-{piece.number}" class="post-{piece.number} post hentry"><h1 class="entry-title">{escape(piece.title)}</h1>'
            f'<span class="author vcard">{piece.author}</span> <time class="entry-date" datetime="{piece.at.isoformat()}">then</time>'
            f'<div class="entry-content">{paragraphs(piece)}</div></article>'
        )
        return self.page(piece.title, main, f"single single-post postid-{piece.number}")

    def row(self, piece: Piece) -> dict[str, Any]:
        at = f"{piece.at:%Y-%m-%dT%H:%M:%S}"
        return {
            **{"id": piece.number, "link": self.address(piece), "type": "post", "status": "publish", "author": 1},
            **{"date": at, "date_gmt": at, "modified": at, "modified_gmt": at, "categories": [], "tags": []},
            **{"title": {"rendered": piece.title}, "content": {"rendered": paragraphs(piece), "protected": False}},
        }

    def rest(self, route: str, query: dict[str, str]) -> Answer:
        if not route:
            return 200, JSON, json.dumps({"name": "Newsroom", "timezone_string": "UTC", "namespaces": ["wp/v2"]})
        if route == "wp/v2/types":
            return 200, JSON, json.dumps({"post": {"slug": "post", "rest_base": "posts", "viewable": True}})
        if route == "wp/v2/users":
            return self.rows([{"id": 1, "name": "Ilva Sarnet", "link": f"{self.home}/author/ilva/"}], query)
        if route == "wp/v2/posts":
            return self.rows([self.row(piece) for piece in self.named_by("rest")], query)
        return (
            self.rows([], query) if re.fullmatch(r"wp/v2/(comments|categories|tags)", route) else (404, JSON, '{"code": "rest_no_route"}')
        )

    def rows(self, rows: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        """A page of a collection, as WordPress filters and orders it."""
        if "include" in query:
            rows = [row for row in rows if str(row["id"]) in query["include"].split(",")]
        if "before" in query:
            rows = [row for row in rows if row["date"] < query["before"]]
        order = {"modified": "modified"}.get(query.get("orderby", "date"), "id")
        rows = sorted(rows, key=lambda row: (row.get(order, row["id"]), row["id"]), reverse=query.get("order", "desc") == "desc")
        size, number = int(query.get("per_page", 10)), int(query.get("page", 1))
        totals = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(-(-len(rows) // size))}
        return 200, JSON, json.dumps(rows[(number - 1) * size : number * size]), totals

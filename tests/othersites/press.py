"""A press without a CMS that we know: articles that a sitemap names, an about page, and walls that stand in place of any of them."""

from __future__ import annotations

from collections.abc import Callable

from .pieces import Piece
from .server import HTML, XML, Answer, OtherSite, paragraphs

ABOUT = "<h1>About the press</h1><p>We have printed the tide tables since 1911.</p><p>Write to us if you have seen a boat.</p>"


class PressSite(OtherSite):
    """``wall`` answers in place of the articles that ``walled`` names; ``lastmod`` and ``extra`` say more in the sitemap."""

    def __init__(self, count: int = 8) -> None:
        self.count = count
        super().__init__()
        self.wall: Callable[[Piece], Answer] | None = None
        self.walled: Callable[[Piece], bool] = lambda piece: True
        self.lastmod: Callable[[str], str] = lambda address: ""
        self.extra: dict[str, str] = {"/about": ABOUT}  # path -> what its page shows
        self.head = ""
        self.feed = ""

    def address(self, piece: Piece) -> str:
        return f"{self.home}/n/{piece.number}"

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if path == "/":
            return 200, HTML, self.page("The Press", "<h1>The Press</h1><p>News of the tides.</p>")
        if path == "/sitemap.xml":
            return 200, XML, self.sitemap()
        if path == "/feed/" and self.feed:
            return 200, XML, self.feed
        if path in self.extra:
            return 200, HTML, self.page(path.strip("/").title(), self.extra[path])
        piece = next((piece for piece in self.pieces if self.address(piece) == self.home + path), None)
        if piece is None:
            return None
        return self.wall(piece) if self.wall and self.walled(piece) else (200, HTML, self.article(piece))

    def article(self, piece: Piece) -> str:
        by = f'<p class="date">{piece.at:%B} {piece.at.day}, {piece.at.year}</p>'
        return self.page(piece.title, f"<article><h1>{piece.title}</h1>{by}{paragraphs(piece)}</article>", self.head)

    def sitemap(self) -> str:
        addresses = [*map(self.address, self.pieces), *(self.home + path for path in self.extra)]
        entries = "".join(f"<url><loc>{a}</loc>{f'<lastmod>{at}</lastmod>' if (at := self.lastmod(a)) else ''}</url>" for a in addresses)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'

    def page(self, title: str, main: str, head: str = "") -> str:
        return (
            f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body><main>{main}</main></body></html>'
        )

    def not_found(self) -> str:
        return self.page("Not found", "<h1>Not found</h1>")

    def asked(self, prefix: str) -> list[str]:
        return [path for path in self.requests if path.startswith(prefix)]

"""A static generator's site: posts by year, tag pages, an RSS or Atom feed, a sitemap that lists everything, list pages too."""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from typing import Literal

from .pieces import Piece
from .server import HTML, XML, Answer, OtherSite, paragraphs

ABOUT = (
    "<p>The Tidewatch Desk has published on the islands since 2017. We are five people and a tide table.</p>"
    "<p>Write to the desk if you have seen something that the harbour register has not.</p>"
)


class StaticSite(OtherSite):
    """``feed`` and ``sitemap`` may be absent; ``marked`` = Open Graph and a machine-readable date on the pages; ``signed`` = they
    name their authors."""

    def __init__(
        self,
        *,
        feed: Literal["rss", "atom", ""] = "rss",
        sitemap: bool = True,
        marked: bool = True,
        signed: bool = True,
        per_page: int = 5,
    ) -> None:
        super().__init__()
        self.feed, self.sitemap, self.marked, self.signed, self.per_page = feed, sitemap, marked, signed, per_page

    def address(self, piece: Piece) -> str:
        return f"{self.home}/posts/{piece.at.year}/{piece.slug}/"

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        newest = self.pieces[::-1]
        if path == "/sitemap.xml" and self.sitemap:
            return 200, XML, self.sitemap_file()
        if path == "/index.xml" and self.feed:
            return 200, XML, self.rss(newest[:4]) if self.feed == "rss" else self.atom(newest[:4])
        if path == "/about/":
            return (
                200,
                HTML,
                self.page("About the desk", f'<article class="post"><h1>About the desk</h1>{ABOUT}</article>', "website", path),
            )
        for base, title, pieces in [("/", "", newest), ("/posts/", "Posts", newest), *self.tag_lists()]:
            if path.startswith(base):
                number = path.removeprefix(base).removeprefix("page/").rstrip("/")
                if number == "" or (number.isdecimal() and path.startswith(f"{base}page/")):
                    return self.listing(base, title, pieces, int(number or 1))
        if path == "/tags/":
            links = "".join(f'<li><a href="{base}">{title}</a></li>' for base, title, _ in self.tag_lists())
            return 200, HTML, self.page("Tags", f"<h1>Tags</h1><ul class='terms-tags'>{links}</ul>", "website", path)
        piece = next((piece for piece in self.pieces if self.address(piece) == self.home + path), None)
        return (200, HTML, self.post(piece)) if piece else self.moved(path)

    def moved(self, path: str) -> Answer | None:
        """Old addresses answer with the new one."""
        slug = path.rstrip("/").rpartition("/")[2]
        piece = next((piece for piece in self.pieces if slug in piece.old_slugs), None)
        return (301, HTML, self.address(piece)) if piece else None

    def tag_lists(self) -> list[tuple[str, str, list[Piece]]]:
        tags = sorted({tag for piece in self.pieces for tag in piece.tags})
        return [(f"/tags/{tag.lower().replace(' ', '-')}/", tag, [p for p in self.pieces[::-1] if tag in p.tags]) for tag in tags]

    def not_found(self) -> str:
        return self.page("404 Page not found", "<h1>404</h1><p>This page has gone out with the tide.</p>", "website", "/404.html")

    def page(self, title: str, main: str, kind: str, path: str, head: str = "") -> str:
        marks = f'<meta property="og:type" content="{kind}"><meta property="og:site_name" content="Tidewatch">{head}' if self.marked else ""
        mime = "application/rss+xml" if self.feed == "rss" else "application/atom+xml"
        feed = f'<link rel="alternate" type="{mime}" href="{self.home}/index.xml" title="Tidewatch">' if self.feed else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}{" | " if title else ""}Tidewatch</title>'
            f'<meta name="generator" content="Hugo 0.119.0"><link rel="canonical" href="{self.home}{path}">{marks}{feed}</head><body>'
            '<header class="header"><nav><div class="logo"><a href="/">Tidewatch</a></div>'
            '<ul id="menu"><li><a href="/posts/">Posts</a></li>'
            '<li><a href="/tags/">Tags</a></li><li><a href="/about/">About</a></li></ul></nav></header>'
            f'<main class="main">{main}</main>'
            '<footer class="footer"><span>&copy; 2026 Tidewatch</span> <span>Powered by Hugo</span></footer></body></html>'
        )

    def time(self, piece: Piece) -> str:
        words = f"{piece.at:%B} {piece.at.day}, {piece.at.year}"
        return f'<time datetime="{piece.at.isoformat()}">{words}</time>' if self.marked else f'<span class="date">{words}</span>'

    def post(self, piece: Piece) -> str:
        tags = "".join(f'<li><a href="{base}">{tag}</a></li>' for base, tag, of in self.tag_lists() if piece in of)
        at = self.pieces.index(piece)
        others = "".join(f'<a class="prev" href="{self.address(p)}"><span>{p.title}</span></a>' for p in self.pieces[max(0, at - 1) : at])
        by = f" &middot; {piece.author}" if self.signed else ""
        main = (
            f'<article class="post"><header class="post-header"><h1 class="post-title">{escape(piece.title)}</h1><div class="post-meta">'
            f'{self.time(piece)} &middot; 2 min{by}</div></header><div class="post-content">{paragraphs(piece)}</div>'
            f'<footer class="post-footer"><ul class="post-tags">{tags}</ul><nav class="paginav">{others}</nav></footer></article>'
        )
        head = (
            f'<meta property="article:published_time" content="{piece.at.isoformat()}"><meta name="author" content="{piece.author}">'
            + "".join(f'<meta property="article:tag" content="{tag}">' for tag in piece.tags)
        )
        return self.page(piece.title, main, "article", self.address(piece).removeprefix(self.home), head)

    def listing(self, base: str, title: str, pieces: list[Piece], number: int) -> Answer | None:
        shown = pieces[(number - 1) * self.per_page : number * self.per_page]
        if not shown:
            return None
        entries = "".join(
            f'<article class="post-entry"><header class="entry-header"><h2>{escape(p.title)}</h2></header><div class="entry-content">'
            f'<p>{p.paragraphs[0]}</p></div><footer class="entry-footer">{self.time(p)} &middot; {p.author}</footer>'
            f'<a class="entry-link" aria-label="post link to {escape(p.title)}" href="{self.address(p)}"></a></article>'
            for p in shown
        )
        older = f'<a class="next" href="{base}page/{number + 1}/">Next&nbsp;&raquo;</a>' if number * self.per_page < len(pieces) else ""
        newer = f'<a class="prev" href="{base}{f"page/{number - 1}/" if number > 2 else ""}">&laquo;&nbsp;Prev</a>' if number > 1 else ""
        heading = f"<h1>{title}</h1>" if title else ""
        main = f'{heading}{entries}<footer class="page-footer"><nav class="pagination">{newer}{older}</nav></footer>'
        return 200, HTML, self.page(title, main, "website", base)

    def sitemap_file(self) -> str:
        urls = [(self.address(piece), piece.modified.isoformat()) for piece in self.pieces]
        latest = max(piece.modified for piece in self.pieces).isoformat()
        urls += [(f"{self.home}{base}", latest) for base in ("/", "/posts/", "/tags/", *(base for base, _, _ in self.tag_lists()))]
        entries = "".join(f"<url><loc>{url}</loc><lastmod>{when}</lastmod></url>" for url, when in [*urls, (f"{self.home}/about/", "")])
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.replace(
            "<lastmod></lastmod>", ""
        )

    def rss(self, pieces: list[Piece]) -> str:
        items = "".join(
            f"<item><title>{escape(p.title)}</title><link>{self.address(p)}</link><pubDate>{format_datetime(p.at)}</pubDate>"
            f"<guid>{self.address(p)}</guid><description>{escape(p.paragraphs[0])}</description></item>"
            for p in pieces
        )
        about = f"<item><title>About</title><link>{self.home}/about/</link><pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate></item>"
        head = f"<title>Tidewatch</title><link>{self.home}/</link>"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}{about}</channel></rss>'

    def atom(self, pieces: list[Piece]) -> str:
        entries = "".join(
            f'<entry><title>{escape(p.title)}</title><link href="{self.address(p)}"/><id>{self.address(p)}</id>'
            f"<author><name>{p.author}</name></author><published>{p.at.isoformat()}</published><updated>{p.modified.isoformat()}</updated></entry>"
            for p in pieces
        )
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Tidewatch</title>{entries}</feed>'

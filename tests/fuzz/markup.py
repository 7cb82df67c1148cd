"""The pages of a site: frame with menu, sidebar and footer, an article in the markup of its system, a listing, an About page."""

from __future__ import annotations

import json
from html import escape

from .clock import long_day, shown, stated
from .pieces import Piece
from .shape import Shape
from .thread import thread

GENERATORS = {
    "wordpress": "WordPress 6.5",
    "drupal": "Drupal 10 (https://www.drupal.org)",
    "joomla": "Joomla! - Open Source Content Management",
    "typepad": "https://www.typepad.com/",
    "ghost": "Ghost 5.82",
    "blogger": "blogger",
    "static": "Hugo 0.119.0",
}


class Pages:
    """Makes the pages of one site. ``feed``: the address of its feed and that feed's type, empty where it has none."""

    def __init__(self, shape: Shape, home: str, pieces: list[Piece], feed: tuple[str, str] = ("", "")) -> None:
        self.shape, self.home, self.pieces, self.feed = shape, home, pieces, feed
        self.name = f"{shape.language.places[shape.seed % 6]} Review"

    def frame(self, title: str, main: str, *, path: str, head: str = "", kind: str = "website", code: str = "", classes: str = "") -> str:
        shape, words = self.shape, self.shape.language.words
        generator = f'<meta name="generator" content="{GENERATORS[shape.system]}">' if shape.system in GENERATORS else ""
        marks = (
            f'<meta property="og:type" content="{kind}"><meta property="og:site_name" content="{escape(self.name)}">'
            if shape.marked
            else ""
        )
        feed = (
            f'<link rel="alternate" type="{self.feed[1]}" href="{self.home}{self.feed[0]}" title="{escape(self.name)}">'
            if self.feed[0]
            else ""
        )
        rest = f'<link rel="https://api.w.org/" href="{self.home}/wp-json/">' if shape.rest == "open" else ""
        canonical = "" if shape.system == "plain" else f'<link rel="canonical" href="{self.home}{path}">'
        charset = f'<meta charset="{shape.encoding}">' if shape.declares == "meta" or shape.encoding == "utf-8" else ""
        style = '<link rel="stylesheet" href="/wp-content/themes/harbour/style.css">' if shape.system == "wordpress" else ""
        turn = ' dir="rtl"' if shape.language.rtl else ""
        full = f"{escape(title)} – {escape(self.name)}" if title else escape(self.name)
        menu = "".join(f'<li><a href="{to}">{said}</a></li>' for to, said in (("/", words["menu"]), ("/about/", words["about"])))
        return (
            f'<!doctype html><html lang="{code or shape.language.code}"{turn}><head>{charset}<title>{full}'
            f"</title>{generator}{canonical}{marks}{head}"
            f'{feed}{rest}{style}</head><body class="{classes}"><header id="masthead" class="site-header"><a href="/" class="site-title">'
            f'{escape(self.name)}</a><nav class="main-navigation" id="site-navigation"><ul class="menu">{menu}</ul></nav></header>'
            f'<div id="content" class="site-content"><main id="main">{main}</main>{self.sidebar()}</div>'
            f'<footer id="colophon" class="site-footer"><p>© 2026 {escape(self.name)}</p></footer></body></html>'
        )

    def sidebar(self) -> str:
        """Recent reports, as most themes have them; only what the front page lists too."""
        if self.shape.system in ("plain", "ghost"):
            return ""
        recent = [piece for piece in self.pieces[::-1] if "listing" in piece.named_by][:4]
        links = "".join(f'<li><a href="{piece.path}">{escape(piece.title)}</a></li>' for piece in recent)
        return (
            f'<aside id="secondary" class="widget-area"><section class="widget widget_recent_entries">'
            f'<h2 class="widget-title">{self.shape.language.words["recent"]}</h2><ul>{links}</ul></section></aside>'
        )

    def about(self) -> str:
        said = "".join(f"<p>{escape(text)}</p>" for text in self.pieces[0].paragraphs[:2])
        title = self.shape.language.words["about"]
        return self.frame(title, f'<div class="page-content"><h1>{title}</h1>{said}</div>', path="/about/", classes="page page-about")

    def not_found(self) -> str:
        return self.frame("404 Not found", "<h1>404</h1><p>Not found</p>", path="/404/", classes="error404")

    # articles

    def article(self, piece: Piece, *, part: int = 1, thread_page: int = 1, counted: int | None = None) -> str:
        shape, language = self.shape, piece.language
        head = self.article_head(piece)
        body = "".join(f"<p>{escape(text, quote=False)}</p>" for text in piece.part(part)) + self.part_links(piece, part)
        comments = thread(shape, piece, thread_page, counted)
        classes = f"single single-post postid-{piece.number}" if shape.system == "wordpress" else f"path-node {shape.system}-item"
        main = getattr(self, f"_{shape.system}", self._other)(piece, body) + self.related(piece)
        return self.frame(piece.title, main + comments, path=piece.path, head=head, kind="article", code=language.code, classes=classes)

    def article_head(self, piece: Piece) -> str:
        head = stated(self.shape, piece.at, piece.language)
        if self.shape.date_form == "json-ld":
            facts = {
                "@context": "https://schema.org",
                "@type": "Article",
                "headline": piece.title,
                "datePublished": piece.at.isoformat(),
                "author": {"@type": "Person", "name": piece.author},
            }
            head += f'<script type="application/ld+json">{json.dumps(facts)}</script>'
        if self.shape.marked:
            head += f'<meta property="og:title" content="{escape(piece.title)}"><meta name="author" content="{escape(piece.author)}">'
        return head

    def part_links(self, piece: Piece, part: int) -> str:
        if piece.parts == 1:
            return ""
        said = piece.language.words["page"]
        links = " ".join(
            f'<span class="current">{n}</span>' if n == part else f'<a href="{part_path(self.shape, piece, n)}">{n}</a>'
            for n in range(1, piece.parts + 1)
        )
        on = (
            f' <a rel="next" href="{part_path(self.shape, piece, part + 1)}">{piece.language.words["next"]}</a>'
            if part < piece.parts
            else ""
        )
        return f'<div class="page-links pagination">{said}: {links}{on}</div>'

    def related(self, piece: Piece) -> str:
        others = [other for other in self.pieces if other is not piece and "listing" in other.named_by and other.kind == "post"][:3]
        if self.shape.system == "plain" or not others:
            return ""
        links = "".join(f'<li><a href="{other.path}">{escape(other.title)}</a></li>' for other in others)
        share = "".join(
            f'<a class="share-{net}" href="https://{net}.example/share">{net.title()}</a>' for net in ("facebook", "twitter", "email")
        )
        words = self.shape.language.words
        return (
            f'<div class="sharedaddy sd-sharing"><h3 class="sd-title">{words["share"]}</h3>{share}</div>'
            f'<div class="related-posts"><h3>{words["related"]}</h3><ul>{links}</ul></div>'
        )

    def _when(self, piece: Piece) -> str:
        return shown(self.shape, piece.at, piece.language)

    def _wordpress(self, piece: Piece, body: str) -> str:
        by = (
            f'<span class="byline"><span class="author vcard"><a class="url fn n" href="/author/{piece.number % 5}/">{piece.author}</a>'
            f"</span></span>"
        )
        return (
            f'<article id="post-{piece.number}" class="post-{piece.number} post type-post status-publish hentry">'
            f'<header class="entry-header">'
            f'<h1 class="entry-title">{escape(piece.title)}</h1><div class="entry-meta"><span class="posted-on">{self._when(piece)}'
            f"</span> {by}</div>"
            f'</header><div class="entry-content">{body}</div></article>'
        )

    def _drupal(self, piece: Piece, body: str) -> str:
        return (
            f'<h1 class="page-title"><span class="field field--name-title">{escape(piece.title)}</span></h1>'
            f'<article role="article" class="node '
            f'node--type-article node--view-mode-full"><footer class="node__meta">'
            f'<div class="node__submitted">{piece.language.words["by"]} '
            f'<span class="field field--name-uid"><span>{piece.author}</span></span> '
            f'<span class="field field--name-created">{self._when(piece)}'
            f'</span></div></footer><div class="node__content"><div class="clearfix text-formatted field field--name-body">{body}</div>'
            f"</div></article>"
        )

    def _joomla(self, piece: Piece, body: str) -> str:
        words = piece.language.words
        return (
            f'<div class="item-page"><div class="page-header"><h2 itemprop="headline">{escape(piece.title)}</h2></div>'
            f'<dl class="article-info">'
            f'<dd class="createdby">{words["by"]} <span itemprop="author">{piece.author}</span></dd>'
            f'<dd class="published">{words["posted"]} '
            f'{self._when(piece)}</dd></dl><div itemprop="articleBody">{body}</div></div>'
        )

    def _typepad(self, piece: Piece, body: str) -> str:
        return (
            f'<div class="entry-category entry-type-post entry" id="entry-{piece.number}"><div class="entry-inner">'
            f'<h2 class="date-header">{self._when(piece)}</h2>'
            f'<h3 class="entry-header">{escape(piece.title)}</h3><div class="entry-content"><div class="entry-body">{body}</div></div>'
            f'<div class="entry-footer"><p class="entry-footer-info">'
            f'<span class="post-footers">{piece.language.words["by"]} {piece.author}</span></p></div></div></div>'
        )

    def _ghost(self, piece: Piece, body: str) -> str:
        return (
            f'<article class="gh-article post"><header class="gh-article-header"><h1 class="gh-article-title">{escape(piece.title)}</h1>'
            f'<div class="gh-article-meta"><h4 class="gh-article-author-name"><a href="/author/{piece.number % 5}/">{piece.author}</a>'
            f"</h4>"
            f'{self._when(piece)}</div></header><section class="gh-content gh-canvas">{body}</section></article>'
        )

    def _blogger(self, piece: Piece, body: str) -> str:
        return (
            f'<div class="date-outer"><h2 class="date-header"><span>{self._when(piece)}</span></h2><div class="post hentry">'
            f'<h3 class="post-title entry-title">'
            f'{escape(piece.title)}</h3><div class="post-body entry-content" id="post-body-{piece.number}">{body}</div>'
            f'<div class="post-footer">'
            f'<span class="post-author vcard">{piece.language.words["by"]} <span class="fn">{piece.author}</span></span></div></div>'
            f"</div>"
        )

    def _other(self, piece: Piece, body: str) -> str:
        """A static generator's theme, or a page made by hand."""
        if self.shape.system == "plain":
            return (
                f'<h1>{escape(piece.title)}</h1><p class="byline">{piece.language.words["by"]} {piece.author}, {self._when(piece)}</p>'
                f'<div class="text">{body}</div>'
            )
        return (
            f'<article class="post"><header class="post-header"><h1 class="post-title">{escape(piece.title)}</h1>'
            f'<div class="post-meta">{self._when(piece)}'
            f' · <span class="author">{piece.author}</span></div></header><div class="post-content">{body}</div></article>'
        )

    # listings

    def listing(self, pieces: list[Piece], path: str, older: str, newer: str, numbers: dict[int, str]) -> str:
        """``older``, ``newer``: addresses of its neighbours; ``numbers``: those of its numbered pages."""
        entries = "".join(self.entry(piece) for piece in pieces)
        words = self.shape.language.words
        numbered = "".join(f'<a class="page-numbers" href="{to}">{number}</a>' for number, to in numbers.items())
        back = f'<a class="prev" href="{newer}">«</a>' if newer else ""
        on = (
            f'<a class="next{" blog-pager-older-link" if self.shape.system == "blogger" else ""}" href="{older}">{words["older"]}</a>'
            if older
            else ""
        )
        pager = f'<nav class="navigation pagination pager">{back}{numbered}{on}</nav>' if older or newer else ""
        following = f'<link rel="next" href="{older}">' if older and self.shape.pager == "words" else ""
        return self.frame("", entries + pager, path=path, head=following, classes="home blog")

    def entry(self, piece: Piece) -> str:
        words = f"<p>{escape(piece.paragraphs[0][:120], quote=False)}…</p>"
        when = escape(long_day(piece.at, piece.language))
        return (
            f'<article class="post-{piece.number} post teaser"><h2 class="entry-title">'
            f'<a href="{piece.path}" rel="bookmark">{escape(piece.title)}</a></h2>'
            f'<div class="entry-meta">{when}</div><div class="entry-summary">{words}</div></article>'
        )


def part_path(shape: Shape, piece: Piece, number: int) -> str:
    """Where a page of an article's text is; the first is the article itself."""
    if number == 1:
        return piece.path
    if shape.system == "wordpress":
        return f"{piece.path}{number}/"
    if shape.system == "joomla":
        return f"{piece.path}?start={number - 1}"
    return f"{piece.path}?page={number}" if shape.system == "static" else piece.path.replace(".html", f"-{number}.html")

"""Another content management system's site: fields and views, JSON-LD, comments of its own, listings with ?page=N from 0,
no sitemap and no feed. The front page is no listing: its menu leads to one."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from .pieces import Piece, Remark
from .server import HTML, TEXT, Answer, OtherSite, paragraphs

ZONE = ZoneInfo("Europe/Helsinki")
SITE = "Archipelago Review"


class Magazine(OtherSite):
    count, per_page, zone = 23, 8, ZONE

    def address(self, piece: Piece) -> str:
        return f"{self.home}/analysis/{piece.slug}"

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if path == "/robots.txt":
            return 200, TEXT, "User-agent: *\nDisallow: /admin/\nDisallow: /user/\n"
        if path == "/":
            return 200, HTML, self.front()
        if path == "/analysis":
            return self.listing(int(query.get("page", "0")))
        if path in ("/about", "/contact"):
            text = "<p>Archipelago Review is a quarterly that appears whenever it must.</p><p>It was founded in a boathouse.</p>"
            return 200, HTML, self.page(path[1:].title(), self.node(f'<div class="field field--name-body">{text}</div>', "page"), path)
        number = path.removeprefix("/node/")
        piece = next((p for p in self.pieces if path == f"/analysis/{p.slug}" or number == str(p.number)), None)
        if piece:
            return 200, HTML, self.article(piece)
        moved = next((p for p in self.pieces if path.removeprefix("/analysis/") in p.old_slugs), None)
        return (301, HTML, self.address(moved)) if moved else None

    def not_found(self) -> str:
        return self.page("Page not found", "<p>The requested page could not be found.</p>", "/404")

    def page(self, title: str, main: str, path: str, head: str = "", heading: bool = True) -> str:
        menu = "".join(f'<li><a href="{p}">{n}</a></li>' for p, n in (("/", "Home"), ("/analysis", "Analysis"), ("/about", "About")))
        name = f'<div class="block"><h1 class="page-title"><span class="field field--name-title">{escape(title)}</span></h1></div>'
        return (
            f'<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8" /><title>{escape(title)} | {SITE}</title>'
            '<meta name="Generator" content="Drupal 10 (https://www.drupal.org)" />'
            f'<link rel="canonical" href="{self.home}{path}" />{head}</head>'
            f'<body class="path-{"node" if head else "other"}"><header role="banner"><a href="/" rel="home">{SITE}</a></header>'
            '<nav role="navigation" class="block-menu navigation"><h2 class="visually-hidden">Main navigation</h2>'
            f'<ul class="menu">{menu}</ul></nav><main role="main">{name if heading else ""}{main}</main>'
            '<footer role="contentinfo"><ul class="menu"><li><a href="/contact">Contact</a></li>'
            '<li><a href="/user/login">Log in</a></li></ul></footer></body></html>'
        )

    def node(self, inner: str, kind: str) -> str:
        return f'<article class="node node--type-{kind} node--view-mode-full">{inner}</article>'

    def front(self) -> str:
        rows = "".join(
            f'<div class="views-row"><h3 class="field-content"><a href="/node/{p.number}" hreflang="en">{escape(p.title)}</a></h3></div>'
            for p in self.pieces[::-1][:3]
        )
        return self.page("Welcome", f'<div class="view view-frontpage"><div class="view-content">{rows}</div></div>', "/", heading=False)

    def listing(self, number: int) -> Answer:
        shown = self.pieces[::-1][number * self.per_page : (number + 1) * self.per_page]
        last = (len(self.pieces) - 1) // self.per_page
        rows = "".join(
            f'<div class="views-row"><article class="node node--type-article node--view-mode-teaser"><h2><a href="/analysis/{p.slug}" '
            f'rel="bookmark"><span class="field field--name-title">{escape(p.title)}</span></a></h2>'
            f'<div class="node__meta">By {p.author} on {written(p.at)}</div>'
            f'<div class="field field--name-body"><p>{p.paragraphs[0]}</p></div></article></div>'
            for p in shown
        )
        pages = "".join(f'<li class="pager__item"><a href="?page={n}">{n + 1}</a></li>' for n in range(last + 1) if n != number)
        following = f'<li class="pager__item--next"><a href="?page={number + 1}" rel="next">Next ›</a></li>' if number < last else ""
        pager = f'<nav class="pager" role="navigation"><ul class="pager__items">{pages}{following}</ul></nav>'
        empty = "" if rows else '<div class="view-empty">There is nothing here.</div>'
        return 200, HTML, self.page("Analysis", f'<div class="view view-analysis">{rows}{empty}{pager}</div>', "/analysis")

    def article(self, piece: Piece) -> str:
        tags = "".join(f'<div class="field__item"><a href="/topics/{t.lower()}" hreflang="en">{t}</a></div>' for t in piece.tags)
        facts = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": piece.title,
            "datePublished": piece.at.astimezone(ZONE).isoformat(),
            "author": {"@type": "Person", "name": piece.author},
            "keywords": ", ".join(piece.tags),
        }
        inner = (
            '<footer class="node__meta"><div class="node__submitted">Submitted by '
            f'<span class="field field--name-uid"><span>{piece.author}</span></span> on '
            f'<span class="field field--name-created">{written(piece.at)}</span></div></footer><div class="node__content">'
            f'<div class="clearfix text-formatted field field--name-body field--type-text-with-summary">{paragraphs(piece)}</div>'
            f'<div class="field field--name-field-tags"><div class="field__label">Tags</div><div class="field__items">{tags}</div></div>'
            f"{self.thread(piece)}</div>"
        )
        head = f'<script type="application/ld+json">{json.dumps(facts)}</script>'
        return self.page(piece.title, self.node(inner, "article"), f"/analysis/{piece.slug}", head)

    def thread(self, piece: Piece) -> str:
        if not piece.remarks:
            return ""
        top = "".join(self.remark(piece, remark) for remark in piece.remarks if not remark.answers)
        return f'<section id="comments" class="field field--name-comment comment-wrapper"><h2 class="title">Comments</h2>{top}</section>'

    def remark(self, piece: Piece, remark: Remark) -> str:
        answers = "".join(self.remark(piece, other) for other in piece.remarks if other.answers == remark.number)
        return (
            f'<a id="comment-{remark.number}"></a><article data-comment-user-id="0" class="comment js-comment by-anonymous clearfix">'
            f'<footer class="comment__meta"><p class="comment__author"><span>{remark.author}</span></p>'
            f'<p class="comment__time">{written(remark.at)}</p><p class="comment__permalink"><a href="/comment/{remark.number}#comment-'
            f'{remark.number}" hreflang="en">Permalink</a></p></footer><div class="comment__content">'
            f'<div class="clearfix text-formatted field field--name-comment-body"><p>{escape(remark.text, quote=False)}</p></div>'
            f'<ul class="links inline"><li class="comment-reply">'
            f'<a href="/comment/reply/node/{piece.number}/comment/{remark.number}">Reply</a></li></ul></div></article>'
            + (f'<div class="indented">{answers}</div>' if answers else "")
        )


def written(moment: datetime) -> str:
    """'Tue, 03/05/2019 - 10:12', as the site's clock shows it."""
    return f"{moment.astimezone(ZONE):%a, %m/%d/%Y - %H:%M}"

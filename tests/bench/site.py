"""An invented site without REST: takes a path, gives its bytes. Pages of some 104 KB with a text, nine comments and much around them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from html import escape

from tests.bench.prose import PLACES, Prose

FIRST = datetime(2008, 1, 7, 6, 30)
STYLE, SCRIPT = 28_000, 31_000  # characters within a page
KEPT = 2_000  # pages of a site that are kept in memory
HTML, XML, TEXT = "text/html; charset=utf-8", "application/xml; charset=utf-8", "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Site:
    """``home`` without a slash at its end. Article N is the same in every run. ``prose`` may be shared by sites."""

    home: str
    number: int
    pages: int
    prose: Prose
    made: dict[int, bytes] = field(default_factory=dict, compare=False)  # pages, so that a second crawl waits for none

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, media type, body."""
        if path == "/robots.txt":
            return 200, TEXT, f"User-agent: *\nDisallow: /admin/\nSitemap: {self.home}/sitemap.xml\n".encode()
        if path == "/sitemap.xml":
            return 200, XML, self.sitemap.encode()
        if path == "/feed/":
            return 200, XML, self.feed.encode()
        if path == "/":
            return 200, HTML, self.front.encode()
        slug = path.strip("/").rpartition("/")[2]
        number = slug.rpartition("-")[2]
        if number.isdecimal() and 1 <= int(number) <= self.pages and path == self.path(int(number)):
            return 200, HTML, self.kept_page(int(number))
        return 404, HTML, self.shell("Page not found", "", "<h1>Page not found</h1>").encode()

    def kept_page(self, number: int) -> bytes:
        page = self.made.get(number) or self.page(number).encode()
        if number <= KEPT:
            self.made[number] = page
        return page

    def chance(self, number: int) -> random.Random:
        return random.Random(self.number * 1_000_003 + number)

    def title(self, number: int) -> str:
        return self.prose.headline(self.chance(number))

    def path(self, number: int) -> str:
        slug = "-".join("".join(letter if letter.isalnum() else " " for letter in self.title(number).lower()).split())
        return f"/{self.at(number):%Y/%m}/{slug}-{number}/"

    def at(self, number: int) -> datetime:
        return FIRST + timedelta(hours=6 * number)

    def texts(self, number: int) -> list[str]:
        """The paragraphs of an article."""
        chance = self.chance(-number)
        return [self.prose.paragraph(chance) for _ in range(chance.randint(10, 18))]

    def comments(self, number: int) -> int:
        """How many an article has: 3 to 14 at the top level."""
        return self.chance(-number - 500_000).randint(3, 14)

    @cached_property
    def sitemap(self) -> str:
        urls = "".join(
            f"<url><loc>{self.home}{self.path(n)}</loc><lastmod>{self.at(n):%Y-%m-%dT%H:%M:%S}+00:00</lastmod></url>"
            for n in range(1, self.pages + 1)
        )
        return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def newest(self) -> range:
        return range(self.pages, max(0, self.pages - 10), -1)

    @cached_property
    def feed(self) -> str:
        items = "".join(
            f"<item><title>{escape(self.title(n))}</title><link>{self.home}{self.path(n)}</link><guid>{self.home}/?p={n}</guid>"
            f"<pubDate>{format_datetime(self.at(n))}</pubDate><description>{escape(self.texts(n)[0])}</description></item>"
            for n in self.newest()
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Journal</title><link>{self.home}/</link>{items}</channel></rss>'

    @cached_property
    def front(self) -> str:
        teasers = "".join(
            f'<div class="teaser"><h2><a href="{self.path(n)}">{escape(self.title(n))}</a></h2><p>{escape(self.texts(n)[0])}</p></div>'
            for n in self.newest()
        )
        return self.shell("The Conflict Journal", '<meta property="og:type" content="website">', teasers)

    def page(self, number: int) -> str:
        chance, title, at, url = self.chance(number + 250_000), self.title(number), self.at(number), self.home + self.path(number)
        author = self.prose.name(self.chance(number % 20 + 10_000_000))
        place = chance.choice(PLACES)
        head = (
            f'<link rel="canonical" href="{url}"><meta property="og:type" content="article"><meta property="og:title" content="{title}">'
            f'<meta property="article:published_time" content="{at:%Y-%m-%dT%H:%M:%S}+00:00"><meta name="author" content="{author}">'
        )
        tags = f'<a rel="tag" href="/tag/{place.lower()}/">{place}</a>'
        main = (
            f'<article id="post-{number}" class="post-{number} post type-post hentry"><header><h1 class="entry-title">{title}</h1>'
            f'<p class="meta">By <a rel="author" class="author" href="/author/{author.split()[0].lower()}/">{author}</a> '
            f'<time class="published" datetime="{at:%Y-%m-%dT%H:%M:%S}+00:00">{at:%B} {at.day}, {at.year}</time></p></header>'
            f'<div class="entry-content">{self.body(number)}</div><p class="tags">Tags: {tags}</p></article>{self.thread(number)}'
        )
        return self.shell(title, head, main)

    def body(self, number: int) -> str:
        chance = self.chance(number + 750_000)
        parts = []
        for place, text in enumerate(self.texts(number)):
            if place % 3 == 1:
                first, _, rest = text.partition(" ")
                target = self.path(chance.randint(1, self.pages)) if place == 1 else f"https://news.example/{chance.randint(1, 9999)}"
                text = f'{first} <a href="{target}">{rest[:30]}</a>{rest[30:]}'
            parts.append(f"<blockquote><p>{text}</p></blockquote>" if place == 5 else f"<p>{text}</p>")
        picture = (
            f'<img src="/files/{number}.jpg" alt="" width="640" height="400"><figcaption>The road to {chance.choice(PLACES)}</figcaption>'
        )
        parts.insert(2, f"<figure>{picture}</figure>")
        parts.insert(8, f"<h2>{self.prose.headline(chance)}</h2>")
        return "\n".join(parts)

    def thread(self, number: int) -> str:
        chance, count = self.chance(-number - 700_000), self.comments(number)
        rows = []
        for place in range(count):
            key, at = number * 20 + place, self.at(number) + timedelta(minutes=17 * place + 5)
            body = f"<p>{self.prose.paragraph(chance, 4)}</p>"
            answer = (
                f'<ol class="children">{self.comment(key + 10_000_000, 2, at, chance, body)}</ol>' if place % 3 == 2 and place > 2 else ""
            )
            rows.append(self.comment(key, 1, at, chance, f"<p>{self.prose.paragraph(chance, 4)}</p>", answer))
        answers = len([place for place in range(3, count) if place % 3 == 2])
        return (
            f'<div id="comments" class="comments-area"><h3 class="comments-title">{count + answers} Comments</h3>'
            f'<ol class="comment-list">{"".join(rows)}</ol></div>'
        )

    def comment(self, key: int, depth: int, at: datetime, chance: random.Random, body: str, answer: str = "") -> str:
        return (
            f'<li id="comment-{key}" class="comment even depth-{depth}"><article id="div-comment-{key}" class="comment-body">'
            f'<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">{self.prose.name(chance)}</b> '
            f'<span class="says">says:</span></div><div class="comment-metadata"><a href="#comment-{key}">'
            f'<time datetime="{at:%Y-%m-%dT%H:%M:%S}+00:00">'
            f'{at:%B} {at.day}, {at.year} at {at:%H:%M}</time></a></div></footer><div class="comment-content">{body}</div>'
            f'<div class="reply"><a rel="nofollow" class="comment-reply-link" href="?replytocom={key}#respond">Reply</a></div></article>'
            f"{answer}</li>"
        )

    def shell(self, title: str, head: str, main: str) -> str:
        before, after = self.around
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | The Conflict Journal</title>{head}'
            f"{before}<main>{main}</main>{after}"
        )

    @cached_property
    def around(self) -> tuple[str, str]:
        """What stands on every page: styles, menu, sidebar, scripts."""
        chance, words = self.chance(99_000_000), self.prose.words[60:]

        def items(count: int, form: str) -> str:
            return "".join(f"<li>{form.format(word=chance.choice(words), number=number)}</li>" for number in range(count))

        rules = (f".{chance.choice(words)}-{n}{{margin:{n % 9}px;color:#{n:03x};padding:0 {n % 7}em}}" for n in range(2000))
        script = (f'var {chance.choice(words)}{n}={{"id":{n},"url":"/{chance.choice(words)}/","on":true}};' for n in range(2000))
        menu = items(90, '<a class="menu-link" href="https://network.example/{word}/">{word}</a>')
        months = "".join(
            f'<li><a href="/{at:%Y/%m}/">{at:%B %Y}</a></li>' for at in (datetime(2008 + n // 12, n % 12 + 1, 1) for n in range(170))
        )
        cloud = items(150, '<a class="tag-cloud-link" href="/tag/{word}/" style="font-size:{number}px">{word}</a>')
        before = (
            '<link rel="alternate" type="application/rss+xml" title="Journal" href="/feed/">'
            '<link rel="stylesheet" href="/wp-content/themes/journal/style.css">'
            f"<style>{''.join(rules)[:STYLE]}</style></head><body>"
            f'<header class="site-header"><a class="brand" href="/">The Conflict Journal</a><nav><ul>{menu}</ul></nav></header>'
        )
        after = (
            f'<aside class="sidebar"><section class="widget"><h2>Archives</h2><ul>{months}</ul></section><section class="widget">'
            f'<h2>Tags</h2><ul>{cloud}</ul></section></aside><footer class="site-footer"><p>All rights reserved.</p></footer>'
            f"<script>{''.join(script)[:SCRIPT]}</script></body></html>"
        )
        return before, after

"""The lists of a site: sitemaps in every form of the protocol, feeds, listings with their pagers. Each gives path -> answer."""

from __future__ import annotations

import gzip
import json
from email.utils import format_datetime as rfc2822
from html import escape

from .markup import Pages
from .pieces import Piece
from .shape import Shape

Answer = tuple[int, str, bytes]  # status, media type, body; for a redirect the body is the address
XML, TEXT = "application/xml; charset=utf-8", "text/plain; charset=utf-8"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
FEED_PLACES = {
    "wordpress": "/feed/",
    "drupal": "/rss.xml",
    "joomla": "/index.php?format=feed&type=rss",
    "typepad": "/atom.xml",
    "ghost": "/rss/",
    "blogger": "/feeds/posts/default",
    "static": "/index.xml",
    "plain": "/news.rss",
}
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


def address(home: str, piece: Piece) -> str:
    """Under which address a list names it."""
    return home + (piece.old_path or piece.path)


# ---- sitemaps ----------------------------------------------------------------------------------------------------------
def sitemaps(shape: Shape, home: str, pieces: list[Piece]) -> dict[str, Answer]:
    if shape.sitemap == "none":
        return {}
    named = [piece for piece in pieces if "sitemap" in piece.named_by]
    if shape.sitemap == "text":
        return {"/sitemap.txt": (200, TEXT, "\n".join(address(home, piece) for piece in named).encode())}
    if shape.sitemap == "gz":
        return {"/sitemap.xml.gz": (200, "application/gzip", gzip.compress(_urlset(home, named), mtime=0))}
    if shape.sitemap == "urlset":
        return {"/sitemap.xml": (200, XML, _urlset(home, named, extra=[home + "/", home + "/about/"]))}
    return _several(shape, home, named)


def _several(shape: Shape, home: str, named: list[Piece]) -> dict[str, Answer]:
    """An index and its files: of types on WordPress and Ghost, of numbers elsewhere."""
    groups: dict[str, list[Piece]] = {}
    for piece in named:
        if shape.system in ("wordpress", "ghost"):
            groups.setdefault("posts-post" if piece.kind == "post" else f"posts-{piece.kind}", []).append(piece)
        else:
            groups.setdefault(str(piece.number // 6 + 1), []).append(piece)
    place = "/wp-sitemap.xml" if shape.system == "wordpress" else "/sitemap.xml"
    stem = (
        "/wp-sitemap-{}-1.xml" if shape.system == "wordpress" else "/sitemap-{}.xml" if shape.system == "ghost" else "/sitemap.xml?page={}"
    )
    files = {stem.format(name): (200, XML, _urlset(home, group)) for name, group in groups.items()}
    index = "".join(f"<sitemap><loc>{escape(home + path)}</loc></sitemap>" for path in files)
    return {place: (200, XML, f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {NS}>{index}</sitemapindex>'.encode()), **files}


def _urlset(home: str, pieces: list[Piece], extra: list[str] | None = None) -> bytes:
    urls = "".join(f"<url><loc>{escape(address(home, p))}</loc><lastmod>{p.at.isoformat()}</lastmod></url>" for p in pieces)
    urls += "".join(f"<url><loc>{url}</loc></url>" for url in extra or [])
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS}>{urls}</urlset>'.encode()


# ---- feeds -------------------------------------------------------------------------------------------------------------
def feed_place(shape: Shape) -> tuple[str, str]:
    """(path, media type), empty where there is none."""
    if shape.feed == "none":
        return "", ""
    path = (
        "/feed.json"
        if shape.feed == "json"
        else FEED_PLACES[shape.system].replace("rss", shape.feed if shape.system == "joomla" else "rss")
    )
    return path, FEED_TYPES[shape.feed]


def feeds(shape: Shape, home: str, pieces: list[Piece]) -> dict[str, Answer]:
    path, kind = feed_place(shape)
    if not path:
        return {}
    named = [piece for piece in pieces[::-1] if "feed" in piece.named_by]
    found = {path: (200, f"{kind}; charset=utf-8", _feed(shape, home, named))}
    if shape.system == "wordpress":
        older = [piece for piece in pieces[::-1] if piece.kind == "post" and piece.language is shape.language]
        for number in range(2, -(-len(older) // shape.feed_items) + 1):
            shown = older[(number - 1) * shape.feed_items : number * shape.feed_items]
            found[f"{path}?paged={number}"] = (200, f"{kind}; charset=utf-8", _feed(shape, home, shown))
        found[f"{path}?paged="] = (404, "text/html", b"")
        found["/comments/feed/"] = (200, f"{kind}; charset=utf-8", _comments(home, pieces))
    return found


def feed_link(shape: Shape, home: str, piece: Piece) -> str:
    return home + piece.path + ("?utm_source=rss&utm_medium=feed" if shape.feed_links == "tracked" else "")


def _feed(shape: Shape, home: str, pieces: list[Piece]) -> bytes:
    title = escape(f"{shape.language.places[shape.seed % 6]} Review")
    if shape.feed == "json":
        items = [
            {
                "id": home + p.path,
                "url": feed_link(shape, home, p),
                "title": p.title,
                "date_published": p.at.isoformat(),
                "content_text": p.paragraphs[0],
            }
            for p in pieces
        ]
        return json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": home + "/", "items": items}
        ).encode()
    if shape.feed == "atom":
        entries = "".join(
            f'<entry><title>{escape(p.title)}</title><link rel="alternate" type="text/html" href="{escape(feed_link(shape, home, p))}"/>'
            f"<id>tag:{p.number}"
            f"</id><author><name>"
            f"{p.author}</name></author><published>{p.at.isoformat()}</published><updated>{p.at.isoformat()}</updated>"
            f"<summary>{escape(p.paragraphs[0])}</summary></entry>"
            for p in pieces
        )
        return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title><id>{home}/</id>{entries}</feed>'.encode()
    items = "".join(
        f"<item><title>{escape(p.title)}</title><link>{escape(feed_link(shape, home, p))}</link><dc:creator>{p.author}</dc:creator>"
        f"<pubDate>{rfc2822(p.at)}"
        f"</pubDate>"
        f'<guid isPermaLink="false">{home}/?p={p.number}</guid><description>{escape(p.paragraphs[0])}</description></item>'
        for p in pieces
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{title}</title><link>{home}/</link>{items}</channel></rss>"
    ).encode()


def _comments(home: str, pieces: list[Piece]) -> bytes:
    remarks = sorted(((r, p) for p in pieces for r in p.remarks if not p.kept_out), key=lambda pair: pair[0].at, reverse=True)[:10]
    items = "".join(
        f"<item><title>{escape(r.author)}</title><link>{home}{p.path}#comment-{r.number}</link><dc:creator>{escape(r.author)}"
        f"</dc:creator>"
        f'<pubDate>{rfc2822(r.at)}</pubDate><guid isPermaLink="false">{home}{p.path}#comment-{r.number}</guid></item>'
        for r, p in remarks
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Comments</title><link>{home}/</link>{items}</channel></rss>"
    ).encode()


# ---- listings ----------------------------------------------------------------------------------------------------------
def listing_path(shape: Shape, number: int) -> str:
    """Where a page of the front page's listing is, counted from 1."""
    if number == 1:
        return "/"
    if shape.system == "blogger":
        return f"/search?updated-max=page{number}&max-results={shape.per_page}"
    forms = {
        "query0": f"/?page={number - 1}",
        "query1": f"/?page={number}",
        "start": f"/?start={(number - 1) * shape.per_page}",
        "words": f"/page/{number}/",
    }
    return forms.get(shape.pager, f"/page/{number}/")


def listings(shape: Shape, pages: Pages, pieces: list[Piece], encode: str) -> dict[str, Answer]:
    named = [piece for piece in pieces[::-1] if "listing" in piece.named_by]
    size = len(named) or 1 if shape.pager == "single" else shape.per_page
    last = max(1, -(-len(named) // size))
    found = {}
    for number in range(1, last + 1):
        older = listing_path(shape, number + 1) if number < last else ""
        newer = listing_path(shape, number - 1) if number > 1 else ""
        numbers = {n: listing_path(shape, n) for n in range(1, last + 1) if n != number} if shape.pager != "words" and last > 1 else {}
        html = pages.listing(named[(number - 1) * size : number * size], listing_path(shape, number), older, newer, numbers)
        found[listing_path(shape, number)] = (200, "text/html", html.encode(encode, "xmlcharrefreplace"))
    return found

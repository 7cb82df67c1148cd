"""RSS feeds as WordPress writes them, and the core sitemaps."""

from __future__ import annotations

import hashlib
import html
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from .markup import render_comment
from .model import Comment, Post, local
from .response import Response

if TYPE_CHECKING:
    from .state import State

ITEMS = 10
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"\n\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
    '\txmlns:wfw="http://wellformedweb.org/CommentAPI/"\n\txmlns:dc="http://purl.org/dc/elements/1.1/"\n'
    '\txmlns:atom="http://www.w3.org/2005/Atom"\n\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/"\n'
    '\txmlns:slash="http://purl.org/rss/1.0/modules/slash/"\n\t>\n'
)


def cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def channel(state: State, title: str, address: str, changed: datetime, items: list[str]) -> bytes:
    return (
        f'{HEAD}\n<channel>\n\t<title>{title}</title>\n\t<atom:link href="{html.escape(address)}" rel="self" '
        'type="application/rss+xml" />\n'
        f"\t<link>{state.home}</link>\n\t<description>{html.escape(state.tagline)}</description>\n"
        f"\t<lastBuildDate>{format_datetime(changed)}</lastBuildDate>\n\t<language>en-US</language>\n"
        "\t<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>\n\t<sy:updateFrequency>\n\t1\t</sy:updateFrequency>\n"
        f"\t<generator>https://wordpress.org/?v=6.1.9</generator>\n{''.join(items)}</channel>\n</rss>\n"
    ).encode()


def post_item(state: State, post: Post) -> str:
    """Protected posts show their title and a form; dc:creator carries the whole byline."""
    link, count = html.escape(state.urls.post(post)), state.threads.count(post)
    terms = state.terms_of(post, "category") + state.terms_of(post, "post_tag")
    names = "".join(f"\t\t<category>{cdata(html.escape(term.name, quote=False))}</category>\n" for term in terms)
    locked = "This content is password protected."
    summary = locked if post.password else state.excerpt(post)
    body = f"<p>{locked}</p>" if post.password else state.content(post, 1)
    return (
        f"\t<item>\n\t\t<title>{'Protected: ' if post.password else ''}{state.title(post)}</title>\n\t\t<link>{link}</link>\n"
        f"\t\t\t\t\t<comments>{link}#{'comments' if count else 'respond'}</comments>\n"
        f"\t\t\n\t\t<dc:creator>{cdata(html.escape(state.byline(post)))}</dc:creator>\n"
        f"\t\t<pubDate>{format_datetime(post.date_gmt)}</pubDate>\n{names}"
        f'\t\t<guid isPermaLink="false">{state.home}/?p={post.id}</guid>\n\n\t\t\t\t\t<description>{cdata(summary)}</description>\n'
        f"\t\t\t\t\t<content:encoded>{cdata(body)}</content:encoded>\n\t\t\t\t\t\n"
        f"\t\t\t\t\t<wfw:commentRss>{html.escape(state.urls.post_feed(post))}</wfw:commentRss>\n"
        f"\t\t\t<slash:comments>{count}</slash:comments>\n\t\t\n\t\t\t</item>\n"
    )


def comment_item(state: State, comment: Comment) -> str:
    post, body = state.posts[comment.post], render_comment(comment.text)
    name = html.escape(comment.author or "Anonymous", quote=False)
    return (
        f"\t<item>\n\t\t<title>\n\t\tComment on {state.title(post)} by "
        f"{name}\t\t</title>\n\t\t<link>{html.escape(state.urls.comment(comment))}</link>\n\n"
        f"\t\t<dc:creator>{cdata(name)}</dc:creator>\n\t\t<pubDate>{format_datetime(comment.date)}</pubDate>\n"
        f'\t\t<guid isPermaLink="false">{html.escape(state.urls.post(post))}#comment-{comment.id}</guid>\n\n'
        f"\t\t\t\t\t<description>{cdata(comment.text)}</description>\n\t\t\t<content:encoded>{cdata(body)}</content:encoded>\n\t\t\n\t\t\t</item>\n"
    )


def conditional(state: State, body: bytes, changed: datetime, asked: dict[str, str], *, etag: bool = True, status: int = 200) -> Response:
    """Feeds alone answer 304; `asked` has lower-case request header names."""
    tag = f'"{hashlib.md5(changed.isoformat().encode()).hexdigest()}"'
    stamp = format_datetime(changed, usegmt=True)
    headers = [("Last-Modified", stamp)] + ([("ETag", tag)] if etag else [])
    mime = "application/rss+xml; charset=UTF-8"
    if_tag, if_since = asked.get("if-none-match", "").removeprefix("W/"), asked.get("if-modified-since", "")
    same = if_tag == tag if if_tag else if_since == stamp
    if same and status == 200:
        return Response(304, b"", mime, headers)
    return Response(status, body, mime, headers)


def posts_feed(state: State, posts: list[Post], page: int, title: str, asked: dict[str, str]) -> Response | None:
    """`posts` oldest first; None beyond the end. Last-Modified is the newest post_modified of the whole site."""
    shown = posts[::-1][(page - 1) * ITEMS : page * ITEMS]
    if not shown:
        return None
    changed = max(post.modified for post in state.published())
    return conditional(state, channel(state, title, state.urls.feed(), changed, [post_item(state, post) for post in shown]), changed, asked)


def comments_feed(state: State, asked: dict[str, str], post: Post | None = None) -> Response:
    """Ten newest comments; a post's own feed too carries the site-wide Last-Modified."""
    open_posts = {p.id for p in state.published() if not p.password}
    shown = [c for c in state.comments.values() if c.status == "approved" and c.post in open_posts]
    shown.sort(key=lambda c: (c.date, c.id))
    changed = shown[-1].date if shown else state.now()
    if post:
        shown = [c for c in shown if c.post == post.id]
    title = f"Comments on: {state.title(post)}" if post else f"Comments for {html.escape(state.title_text)}"
    body = channel(
        state,
        title,
        state.urls.post_feed(post) if post else state.urls.feed("comments"),
        changed,
        [comment_item(state, c) for c in shown[: -ITEMS - 1 : -1]],
    )
    return conditional(state, body, changed, asked)


def sitemap_names(state: State) -> list[str]:
    return ["posts-post", "posts-page", "taxonomies-category", "taxonomies-post_tag", "users"]


def sitemap_urls(state: State, name: str) -> list[tuple[str, str]]:
    """(address, lastmod or ''). A password-protected article is in it."""
    if name in ("posts-post", "posts-page"):
        posts = state.published(name.removeprefix("posts-"))
        home = [(f"{state.home}/", "")] if name == "posts-page" else []
        return home + [(state.urls.post(p), local(p.modified).isoformat() if state.sitemap_lastmod else "") for p in posts]
    if name == "users":
        return [(state.urls.author(slug), "") for slug in sorted({p.authors[0] for p in state.published() if p.authors})]
    terms = sorted((t for t in state.terms.values() if t.kind == name.removeprefix("taxonomies-")), key=lambda t: t.name)
    return [(state.urls.term(term), "") for term in terms if state.posts_with(term)]


def sitemap(state: State, name: str, page: int) -> bytes | None:
    """The index for name '', else one file of it; None where there is none."""
    lead = '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="{home}/wp-sitemap{kind}.xsl" ?>\n'
    schema = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    if not name:
        files = [
            state.urls.sitemap(n, p + 1) for n in sitemap_names(state) for p in range(-(-len(sitemap_urls(state, n)) // state.sitemap_size))
        ]
        entries = "".join(f"<sitemap><loc>{html.escape(address)}</loc></sitemap>" for address in files)
        return (lead.format(home=state.home, kind="-index") + f"<sitemapindex {schema}>{entries}</sitemapindex>\n").encode()
    if name not in sitemap_names(state) or page < 1:
        return None
    urls = sitemap_urls(state, name)[(page - 1) * state.sitemap_size : page * state.sitemap_size]
    if not urls:
        return None
    entries = "".join(f"<url><loc>{html.escape(url)}</loc>{f'<lastmod>{when}</lastmod>' if when else ''}</url>" for url, when in urls)
    return (lead.format(home=state.home, kind="") + f"<urlset {schema}>{entries}</urlset>\n").encode()

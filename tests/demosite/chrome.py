"""Head, header, sidebar and footer: the same around every page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING
from urllib.parse import quote

from .model import Post, local
from .replies import author_link

if TYPE_CHECKING:
    from .state import State


def head(state: State, title: str, canonical: str, post: Post | None) -> str:
    name, urls = html.escape(state.title_text), state.urls
    lines = [
        '<meta charset="UTF-8" />',
        '<meta name="viewport" content="width=device-width" />',
        f"<title>{title + ' &#8211; ' if title else ''}{name}{'' if title else ' &#8211; ' + html.escape(state.tagline)}</title>",
        "<meta name='robots' content='max-image-preview:large' />",
    ]
    if state.feeds:
        feeds = [("Feed", urls.feed()), ("Comments Feed", urls.feed("comments"))]
        if post and post.kind == "post":
            feeds.append((f"{title} Comments Feed", urls.post_feed(post)))
        lines += [
            f'<link rel="alternate" type="application/rss+xml" title="{name} &raquo; {what}" href="{html.escape(url)}" />'
            for what, url in feeds
        ]
    lines.append(
        f"<link rel='stylesheet' id='desk-css' href='{state.home}/wp-content/themes/desk/style.css?ver=6.1.9' "
        "type='text/css' media='all' />"
    )
    if state.rest not in ("404",):
        lines.append(f'<link rel="https://api.w.org/" href="{html.escape(urls.rest())}" />')
        if post:
            route = f"/wp/v2/{'posts' if post.kind == 'post' else 'pages'}/{post.id}"
            lines.append(f'<link rel="alternate" type="application/json" href="{html.escape(urls.rest(route))}" />')
    lines.append('<meta name="generator" content="WordPress 6.1.9" />')
    if canonical:
        lines.append(f'<link rel="canonical" href="{html.escape(canonical)}" />')
    if post:
        lines.append(f"<link rel='shortlink' href='{urls.shortlink(post)}' />")
    return "\n".join(lines)


def navigation(state: State) -> str:
    cats = [term for term in state.terms.values() if term.kind == "category" and state.posts_with(term)]
    items = [
        f'<li class="cat-item cat-item-{t.id}"><a href="{state.urls.term(t)}">{html.escape(t.name)}</a></li>'
        for t in sorted(cats, key=lambda t: t.name)
    ]
    items += [
        f'<li class="page_item page-item-{p.id}"><a href="{state.urls.post(p)}">{state.title(p)}</a></li>' for p in state.published("page")
    ]
    return "\n".join(items)


def recent_comments(state: State) -> str:
    """The widget uses the same words and addresses as a thread does: a trap for extractors."""
    known = {post.id for post in state.published() if not post.password}
    shown = [c for c in state.comments.values() if c.status == "approved" and c.post in known]
    shown = sorted(shown, key=lambda c: (c.date, c.id))[:-6:-1]
    items = "".join(
        f'<li class="recentcomments"><span class="comment-author-link">{author_link(c)}</span> on '
        f'<a href="{html.escape(state.urls.comment(c))}">{state.title(state.posts[c.post])}</a></li>'
        for c in shown
    )
    head = '<li id="recent-comments-2" class="widget widget_recent_comments"><h2>Recent comments</h2>'
    return f'{head}<ul id="recentcomments">{items}</ul></li>'


def tag_cloud(state: State) -> str:
    tags = sorted((t for t in state.terms.values() if t.kind == "post_tag"), key=lambda t: t.name)
    counted = [(tag, len(state.posts_with(tag))) for tag in tags]
    links = "\n".join(
        f'<a href="{state.urls.term(tag)}" class="tag-cloud-link tag-link-{tag.id}" style="font-size: {8 + min(count, 10)}pt;" '
        f'aria-label="{html.escape(tag.name)} ({count} items)">{html.escape(tag.name)}</a>'
        for tag, count in counted
        if count
    )
    return f'<li id="tag_cloud-2" class="widget widget_tag_cloud"><h2>Topics</h2><div class="tagcloud">{links}</div></li>'


def sidebar(state: State) -> str:
    posts = state.published()
    recent = "".join(f'<li><a href="{html.escape(state.urls.post(p))}">{state.title(p)}</a></li>' for p in posts[:-6:-1])
    months = {p.archive: f"{local(p.date):%B %Y}" for p in posts[::-1]}
    archives = "".join(f"<li><a href='{html.escape(state.urls.month(month))}'>{words}</a></li>" for month, words in months.items())
    return (
        '<div id="sidebar"><ul>\n<li id="recent-posts-2" class="widget widget_recent_entries"><h2>Recent '
        f"reports</h2><ul>{recent}</ul></li>\n"
        f"{recent_comments(state)}\n{tag_cloud(state)}\n"
        f'<li id="archives-2" class="widget widget_archive"><h2>Archives</h2><ul>{archives}</ul></li>\n</ul></div>\n'
    )


def frame(state: State, title: str, css: str, content: str, *, canonical: str = "", post: Post | None = None) -> str:
    """`title` is HTML; an empty one gives the front page's."""
    search = (
        f'<form role="search" method="get" id="searchform" action="{state.home}/"><input type="text" value="" name="s" id="s" />'
        '<input type="submit" id="searchsubmit" value="Search" /></form>'
    )
    main = ("<main>", "</main>") if state.theme == "html5" else ("", "")
    return (
        f'<!DOCTYPE html>\n<html lang="en-US">\n<head>{head(state, title, canonical, post)}\n</head>\n<body class="{css}">\n'
        f'<div id="header"><h1><a href="{state.home}/">{html.escape(state.title_text)}</a></h1><p '
        f'class="tagline">{html.escape(state.tagline)}</p>\n'
        f'<ul class="nav">{navigation(state)}</ul>{search}</div>\n<div id="page"><div '
        f'id="content">{main[0]}\n{content}{main[1]}</div>\n{sidebar(state)}</div>\n'
        f'<div id="footer"><p>&copy; 2006&ndash;2026 {html.escape(state.title_text)}. An invented publication about invented places.</p>'
        f'<p><a href="https://social.example/{quote("harrowdesk")}">Follow us</a></p></div>\n</body>\n</html>\n'
    )

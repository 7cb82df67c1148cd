"""The theme: article pages, listings, WordPress pages, the 404 page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from . import boilerplate
from .chrome import frame
from .model import Post, local
from .replies import count_words, render_thread

if TYPE_CHECKING:
    from .state import State

PASSWORD_FORM = (
    '<form action="{home}/wp-login.php?action=postpass" class="post-password-form" method="post">\n'
    "<p>This content is password protected. To view it please enter your password below:</p>\n"
    '<p><label for="pwbox-{id}">Password: <input name="post_password" id="pwbox-{id}" type="password" size="20" /></label> '
    '<input type="submit" name="Submit" value="Enter" /></p>\n</form>\n'
)


def post_class(state: State, post: Post) -> str:
    terms = [f"category-{slug}" for slug in post.categories] + [f"tag-{slug}" for slug in post.tags]
    locked = ["post-password-required"] if post.password else []
    picture = ["has-post-thumbnail"] if post.picture and not post.password else []
    return " ".join(
        [f"post-{post.id}", post.kind, f"type-{post.kind}", "status-publish", "format-standard", *locked, *picture, "hentry", *terms]
    )


def shown_title(state: State, post: Post) -> str:
    return ("Protected: " if post.password else "") + state.title(post)


def when(post: Post) -> str:
    at = local(post.date)
    return f"{at:%B} {at.day}, {at.year} | {at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


def author_links(state: State, post: Post) -> str:
    links = [f'<a href="{state.urls.author(slug)}" rel="author">{html.escape(state.authors[slug].name)}</a>' for slug in post.authors]
    return " and ".join([", ".join(links[:-1]), links[-1]]) if len(links) > 1 else "".join(links)


def page_links(state: State, post: Post, page: int) -> str:
    total = state.content_pages(post)
    if total == 1:
        return ""
    numbers = [
        f'<span class="post-page-numbers current" aria-current="page">{n}</span>'
        if n == page
        else f'<a href="{html.escape(state.urls.post(post, n))}" class="post-page-numbers">{n}</a>'
        for n in range(1, total + 1)
    ]
    return f'<p class="post-nav-links">Pages: {" ".join(numbers)}</p>'


def entry(state: State, post: Post, page: int) -> str:
    if post.password:
        return PASSWORD_FORM.format(home=state.home, id=post.id)
    return state.content(post, page) + page_links(state, post, page)


def picture(state: State, post: Post) -> str:
    if not post.picture or post.password:
        return ""
    address = state.urls.upload(post, post.picture)
    return f'<img width="320" height="200" src="{address}" class="attachment-full size-full wp-post-image" alt="" />\n'


def article(state: State, post: Post, page: int) -> str:
    after = boilerplate.after_content(state, post) if state.boilerplate != "off" and not post.password else ""
    section = f'<p class="section-label">{html.escape(post.section)}</p>\n' if post.section else ""
    filed = ", ".join(
        f'<a href="{state.urls.term(t)}" rel="category tag">{html.escape(t.name)}</a>' for t in state.terms_of(post, "category")
    )
    tags = ", ".join(f'<a href="{state.urls.term(t)}" rel="tag">{html.escape(t.name)}</a>' for t in state.terms_of(post, "post_tag"))
    tagged = f' | Tagged <span class="tags-links">{tags}</span>' if tags else ""
    css, title = post_class(state, post), shown_title(state, post)
    if state.theme == "classic":
        return (
            f'<div class="{css}" id="post-{post.id}">\n{section}<h2 class="entry-title">{title}</h2>\n'
            f'<div class="meta">By {author_links(state, post)} | {when(post)} | <a href="https://social.example/harrowdesk">@harrowdesk</a></div>\n'
            f'{picture(state, post)}<div class="entry">{entry(state, post, page)}</div>\n{after}\n'
            f'<p class="postmetadata">Filed under {filed}{tagged}</p></div>\n'
        )
    stamp = local(post.date).isoformat(timespec="seconds")
    return (
        f'<article class="{css}" id="post-{post.id}">\n<header class="entry-header">{section}<h1 class="entry-title">{title}</h1>'
        f'<span class="posted-on"><time class="entry-date published" datetime="{stamp}">{when(post)}</time></span> '
        f'<span class="byline">By <span class="author vcard">{author_links(state, post)}</span></span></header>\n{picture(state, post)}'
        f'<div class="entry-content">{entry(state, post, page)}</div>\n{after}\n'
        f'<footer class="entry-footer"><span class="cat-links">{filed}</span>{tagged}</footer></article>\n'
    )


def neighbours(state: State, post: Post) -> str:
    posts = state.published()
    at = posts.index(post)

    def link(other: Post, rel: str) -> str:
        return f'<a href="{html.escape(state.urls.post(other))}" rel="{rel}">{shown_title(state, other)}</a>'

    before = f"&laquo; {link(posts[at - 1], 'prev')}" if at else ""
    after = f"{link(posts[at + 1], 'next')} &raquo;" if at + 1 < len(posts) else ""
    return f'<div class="navigation">{before} {after}</div>\n'


def render_post(state: State, post: Post, page: int = 1, comment_page: int = 0) -> str:
    canonical = state.urls.post(post, page)
    if comment_page:
        canonical = state.urls.comment_page(post, comment_page) + "#comments"
    css = f"post-template-default single single-post postid-{post.id} single-format-standard"
    if page > 1:
        css += f" paged-{page} single-paged-{page}"
    content = article(state, post, page) + neighbours(state, post) + render_thread(state, post, comment_page)
    return frame(state, shown_title(state, post), css, content, canonical=canonical, post=post)


def render_page(state: State, post: Post) -> str:
    css = f"page-template-default page page-id-{post.id}"
    head = f'<div class="{post_class(state, post)}" id="post-{post.id}">\n<h2>{state.title(post)}</h2>\n'
    body = f'{head}<div class="entry">{state.content(post)}</div></div>\n'
    return frame(state, state.title(post), css, body, canonical=state.urls.post(post), post=post)


def teaser(state: State, post: Post) -> str:
    count = state.threads.count(post)
    link, place = html.escape(state.urls.post(post)), "comments" if count else "respond"
    talk = f'<a href="{link}#{place}">{count_words(count)}<span class="screen-reader-text"> on {state.title(post)}</span></a>'
    words = "There is no excerpt because this is a protected post." if post.password else state.excerpt(post)
    head = f'<h2 class="entry-title"><a href="{link}" rel="bookmark">{shown_title(state, post)}</a></h2>'
    meta = f'<div class="meta">By {html.escape(state.byline(post))} | {when(post)} | {talk}</div>'
    return f'<div class="{post_class(state, post)}" id="post-{post.id}">\n{head}\n{meta}\n<div class="entry"><p>{words}</p>\n</div></div>\n'


def render_listing(state: State, posts: list[Post], page: int, *, base: str, title: str, css: str) -> str | None:
    """Newest first; None beyond the last page."""
    size = state.posts_per_page
    pages = max(1, -(-len(posts) // size))
    if page > pages:
        return None
    shown = posts[::-1][(page - 1) * size : page * size]
    older = f'<a href="{html.escape(state.urls.listing(base, page + 1))}">&laquo; Older Entries</a>' if page < pages else ""
    newer = f'<a href="{html.escape(state.urls.listing(base, page - 1))}">Newer Entries &raquo;</a>' if page > 1 else ""
    heading = f'<h2 class="pagetitle">{title}</h2>\n' if title else ""
    nav = f'<div class="navigation"><div class="alignleft">{older}</div><div class="alignright">{newer}</div></div>\n'
    if page > 1:
        css += f" paged paged-{page}"
    return frame(state, title, css, heading + "".join(teaser(state, post) for post in shown) + nav)


def render_404(state: State) -> str:
    return frame(
        state, "Page not found", "error404", "<h2>Not Found</h2>\n<p>Sorry, but you are looking for something that isn&#8217;t here.</p>\n"
    )

"""The addresses the site prints, with pretty or plain permalinks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib import parse

from .model import Comment, Post, Term

if TYPE_CHECKING:
    from .state import State


@lru_cache(maxsize=4096)
def quote(slug: str) -> str:
    return parse.quote(slug)


class Urls:
    """`home` has no trailing slash. Article addresses have none either: their permalink structure ends in .php."""

    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def home(self) -> str:
        return self.state.home

    @property
    def plain(self) -> bool:
        return self.state.links == "plain"

    def post(self, post: Post, page: int = 1) -> str:
        if post.kind == "page":
            return f"{self.home}/?page_id={post.id}" if self.plain else f"{self.home}/{post.slug}"
        if self.plain:
            return f"{self.home}/?p={post.id}" + (f"&page={page}" if page > 1 else "")
        return f"{self.home}/archives/{post.archive}/{quote(post.slug)}.php" + (f"/{page}" if page > 1 else "")

    def shortlink(self, post: Post) -> str:
        return f"{self.home}/?p={post.id}"

    def comment_page(self, post: Post, number: int) -> str:
        """The thread's page; 0 is the bare address."""
        if not number:
            return self.post(post)
        return self.post(post) + (f"&cpage={number}" if self.plain else f"/comment-page-{number}")

    def comment(self, comment: Comment) -> str:
        """Outside the loop WordPress always names the comment page when threads are split."""
        post = self.state.posts[comment.post]
        number = self.state.threads.page_of(comment) if self.state.comments_per_page else 0
        return f"{self.comment_page(post, number)}#comment-{comment.id}"

    def author(self, slug: str) -> str:
        return f"{self.home}/?author={self.state.authors[slug].id}" if self.plain else f"{self.home}/archives/author/{quote(slug)}"

    def term(self, term: Term) -> str:
        if self.plain:
            return f"{self.home}/?cat={term.id}" if term.kind == "category" else f"{self.home}/?tag={quote(term.slug)}"
        return f"{self.home}/archives/{'category' if term.kind == 'category' else 'tag'}/{quote(term.slug)}"

    def month(self, archive: str) -> str:
        return f"{self.home}/?m={archive.replace('/', '')}" if self.plain else f"{self.home}/archives/{archive}"

    def listing(self, base: str, page: int) -> str:
        if page == 1:
            return base
        if self.plain:
            return f"{base}{'&' if '?' in base else '/?'}paged={page}"
        return f"{base}/page/{page}"

    def feed(self, what: str = "") -> str:
        if self.plain:
            return f"{self.home}/?feed={'comments-rss2' if what == 'comments' else 'rss2'}"
        return f"{self.home}/{what + '/' if what else ''}feed"

    def post_feed(self, post: Post) -> str:
        return f"{self.post(post)}&feed=rss2" if self.plain else f"{self.post(post)}/feed"

    def rest(self, route: str = "/") -> str:
        if self.plain or self.state.rest == "rest_route-only":
            return f"{self.home}/index.php?rest_route={route}"
        return f"{self.home}/wp-json{route}"

    def sitemap(self, name: str = "", page: int = 1) -> str:
        """`name` is '' for the index, else posts-post, posts-page, taxonomies-category, taxonomies-post_tag or users."""
        if not self.plain:
            return f"{self.home}/wp-sitemap.xml" if not name else f"{self.home}/wp-sitemap-{name}-{page}.xml"
        kind, _, sub = name.partition("-")
        subtype = f"&sitemap-subtype={sub}" if sub else ""
        return f"{self.home}/?sitemap={kind or 'index'}{subtype}" + (f"&paged={page}" if name else "")

    def upload(self, post: Post, name: str) -> str:
        return f"{self.home}/wp-content/uploads/{post.archive}/{name}"

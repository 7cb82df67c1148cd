"""The site's data and switches, and the questions everything else asks of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from . import boilerplate, load, markup
from .faults import Faults
from .model import Author, Comment, Post, Request, Term
from .thread import Threads
from .urls import Urls

Rest = Literal["on", "404", "401", "403", "nocomments", "rest_route-only"]
TITLE = "The Harrow Desk"
TAGLINE = "Analysis of armed movements in the Serrat Basin"


class State:
    """Every switch is an attribute and may be changed while the site runs.

    `comments_per_page` counts top-level threads, 0 = all on one page. `thread_pager` False = nothing on a page leads to the
    thread's other pages, as some page builders have it. `robots` None = WordPress's own text. `overcount` = so many posts that
    totals count and lists leave out. `now` is the clock that edits and new comments are dated by.
    """

    title_text = TITLE
    tagline = TAGLINE

    def __init__(
        self,
        *,
        rest: Rest = "on",
        links: Literal["pretty", "plain"] = "pretty",
        theme: Literal["classic", "html5"] = "classic",
        boilerplate: Literal["content", "theme", "off"] = "content",
        sitemap: bool = True,
        sitemap_lastmod: bool = False,
        sitemap_size: int = 2000,
        feeds: bool = True,
        robots: str | None = None,
        comments_per_page: int = 20,
        comments_default: Literal["newest", "oldest"] = "newest",
        comments_order: Literal["asc", "desc"] = "asc",
        thread_pager: bool = True,
        posts_per_page: int = 10,
        overcount: int = 0,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.rest: Rest = rest
        self.links, self.theme, self.boilerplate = links, theme, boilerplate
        self.sitemap, self.sitemap_lastmod, self.sitemap_size = sitemap, sitemap_lastmod, sitemap_size
        self.feeds, self.robots = feeds, robots
        self.comments_per_page, self.comments_default, self.comments_order = comments_per_page, comments_default, comments_order
        self.thread_pager = thread_pager
        self.posts_per_page = posts_per_page
        self.clock = now or (lambda: datetime.now(UTC))
        self.home = "http://127.0.0.1"
        self.lock = threading.RLock()
        self.faults = Faults()
        self.requests: list[Request] = []
        self.gone_paths: set[str] = set()
        self.pictures: dict[str, int] = {}
        posts = load.read_posts()
        self.terms: dict[tuple[str, str], Term] = {(term.kind, term.slug): term for term in load.collect_terms(posts)}
        self.posts: dict[int, Post] = {post.id: post for post in posts}
        self.comments: dict[int, Comment] = {comment.id: comment for comment in load.read_comments()}
        self.authors: dict[str, Author] = {author.slug: author for author in load.read_authors()}
        self.urls, self.threads = Urls(self), Threads(self)
        for number in range(overcount):
            self.add_ghost(number)

    def add_ghost(self, number: int) -> None:
        """A post that X-WP-Total counts and no list shows, as posts of a hidden kind are."""
        date = datetime(2011, 3, 1, 12, tzinfo=UTC) + timedelta(days=400 * number)
        self.posts[9000 + number] = Post(9000 + number, f"ghost-{number}", "Ghost", date, date, "", ghost=True)

    def now(self) -> datetime:
        """Never before the newest thing on the site, so that a change is always news."""
        newest = max(max(post.modified, post.date) for post in self.posts.values() if post.status != "future")
        latest = max(comment.date for comment in self.comments.values())
        return max(self.clock().replace(microsecond=0), max(newest, latest) + timedelta(seconds=1))

    def published(self, kind: str = "post") -> list[Post]:
        """Oldest first."""
        return sorted((p for p in self.posts.values() if p.public and p.kind == kind), key=lambda p: (p.date, p.id))

    def find(self, slug: str, kind: str = "post") -> Post | None:
        return next((p for p in self.posts.values() if p.slug == slug and p.public and p.kind == kind), None)

    def terms_of(self, post: Post, kind: str) -> list[Term]:
        """By name, as get_the_terms gives them."""
        slugs = post.categories if kind == "category" else post.tags
        return sorted((self.terms[kind, slug] for slug in slugs), key=lambda term: term.name)

    def posts_with(self, term: Term) -> list[Post]:
        found = (p for p in self.posts.values() if term.slug in (p.categories if term.kind == "category" else p.tags))
        return sorted((p for p in found if p.public and p.kind == "post"), key=lambda p: (p.date, p.id))

    def byline(self, post: Post) -> str:
        names = [self.authors[slug].name for slug in post.authors]
        return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)

    def title(self, post: Post) -> str:
        return markup.texturize(post.title.replace("&", "&amp;"))

    def resolve(self, body: str, post: Post) -> str:
        """`post:ID` and `img:NAME` in a stored body become addresses of this site."""

        def address(link: re.Match[str]) -> str:
            other = self.posts.get(int(link[1]))
            return f'"{self.urls.post(other)}"' if other else link[0]

        body = re.sub(r'"post:(\d+)"', address, body)
        return body.replace('"img:', f'"{self.urls.upload(post, "")}').replace('"home:', f'"{self.home}')

    def content(self, post: Post, page: int | None = None) -> str:
        """the_content; `page` of a <!--nextpage--> post, None = the whole as REST gives it."""
        body = post.body if page is None else post.body.split(markup.NEXTPAGE)[page - 1]
        rendered = markup.render_body(self.resolve(body, post), post.editor)
        return boilerplate.in_content(self, post, rendered) if self.boilerplate == "content" else rendered

    def content_pages(self, post: Post) -> int:
        return post.body.count(markup.NEXTPAGE) + 1

    def excerpt(self, post: Post) -> str:
        return markup.texturize(post.excerpt) if post.excerpt else markup.excerpt(self.content(post))

"""From a request to a response: which address means what, and where WordPress redirects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from . import feeds, theme, uploads
from .load import FOLDER
from .model import Post
from .response import Response, redirect
from .rest import COMMON, Rest, encode

if TYPE_CHECKING:
    from .state import State

ARTICLE = re.compile(r"/archives/(\d{4})/(\d\d)/([^/]+)\.php(?:/(\d+)|/comment-page-(\d+)|/(feed))?")
LISTING = re.compile(r"(?:/archives/(?:(author|category|tag)/([^/]+)|(\d{4}(?:/\d\d)?)))?(?:/page/(\d+))?")
STYLE = "/wp-content/themes/desk/style.css"
SITEMAP = re.compile(r"/wp-sitemap(?:-([a-z_-]+)-(\d+))?\.xml")


class App:
    def __init__(self, state: State) -> None:
        self.state, self.rest = state, Rest(state)

    def answer(self, target: str, headers: dict[str, str], ignore: tuple[str, ...] = ()) -> Response:
        """`target` is path and query as received; `headers` have lower-case names."""
        parts = urlsplit(target)
        path, pairs = unquote(parts.path), parse_qsl(parts.query, keep_blank_values=True)
        query = dict(pairs)
        if path == "/robots.txt":
            return self.robots()
        if path.startswith("/wp-content/uploads/"):
            return uploads.answer(self.state, path, headers) or self.not_found()
        if path == STYLE:
            return Response(200, (FOLDER / "style.css").read_bytes(), "text/css")
        if {path.rstrip("/"), target} & self.state.gone_paths:
            return Response(410, theme.render_404(self.state).encode())
        if path == "/wp-json" or path.startswith("/wp-json/") or "rest_route" in query:
            return self.rest_door(path, query, pairs, ignore)
        found = self.page(path, query, headers)
        return found or self.not_found()

    def not_found(self) -> Response:
        uncached = [("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"), ("Cache-Control", "no-cache, must-revalidate, max-age=0")]
        return Response(404, theme.render_404(self.state).encode(), headers=[*uncached, *self.api_link()])

    def robots(self) -> Response:
        text = self.state.robots
        if text is None:
            text = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n"
            text += f"\nSitemap: {self.state.urls.sitemap()}\n" if self.state.sitemap else ""
        return Response(200, text.encode(), "text/plain; charset=utf-8")

    def rest_door(self, path: str, query: dict[str, str], pairs: list[tuple[str, str]], ignore: tuple[str, ...]) -> Response:
        mode, pretty = self.state.rest, path.startswith("/wp-json")
        if mode == "404" or (pretty and (mode == "rest_route-only" or self.state.links == "plain")):
            return self.not_found()
        if mode == "403":
            return Response(
                403, b"<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>"
            )
        if mode == "401":
            body = {"code": "rest_not_logged_in", "message": "You are not currently logged in.", "data": {"status": 401}}
            return Response(401, encode(body), "application/json; charset=UTF-8", list(COMMON))
        return self.rest.answer(path.removeprefix("/wp-json") if pretty else query["rest_route"], pairs, ignore)

    def api_link(self, post: Post | None = None) -> list[tuple[str, str]]:
        if self.state.rest == "404":
            return []
        links = [("Link", f'<{self.state.urls.rest()}>; rel="https://api.w.org/"')]
        if post and post.kind == "post":
            route = self.state.urls.rest(f"/wp/v2/posts/{post.id}")
            links += [
                ("Link", f'<{route}>; rel="alternate"; type="application/json"'),
                ("Link", f"<{self.state.urls.shortlink(post)}>; rel=shortlink"),
            ]
        return links

    def html(self, page: str | None, post: Post | None = None) -> Response | None:
        return Response(200, page.encode(), headers=self.api_link(post)) if page is not None else None

    def page(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Response | None:
        if path == "/index.php" and self.state.links == "pretty":
            return redirect(f"{self.state.home}/")
        if path in ("/", "/index.php"):
            return self.front(query, headers)
        if self.state.links == "plain":
            return None
        if match := SITEMAP.fullmatch(path):
            return self.sitemap(match[1] or "", int(match[2] or 1))
        if path == "/sitemap.xml" and self.state.sitemap:
            return redirect(self.state.urls.sitemap(), 302)
        bare = path.rstrip("/")
        if bare.endswith("/feed") and not ARTICLE.fullmatch(bare):
            return self.feed(bare.removesuffix("/feed"), self.number(query, "paged") or 1, headers)
        if match := ARTICLE.fullmatch(bare):
            return self.article(match, path, query, headers)
        if match := LISTING.fullmatch(bare):
            base = re.sub(r"/page/\d+$", "", bare)
            if path.endswith("/") and not match[4]:
                return redirect(self.state.home + quote(bare))
            return self.listing(base, match[1], match[2], match[3], max(1, int(match[4] or 1)))
        if post := self.state.find(bare.strip("/"), "page"):
            return redirect(self.state.urls.post(post)) if path != bare else self.html(theme.render_page(self.state, post), post)
        return None

    def number(self, query: dict[str, str], *names: str) -> int:
        return next((int(query[name]) for name in names if query.get(name, "").isdigit()), 0)

    def front(self, query: dict[str, str], headers: dict[str, str]) -> Response | None:
        """The home address with all that plain permalinks put behind its question mark."""
        state, plain = self.state, self.state.links == "plain"
        if number := self.number(query, "p", "page_id"):
            post = state.posts.get(number)
            if not post or not post.public:
                return None
            if not plain:
                return redirect(state.urls.post(post))
            if "feed" in query:
                return feeds.comments_feed(state, headers, post) if state.feeds else Response(410)
            return self.single(post, self.number(query, "page") or 1, self.number(query, "cpage"))
        if "sitemap" in query:
            kind, sub = query["sitemap"], query.get("sitemap-subtype", "")
            return self.sitemap("" if kind == "index" else f"{kind}-{sub}".strip("-"), self.number(query, "paged") or 1)
        page = self.number(query, "paged") or 1
        if feed := query.get("feed"):
            return self.feed("/comments" if feed.startswith("comments") else "", page, headers)
        if words := query.get("s"):
            found = [p for p in state.published() if not p.password and words.lower() in (p.title + p.body).lower()]
            shown = theme.render_listing(
                state, found, page, base=f"{state.home}/?s={quote(words)}", title="Search Results", css="search search-results"
            )
            return self.html(shown)
        return self.archive(query, page)

    def archive(self, query: dict[str, str], page: int) -> Response | None:
        """Listings by the ids and slugs of plain permalinks; with pretty ones they redirect."""
        state = self.state
        author = next((a.slug for a in state.authors.values() if a.id == self.number(query, "author")), None)
        term = next(
            (t for t in state.terms.values() if t.id == self.number(query, "cat") or (t.kind, t.slug) == ("post_tag", query.get("tag"))),
            None,
        )
        month = re.fullmatch(r"(\d{4})(\d\d)", query.get("m", ""))
        if (author or term) and state.links == "pretty":
            return redirect(state.urls.term(term) if term else state.urls.author(author or ""))
        if author:
            return self.listing(state.urls.author(author).removeprefix(state.home), "author", author, None, page)
        if term:
            return self.listing(
                state.urls.term(term).removeprefix(state.home), "category" if term.kind == "category" else "tag", term.slug, None, page
            )
        if month:
            return self.listing(f"/?m={month[0]}", None, None, f"{month[1]}/{month[2]}", page)
        return self.listing("", None, None, None, page)

    def listing(self, base: str, kind: str | None, slug: str | None, archive: str | None, page: int) -> Response | None:
        state = self.state
        if kind == "author":
            posts, css = [p for p in state.published() if slug in p.authors], f"archive author author-{slug}"
            title = f"Articles by {state.authors[slug].name}" if slug in state.authors else ""
        elif kind:
            term = state.terms.get(("category" if kind == "category" else "post_tag", slug or ""))
            posts, css = state.posts_with(term) if term else [], f"archive {kind} {kind}-{slug}"
            title = f"Archive for {term.name.replace('&', '&amp;')}" if term else ""
        elif archive:
            posts, css, title = [p for p in state.published() if p.archive.startswith(archive)], "archive date", f"Archive for {archive}"
        else:
            posts, css, title = state.published(), "home blog", ""
        if not posts:
            return None
        return self.html(theme.render_listing(state, posts, page, base=state.home + base, title=title, css=css))

    def feed(self, base: str, page: int, headers: dict[str, str]) -> Response | None:
        state = self.state
        if not state.feeds:
            return Response(410, theme.render_404(state).encode())
        if base == "/comments":
            return feeds.comments_feed(state, headers)
        match = LISTING.fullmatch(base)
        if not match:
            return None
        kind, slug, archive, _ = match.groups()
        posts = state.published()
        if kind == "author":
            posts = [p for p in posts if slug in p.authors]
        elif kind:
            posts = [p for p in posts if slug in (p.categories if kind == "category" else p.tags)]
        elif archive:
            posts = [p for p in posts if p.archive.startswith(archive)]
        found = feeds.posts_feed(state, posts, page, state.title_text, headers)
        if found:
            found.headers += self.api_link()
        return found

    def sitemap(self, name: str, page: int) -> Response | None:
        body = feeds.sitemap(self.state, name, page) if self.state.sitemap else None
        return Response(200, body, "application/xml; charset=UTF-8", [("X-Robots-Tag", "noindex, follow")]) if body else None

    def article(self, match: re.Match[str], path: str, query: dict[str, str], headers: dict[str, str]) -> Response | None:
        """Old slugs, shortened slugs, trailing slashes and wrong part numbers lead to the address of today."""
        year, month, slug, number, comment_page, feed = match.groups()
        post = self.named(slug, f"{year}/{month}")
        if not post:
            return None
        if feed and post.slug == slug:
            return feeds.comments_feed(self.state, headers, post) if self.state.feeds else Response(410)
        wrong = post.slug != slug or number in ("0", "1") or int(number or 1) > self.state.content_pages(post)
        if wrong or (path.endswith("/") and not comment_page):
            address = self.state.urls.post(post) + (f"/{number}" if number and not wrong else "")
            return redirect(address + (f"?{urlencode(query)}" if query else ""))
        return self.single(post, int(number or 1), int(comment_page or 0))

    def single(self, post: Post, page: int, comment_page: int) -> Response | None:
        if post.kind == "page":
            return self.html(theme.render_page(self.state, post), post)
        return self.html(theme.render_post(self.state, post, page, comment_page), post)

    def named(self, slug: str, archive: str) -> Post | None:
        """Of that month: the post of that slug, else of that old slug, else one whose slug begins so (WordPress guesses)."""
        posts = [post for post in self.state.published() if post.archive == archive]
        exact = [post for post in posts if post.slug == slug] + [post for post in posts if slug in post.old_slugs]
        return next(iter(exact + [post for post in posts if post.slug.startswith(slug)]), None)

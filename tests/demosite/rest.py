"""WordPress's REST interface, read-only: /wp/v2/ posts, pages, comments, users, categories, tags, types."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from . import query
from .markup import render_comment
from .model import Author, Comment, Post, Term, local
from .query import Params, RestError
from .response import Response

if TYPE_CHECKING:
    from .state import State

Row = dict[str, Any]
TYPES = {"post": "posts", "page": "pages", "attachment": "media", "nav_menu_item": "menu-items", "wp_block": "blocks"}
COMMON = [
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link"),
    ("Access-Control-Allow-Headers", "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type"),
]


def encode(value: Any) -> bytes:
    """As PHP writes JSON: ASCII, slashes escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def local_stamp(moment: datetime) -> str:
    return local(moment).strftime("%Y-%m-%dT%H:%M:%S")


class Rest:
    def __init__(self, state: State) -> None:
        self.state, self.urls = state, state.urls

    def answer(self, route: str, pairs: list[tuple[str, str]], ignore: tuple[str, ...] = ()) -> Response:
        """`pairs` is the query string; names in `ignore` are dropped from it (a fault)."""
        try:
            return self.dispatch("/" + route.strip("/"), Params([pair for pair in pairs if pair[0] not in ignore]), pairs)
        except RestError as error:
            body = {"code": error.code, "message": error.message, "data": {"status": error.status, **error.data}}
            link = ("Link", f'<{self.urls.rest()}>; rel="https://api.w.org/"')
            return Response(error.status, encode(body), "application/json; charset=UTF-8", [*COMMON, link])

    def dispatch(self, route: str, params: Params, pairs: list[tuple[str, str]]) -> Response:
        if route == "/":
            return self.reply(self.root(), params)
        if route == "/wp/v2/types":
            return self.reply({kind: self.told_type(kind, base) for kind, base in TYPES.items()}, params)
        parts = route.split("/")[1:]
        known = ["posts", "pages", "users", "categories", "tags"] + ([] if self.state.rest == "nocomments" else ["comments"])
        if parts[:2] != ["wp", "v2"] or len(parts) not in (3, 4) or parts[2] not in known:
            raise RestError(404, "rest_no_route", "No route was found matching the URL and request method.")
        if len(parts) == 4:
            if not parts[3].isdigit():
                raise RestError(404, "rest_no_route", "No route was found matching the URL and request method.")
            return self.reply(self.single(parts[2], int(parts[3]), params), params)
        return self.collection(route, parts[2], params, pairs)

    def reply(self, value: Any, params: Params, headers: list[tuple[str, str]] | None = None) -> Response:
        fields = params.fields()
        if fields and isinstance(value, list):
            value = [query.pick(row, fields) for row in value]
        elif fields:
            value = query.pick(value, fields)
        return Response(200, encode(value), "application/json; charset=UTF-8", [*COMMON, *(headers or []), ("Allow", "GET")])

    def collection(self, route: str, name: str, params: Params, pairs: list[tuple[str, str]]) -> Response:
        rows = getattr(query, f"find_{name}")(self.state, params)
        page, per_page = params.page(), params.per_page()
        offset = params.number("offset", 0) if "offset" in params else (page - 1) * per_page
        total = len(rows)
        pages = -(-total // per_page)
        if offset >= total and total and page > 1 and name in ("posts", "pages"):
            raise RestError(400, "rest_post_invalid_page_number", "The page number requested is larger than the number of pages available.")
        if offset >= total and "offset" in params:
            total = pages = 0
        shown = [self.render(name, row) for row in rows[offset : offset + per_page] if not self.only_counted(row)]
        headers = [("X-WP-Total", str(total)), ("X-WP-TotalPages", str(pages))]
        links = [
            f'<{self.page_link(route, pairs, to)}>; rel="{rel}"'
            for rel, to in (("prev", min(page - 1, pages)), ("next", page + 1))
            if 0 < to <= pages
        ]
        return self.reply(shown, params, headers + ([("Link", ", ".join(links))] if links else []))

    def only_counted(self, row: Any) -> bool:
        """Is it in the total and not in the list?"""
        return getattr(row, "ghost", False) or (isinstance(row, Comment) and self.state.posts[row.post].status == "draft")

    def page_link(self, route: str, pairs: list[tuple[str, str]], page: int) -> str:
        asked = [(key, value) for key, value in pairs if key != "page"] + [("page", str(page))]
        return f"{self.state.home}/wp-json{route}?{urlencode(asked)}"

    def render(self, name: str, row: Any) -> Row:
        draw: dict[str, Callable[[Any], Row]] = {"posts": self.post, "pages": self.post, "comments": self.comment, "users": self.user}
        return draw.get(name, self.term)(row)

    def single(self, name: str, number: int, params: Params) -> Row:
        if params.text("context", "view") == "edit":
            raise RestError(401, "rest_forbidden_context", "Sorry, you are not allowed to edit posts in this post type.")
        state = self.state
        if name in ("posts", "pages"):
            return self.single_post(name, number)
        if name == "comments":
            return self.single_comment(number)
        if name == "users":
            writers = {slug for post in state.published() for slug in post.authors[:1]}
            found = next((a for a in state.authors.values() if a.id == number and a.slug in writers), None)
            if not found:
                raise RestError(404, "rest_user_invalid_id", "Invalid user ID.")
            return self.user(found)
        kind = "category" if name == "categories" else "post_tag"
        term = next((t for t in state.terms.values() if t.id == number and t.kind == kind), None)
        if not term:
            raise RestError(404, "rest_term_invalid", "Term does not exist.")
        return self.term(term)

    def single_post(self, name: str, number: int) -> Row:
        post = self.state.posts.get(number)
        if not post or post.kind != name[:-1] or post.ghost:
            raise RestError(404, "rest_post_invalid_id", "Invalid post ID.")
        if not post.public:
            raise RestError(401, "rest_forbidden", "Sorry, you are not allowed to do that.")
        return self.post(post)

    def single_comment(self, number: int) -> Row:
        comment = self.state.comments.get(number)
        if not comment:
            raise RestError(404, "rest_comment_invalid_id", "Invalid comment ID.")
        post = self.state.posts.get(comment.post)
        if not post:
            raise RestError(404, "rest_comment_invalid_post_id", "Invalid post ID.")
        if comment.status != "approved" or not post.public or post.password:
            raise RestError(401, "rest_cannot_read", "Sorry, you are not allowed to read this comment.")
        return self.comment(comment)

    def root(self) -> Row:
        state = self.state
        offset = local(state.now()).utcoffset() or timedelta()
        kinds = ["posts", "pages", "users", "categories", "tags"] + ([] if state.rest == "nocomments" else ["comments"])
        routes = {
            route: {"namespace": "wp/v2", "methods": ["GET"]}
            for kind in kinds
            for route in (f"/wp/v2/{kind}", f"/wp/v2/{kind}/(?P<id>[\\d]+)")
        }
        return {
            "name": state.title_text,
            "description": state.tagline,
            "url": state.home,
            "home": state.home,
            "gmt_offset": offset.total_seconds() / 3600,
            "timezone_string": "America/New_York",
            "namespaces": ["oembed/1.0", "wp/v2"],
            "authentication": [],
            "routes": {"/": {"namespace": "", "methods": ["GET"]}, **routes},
            "_links": {"help": [{"href": "https://developer.example/rest-api/"}]},
        }

    def told_type(self, kind: str, base: str) -> Row:
        tags = ["category", "post_tag"] if kind == "post" else []
        return {
            "description": "",
            "hierarchical": kind == "page",
            "has_archive": False,
            "name": base.title(),
            "slug": kind,
            "icon": "dashicons-admin-post",
            "taxonomies": tags,
            "rest_base": base,
            "rest_namespace": "wp/v2",
            "_links": {"collection": [{"href": self.urls.rest("/wp/v2/types")}], "wp:items": [{"href": self.urls.rest(f"/wp/v2/{base}")}]},
        }

    def post(self, post: Post) -> Row:
        state, locked = self.state, bool(post.password)
        terms = {kind: [t.id for t in state.terms_of(post, kind)] for kind in ("category", "post_tag")}
        base = f"/wp/v2/{post.kind}s"
        return {
            "id": post.id,
            "date": local_stamp(post.date),
            "date_gmt": stamp(post.date_gmt),
            "guid": {"rendered": f"{state.home}/?p={post.id}"},
            "modified": local_stamp(post.modified),
            "modified_gmt": stamp(post.modified),
            "slug": post.slug,
            "status": post.status,
            "type": post.kind,
            "link": self.urls.post(post),
            "title": {"rendered": state.title(post)},
            "content": {"rendered": "" if locked else state.content(post), "protected": locked},
            "excerpt": {"rendered": "" if locked else f"<p>{state.excerpt(post)}</p>\n", "protected": locked},
            "author": state.authors[post.authors[0]].id if post.authors else 1,
            "featured_media": 50000 + post.id if post.picture else 0,
            "comment_status": "open" if post.comments_open else "closed",
            "ping_status": "open" if post.comments_open else "closed",
            "sticky": False,
            "template": "",
            "format": "standard",
            "meta": [],
            **({"categories": terms["category"], "tags": terms["post_tag"]} if post.kind == "post" else {"parent": 0, "menu_order": 0}),
            "_links": {
                **self.links(base, post.id),
                "author": [
                    {"embeddable": True, "href": self.urls.rest(f"/wp/v2/users/{state.authors[post.authors[0]].id if post.authors else 1}")}
                ],
                "replies": [{"embeddable": True, "href": self.urls.rest("/wp/v2/comments") + f"?post={post.id}"}],
                "about": [{"href": self.urls.rest(f"/wp/v2/types/{post.kind}")}],
                "wp:term": [
                    {"taxonomy": "category", "embeddable": True, "href": self.urls.rest("/wp/v2/categories") + f"?post={post.id}"},
                    {"taxonomy": "post_tag", "embeddable": True, "href": self.urls.rest("/wp/v2/tags") + f"?post={post.id}"},
                ],
                "curies": [{"name": "wp", "href": "https://api.w.org/{rel}", "templated": True}],
            },
        }

    def comment(self, comment: Comment) -> Row:
        avatar = f"{self.state.home}/wp-content/uploads/avatar.png"
        return {
            "id": comment.id,
            "post": comment.post,
            "parent": comment.parent,
            "author": 0,
            "author_name": html.escape(comment.author, quote=False),
            "author_url": comment.url,
            "date": local_stamp(comment.date),
            "date_gmt": stamp(comment.date),
            "content": {"rendered": render_comment(comment.text)},
            "link": self.urls.comment(comment),
            "status": "approved",
            "type": "comment",
            "author_avatar_urls": dict.fromkeys(("24", "48", "96"), avatar),
            "meta": [],
            "_links": {
                **self.links("/wp/v2/comments", comment.id),
                "up": [{"embeddable": True, "post_type": "post", "href": self.urls.rest(f"/wp/v2/posts/{comment.post}")}],
                **(
                    {"in-reply-to": [{"embeddable": True, "href": self.urls.rest(f"/wp/v2/comments/{comment.parent}")}]}
                    if comment.parent
                    else {}
                ),
            },
        }

    def user(self, author: Author) -> Row:
        return {
            "id": author.id,
            "name": author.name,
            "url": "",
            "description": author.bios[0] if author.bios else "",
            "link": self.urls.author(author.slug),
            "slug": author.slug,
            "avatar_urls": dict.fromkeys(("24", "48", "96"), f"{self.state.home}/wp-content/uploads/avatar.png"),
            "meta": [],
            "_links": self.links("/wp/v2/users", author.id),
        }

    def term(self, term: Term) -> Row:
        row: Row = {
            "id": term.id,
            "count": len(self.state.posts_with(term)),
            "description": "",
            "link": self.urls.term(term),
            "name": html.escape(term.name, quote=False),
            "slug": term.slug,
            "taxonomy": term.kind,
            **({"parent": 0} if term.kind == "category" else {}),
            "meta": [],
            "_links": self.links(f"/wp/v2/{'categories' if term.kind == 'category' else 'tags'}", term.id),
        }
        return row

    def links(self, base: str, number: int) -> Row:
        return {"self": [{"href": self.urls.rest(f"{base}/{number}")}], "collection": [{"href": self.urls.rest(base)}]}

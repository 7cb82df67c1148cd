"""REST parameters: checked as WordPress checks them, then applied to the site's data."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .model import ZONE, Author, Comment, Post, Term

if TYPE_CHECKING:
    from .state import State

POST_ORDERS = ("author", "date", "id", "include", "modified", "parent", "relevance", "slug", "include_slugs", "title")
COMMENT_ORDERS = ("date", "date_gmt", "id", "include", "post", "parent", "type")


class RestError(Exception):
    def __init__(self, status: int, code: str, message: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.data = status, code, message, data or {}


def invalid(name: str, message: str, code: str, data: Any = None) -> RestError:
    detail = {name: {"code": code, "message": message, "data": data}}
    return RestError(400, "rest_invalid_param", f"Invalid parameter(s): {name}", {"params": {name: message}, "details": detail})


class Params:
    """The query string; `name=1,2`, `name[]=1&name[]=2` and `name[0]=1` mean the same list."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.values: dict[str, list[str]] = {}
        for key, value in pairs:
            name = re.sub(r"\[\d*\]$", "", key)
            self.values[name] = [*self.values.get(name, []), value] if name != key else [value]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, [default])[-1]

    def parts(self, name: str) -> list[str]:
        return [part.strip() for value in self.values.get(name, []) for part in value.split(",") if part.strip()]

    def numbers(self, name: str) -> list[int]:
        values = self.parts(name)
        for place, value in enumerate(values):
            if not re.fullmatch(r"-?\d+", value):
                where = f"{name}[{place}]"
                raise invalid(name, f"{where} is not of type integer.", "rest_invalid_type", {"param": where})
        return [int(value) for value in values]

    def number(self, name: str, default: int, least: int | None = None, most: int | None = None) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"-?\d+", value):
            raise invalid(name, f"{name} is not of type integer.", "rest_invalid_type", {"param": name})
        if least is not None and most is not None and not least <= int(value) <= most:
            raise invalid(name, f"{name} must be between {least} (inclusive) and {most} (inclusive)", "rest_out_of_bounds")
        if least is not None and int(value) < least:
            raise invalid(name, f"{name} must be greater than or equal to {least}", "rest_out_of_bounds")
        return int(value)

    def page(self) -> int:
        return self.number("page", 1, least=1)

    def per_page(self) -> int:
        return self.number("per_page", 10, least=1, most=100)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            words = ", ".join(allowed[:-1]) + (", and " if len(allowed) > 2 else " and ") + allowed[-1]
            raise invalid(name, f"{name} is not one of {words}.", "rest_not_in_enum")
        return value

    def time(self, name: str) -> datetime | None:
        """A time with Z or an offset is honoured; a naive one is the site's local time."""
        if name not in self:
            return None
        try:
            moment = datetime.fromisoformat(self.text(name).replace(" ", "+"))
        except ValueError:
            raise invalid(name, "Invalid date.", "rest_invalid_date") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)

    def fields(self) -> list[str]:
        return self.parts("_fields")


def pick(row: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """`_fields=id,title.rendered`: only these, nested names by dots."""
    out: dict[str, Any] = {}
    for key, value in row.items():
        inner = [field.partition(".")[2] for field in fields if field.partition(".")[0] == key]
        if inner:
            out[key] = pick(value, inner) if all(inner) and isinstance(value, dict) else value
    return {key: value for key, value in out.items() if value != {}}


def check_context(params: Params, what: str) -> None:
    if params.text("context", "view") == "edit":
        raise RestError(401, "rest_forbidden_context", f"Sorry, you are not allowed to edit {what}.")


def find_posts(state: State, params: Params, kind: str = "post") -> list[Post]:
    check_context(params, "posts in this post type")
    if set(params.parts("status")) - {"publish"}:
        raise invalid("status", "Status is forbidden.", "rest_forbidden_status", {"status": 401})
    order = params.choice("orderby", "date", POST_ORDERS)
    rows = [p for p in state.posts.values() if p.kind == kind and p.status == "publish"]
    bounds = {name: params.time(name) for name in ("after", "before", "modified_after", "modified_before")}
    rows = [
        p
        for p in rows
        if within(p.date, bounds["after"], bounds["before"]) and within(p.modified, bounds["modified_after"], bounds["modified_before"])
    ]
    include, exclude, authors = params.numbers("include"), params.numbers("exclude"), params.numbers("author")
    terms = {"category": params.numbers("categories"), "post_tag": params.numbers("tags")}
    rows = [p for p in rows if (not include or p.id in include) and p.id not in exclude]
    if authors:
        rows = [p for p in rows if p.authors and state.authors[p.authors[0]].id in authors]
    for name, wanted in terms.items():
        if wanted:
            rows = [p for p in rows if any(term.id in wanted for term in state.terms_of(p, name))]
    if "slug" in params:
        rows = [p for p in rows if p.slug in params.parts("slug")]
    if words := params.text("search").lower():
        rows = [p for p in rows if words in p.title.lower() or words in p.body.lower()]
    return arrange(rows, order, params, include)


def find_pages(state: State, params: Params) -> list[Post]:
    return find_posts(state, params, "page")


def find_comments(state: State, params: Params) -> list[Comment]:
    """Only type=comment, only of public posts without a password; there is no modified date to filter by. Those of drafts are
    counted, and left out of what is given."""
    check_context(params, "comments")
    for name in ("status", "type", "author_email"):
        if name in params and params.text(name) not in ("approve", "comment"):
            raise RestError(401, "rest_forbidden_param", f"Query parameter not permitted: {name}")
    order = params.choice("orderby", "date_gmt", COMMENT_ORDERS)
    known = {post.id for post in state.posts.values() if (post.public and not post.password) or post.status == "draft"}
    rows = [c for c in state.comments.values() if c.kind == "comment" and c.status == "approved" and c.post in known]
    after, before = params.time("after"), params.time("before")
    rows = [c for c in rows if within(c.date, after, before)]
    posts, parents, include, exclude = (params.numbers(name) for name in ("post", "parent", "include", "exclude"))
    rows = [c for c in rows if (not posts or c.post in posts) and ("parent" not in params or c.parent in parents)]
    rows = [c for c in rows if (not include or c.id in include) and c.id not in exclude]
    if words := params.text("search").lower():
        rows = [c for c in rows if words in c.text.lower()]
    return arrange(rows, order, params, include)


def find_users(state: State, params: Params) -> list[Author]:
    """Only users with published posts, by name."""
    writers = {slug for post in state.published() for slug in post.authors[:1]}
    include, slugs = params.numbers("include"), params.parts("slug")
    rows = [a for a in state.authors.values() if a.slug in writers and (not include or a.id in include) and (not slugs or a.slug in slugs)]
    return sorted(rows, key=lambda a: (a.id if params.text("orderby") == "id" else 0, a.name.lower()))


def find_terms(state: State, params: Params, kind: str) -> list[Term]:
    include, slugs, posts = params.numbers("include"), params.parts("slug"), params.numbers("post")
    rows = [t for t in state.terms.values() if t.kind == kind and (not include or t.id in include) and (not slugs or t.slug in slugs)]
    if posts:
        wanted = {slug for number in posts if (p := state.posts.get(number)) for slug in (p.categories if kind == "category" else p.tags)}
        rows = [t for t in rows if t.slug in wanted]
    if params.text("hide_empty") in ("1", "true"):
        rows = [t for t in rows if state.posts_with(t)]
    rows.sort(key=lambda t: (t.id if params.text("orderby") == "id" else 0, t.name.lower()))
    return rows[::-1] if params.text("order") == "desc" else rows


def find_categories(state: State, params: Params) -> list[Term]:
    return find_terms(state, params, "category")


def find_tags(state: State, params: Params) -> list[Term]:
    return find_terms(state, params, "post_tag")


def within(moment: datetime, after: datetime | None, before: datetime | None) -> bool:
    return (after is None or moment > after) and (before is None or moment < before)


def arrange(rows: list[Any], order: str, params: Params, include: list[int]) -> list[Any]:
    if order == "include":
        return sorted(rows, key=lambda row: include.index(row.id) if row.id in include else 0)
    key = {"date_gmt": "date", "relevance": "date", "include_slugs": "slug", "type": "kind", "author": "authors"}.get(order, order)
    down = params.choice("order", "desc", ("asc", "desc")) == "desc"
    page = params.number("page", 1) if key == "modified" else 1
    return sorted(rows, key=lambda row: (getattr(row, key, 0), row.id * 577 * page % 1009), reverse=down)  # as MySQL: no order among equals

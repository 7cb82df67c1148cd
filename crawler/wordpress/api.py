"""Addresses and answers of the WordPress REST API: which address to ask next, and what an answer says. Pure.

Sources: the REST API handbook, and what was measured on real sites: totals count too much, pages are short before the last one,
times without a zone are the site's wall clock, unknown parameters are silently ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, unquote, urljoin

from archive.store.coverage import kind_of_list
from crawler.errors import DoorClosed
from crawler.wordpress.listing import PER_PAGE as PER_PAGE
from crawler.wordpress.listing import Listing as Listing
from crawler.wordpress.listing import headers_of as headers_of
from crawler.wordpress.listing import is_time as is_time
from crawler.wordpress.listing import read_listing as read_listing
from crawler.wordpress.salvage import read_json

MARGIN = 7200  # seconds by which a time is asked for earlier: in the night of the clock change WordPress is an hour off
EMPTY_AT_MOST = 10  # pages in a row: what is counted and not given makes some pages short, and a few of them empty
PROBE = 20  # rows of the question "what is new?"
FIELDS = {
    "posts": "id,date,date_gmt,modified,modified_gmt,link,title,content,author,categories,tags,type,status",
    "comments": "id,post,parent,author_name,author_url,date,date_gmt,content,type",
    "users": "id,name,link",
    "categories": "id,name,slug",
    "tags": "id,name,slug",
}
REQUIRED = {  # fields of which a list gives at least some; of names, the name
    "posts": ("date", "modified", "link", "title", "content"),
    "comments": ("post", "parent", "date", "content"),
}
COLLECTION = re.compile(r"wp/v2/(posts|comments|users|categories|tags)(?=[/?&]|$)")
WHOLE_ROWS = re.compile(r"[?&]_fields=(?=[^&]*\bcontent\b)(?=[^&]*\bstatus\b)")  # of articles, whatever their type
Collection = Literal["posts", "comments", "users", "categories", "tags"]  # what the rows of a list are: articles of any type are posts
Order = Literal["asc", "desc"]


@dataclass(slots=True)
class Paging:
    """The pages of one list, one after the other: whether what came is a next page. ``page`` is the one to ask for."""

    page: int = 1
    more: bool = True
    _last: set[int] = field(default_factory=set)
    _empty: int = 0

    def turn(self, listing: Listing) -> None:
        """Take the answer to ``page``. Raises DoorClosed for a list that has no end: the same rows again, or page after page of none."""
        if self.page > 1 and listing.ids and listing.ids == self._last:
            if listing.total is None and len(listing.rows) < PER_PAGE:  # it does not say where it ends: here
                self.more = False
                return
            raise DoorClosed(f"REST ignores page: page {self.page} brings the rows of the one before")
        self._empty = 0 if listing.rows else self._empty + 1
        if self._empty > EMPTY_AT_MOST:
            raise DoorClosed(f"REST says that it has {listing.pages:,} pages, and gives nothing on {self._empty} of them in a row")
        self._last, self.more, self.page = listing.ids, self.page < listing.pages, self.page + 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a walk by date has come: everything beyond ``edge`` (the site's wall clock) is read, and ``page`` of the rest is next.

    A walk by date neither skips nor repeats when the list grows or shrinks meanwhile, and goes on after a kill.
    """

    edge: str = ""
    page: int = 1

    def __str__(self) -> str:
        return f"{self.edge}|{self.page}"

    @classmethod
    def parse(cls, text: str | None) -> Cursor:
        edge, _, page = (text or "|1").partition("|")
        return cls(edge, int(page))


def root_candidates(home: str, html: str, link_header: str) -> list[str]:
    """Where the API may be: what the front page says first, then the two usual places."""
    said = re.findall(r'<([^<>]+)>\s*;\s*rel="?https://api\.w\.org/"?', link_header)
    for tag in re.findall(r"<link\b[^>]*https://api\.w\.org/[^>]*>", html):
        said += re.findall(r"""href=["']([^"']+)["']""", tag)
    places = [*(urljoin(home, place.replace("&amp;", "&")) for place in said), urljoin(home, "wp-json/"), urljoin(home, "?rest_route=/")]
    return list(dict.fromkeys(places))


def endpoint(root: str, route: str, **params: object) -> str:
    """An address of the API below ``root``, which is .../wp-json/ or .../?rest_route=/."""
    query = "&".join(f"{name}={quote(str(value), safe=',:')}" for name, value in params.items())
    joiner = "&" if "?" in root else "?"
    return root + route + (joiner + query if query else "")


def without_rows(url: str, names: Iterable[str]) -> str:
    """The same question without these rows, named as "article ID" and "comment ID": they are not even to be sent."""
    if not names or "include=" in url:
        return url
    kind = "comment" if collection_of(url) == "comments" else "article"
    ids = sorted(name.removeprefix(f"{kind} ") for name in names if name.startswith(f"{kind} "))
    return f"{url}{'&' if '?' in url else '?'}exclude={','.join(ids)}" if ids else url


def collection_of(url: str) -> Collection | None:
    """What the rows are that an address asks for; those of a further type of articles are ``posts`` where they are asked for whole."""
    match = COLLECTION.search(unquote(url))
    if match:
        return match[1]  # type: ignore[return-value]
    return "posts" if WHOLE_ROWS.search(unquote(url)) else None


def rows_of(name: str) -> Literal["posts", "comments"]:
    """What the rows of a list of articles or comments are, by the list's name: ``briefings`` gives posts, ``comments@de`` comments."""
    return "comments" if kind_of_list(name) == "comment" else "posts"


def root_of(url: str) -> str:
    """The API's root, which is .../wp-json/ or .../?rest_route=/, from the address of one of WordPress's own lists."""
    return url.partition("wp/v2/")[0]


def required_fields(url: str) -> tuple[str, ...]:
    """The fields without any of which the rows of a collection's answer make no sense."""
    return REQUIRED.get(collection_of(url) or "", ("name",))


def walk_url(url: str, name: str, cursor: Cursor, order: Order) -> str:
    """The next piece of a walk through a whole collection, by date."""
    bound = {"before" if order == "desc" else "after": cursor.edge} if cursor.edge else {}
    page = {"page": cursor.page} if cursor.page > 1 else {}
    return endpoint(url, "", per_page=PER_PAGE, orderby="date", order=order, **bound, **page, _fields=FIELDS[rows_of(name)])


def advance(cursor: Cursor, listing: Listing, order: Order) -> Cursor | None:
    """Where the walk goes on; None at its end. Raises DoorClosed when the answer shows that the bound was ignored."""
    dates = [row["date"] for row in listing.rows if is_time(row.get("date"))]
    if cursor.edge and any((d >= cursor.edge if order == "desc" else d <= cursor.edge) for d in dates):
        raise DoorClosed("REST ignores the dates it is given: its list cannot be walked to the end")
    edge = _beyond(min(dates) if order == "desc" else max(dates), order) if dates else cursor.edge
    is_full = len(listing.rows) >= PER_PAGE and edge != cursor.edge  # then more may follow, whatever the site counts
    if listing.pages <= cursor.page and not is_full:
        return None
    return Cursor(cursor.edge, cursor.page + 1) if edge == cursor.edge else Cursor(edge)


def _beyond(date: str, order: Order) -> str:
    """A second past ``date``, against the walk's direction: rows of that same second are not lost."""
    return _moved(date, 1 if order == "desc" else -1)


def read_root(body: bytes) -> dict[str, Any]:
    """The API's own description. Raises DoorClosed when this is no WordPress API."""
    try:
        root, _ = read_json(body)
    except ValueError as error:
        raise DoorClosed("no WordPress REST here") from error
    if not isinstance(root, dict) or "wp/v2" not in (root.get("namespaces") or []):
        raise DoorClosed("no WordPress REST here")
    return root


def probe_url(url: str, name: str, page: int = 1) -> str:
    """The smallest question that tells what is new."""
    ordering, fields = ("modified", "id,modified_gmt") if rows_of(name) == "posts" else ("id", "id,post,date_gmt")
    more = {"page": page} if page > 1 else {}
    return endpoint(url, "", per_page=PROBE, orderby=ordering, order="desc", **more, _fields=fields)


def modified_url(url: str, since: str, page: int = 1) -> str:
    """Posts modified after ``since`` (UTC without Z; '' = ever), by id: by time, the posts of a bulk edit's one second have no order
    that holds from page to page."""
    bound = {"modified_after": f"{_moved(since, -MARGIN)}Z"} if since else {}
    more = {"page": page} if page > 1 else {}
    return endpoint(url, "", per_page=PER_PAGE, orderby="id", order="asc", **bound, **more, _fields="id,modified_gmt")


def ignores_modified_after(rows: list[list[Any]], since: str) -> bool:
    """Whether an answer to ``modified_url`` shows that the site does not know the parameter (WordPress before 5.7)."""
    return bool(since) and any(mark[1] < _moved(since, -2 * MARGIN) for mark in rows)


def _moved(date: str, seconds: int) -> str:
    return (datetime.fromisoformat(date) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def marks_of(rows: list[dict[str, Any]], name: str) -> list[list[Any]]:
    """The rows of a probe as they are remembered: [id, modified_gmt] of posts, [id, ''] of comments."""
    times = {row["id"]: row.get("modified_gmt") for row in rows} if rows_of(name) == "posts" else {}
    return [[row["id"], times[row["id"]] if is_time(times.get(row["id"])) else ""] for row in rows]


def news(rows: list[list[Any]], known: list[list[Any]], name: str) -> list[list[Any]]:
    """Those marks of a probe that the last probe did not have and that are not older than it reached."""
    rank = 1 if rows_of(name) == "posts" else 0
    seen = {tuple(mark) for mark in known}
    if len(known) < PROBE:  # it saw the whole list
        return [mark for mark in rows if tuple(mark) not in seen]
    oldest = min(mark[rank] for mark in known)
    return [mark for mark in rows if tuple(mark) not in seen and mark[rank] >= oldest]


def include_url(url: str, rows: Collection, ids: Sequence[int], fields: str | None = None) -> str:
    """Ask for up to 100 items by their ids."""
    numbers = ",".join(map(str, ids))
    return endpoint(url, "", include=numbers, per_page=PER_PAGE, _fields=fields or FIELDS[rows])


def only(listing: Listing, asked: Sequence[int]) -> None:
    """Raises DoorClosed when an answer holds what was not asked for by its id: then what it lacks says nothing."""
    if foreign := listing.ids - set(asked):
        raise DoorClosed(f"REST ignores include: {min(foreign)} was not asked for and is in the answer")


def protected(row: Mapping[str, Any]) -> bool:
    """Whether an article is behind a password: it is listed, without its text."""
    content = row.get("content")
    return isinstance(content, Mapping) and bool(content.get("protected"))


def thread_url(url: str, posts: Sequence[str], page: int) -> str:
    """The comments under up to 100 articles, oldest first."""
    more = {"page": page} if page > 1 else {}
    return endpoint(url, "", post=",".join(posts), per_page=PER_PAGE, orderby="date", order="asc", **more, _fields=FIELDS["comments"])


def span_url(url: str, after: str, before: str, *, per_page: int = PER_PAGE, page: int = 1) -> str:
    """The ids of a span of time, both bounds exclusive, '' = open; with per_page=1, a question for the span's total."""
    bounds = {name: value for name, value in (("after", after), ("before", before)) if value}
    more = {"page": page} if page > 1 else {}
    return endpoint(url, "", per_page=per_page, orderby="date", order="asc", **bounds, **more, _fields="id")


def item_url(url: str, number: str) -> str:
    """One item of a collection, for itself."""
    path, mark, parameters = url.partition("&" if "?rest_route=" in url else "?")
    return f"{path}/{number}{mark}{parameters}"


def cut(rows: list[dict[str, Any]], room: int) -> tuple[list[dict[str, Any]], Cursor]:
    """The first ``room`` rows of an answer, whole seconds only, and the cursor at which the next run goes on without repeating them."""
    edge = next((row["date"] for row in rows[room - 1 :: -1] if is_time(row.get("date"))), "")
    return [row for i, row in enumerate(rows) if i < room or (edge and row.get("date") == edge)], Cursor(edge)

"""A small WordPress that has further types of posts and further languages, with the REST API and the pages of both. Nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any, Literal

from .server import HTML, TEXT, Answer, OtherSite

Row = dict[str, Any]
Languages = Literal["none", "all", "one", "every", "folder"]
LINES = (
    "The tide gauge at the north mole stopped on a Tuesday, and the log of that week was written afterwards.",
    "Four clerks signed for the same crate, and three of them were on leave when it was weighed.",
    "The council sat for nine hours over a culvert that, by its own register, had been filled in two years before.",
    "Whoever ordered the second survey did not wait for the first; both arrived by the same post.",
)


@dataclass
class Entry:
    """A post of any type. ``pretty`` False: its link is a query, as WordPress writes it where a type has no pages."""

    number: int
    kind: str
    title: str
    at: datetime
    language: str = "en"
    status: str = "publish"
    text: str = ""
    pretty: bool = True
    modified: datetime | None = None

    @property
    def path(self) -> str:
        folder = "" if self.language == "en" else f"/{self.language}"
        return f"{folder}/{self.kind}/{self.number}/" if self.pretty else f"/?{self.kind}=entry-{self.number}"


@dataclass
class Remark:
    number: int
    post: int
    text: str
    at: datetime


@dataclass
class Kind:
    """A registered type: its slug, where its list is, and whether visitors see its posts."""

    slug: str
    route: str
    public: bool = True


@dataclass
class Faults:
    """``closed``: patterns of REST routes -> status. ``edit`` may change every row of a list."""

    closed: dict[str, int] = field(default_factory=dict)
    edit: Callable[[str, Row], object] = lambda name, row: None


class ManyTypes(OtherSite):
    """``languages``: what REST gives without ``lang``. ``none``: it knows no such parameter, and there is one language. ``all``: the
    usual language; ``lang=all`` gives every one. ``one``: the usual language; ``lang=xx`` gives another, ``all`` is unknown.
    ``every``: all of them, and ``lang=xx`` narrows it. ``folder``: each language has an API below its own front page."""

    count = 0

    def __init__(self, posts: int = 5, languages: Languages = "none") -> None:
        super().__init__()
        self.languages, self.faults = languages, Faults()
        self.kinds = [Kind("post", "wp/v2/posts"), Kind("page", "wp/v2/pages"), Kind("wp_block", "wp/v2/blocks")]
        self.entries: list[Entry] = []
        self.remarks: list[Remark] = []
        self.tells_types = self.tells_languages = self.tells_totals = True
        self.add("post", posts)

    # what an editor does

    def register(self, slug: str, route: str = "", *, public: bool = True) -> None:
        self.kinds.append(Kind(slug, route or f"wp/v2/{slug}", public))

    def unregister(self, slug: str) -> None:
        self.kinds = [kind for kind in self.kinds if kind.slug != slug]

    def add(self, kind: str, count: int = 1, *, language: str = "en", pretty: bool = True, text: str | None = None) -> list[int]:
        """Publish so many posts of a type; their ids."""
        first = 101 + len(self.entries)
        for number in range(first, first + count):
            name = "".join("abcdefghij"[int(digit)] for digit in str(number))  # of figures alone, texts would be one and the same
            lines = "".join(f"<p>{LINES[(number + i) % 4]} The clerk of {name} pier {i} has it so.</p>" for i in range(4))
            at = datetime(2021, 3, 1, 9) + timedelta(days=number)
            said = text if text is not None else lines
            self.entries.append(Entry(number, kind, f"{kind.title()} report {number}", at, language, pretty=pretty, text=said))
        return list(range(first, first + count))

    def entry(self, number: int) -> Entry:
        return next(entry for entry in self.entries if entry.number == number)

    def trash(self, number: int) -> None:
        self.entry(number).status = "trash"

    def edit(self, number: int, sentence: str) -> None:
        entry = self.entry(number)
        entry.text += f"<p>{sentence}</p>"
        entry.modified = max(e.modified or e.at for e in self.entries) + timedelta(seconds=1)

    def remark(self, number: int, text: str) -> int:
        self.remarks.append(Remark(501 + len(self.remarks), number, text, datetime(2024, 1, 1) + timedelta(hours=len(self.remarks))))
        return self.remarks[-1].number

    # what visitors see

    def address(self, piece: Any) -> str:
        return f"{self.home}{piece.path}"

    def not_found(self) -> str:
        return self.page("Page not found", "<p>Nothing stands here.</p>", "error404")

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if path == "/robots.txt":
            return 200, TEXT, "User-agent: *\nDisallow: /wp-admin/\n"
        if match := re.fullmatch(r"(?:/(\w\w))?/wp-json/(.*)", path):
            return self.rest(match[2].strip("/"), query, match[1]) if not match[1] or self.languages == "folder" else None
        if path == "/" or re.fullmatch(r"/\w\w/", path):
            return 200, HTML, self.front()
        shown = [e for e in self.entries if e.path == path and e.status == "publish" and self.kind(e.kind).public]
        return (200, HTML, self.article(shown[0])) if shown else None

    def kind(self, slug: str) -> Kind:
        return next((kind for kind in self.kinds if kind.slug == slug), Kind(slug, ""))

    def page(self, title: str, main: str, css: str, head: str = "") -> str:
        api = f'<link rel="https://api.w.org/" href="{self.home}/wp-json/">'
        top = f"<title>{escape(title)}</title>{api}{head}"
        return f"<!DOCTYPE html><html><head>{top}</head><body class='{css}'><main>{main}</main></body></html>"

    def front(self) -> str:
        others = sorted({entry.language for entry in self.entries} - {"en"}) if self.tells_languages else []
        links = {"en": f"{self.home}/"} | {code: f"{self.home}/{code}/" for code in others}
        head = "".join(f'<link rel="alternate" hreflang="{code}" href="{href}">' for code, href in links.items() if others)
        boxes = [f'<h2 class="entry-title"><a rel="bookmark" href="{e.path}">{e.title}</a></h2>' for e in self.entries if e.kind == "post"]
        return self.page("The Gauge", "".join(boxes[::-1]), "home blog", head)

    def article(self, entry: Entry) -> str:
        thread = "".join(
            f'<li class="comment depth-1" id="comment-{r.number}"><article class="comment-body"><b class="fn">Reader {r.number}</b>'
            f'<time datetime="{r.at.isoformat()}+00:00">then</time><div class="comment-content"><p>{r.text}</p></div></article></li>'
            for r in self.remarks
            if r.post == entry.number
        )
        text = (
            f'<article class="post-{entry.number} type-{entry.kind} hentry"><h1 class="entry-title">{entry.title}</h1>'
            f'<div class="entry-meta"><span class="author vcard">Mara Quist</span> <time class="entry-date" '
            f'datetime="{entry.at.isoformat()}+00:00">then</time></div><div class="entry-content">{entry.text}</div></article>'
            + (f'<ol class="comment-list">{thread}</ol>' if thread else "")
        )
        canonical = f'<link rel="canonical" href="{self.home}{entry.path}">'
        return self.page(entry.title, text, f"single single-{entry.kind} postid-{entry.number}", canonical)

    # what the API gives

    def rest(self, route: str, query: dict[str, str], folder: str | None) -> Answer:
        closed = next((status for pattern, status in self.faults.closed.items() if re.search(pattern, route)), None)
        if closed:
            return self.said({"code": "rest_forbidden"}, closed)
        if route == "":
            return self.said({"name": "The Gauge", "gmt_offset": 0, "timezone_string": "UTC", "namespaces": ["wp/v2"]})
        if route == "wp/v2":
            parameters = {name: {} for name in ("after", "before", "include", "page")}
            routes = {"/wp/v2/genre": {}, "/wp/v2/genre/(?P<id>[\\d]+)": {}}
            for kind in self.kinds:
                says = {"endpoints": [{"methods": ["GET"], "args": parameters}]}
                routes |= {f"/{kind.route}": says, f"/{kind.route}/(?P<id>[\\d]+)": says}
            return self.said({"namespace": "wp/v2", "routes": routes})
        if route == "wp/v2/types" and self.tells_types:
            return self.said({kind.slug: self.told(kind) for kind in self.kinds})
        named, _, number = route.rpartition("/") if re.search(r"/\d+$", route) else (route, "", "")
        base = named.rpartition("/")[2]
        rows = self.rows_of(named, base)
        if rows is None:
            return self.said({"code": "rest_no_route"}, 404)
        if number:
            found = [row for row in rows if str(row["id"]) == number]
            return self.said(found[0]) if found else self.said({"code": "rest_post_invalid_id"}, 404)
        return self.listed(base, self.in_language(rows, query, folder), query)

    def told(self, kind: Kind) -> Row:
        namespace, _, base = kind.route.rpartition("/")
        return {"slug": kind.slug, "name": kind.slug.title(), "rest_base": base, "rest_namespace": namespace, "taxonomies": []}

    def rows_of(self, route: str, base: str) -> list[Row] | None:
        kind = next((kind for kind in self.kinds if kind.route == route), None)
        if kind is not None:
            return [self.row(entry) for entry in self.entries if entry.kind == kind.slug and entry.status == "publish"]
        if base == "comments":
            there = {entry.number: entry for entry in self.entries if entry.status == "publish"}
            return [self.comment(remark, there[remark.post]) for remark in self.remarks if remark.post in there]
        names = {"users": [{"id": 1, "name": "Mara Quist", "link": f"{self.home}/author/mara/"}], "tags": []}
        languages = sorted({entry.language for entry in self.entries})
        terms = [{"id": 1 + i, "name": f"Ports ({code})", "slug": f"ports-{code}", "_lang": code} for i, code in enumerate(languages)]
        return (names | {"categories": terms}).get(base)

    def row(self, entry: Entry) -> Row:
        modified, languages = entry.modified or entry.at, sorted({e.language for e in self.entries})
        return {
            "id": entry.number,
            "date": entry.at.isoformat(),
            "date_gmt": entry.at.isoformat(),
            "modified": modified.isoformat(),
            "modified_gmt": modified.isoformat(),
            "link": self.home + entry.path,
            "title": {"rendered": entry.title},
            "content": {"rendered": entry.text, "protected": False},
            "type": entry.kind,
            "status": "publish",
            "author": 1,
            "_lang": entry.language,
            **({"categories": [1 + languages.index(entry.language)], "tags": []} if entry.kind == "post" else {}),
        }

    def comment(self, remark: Remark, entry: Entry) -> Row:
        at = remark.at.isoformat()
        names = {"author_name": f"Reader {remark.number}", "author_url": "", "type": "comment", "parent": 0}
        return {"id": remark.number, "post": remark.post, "date": at, "date_gmt": at, "content": {"rendered": f"<p>{remark.text}</p>"}} | (
            names | {"_lang": entry.language}
        )

    def in_language(self, rows: list[Row], query: dict[str, str], folder: str | None) -> list[Row]:
        asked = query.get("lang")
        if self.languages == "none" or (self.languages == "all" and asked == "all") or (self.languages == "every" and not asked):
            return rows
        known = {entry.language for entry in self.entries}
        code = folder or (asked if asked in known and self.languages != "folder" else "en")
        return [row for row in rows if row.get("_lang", code) == code]

    def listed(self, base: str, rows: list[Row], query: dict[str, str]) -> Answer:
        for name, column in (("include", "id"), ("post", "post")):
            if name in query:
                rows = [row for row in rows if row[column] in {int(number) for number in query[name].split(",")}]
        since = query.get("modified_after", "").rstrip("Z")
        rows = [row for row in rows if query.get("after", "").rstrip("Z") < row.get("date", "~") and row.get("modified", "~") > since]
        rows = [row for row in rows if row.get("date", "") < query.get("before", "~").rstrip("Z")]
        order, down = query.get("orderby", "date"), query.get("order", "desc") == "desc"
        rows = sorted(rows, key=lambda row: (row.get(order, ""), row["id"]), reverse=down)
        per_page, page, total = int(query.get("per_page", "10")), int(query.get("page", "1")), len(rows)
        shown = [dict(row) for row in rows[(page - 1) * per_page : page * per_page]]
        for row in shown:
            self.faults.edit(base, row)
        fields = query["_fields"].split(",") if "_fields" in query else None
        given = [{name: value for name, value in row.items() if name in (fields or row) and name != "_lang"} for row in shown]
        totals = {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // per_page))} if self.tells_totals else {}
        return self.said(given, headers=totals)

    def said(self, value: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
        return status, "application/json; charset=UTF-8", json.dumps(value), headers or {}

"""WordPress's REST API of a site, as far as an archive asks it: root, types, posts of each type, comments, users, terms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

from .pieces import Piece, Remark
from .shape import Shape

Row = dict[str, Any]
RestAnswer = tuple[int, dict[str, str], bytes]


class Rest:
    def __init__(self, shape: Shape, home: str, pieces: list[Piece]) -> None:
        self.shape, self.home, self.pieces = shape, home, pieces
        self.authors = sorted({piece.author for piece in pieces})
        self.wrong: frozenset[str] = frozenset()  # faults in force

    def answer(self, path: str, query: dict[str, str]) -> RestAnswer:
        """``path`` below /wp-json."""
        if path in ("/", ""):
            offset = datetime(2024, 1, 1, tzinfo=self.shape.zone).utcoffset()
            hours = offset.total_seconds() / 3600 if offset else 0
            zone = {"gmt_offset": hours, "timezone_string": str(self.shape.zone)}
            return self.say({"name": "Review", "url": self.home, "home": self.home, "namespaces": ["oembed/1.0", "wp/v2"], **zone}, query)
        match = re.fullmatch(r"/wp/v2/([\w-]+)(?:/(\d+))?/?", path)
        rows = None if match is None else self.rows(match[1])
        if match is None or rows is None:
            return self.say({"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}}, {}, 404)
        if isinstance(rows, dict):
            return self.say(rows, query)
        if match[2]:
            found = [row for row in rows if row["id"] == int(match[2])]
            return self.say(found[0], query) if found else self.say({"code": "rest_post_invalid_id", "data": {"status": 404}}, {}, 404)
        return self.collection(match[1], rows, query)

    def rows(self, name: str) -> list[Row] | Row | None:
        if name == "types":
            kinds = {"post": "posts", "page": "pages", "attachment": "media"} | (
                {self.shape.custom.replace("-", "_"): self.shape.custom} if self.shape.custom else {}
            )
            return {
                slug: {"slug": slug, "name": slug.title(), "rest_base": base, "viewable": True, "taxonomies": []}
                for slug, base in kinds.items()
            }
        if name == "taxonomies":
            return {"category": {"slug": "category", "rest_base": "categories"}, "post_tag": {"slug": "post_tag", "rest_base": "tags"}}
        if name in ("posts", self.shape.custom) and name:
            kind = "post" if name == "posts" else name
            return [self.post(piece) for piece in self.pieces if piece.kind == kind]
        if name == "comments":
            return [self.comment(piece, remark) for piece in self.pieces for remark in piece.remarks]
        if name == "users":
            return [{"id": n, "name": name, "link": f"{self.home}/author/{n}/", "slug": str(n)} for n, name in enumerate(self.authors, 1)]
        if name == "categories":
            return [
                {
                    "id": 1,
                    "name": "Reports",
                    "slug": "reports",
                    "taxonomy": "category",
                    "link": f"{self.home}/category/reports/",
                    "count": len(self.pieces),
                }
            ]
        return [] if name in ("tags", "pages", "media") else None

    def post(self, piece: Piece) -> Row:
        body = "".join(f"<p>{escape(text, quote=False)}</p>\n" for text in piece.paragraphs)
        when = times(piece.at)
        row = {
            "id": piece.number,
            "date": when[0],
            "date_gmt": when[1],
            "modified": when[0],
            "modified_gmt": when[1],
            "link": self.home + piece.path,
            "slug": f"report-{piece.number}",
            "title": {"rendered": escape(piece.title, quote=False)},
            "content": {"rendered": body, "protected": False},
            "author": self.authors.index(piece.author) + 1,
            "categories": [1],
            "tags": [],
            "type": "post" if piece.kind == "post" else piece.kind.replace("-", "_"),
            "status": "publish",
            "lang": piece.language.code[:2],
        }
        if "REST: bad dates" in self.wrong and piece.number % 3 == 1:
            row |= (
                {"date_gmt": None, "modified": "-0001-11-30T00:00:00"}
                if piece.number % 2
                else {"date": "0000-00-00T00:00:00", "date_gmt": "-0001-11-30T00:00:00"}
            )
        if "REST: empty texts" in self.wrong and piece.number % 3 == 1:
            row["content"] = {"rendered": "" if piece.number % 2 else "[vc_row][vc_column][/vc_column][/vc_row]", "protected": False}
        return row

    def comment(self, piece: Piece, remark: Remark) -> Row:
        when = times(remark.at)
        return {
            "id": remark.number,
            "post": piece.number,
            "parent": remark.parent,
            "author_name": escape(remark.author, quote=False),
            "author_url": "",
            "date": when[0],
            "date_gmt": when[1],
            "content": {"rendered": f"<p>{escape(remark.text, quote=False)}</p>\n"},
            "link": f"{self.home}{piece.path}#comment-{remark.number}",
            "type": "comment",
            "status": "approved",
            "lang": piece.language.code[:2],
        }

    def collection(self, name: str, rows: list[Row], query: dict[str, str]) -> RestAnswer:
        rows = list(self.chosen(name, rows, query))
        order = query.get("orderby", "date")
        if rows and order in rows[0]:
            rows.sort(
                key=lambda row: (str(row[order] or "") if order != "id" else row["id"], row["id"]),
                reverse=query.get("order", "desc") == "desc",
            )
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        most = 10 if "REST: at most 10 a page" in self.wrong else 100
        if size > most:
            problem = {
                "code": "rest_invalid_param",
                "message": f"per_page must be between 1 (inclusive) and {most} (inclusive)",
                "data": {"status": 400},
            }
            return self.say(problem, {}, 400)
        total, shown = len(rows), rows[(page - 1) * size : page * size]
        if page > 1 and not shown:
            return self.say({"code": "rest_post_invalid_page_number", "data": {"status": 400}}, {}, 400)
        totals = {} if "REST: no totals" in self.wrong else {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // size))}
        return self.say(shown, query, 200, totals)

    def chosen(self, name: str, rows: list[Row], query: dict[str, str]) -> Iterator[Row]:
        """Those that the question is for. Where a plugin keeps languages apart, the front page's language alone, unless asked."""
        wanted = query.get("lang", self.shape.language.code[:2] if self.shape.second and self.shape.seed % 3 == 0 else "all")
        bounds = {key: query[key] for key in ("after", "before") if key in query}
        numbers = {
            field: {int(n) for n in query[key].split(",") if n} for key, field in (("include", "id"), ("post", "post")) if key in query
        }
        for row in rows:
            date = str(row.get("date") or "")
            if name in ("posts", self.shape.custom) and wanted != "all" and row["lang"] != wanted:
                continue
            if ("after" in bounds and date <= bounds["after"]) or ("before" in bounds and date >= bounds["before"]):
                continue
            if "modified_after" in query and f"{row.get('modified_gmt')}" <= query["modified_after"].rstrip("Z"):
                continue
            if all(row[field] in wanted_numbers for field, wanted_numbers in numbers.items()):
                yield row

    def say(self, value: object, query: dict[str, str], status: int = 200, headers: dict[str, str] | None = None) -> RestAnswer:
        fields = query.get("_fields", "").split(",") if query.get("_fields") else []
        if fields and isinstance(value, list):
            value = [{key: row[key] for key in row if key in fields} for row in value]
        elif fields and isinstance(value, dict) and status == 200 and "namespaces" in value:
            value = {key: value[key] for key in value if key in fields}
        return status, {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}, json.dumps(value).encode()


def times(at: datetime) -> tuple[str, str]:
    """(on the site's clock, in UTC), as WordPress writes them."""
    return f"{at:%Y-%m-%dT%H:%M:%S}", f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"

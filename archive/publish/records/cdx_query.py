"""The question of a client of web archives: takes the parameters of ``/cdx``, gives what is asked for, or why it cannot be answered.

As https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server describes it, and pywb, waybackpy, wayback and
cdx_toolkit ask it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from archive.queries.addresses import digits, latest_instant
from archive.queries.captured_addresses import Match, Position
from archive.queries.rows import Row
from archive.text.urlkey import url_key
from archive.text.urls import split_url

MOST = 10_000  # lines of one answer; the rest through resumeKey, or page
PAGE_LINES = 3_000  # lines of a page, times pageSize
SECONDS = 0.05  # that one pattern may take on one value
FIELDS: dict[str, Callable[[Row], Any]] = {
    "urlkey": lambda row: url_key(row["url"]),
    "timestamp": lambda row: digits(row["captured_at"]),
    "original": lambda row: row["url"],
    "mimetype": lambda row: (row["mime"] or "").partition(";")[0].strip() or "unk",
    "statuscode": lambda row: row["status"],
    "digest": lambda row: row["payload_digest"],
    "length": lambda row: row["length"],
    "offset": lambda row: row["offset"],
    "filename": lambda row: row["filename"],
    "recordid": lambda row: row["record_id"].strip("<>"),
}
USUAL = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
ALSO_CALLED = {"url": "original", "mime": "mimetype", "status": "statuscode"}  # pywb's names
MATCHES = ("exact", "prefix", "host", "domain")
SORTS = ("default", "regular", "reverse", "closest")
PARAMETERS = """
    url matchType from to limit offset output fl fields filter collapse sort closest page pageSize showNumPages showResumeKey resumeKey gzip
    fastLatest resolveRevisits crawl
"""
KNOWN = frozenset(PARAMETERS.split())


class BadQuestion(ValueError):
    """A parameter that cannot be understood, said in one line."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.split()))


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """``[!]field:pattern``: the whole value matches, or does not. With ``~`` before it, a part of the value is enough."""

    field: str
    pattern: Any
    negated: bool = False
    anywhere: bool = False

    def keeps(self, value: str) -> bool:
        """Raises BadQuestion where the pattern takes too long."""
        look = self.pattern.search if self.anywhere else self.pattern.fullmatch
        try:
            return (look(value, timeout=SECONDS) is None) == self.negated
        except TimeoutError as error:
            raise BadQuestion(f"filter: the pattern {self.pattern.pattern!r} takes too long") from error


@dataclass(frozen=True, slots=True)
class CdxQuery:
    """What is asked for. ``since`` and ``until`` are UTC, ISO 8601, both included; ``limit`` below 0 asks for the last ones."""

    parts: tuple[str, str, str]
    match: Match
    since: str
    until: str
    limit: int
    offset: int = 0
    as_json: bool = False
    fields: tuple[str, ...] = USUAL
    filters: tuple[FieldFilter, ...] = ()
    collapses: tuple[tuple[str, int | None], ...] = ()
    backwards: bool = False
    closest: str = ""  # YYYYMMDDhhmmss
    page: int | None = None
    page_size: int = 1
    counts_pages: bool = False
    shows_resume_key: bool = False
    after: Position | None = None
    packed: bool = True
    notes: tuple[str, ...] = ()


def cdx_query(asked: Mapping[str, Sequence[str]]) -> CdxQuery:
    """Raises BadQuestion."""

    def last(name: str, default: str = "") -> str:
        return (asked.get(name) or [default])[-1].strip() or default

    parts, match = scope(last("url"), last("matchType"))
    closest = moment("closest", last("closest"), low=True)
    sort = one_of("sort", last("sort", "closest" if closest and match == "exact" else "default"), SORTS)
    notes = [f"the parameter {name[:40]!r} is not known, and was not used" for name in asked if name not in KNOWN]
    if sort == "closest" and (match != "exact" or not closest):  # pywb asks so of what lies around an address
        notes.append("sort=closest was not used: it needs closest=YYYYMMDDhhmmss, and one address without wildcards")
        sort = "default"
    return CdxQuery(
        parts,
        match,
        since=iso(moment("from", last("from"), low=True) or "00000101000000"),
        until=iso(moment("to", last("to"), low=False) or "99991231235959"),
        limit=max(-MOST, min(MOST, whole("limit", last("limit"), MOST, negative=True) or MOST)),
        offset=whole("offset", last("offset"), 0),
        as_json=one_of("output", last("output", "text"), ("text", "json")) == "json",
        fields=tuple(
            field_named("fl", name)
            for value in (*asked.get("fl", ()), *asked.get("fields", ()))
            for name in value.split(",")
            if name.strip()
        )
        or USUAL,
        filters=tuple(field_filter(text) for text in asked.get("filter", ()) if text.strip()),
        collapses=tuple(collapse(text) for text in asked.get("collapse", ()) if text.strip()),
        backwards=sort == "reverse",
        closest=closest if sort == "closest" else "",
        page=whole("page", last("page"), 0) if last("page") else None,
        page_size=max(1, min(3, whole("pageSize", last("pageSize"), 1))),
        counts_pages=is_true(last("showNumPages")),
        shows_resume_key=is_true(last("showResumeKey")),
        after=position(last("resumeKey")) if last("resumeKey") else None,
        packed=last("gzip") != "false",
        notes=tuple(notes),
    )


def scope(url: str, match: str) -> tuple[tuple[str, str, str], Match]:
    """The address and how much around it is asked for; ``*`` at either end says it too."""
    bare, wild = url, ""
    if bare.startswith("*."):
        bare, wild = bare[2:].rstrip("*"), "domain"
    elif bare.endswith("*"):
        bare, wild = bare.rstrip("*"), "prefix"
    parts = split_url(bare)
    if parts is None:
        raise BadQuestion(f"url={url[:200]} is no address" if url else "url= is missing: the address whose captures are asked for")
    return parts, cast(Match, one_of("matchType", match or wild or "exact", MATCHES))


def moment(name: str, text: str, low: bool) -> str:
    """1 to 14 digits of a time, filled up to its first or last instant; '' for none."""
    if not text:
        return ""
    if not re.fullmatch(r"\d{1,14}", text):
        raise BadQuestion(f"{name}={text[:40]} is no time; write it as YYYYMMDDhhmmss, or as the first digits of it")
    if len(text) % 2 and len(text) > 4:
        text = text[:-1]
    return (text + "00000101000000"[len(text) :])[:14] if low else digits(latest_instant(text))


def iso(stamp: str) -> str:
    return latest_instant(stamp)


def whole(name: str, text: str, default: int, negative: bool = False) -> int:
    if not text:
        return default
    if not re.fullmatch(r"-?\d{1,12}" if negative else r"\d{1,12}", text):
        raise BadQuestion(f"{name}={text[:40]} is no whole number" + ("" if negative else " from 0 on"))
    return int(text)


def one_of(name: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise BadQuestion(f"{name}={text[:40]} is not known; known are {', '.join(known)}")
    return text


def is_true(text: str) -> bool:
    return text.lower() in ("true", "1", "yes")


def field_named(parameter: str, name: str) -> str:
    bare = name.strip()
    return one_of(parameter, ALSO_CALLED.get(bare, bare), tuple(FIELDS))


def field_filter(text: str) -> FieldFilter:
    """``!statuscode:200``, ``mimetype:text/.*``, ``~original:raid``, ``!~original:raid``, ``=statuscode:200``."""
    import regex  # type: ignore[import-untyped, unused-ignore]  # its matching can be given an end; that of Python cannot

    found = re.fullmatch(r"(?P<how>[!~=]{0,2})(?P<field>\w+):(?P<pattern>.*)", text.strip(), re.S)
    if found is None:
        raise BadQuestion(f"filter={text[:80]} is not of the form [!]field:pattern")
    exact = regex.escape(found["pattern"]) if "=" in found["how"] else found["pattern"]
    try:
        pattern = regex.compile(exact)
    except regex.error as error:
        raise BadQuestion(f"filter={text[:80]} has no regular expression: {error}") from error
    return FieldFilter(field_named("filter", found["field"]), pattern, "!" in found["how"], "~" in found["how"])


def collapse(text: str) -> tuple[str, int | None]:
    """``digest``, or ``timestamp:8``: the first characters alone."""
    name, colon, length = text.strip().partition(":")
    if colon and not re.fullmatch(r"[1-9]\d{0,3}", length):
        raise BadQuestion(f"collapse={text[:80]} is not of the form field or field:N")
    return field_named("collapse", name), int(length) if colon else None


def resume_key(at: Position) -> str:
    """A position as one word."""
    return base64.urlsafe_b64encode(json.dumps(at).encode()).decode().rstrip("=")


def position(key: str) -> Position:
    """The position of a resume key. Raises BadQuestion."""
    try:
        host, rest, at, number = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        return str(host), str(rest), str(at), int(number)
    except (ValueError, TypeError) as error:
        raise BadQuestion(f"resumeKey={key[:80]} is none that was given here") from error

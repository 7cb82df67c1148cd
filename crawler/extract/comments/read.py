"""Takes a page and gives its thread: who said what to whom, and when, as far as the page shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from itertools import islice

from crawler.extract.comments.roles import CommentParts, Role, sort_parts
from crawler.extract.comments.signature import author_of, author_url
from crawler.extract.comments.thread import comment_nodes
from crawler.extract.comments.trim import without_byline
from crawler.extract.comments.unnumbered import MADE_UP
from crawler.extract.dates.order import DateOrder, may_hold_digits, page_order
from crawler.extract.dates.parse import Moment, parse_any_language, parse_iso, parse_relative, parse_stated, parse_written
from crawler.extract.dates.plain import plain
from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import BLOCK, Element, all_text, clean_text, text_of, tokens
from crawler.extract.dom.units import HEADINGS
from crawler.items import Comment, CommentKind

_PING = re.compile(r"^\W*(pingback|trackback|ping)(?:s)?\b\W*(?:by|from|von)?\W*", re.I)
_PING_LIST = re.compile(r"(?:ping|pings|pingback|pingbacks|trackback|trackbacks)[-_]?(?:list|s|wrap(?:per)?)?")
_YEAR = re.compile(r"(?<!\d)(?:1[345]|19|20|25)\d\d(?!\d)|\d[./-]\d\d?[./-]\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Thread:
    comments: tuple[Comment, ...] = ()
    elements: tuple[Element, ...] = ()  # where they stand in the page
    relative: int = 0  # comments whose date is known only relative to the capture


def read_thread(
    page: Document, base_url: str, *, language: str | None = None, captured_at: str | None = None, timezone: str | None = None
) -> Thread:
    """All comments of the page in reading order, pings included, each by its kind."""
    parts = [sort_parts(node) for node in comment_nodes(page)]
    _distrust_one_for_all(parts)
    dates = [_DateTexts(part) for part in parts]
    order = cache(lambda: page_order((text for texts in dates for text in texts.in_digits()), language))
    comments: list[Comment] = []
    elements: list[Element] = []
    rounded: set[str] = set()
    for part, texts in zip(parts, dates, strict=True):
        moment = _moment(part, texts, order, language)
        if moment is None:
            moment = next((found for text in texts if (found := parse_relative(text, captured_at))), None)
            rounded |= {part.node.number} if moment is not None else set()
        comment = _comment(part, moment, base_url, timezone, len(comments))
        if comment is not None:
            comments.append(comment)
            elements.append(part.node.element)
    return Thread(with_stable_numbers(comments, rounded), tuple(elements), len(rounded))


def _distrust_one_for_all(parts: list[CommentParts]) -> None:
    """A theme may have one and the same time in the markup of all comments, whatever is written beside it."""
    stated = {e.get("datetime") for part in parts for e in part.times}
    if len(parts) < 3 or len(stated) != 1 or None in stated:
        return
    written = {found.day for part in parts for e in part.times if (found := parse_written(text_of(e)))}
    if len(written) > 1:
        for part in parts:
            part.by_role.setdefault("date", []).extend(part.times)
            part.times.clear()


def with_stable_numbers(comments: list[Comment], rounded: Container[str] = ()) -> tuple[Comment, ...]:
    """Comments that the site does not number get one out of author, time and the beginning of the text: their place in the
    page changes with every new comment. ``rounded``: those whose time is only known relative to the capture."""
    numbers: dict[str | None, str] = {}
    for comment in comments:
        if comment.source_id.startswith(MADE_UP):
            at = "" if comment.source_id in rounded else comment.posted_at or ""
            said = "\0".join((comment.author, at, comment.text[:60]))
            number = MADE_UP + sha256(said.encode("utf-8", "replace")).hexdigest()[:12]
            while number in numbers.values():
                number += "+"
            numbers[comment.source_id] = number
    if not numbers:
        return tuple(comments)
    return tuple(
        replace(
            comment,
            source_id=numbers.get(comment.source_id, comment.source_id),
            source_parent_id=numbers.get(parent) if (parent := comment.source_parent_id or "").startswith(MADE_UP) else parent or None,
        )
        for comment in comments
    )


def _comment(parts: CommentParts, moment: Moment | None, base_url: str, timezone: str | None, position: int) -> Comment | None:
    kind = _kind(parts)
    author, author_element = author_of(parts)
    text = _text(parts, author_element, author)
    if kind != "comment":
        author, text, author_element = _ping(parts, author, text, author_element)
    node = parts.node
    if not text and moment is None and (not author or (kind == "comment" and node.number.startswith(MADE_UP))):
        return None  # what a script fills in; a number of the site's own says that there is a comment
    return Comment(
        source_id=node.number,
        source_parent_id=node.parent,
        position=position,
        depth=node.depth,
        kind=kind,
        author=author,
        author_url=author_url(parts, author_element, base_url),
        posted_at=None if moment is None else moment.instant(timezone),
        posted_precision=None if moment is None else moment.precision,
        text=text,
    )


# ---- kind --------------------------------------------------------------------------------------------------------------
def _kind(parts: CommentParts) -> CommentKind:
    for element in (parts.node.element, parts.node.element.getparent()):
        names = tokens(element) if element is not None and element.tag in ("li", "div", "article", "dt", "section") else []
        if "pingback" in names or "trackback" in names:
            return "pingback" if "pingback" in names else "trackback"
        if "comment" in names:
            break
    if any(_is_ping_list(tokens(up)) for up in islice(parts.node.element.iterancestors(), 4)):
        return "pingback"
    start = _PING.match(all_text(parts.node.element)[:200])
    if start is not None and start.group(1).lower() != "ping" and start.end() > start.end(1) + 1:
        return "pingback" if start.group(1).lower() == "pingback" else "trackback"
    return "comment"


@lru_cache(maxsize=20_000)
def _is_ping_list(marks: tuple[str, ...]) -> bool:
    return any(_PING_LIST.fullmatch(name) for name in marks)


def _ping(parts: CommentParts, author: str, text: str, element: Element | None) -> tuple[str, str, Element | None]:
    """A ping's author is the page that linked: the first link that is no permalink of this page."""
    for link in parts.own:
        if link.tag == "a" and link not in parts.permalinks and link.get("href", "").startswith("http") and text_of(link):
            name = text_of(link).replace("\n", " ")
            rest = _PING.sub("", text).replace(name, "", 1).strip(" \n|-–:")
            own_name = _PING.sub("", author)
            return own_name or name, rest if len(rest) > 20 else "", element if own_name and element is not None else link
    return _PING.sub("", author), _PING.sub("", text).strip(), element


# ---- date --------------------------------------------------------------------------------------------------------------
class _DateTexts:
    """Everything in a comment that may be its date in words, the likeliest first: what is marked as a date, then short lines outside
    of the text. Each is read when it is asked for: the first mostly is the date."""

    def __init__(self, parts: CommentParts) -> None:
        self._parts = parts
        self._marked = [*parts.times, *parts.of("date"), *parts.permalinks, *parts.of("meta"), *parts.of("author")]
        self._texts: dict[Element, str] = {}

    def __iter__(self) -> Iterator[str]:
        for element in self._marked:
            yield from self._said(element)
        if not self._is_dated:
            yield from self._lines

    def in_digits(self) -> Iterator[str]:
        """Those that may hold a date in digits alone."""
        for element in self._marked:
            if may_hold_digits(element.get("title") or "") or may_hold_digits(all_text(element)) or _has_picture(element):
                yield from self._said(element)
        if not self._is_dated:
            yield from self._lines

    def _said(self, element: Element) -> Iterator[str]:
        text = self._texts.get(element)
        if text is None:
            text = self._texts[element] = text_of(element).replace("\n", " ")
        title = clean_text(element.get("title") or "")
        if 0 < len(title) < _LONGEST_DATE:
            yield title
        if 0 < len(text) < _LONGEST_DATE:
            yield text

    @cached_property
    def _is_dated(self) -> bool:
        """Does what is marked hold a year?"""
        texts = (text for element in self._marked for text in self._said(element))
        return any(_YEAR.search(plain(text)) for text in texts) or any(parse_iso(e.get("datetime")) for e in self._parts.times)

    @cached_property
    def _lines(self) -> list[str]:
        skip = self._parts.node.inner.union(self._parts.of("content"))
        lines = (line for root in self._parts.node.roots for line in text_of(root, skip=skip).split("\n"))
        return [line for line in lines if len(line) < 120 and re.search(r"\d", line)]


_LONGEST_DATE = 200  # characters


def _has_picture(element: Element) -> bool:
    """An emoji's words stand in the text, but not between the tags."""
    return len(element) > 0 and next(element.iter("img"), None) is not None


def _moment(parts: CommentParts, texts: Iterable[str], order: Callable[[], DateOrder], language: str | None) -> Moment | None:
    """The machine-readable date, with the clock of the written one where it has none itself. ``order`` tells that of the page's dates
    in digits, where there are such."""
    exact = _machine_moment(parts, order, language)
    written_in = (parse_written(text, order() if may_hold_digits(text) else None, language) for text in texts)
    readings = (moment for moment in written_in if moment is not None)
    written: list[Moment] = []
    if exact is not None and exact.clock is not None:
        for reading in readings:
            if abs((reading.day - exact.day).days) <= _WRONG_DAYS:
                return exact
            written.append(reading)
    written += readings
    if exact is not None and written and all(abs((found.day - exact.day).days) > _WRONG_DAYS for found in written):
        exact = None  # a theme with the same date in the markup of all its comments: what readers see is right
    if exact is not None and exact.clock is not None:
        return exact
    best = next((found for found in written if found.clock is not None and (exact is None or found.day == exact.day)), None)
    if best is not None and (not written or best.day == written[0].day):
        return best
    return exact or next(iter(written), None) or next((found for text in texts if (found := parse_any_language(text, language))), None)


def _machine_moment(parts: CommentParts, order: Callable[[], DateOrder], language: str | None) -> Moment | None:
    stated = (e.get("datetime") or e.get("content") or e.get("data-timestamp") or "" for e in parts.times)
    exact = next((found for text in stated if (found := _stated(text, order, language))), None)
    if exact is None:
        exact = next((found for e in parts.of("date") if (found := parse_iso(e.get("content") or e.get("title")))), None)
    return exact or next((found for e in parts.of("date") if (found := _in_data(e))), None)


_DATA = ("data-timestamp", "data-time", "data-datetime", "data-date", "data-utime", "data-created", "data-epoch")


def _in_data(element: Element) -> Moment | None:
    """For a script that writes how long ago it was."""
    return next((found for name in _DATA if (text := element.get(name)) and (found := parse_stated(text))), None)


def _stated(text: str, order: Callable[[], DateOrder], language: str | None) -> Moment | None:
    if not text:
        return None
    return (parse_iso(text) if text.isascii() else None) or parse_stated(text, order(), language)


_WRONG_DAYS = 366  # more than day and month exchanged can make


# ---- text --------------------------------------------------------------------------------------------------------------
def _text(parts: CommentParts, author: Element | None, name: str) -> str:
    marks = {e for e in (author, *parts.times, *parts.of("name"), *parts.of("date")) if e is not None}
    for role in ("content", "whole"):
        holders = [e for e in parts.of(role) if not any(mark is e or _inside(mark, e) for mark in marks)]
        texts = [_text_without(element, parts, set()) for element in holders]
        if any(texts) or (holders and role == "content"):
            text = next((text for text in texts if text), "")
            return text if role == "content" else without_byline(text, name)
    bylines = marks | {e for role in _BYLINE_ROLES for e in parts.of(role) if not _holds_text(e, parts)}
    for element in parts.of("content"):  # the text's box holds the byline too
        if text := without_byline(_text_without(element, parts, bylines), name):
            return text
    roots = [root for root in parts.node.roots if root.tag != "dt"] or parts.node.roots
    whole = [_text_without(root, parts, bylines) for root in roots]
    text = "\n\n".join(part for part in whole if part)
    if text:
        return without_byline(text, name)
    return without_byline("\n\n".join(filter(None, (_text_without(root, parts, _bylines(marks)) for root in parts.node.roots))), name)


_BYLINE_ROLES: tuple[Role, ...] = ("author", "meta")


def _holds_text(element: Element, parts: CommentParts) -> bool:
    """Themes call the box of a whole comment its author, too."""
    return any(_inside(content, element) for content in parts.of("content"))


def _text_without(element: Element, parts: CommentParts, more: set[Element]) -> str:
    titles = [link for link in parts.permalinks if link.getparent().tag in HEADINGS]  # made of the text's first words by Drupal
    skip = parts.node.inner.union(parts.of("junk"), parts.of("children"), more, titles)
    return text_of(element, paragraph="\n\n", skip=skip)


def _inside(element: Element, outer: Element) -> bool:
    return outer in element.iterancestors()


def _bylines(marks: set[Element]) -> set[Element]:
    """The smallest block around each of the marks: the line that holds name and date."""
    lines: set[Element] = set()
    for mark in marks:
        block = next((e for e in (mark, *mark.iterancestors()) if e.tag in BLOCK and e.tag not in ("div", "li", "article")), mark)
        lines.add(block)
    return lines

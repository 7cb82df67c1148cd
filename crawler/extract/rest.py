"""Takes items of WordPress REST answers, https://developer.wordpress.org/rest-api/reference/posts/, and gives Articles and Comments,
one by one or a whole answer at once. Every field that is read is checked for its type, and what is missing is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import partial
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from crawler.extract.article.body import Content, extract_fragment
from crawler.extract.article.names import spoken_name
from crawler.extract.dates.parse import Moment, parse_iso
from crawler.extract.dom.head import without_noise
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import absolute, clean_text, text_of
from crawler.extract.page import join_names, kind_of
from crawler.items import Article, Author, Comment, CommentKind, Term
from crawler.site import Site

Json = Mapping[str, Any]
ReadRow = TypeVar("ReadRow")


class Malformed(ValueError):
    """A field of an item is missing or not of its type: the message names item and field."""


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """An item that gave nothing, and why. ``fault``: ``site`` sent something malformed; it was ``cut`` off after its allowance of
    time or memory; or there is a ``bug`` in extraction."""

    reason: str
    fault: Literal["site", "cut", "bug"]


def extract_post(
    post: Json, *, authors: Sequence[Author], terms: Sequence[Term], site: Site | None = None, timezone: str | None = None
) -> Article:
    """An item of ``/wp/v2/posts``. ``authors`` and ``terms`` are what its ids stand for. A password article has no blocks
    and a warning. Raises Malformed naming the field that is missing or of the wrong type."""
    link = _text(post, "link", "post")
    content = _mapping(post, "content", "post")
    protected = content.get("protected", False)
    if not isinstance(protected, bool):
        raise Malformed(f"post {post.get('id')!r}: content.protected is {type(protected).__name__}, not a boolean")
    body = (
        Content()
        if protected
        else extract_fragment(_text(content, "rendered", "post content"), link, site=site, authors=[author.name for author in authors])
    )
    signed = tuple(replace(author, name=spoken_name(author.name)) for author in authors)
    published = _moment(post, "date", "post", timezone)
    modified = _moment(post, "modified", "post", timezone)
    return Article(
        url=without_noise(link, site),
        door="rest",
        kind=kind_of(body),
        title=rest_plain(_text(_mapping(post, "title", "post"), "rendered", "post title")),
        source_id=str(_number(post, "id", "post")),
        byline=join_names([author.name for author in signed]) or None,
        authors=signed,
        published_at=published.instant(timezone),
        published_on=_text(post, "date", "post")[:10],
        published_precision=published.precision,
        modified_at=modified.instant(timezone),
        terms=tuple(terms),
        blocks=body.blocks,
        images=body.images,
        links=body.links,
        warnings=("password-protected: REST gives no content", *body.warnings) if protected else body.warnings,
    )


def extract_comment(comment: Json, *, timezone: str | None = None) -> tuple[str, Comment]:
    """An item of ``/wp/v2/comments`` to (post id, Comment). Position 0 and depth 1: the order is known only with the whole
    thread. Raises Malformed naming the field that is missing or of the wrong type."""
    parent = _number(comment, "parent", "comment")
    posted = _moment(comment, "date", "comment", timezone)
    html = _text(_mapping(comment, "content", "comment"), "rendered", "comment content")
    return str(_number(comment, "post", "comment")), Comment(
        source_id=str(_number(comment, "id", "comment")),
        source_parent_id=str(parent) if parent else None,
        position=0,
        depth=1,
        kind=_kind(comment),
        author=rest_plain(_text(comment, "author_name", "comment")),
        author_url=absolute("", _text(comment, "author_url", "comment")),
        posted_at=posted.instant(timezone),
        posted_precision=posted.precision,
        text=rest_comment_text(html),
    )


def extract_posts(
    posts: Iterable[tuple[Json, Sequence[Author], Sequence[Term]]], *, site: Site | None = None, timezone: str | None = None
) -> list[Article | UnreadRow]:
    """What :func:`extract_post` gives for each (item, its authors, its terms), in order. A post that cannot be read stops no other."""
    read = partial(extract_post, site=site, timezone=timezone)
    return [_read(partial(read, post, authors=authors, terms=terms)) for post, authors, terms in posts]


def extract_comments(rows: Iterable[Json], *, timezone: str | None = None) -> list[tuple[str, Comment] | UnreadRow]:
    """What :func:`extract_comment` gives for each item, in order. A comment that cannot be read stops no other."""
    return [_read(partial(extract_comment, row, timezone=timezone)) for row in rows]


def _read(read: Callable[[], ReadRow]) -> ReadRow | UnreadRow:
    try:
        return read()
    except Malformed as error:
        return UnreadRow(str(error), "site")
    except MemoryError:
        return UnreadRow("it takes more memory than is allowed", "cut")
    except Exception as error:  # whatever a foreign row may cause: it is named, and the others are read
        return UnreadRow(f"extraction failed with {type(error).__name__}: {error}", "bug")


def rest_plain(html: str) -> str:
    """The text of a rendered title or name: markup gone, entities resolved, one line."""
    root = parse(f"<p>{html}</p>") if html.strip() else None
    return "" if root is None else " ".join(text_of(root).split())


def rest_comment_text(html: str) -> str:
    """Paragraphs apart by a blank line, lines by a newline, emoji pictures as the characters they stand for."""
    root = parse(f"<div>{html}</div>") if html.strip() else None
    return "" if root is None else text_of(root, paragraph="\n\n")


def _kind(comment: Json) -> CommentKind:
    kind = comment.get("type", "comment")
    if kind not in ("comment", "pingback", "trackback", ""):
        raise Malformed(f"comment {comment.get('id')!r}: type {kind!r} is none of comment, pingback, trackback")
    return "pingback" if kind == "pingback" else "trackback" if kind == "trackback" else "comment"


def _moment(item: Json, name: str, what: str, timezone: str | None) -> Moment:
    """``date`` with the offset that ``date_gmt`` shows. In the hour that is skipped in spring, date_gmt is an hour off (a
    bug of WordPress): where the two disagree with the zone, the local date is trusted. The hour that comes twice in autumn
    is told apart by date_gmt."""
    local = _iso(item, name, what)
    gmt = _iso(item, f"{name}_gmt", what)
    if local.clock is None or gmt.clock is None:
        raise Malformed(f"{what} {item.get('id')!r}: {name} has no time of day")
    instant = gmt.clock.replace(tzinfo=UTC)
    if timezone is not None and instant.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) != local.clock:
        return local
    offset = local.clock - gmt.clock
    if abs(offset) > timedelta(hours=15):  # no zone is that far off: a draft's zero date, or a wrong clock
        return local
    return Moment(local.day, instant, "second")


def _iso(item: Json, name: str, what: str) -> Moment:
    text = _text(item, name, what)
    moment = parse_iso(text)
    if moment is None:
        raise Malformed(f"{what} {item.get('id')!r}: {name} {text!r} is no ISO 8601 date")
    return moment


def _text(item: Json, name: str, what: str) -> str:
    value = _required(item, name, what)
    if not isinstance(value, str):
        raise Malformed(f"{what} {item.get('id')!r}: {name} is {type(value).__name__}, not a string")
    return clean_text(value)


def _number(item: Json, name: str, what: str) -> int:
    value = _required(item, name, what)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{what} {item.get('id')!r}: {name} is {type(value).__name__}, not an integer")
    return value


def _mapping(item: Json, name: str, what: str) -> Json:
    value = _required(item, name, what)
    if not isinstance(value, Mapping):
        raise Malformed(f"{what} {item.get('id')!r}: {name} is {type(value).__name__}, not an object")
    return value


def _required(item: Json, name: str, what: str) -> object:
    if not isinstance(item, Mapping):
        raise Malformed(f"{what}: {type(item).__name__} instead of an object")
    if name not in item:
        raise Malformed(f"{what} {item.get('id')!r}: no field {name!r}")
    return item[name]

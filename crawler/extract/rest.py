"""Takes items of WordPress REST answers, https://developer.wordpress.org/rest-api/reference/posts/, and gives Articles and Comments,
one by one or a whole answer at once. Every field that is read is checked for its type; one that is malformed is empty and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from crawler.extract.article.body import Content, extract_fragment
from crawler.extract.article.names import spoken_name
from crawler.extract.dates.parse import Moment, parse_iso
from crawler.extract.dom.head import without_noise
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import absolute, clean_text, text_of
from crawler.extract.page import join_names, kind_of
from crawler.extract.rest_text import RestText, rest_plain, text_in
from crawler.items import LACKS, Article, Author, Comment, CommentKind, Term, UnreadRow
from crawler.site import Site

Json = Mapping[str, Any]
ReadRow = TypeVar("ReadRow")


class Malformed(ValueError):
    """A field of an item is missing or not of its type: the message names item and field."""


def extract_post(
    post: Json, *, authors: Sequence[Author], terms: Sequence[Term], site: Site | None = None, timezone: str | None = None
) -> Article:
    """An item of ``/wp/v2/posts``. ``authors`` and ``terms`` are what its ids stand for. A password article has no blocks
    and a warning. A field that is missing or malformed is empty, and a warning that begins with ``LACKS`` names it; where REST
    does not give the text, ``text_shown`` is False. Raises Malformed for an item without an id, and for one that has neither title nor
    text, or neither address nor text."""
    number = _number(post, "id", "post")
    link, title, rendered = _link(post, site), _rendered(post, "title"), _rendered(post, "content")
    protected = _protected(post)
    if rendered is None and not protected and (title is None or not _is_text(post, "link")):
        raise Malformed(f"post {number}: no content, and no {'title' if title is None else 'link'}")
    if link is None:
        raise Malformed(f"post {number}: link is {type(post.get('link')).__name__}, not a string")
    shown = RestText("") if protected else text_in(rendered or "", link)
    body = extract_fragment(shown.html, link, site=site, authors=[author.name for author in authors]) if shown.html else Content()
    lacks = shown.lacks or ("" if protected or body.text or body.images or body.links else "REST gives no text")
    signed = tuple(replace(author, name=spoken_name(author.name)) for author in authors)
    published, modified = _moment(post, "date", timezone), _moment(post, "modified", timezone)
    fields = {"date": published, "modified": modified, "title": title, "link": post.get("link") if _is_text(post, "link") else None}
    warnings = [f"{LACKS}{name}" for name, value in fields.items() if not value]
    return Article(
        url=without_noise(link, site),
        door="rest",
        kind=kind_of(body),
        title=rest_plain(title or ""),
        source_id=str(number),
        byline=join_names([author.name for author in signed]) or None,
        authors=signed,
        published_at=published.instant(timezone) if published else None,
        published_on=_day(post, published, timezone),
        published_precision=published.precision if published else None,
        modified_at=modified.instant(timezone) if modified else None,
        terms=tuple(terms),
        blocks=body.blocks,
        images=body.images,
        links=body.links,
        text_shown=not lacks,
        warnings=(
            *(["password-protected: REST gives no content"] if protected else []),
            *([lacks] if lacks else []),
            *warnings,
            *body.warnings,
        ),
    )


def _day(post: Json, published: Moment | None, timezone: str | None) -> str | None:
    """The date on the site's wall clock: as the item writes it, where it does."""
    if published is None:
        return None
    local = parse_iso(_string(post, "date"))
    return local.day.isoformat() if local else published.local_day(timezone)


def extract_comment(comment: Json, *, timezone: str | None = None) -> tuple[str, Comment]:
    """An item of ``/wp/v2/comments`` to (post id, Comment). Position 0 and depth 1: the order is known only with the whole
    thread. A date, a name or an address that is malformed is empty. Raises Malformed naming what a comment cannot be without: id,
    article, text, or a parent that is none."""
    _number(comment, "id", "comment")
    parent = _number(comment, "parent", "comment") if comment.get("parent") else 0
    posted = _moment(comment, "date", timezone)
    html = _rendered(comment, "content")
    if html is None:
        raise Malformed(f"comment {comment['id']!r}: no content")
    return str(_number(comment, "post", "comment")), Comment(
        source_id=str(_number(comment, "id", "comment")),
        source_parent_id=str(parent) if parent else None,
        position=0,
        depth=1,
        kind=_kind(comment),
        author=rest_plain(_string(comment, "author_name")),
        author_url=absolute("", _string(comment, "author_url")),
        posted_at=posted.instant(timezone) if posted else None,
        posted_precision=posted.precision if posted else None,
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


def rest_comment_text(html: str) -> str:
    """Paragraphs apart by a blank line, lines by a newline, emoji pictures as the characters they stand for."""
    root = parse(f"<div>{html}</div>") if html.strip() else None
    return "" if root is None else text_of(root, paragraph="\n\n")


def _kind(comment: Json) -> CommentKind:
    kind = comment.get("type") or "comment"
    if kind not in ("comment", "pingback", "trackback", ""):
        raise Malformed(f"comment {comment.get('id')!r}: type {kind!r} is none of comment, pingback, trackback")
    return "pingback" if kind == "pingback" else "trackback" if kind == "trackback" else "comment"


def _moment(item: Json, name: str, timezone: str | None) -> Moment | None:
    """``date`` with the offset that ``date_gmt`` shows; either alone where the other is none; None where both are. In the hour that is
    skipped in spring, date_gmt is an hour off (a bug of WordPress): where the two disagree with the zone, the local date is trusted.
    The hour that comes twice in autumn is told apart by date_gmt."""
    local, gmt = parse_iso(_string(item, name)), parse_iso(_string(item, f"{name}_gmt"))
    if gmt is None or gmt.clock is None:
        return local
    instant = gmt.clock if gmt.clock.tzinfo else gmt.clock.replace(tzinfo=UTC)
    if local is None or local.clock is None:
        return Moment(instant.date(), instant, gmt.precision)
    if local.clock.tzinfo is not None:
        return local
    if timezone is not None and instant.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) != local.clock:
        return local
    offset = local.clock - instant.astimezone(UTC).replace(tzinfo=None)
    if abs(offset) > timedelta(hours=15):  # no zone is that far off: a draft's zero date, or a wrong clock
        return local
    return Moment(local.day, instant, "second")


def _link(post: Json, site: Site | None) -> str | None:
    """The item's address, absolute; WordPress's own short form of it where it is malformed. None where no site is known."""
    home = site.home if site else ""
    return absolute(home, _string(post, "link")) or (f"{home}?p={post['id']}" if home else None)


def _is_text(item: Json, name: str) -> bool:
    return bool(_string(item, name).strip())


def _rendered(item: Json, name: str) -> str | None:
    """A field that is an object with ``rendered``, or the plain string that some plugins make of it; None for anything else."""
    value = item.get(name)
    value = value.get("rendered") if isinstance(value, Mapping) else value
    return clean_text(value) if isinstance(value, str) else None


def _protected(post: Json) -> bool:
    content = post.get("content")
    return isinstance(content, Mapping) and content.get("protected") in (True, 1, "1", "true")


def _string(item: Json, name: str) -> str:
    value = item.get(name)
    return clean_text(value) if isinstance(value, str) else ""


def _number(item: Json, name: str, what: str) -> int:
    value = _required(item, name, what)
    if name != "id" and isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)  # some plugins make a string of it
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{what} {item.get('id')!r}: {name} is {type(value).__name__}, not an integer")
    return value


def _required(item: Json, name: str, what: str) -> object:
    if not isinstance(item, Mapping):
        raise Malformed(f"{what}: {type(item).__name__} instead of an object")
    if name not in item:
        raise Malformed(f"{what} {item.get('id')!r}: no field {name!r}")
    return item[name]

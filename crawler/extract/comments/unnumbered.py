"""Takes a page whose comments have no numbers and gives their elements: by microdata, microformats, or names and places of
elements. A list says that it holds comments, an item in it that it is one; what counts as one has an author and a time, a text or
a reply link of its own. Latest comments of other articles, teasers of the section "Comment", likes and reposts are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import urlsplit

from crawler.extract.comments.in_english import in_english
from crawler.extract.comments.roles import itemprop_role, role_of
from crawler.extract.dates.parse import parse_written
from crawler.extract.dom.document import Document, Subtrees
from crawler.extract.dom.tree import Element, text_of, tokens, word_set

UnnumberedComment: TypeAlias = "tuple[Element, str, str | None]"  # element, number, number of the comment it answers where the id says so

MADE_UP = "~"  # how a number begins that the page does not state
_TAGS = word_set("li article div section dd tr blockquote table")
_LIST = re.compile(
    r"(?:[a-z0-9]+[-_]{1,2}){0,3}(?:comments|commentlist|commentslist|responses|replies|webmentions?)"
    r"(?:[-_]{1,2}(?:list|area|wrap(?:per)?|container|section|thread|inner|body|content|items|root|stream|block))*|"
    r"(?:[a-z0-9]+[-_]{1,2}){0,2}comment[-_]{1,2}(?:list|thread|stream|section|area)(?:[-_]{1,2}[a-z]+)?"
)
_ITEM = re.compile(
    r"(?:[a-z0-9]+[-_]{1,2}){0,3}comment(?:[-_]{1,2}(?:item|card|node|article|entry|box|single|block|row|wrap(?:per)?|container|holder))?|"
    r"(?:[a-z0-9]+[-_]{1,2}){0,2}comments[-_]{1,2}item|depth-\d+|[up]-comment"
)
_LIKES = word_set("p-like u-like p-repost u-repost p-likes p-reposts u-like-of u-repost-of p-bookmark u-bookmark u-tag-of p-rsvp reacji")
_CITED = word_set("u-comment p-comment")
_NO_LIST = word_set("a span form h1 h2 h3 h4 body main")
_NO_PLACE = word_set("aside nav footer form")
_REPLY_ID = re.compile(r"[?&]replytocom=(\d+)|#(?:comment|li-comment|div-comment|comments?/)-?(\d+)")
_OWN_ID = re.compile(r"(?<![a-z])\d+$|^\d{2,}$")
_OF_ARTICLE = re.compile(r"#(?:comment|li-comment|c)-?\d+$")
_SIGNED = re.compile(r"\bby\b|\b(?:says?|said|wrote|writes)\b|\bvon\b|^\W*[—–]", re.I)
_SIGNS = ("omment", "repl", "respon", "mention", "oment", "reacti", "yorum", "antwort", "antwoord")
_NEITHER = re.compile(r"respond|form|recent|latest|popular|newest|count|link|sidebar|widget")


def unnumbered(page: Document, widgets: Callable[[Document], Subtrees]) -> list[UnnumberedComment]:
    """The comments in page order. ``widgets`` gives what holds comments of other articles. Those that have a reply link or
    permalink have its number, the others a made-up one: ``~1``, ``~2``, ... in page order."""
    candidates = _candidates(page)
    if not candidates:
        return []
    others, no_place = widgets(page), page.inside(page.of(_NO_PLACE))
    own = next(iter(page.root.xpath("//link[@rel='canonical']/@href")), "")
    kept = [e for e in candidates if e not in others and e not in no_place and _like_a_comment(e) and not _elsewhere(e, str(own))]
    found: list[UnnumberedComment] = []
    seen: set[str] = set()
    for place, element in enumerate(_separate(kept), 1):
        number = _number_of(element) or f"{MADE_UP}{place}"
        if number not in seen:
            seen.add(number)
            found.append((element, number, None))
    return found


def _candidates(page: Document) -> list[Element]:
    lists: list[Element] = []
    named: list[Element] = []
    for element, marks in page.tokens.items():
        kind = _kind_of(marks)
        if kind is not None:
            if kind.list and element.tag not in _NO_LIST:
                lists.append(element)
            if kind.item:
                named.append(element)
    found = {e for e in page.microdata if e.get("itemprop") == "comment"}
    if lists or named:
        held = page.inside(lists)
        found.update(e for e in named if e in held or _number_inside(e))
        found.update(e for e in named if not _CITED.isdisjoint(page.tokens[e]))
        found.update(e for e in page.of({"article"}) if e in held)
    for outer in lists:  # <ol class="comments"><li>: the list alone is named
        if outer.tag in ("ol", "ul") and not any(e in found for e in outer.iter()):
            found.update(item for item in outer.iterchildren("li") if _is_signed(item))
    return [e for e in page.of(_TAGS) if e in found and _LIKES.isdisjoint(page.tokens.get(e, ()))] if found else []


@dataclass(frozen=True, slots=True)
class _Kind:
    list: bool
    item: bool


@lru_cache(maxsize=20_000)
def _kind_of(marks: tuple[str, ...]) -> _Kind | None:
    """Do its names say that it is a list of comments, or one of them?"""
    said = " ".join(marks)  # one look before the patterns: most names on a page say nothing of comments
    if not any(sign in said for sign in _SIGNS):
        return None
    telling = [name for name in map(in_english, marks) if not _NEITHER.search(name)]
    kind = _Kind(any(_LIST.fullmatch(name) for name in telling), any(_ITEM.fullmatch(name) for name in telling))
    return kind if kind.list or kind.item else None


def _is_signed(item: Element) -> bool:
    """Does a line of its own hold a name's sign and a date?"""
    lines = text_of(item).split("\n")
    return any(len(line) < 120 and _SIGNED.search(line) and parse_written(line) for line in lines)


def _like_a_comment(element: Element) -> bool:
    """Is there a name in it, and a time or a text?"""
    roles = {role for e in element.iterdescendants() if isinstance(e.tag, str) for role in _roles(e)}
    if not roles & {"author", "name"}:
        return _is_signed(element)
    return bool(roles & {"date", "content", "whole", "time"}) or bool(_number_inside(element)) or _is_signed(element)


def _roles(element: Element) -> Iterable[str]:
    if element.tag == "time":
        yield "time"
    prop = itemprop_role(element)
    if prop is not None:
        yield prop
    for name in (element.get("class") or "").lower().split():
        role = role_of(name)
        if role is not None:
            yield role
            return


def _separate(elements: list[Element]) -> list[Element]:
    """One element per comment: of those inside each other an inner one is a comment of its own where the outer one has a
    name outside of it."""
    kept: list[Element] = []
    chosen: set[Element] = set()
    for element in elements:
        outer = next((up for up in element.iterancestors() if up in chosen), None)
        if outer is None or _names_outside(outer, element, chosen):
            kept.append(element)
            chosen.add(element)
    return kept


def _names_outside(outer: Element, inner: Element, chosen: set[Element]) -> bool:
    stack = list(outer)
    while stack:
        element = stack.pop(0)
        if element is inner or element in chosen or not isinstance(element.tag, str):
            continue
        if {"author", "name"} & set(_roles(element)) and not any(e is inner for e in element.iterdescendants()):
            return True
        stack.extend(element)
    return False


def _elsewhere(element: Element, own: str) -> bool:
    """Is it a teaser of a comment elsewhere: does its permalink or its heading lead to another article?"""
    for anchor in element.iter("a"):
        address, _, fragment = (anchor.get("href") or "").partition("#")
        if not address or not own:
            continue
        heading = (
            any(up.tag in ("h2", "h3", "h4") for up in anchor.iterancestors()) or next(anchor.iter("h2", "h3", "h4"), None) is not None
        )
        permalink = bool(_OF_ARTICLE.search(f"#{fragment}"))
        if (permalink or (heading and not tokens_say_author(anchor))) and _leads_away(address, own):
            return True
    return False


def tokens_say_author(anchor: Element) -> bool:
    return any(role_of(name) in ("author", "name") for up in (anchor, anchor.getparent()) if up is not None for name in tokens(up))


def _leads_away(address: str, own: str) -> bool:
    try:
        there, here = urlsplit(address), urlsplit(own)
    except ValueError:
        return False
    if there.netloc and there.netloc != here.netloc:
        return False  # a commenter's own site
    path = re.sub(r"/comment-page-\d+|/comments?(?:/\d+)?/?$", "", there.path).rstrip("/")
    return bool(path) and path != here.path.rstrip("/")


def _number_of(element: Element) -> str | None:
    for name in ("data-comment-id", "data-message-id", "data-id", "id"):
        match = _OWN_ID.search(element.get(name) or "")
        if match is not None:
            return match.group()
    return _number_inside(element)


def _number_inside(element: Element) -> str | None:
    for anchor in element.iter("a"):
        number: str = anchor.get("data-commentid") or ""
        if number:
            return number
        match = _REPLY_ID.search(anchor.get("href") or "")
        if match is not None:
            return match.group(1) or match.group(2)
    return None

"""Comments of a page: who said what to whom, and when, as far as the page shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from crawler.extract.dates import Moment, Order, page_order, parse_any_language, parse_iso, parse_relative, parse_written
from crawler.extract.document import Document
from crawler.extract.months import MONTHS
from crawler.extract.nesting import Node
from crawler.extract.thread import comment_nodes, own_elements
from crawler.extract.tree import BLOCK, Element, absolute, all_text, clean, names, text_of, tokens
from crawler.items import Comment, CommentKind

Role = Literal["author", "name", "date", "meta", "content", "whole", "junk", "children"]

# The meaning of one class name; what stands first wins. "whole" may be the text or everything, depending on the theme.
_ROLES: tuple[tuple[Role, str], ...] = (
    ("children", r"children|replies|comment-replies|comments?-children|child-comments|wpd-replies|wp-block-comment-replies|epoch-child"),
    (
        "junk",
        r"reply|comment[-_]{1,2}(?:reply|replies|edit|tools|actions|action|footer|share|vote|votes|like|likes|"
        r"links|util|utils|number|avatar|avartar|gravatar|rating|report|karma|controls|buttons|permalink-icon|"
        r"awaiting-moderation|form|respond|left|share|options|badge|awaits-moderation|status|flag)(?:[-_][\w-]*)?|"
        r"(?:wc|wpd)-(?:comment-)?(?:footer|share|link|vote|tools|toggle|field|reply|avatar|left|label|rating|"
        r"space|tooltip|edit|last|sticky|form|user-label|follow)[\w-]*|wpd-reply-(?:to|button)|wpd-tooltip[\w-]*|"
        r"wpdiscuz[\w-]*|avatar[\w-]*|gravatar|says|reply[-_](?:link|to|button|wrap)|comment-reply-(?:link|login|"
        r"title)|edit[-_](?:link|reply)|vote[sd]?|voting|likes?|jetpack-comment-likes[\w-]*|comment-like[\w-]*|"
        r"cs-rating|pd-rating|share[-_]\w+|report[\w-]*|[\w-]*report-link|actions?|screen-reader-text|respond|"
        r"comment-respond|hidden|tooltip|badge|moderation|cld-[\w-]+|wpulike[\w-]*|wp_ulike[\w-]*|thumbs[\w-]*|"
        r"rating|epoch-comment-actions|ratingblock[\w-]*|p3_comment_author|nv-reply-link|comment-moderation|"
        r"ckrating[\w-]*|like-comment[\w-]*|fs-[\w-]+|social[\w-]*|userpro[\w-]*|sharethis[\w-]*|"
        r"comment_quote_link|comment_direct_link|comments-vote|crfp-rating|wpcr[\w-]*",
    ),
    (
        "name",
        r"fn|author[-_]name|comment[-_]{1,2}author[-_]{1,2}(?:name|link)|comment__author-name|"
        r"commenter(?:[-_]?name)?|user-?name|nickname|comment[-_]name|wp-block-comment-author-name|"
        r"epoch-author-link|display-name|poster",
    ),
    (
        "author",
        r"comment[-_]{0,2}author|author|(?:wc|wpd)-comment-author|vcard|comment[-_]user|comment_author|author-box|"
        r"authorname|comment-by|by|user|name|comment-head(?:er)?-author",
    ),
    (
        "date",
        r"(?:[\w-]*[-_])?(?:date|time|timestamp|datetime|published|posted|when|day|ago)(?:[-_](?:link|time|posted|"
        r"wrap|info|published))?|comment-permalink|commentmetadata|comment-metadata|wp-block-comment-date|"
        r"permalink",
    ),
    (
        "meta",
        r"comment[-_]{1,2}(?:meta|info|head|header|details|title|byline|data|postinfo|top|intro)(?:[-_]\w+)?|meta|"
        r"metadata|info|byline|postinfo|post-?meta|comment_postinfo|(?:wc|wpd)-comment-header|epoch-comment-meta|"
        r"nv-comment-header|header|entry-meta|comment-heading|comment_title",
    ),
    (
        "content",
        r"comment[-_]{0,2}(?:content|text|txt|message|entry|description|desc|copy|inner-text|area|"
        r"msg)(?:[-_]\w+)?|comment[-_]?(?:text|body-text|bodytext)|(?:wc|wpd)-comment-text|"
        r"wp-block-comment-content|epoch-comment-content|nv-comment-content|entry-content|text|message|"
        r"comment__content|comment__text|comment__body|content",
    ),
    ("whole", r"comment[-_]{0,2}body|comment|c-body|body"),
)
_MATCHERS = tuple((role, re.compile(pattern)) for role, pattern in _ROLES)
_SAYS = re.compile(
    r"(?:\s+(?:says?|said|wrote|writes|sagte?|schreibt|schrieb|meint(?:e)?|dice|dijo|dit|a écrit|disse|diz|"
    r"pisze|skriver|zegt|schreef|commented|replied|responded|пишет|говорит|сказал|yazdı|dedi ki|on|"
    r"at))?[\s:,|•·–—-]*$",
    re.I,
)
_BY = re.compile(
    r"^\W*(?:(?:comment|kommentar|posted|written|left|submitted|geschrieben|commentaire|comentario|reply|"
    r"response)\s+)?(?:by|von|par|por|da)\s*:?\s+",
    re.I,
)
_POSTED_BY = re.compile(
    r"\W*(?:posted|comment(?:ed)?|written|left|submitted)\s+by\s*:?\s+([^\n|]{1,60}?)\s*(?:\||\bon\b|\bat\b|,|—|–|\(|\n|$)", re.I
)
_SIGNED = re.compile(
    r"\W*(?:comment|kommentar|posted|written)?\s*(?:by|von|de|par|por)\s+([^\n]{1,60}?)\s+(?:on|am|at|le|el|[—–|-])\s", re.I
)
_NAME_SAYS = re.compile(
    r"^\s*(?P<name>[^\n]{1,60}?)\s+(?:says|said|wrote|sagt|schreibt|meint|dice|dijo|dit|a écrit|disse|pisze|"
    r"zegt)\s*:?\s*(?=\n|$|on\b|am\b)",
    re.I,
)
_REPLY_TO = re.compile(
    r"^(?:reply to|antworte auf|antwort auf|antworten auf|responder a|répondre à|rispondi a|odpowiedz na|"
    r"beantwoorden|ответить|svar(?:a)?(?: på| til)?|reageren op|vastaa käyttäjälle)\s+(?:comment (?:to|"
    r"by) )?(.+)$",
    re.I,
)
_PING = re.compile(r"^\W*(pingback|trackback|ping)(?:s)?\b\W*(?:by|from|von)?\W*", re.I)
_PING_LIST = re.compile(r"(?:ping|pings|pingback|pingbacks|trackback|trackbacks)[-_]?(?:list|s|wrap(?:per)?)?")
_NO_NAME = names("profile reply author link website permalink edit comment says guest") - {"guest"}
_AVATAR_ALT = re.compile(r"^(?:avatar (?:of|for|von|de)|(?:photo|picture|image|profilbild) (?:of|von)|.{1,20}'s avatar)\s*", re.I)
_MONTH_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, MONTHS), key=len, reverse=True))})\b", re.I)
_DATED_TAIL = re.compile(r"\s+[—–|•·-]\s+.*\d.*$|\s+(?:am|on|le|el|at)\s+\d.*$|\s*[@|•·—–]\s*$", re.I)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./-]\d\d?[./-]\d\d(?!\d)")
_LIMIT = 60  # more characters than this beside the author make the element more than a byline


@lru_cache(maxsize=8192)
def _role(name: str) -> Role | None:
    for role, matcher in _MATCHERS:
        if matcher.fullmatch(name):
            return role
    return None


@dataclass(slots=True)
class _Parts:
    """The elements of one comment by what they are."""

    node: Node
    by_role: dict[Role, list[Element]] = field(default_factory=dict)
    times: list[Element] = field(default_factory=list)
    permalinks: list[Element] = field(default_factory=list)
    own: list[Element] = field(default_factory=list)

    def of(self, role: Role) -> list[Element]:
        return self.by_role.get(role, [])


@dataclass(frozen=True, slots=True)
class Thread:
    comments: tuple[Comment, ...] = ()
    elements: tuple[Element, ...] = ()  # where they stand in the page
    relative: int = 0  # comments whose date is known only relative to the capture


def extract_comments(
    page: Document, base_url: str, *, language: str | None = None, captured_at: str | None = None, timezone: str | None = None
) -> Thread:
    """All comments of the page in reading order, pings included, each by its kind."""
    parts = [_sort(node) for node in comment_nodes(page)]
    dates = [_date_texts(part) for part in parts]
    order = page_order((text for texts in dates for text in texts), language) if parts else None
    comments: list[Comment] = []
    elements: list[Element] = []
    relative = 0
    for part, texts in zip(parts, dates, strict=True):
        moment = _moment(part, texts, order, language)
        if moment is None:
            moment = next((found for text in texts if (found := parse_relative(text, captured_at))), None)
            relative += moment is not None
        comment = _comment(part, moment, base_url, timezone, len(comments))
        if comment is not None:
            comments.append(comment)
            elements.append(part.node.element)
    return Thread(tuple(comments), tuple(elements), relative)


def _sort(node: Node) -> _Parts:
    parts = _Parts(node)
    for element in own_elements(node):
        if element in node.roots:
            if element.tag == "dt":  # the term of a definition list is the byline, the definition is the text
                parts.by_role.setdefault("meta", []).append(element)
            continue
        parts.own.append(element)
        if element.tag == "time" or element.get("datetime"):
            parts.times.append(element)
        elif element.tag == "a" and "#" in (element.get("href") or "") and f"{node.number}" in (element.get("href") or ""):
            parts.permalinks.append(element)
        role = next((found for name in (element.get("class") or "").lower().split() if (found := _role(name))), None) or _itemprop(element)
        if role is not None:
            parts.by_role.setdefault(role, []).append(element)
    return parts


def _itemprop(element: Element) -> Role | None:
    names: dict[str, Role] = {
        "author": "author",
        "creator": "author",
        "name": "name",
        "text": "content",
        "commentText": "content",
        "datePublished": "date",
        "commentTime": "date",
        "dateCreated": "date",
    }
    return names.get(element.get("itemprop") or "")


def _comment(parts: _Parts, moment: Moment | None, base_url: str, timezone: str | None, position: int) -> Comment | None:
    kind = _kind(parts)
    author, author_element = _author(parts)
    text = _text(parts, author_element, author)
    if kind != "comment":
        author, text, author_element = _ping(parts, author, text, author_element)
    if not text and not author and moment is None:
        return None
    node = parts.node
    return Comment(
        source_id=node.number,
        source_parent_id=node.parent,
        position=position,
        depth=node.depth,
        kind=kind,
        author=author,
        author_url=_author_url(parts, author_element, base_url),
        posted_at=None if moment is None else moment.instant(timezone),
        posted_precision=None if moment is None else moment.precision,
        text=text,
    )


# ---- kind --------------------------------------------------------------------------------------------------------------
def _kind(parts: _Parts) -> CommentKind:
    for element in (parts.node.element, parts.node.element.getparent()):
        names = tokens(element) if element is not None and element.tag in ("li", "div", "article", "dt", "section") else []
        if "pingback" in names or "trackback" in names:
            return "pingback" if "pingback" in names else "trackback"
        if "comment" in names:
            break
    above = [name for up in list(parts.node.element.iterancestors())[:4] for name in tokens(up)]
    if any(_PING_LIST.fullmatch(name) for name in above):
        return "pingback"
    start = _PING.match(all_text(parts.node.element)[:200])
    if start is not None and start.group(1).lower() != "ping" and start.end() > start.end(1) + 1:
        return "pingback" if start.group(1).lower() == "pingback" else "trackback"
    return "comment"


def _ping(parts: _Parts, author: str, text: str, element: Element | None) -> tuple[str, str, Element | None]:
    """A ping's author is the page that linked: the first link that is no permalink of this page."""
    for link in parts.own:
        if link.tag == "a" and link not in parts.permalinks and link.get("href", "").startswith("http") and text_of(link):
            name = text_of(link).replace("\n", " ")
            rest = _PING.sub("", text).replace(name, "", 1).strip(" \n|-–:")
            own_name = _PING.sub("", author)
            return own_name or name, rest if len(rest) > 20 else "", element if own_name and element is not None else link
    return _PING.sub("", author), _PING.sub("", text).strip(), element


# ---- author ------------------------------------------------------------------------------------------------------------
def _author(parts: _Parts) -> tuple[str, Element | None]:
    for element in (*parts.of("name"), *(e for e in parts.of("author") if e.tag != "img"), *(e for e in parts.own if e.tag == "cite")):
        name = _name_in(element, parts)
        if name:
            return name, element
    for element in parts.own:
        said = element.get("data-comment-author") or element.get("data-username") or ""
        reply = _REPLY_TO.match(clean(element.get("data-replyto") or element.get("aria-label") or "").strip())
        if said or reply is not None:
            return _tidy_name(clean(said) if said else (reply.group(1) if reply else "")), None
    return _author_in_text(parts)


def _author_in_text(parts: _Parts) -> tuple[str, Element | None]:
    for element in (*parts.of("meta"), *parts.of("date")):
        strong = next(element.iter("strong", "b", "cite"), None)
        if strong is not None and 0 < len(text_of(strong)) < _LIMIT:
            return _tidy_name(text_of(strong)), strong
    for element in parts.own:
        said = _POSTED_BY.match(text_of(element)[:160]) if element.tag in ("p", "div", "span", "footer", "small") else None
        if said is not None and (name := _tidy_name(said.group(1))):
            return name, next((a for a in element.iter("a") if _tidy_name(text_of(a)) == name), None)
    for element in parts.of("meta"):
        signed = _SIGNED.match(text_of(element)[:200])
        if signed is not None:
            return _tidy_name(signed.group(1)), None
    for root in parts.node.roots:
        said = _NAME_SAYS.match(text_of(root, skip=parts.node.inner)[:200])
        if said is not None:
            return _tidy_name(said.group("name")), None
    for image in parts.own:
        if image.tag == "img" and "avatar" in (image.get("class") or "") and (image.get("alt") or "").strip():
            return _AVATAR_ALT.sub("", clean(image.get("alt") or "")).strip(), None
    return "", None


def _name_in(element: Element, parts: _Parts) -> str:
    """The name inside an element that may also hold a picture, ``says:``, a date and a reply link."""
    if len(element):
        inner = next((e for e in element.iter("cite", "strong", "b") if e is not element and text_of(e)), None)
        if inner is not None and len(text_of(inner)) < _LIMIT:
            return _tidy_name(text_of(inner), marked=True)
    skip = {*parts.of("junk"), *parts.of("date"), *parts.times, *parts.permalinks, *parts.of("content"), *parts.of("meta")}
    text = text_of(element, skip=skip)
    return _tidy_name(text, marked=element in parts.of("name"))


def _tidy_name(text: str, *, marked: bool = False) -> str:
    """``marked``: the markup says that this is the name, so "Von" belongs to it."""
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    line = _SAYS.sub("", _DATED_TAIL.sub("", line if marked else _BY.sub("", line))).strip()
    return line if len(line) <= 100 and line.casefold() not in _NO_NAME else ""


def _author_url(parts: _Parts, element: Element | None, base_url: str) -> str:
    candidates = [] if element is None else [*element.iter("a"), *(e for e in element.iterancestors("a"))]
    for anchor in candidates:
        if anchor not in parts.permalinks and (anchor.get("href") or "").strip() and "replytocom" not in anchor.get("href", ""):
            url = absolute(base_url, anchor.get("href"))
            if url and not url.startswith("mailto:") and "#" not in (anchor.get("href") or "")[:1]:
                return url
    return ""


# ---- date --------------------------------------------------------------------------------------------------------------
def _date_texts(parts: _Parts) -> list[str]:
    """Everything in the comment that may be its date in words, the likeliest first: what is marked as a date, then short
    lines outside of the text."""
    elements = [*parts.times, *parts.of("date"), *parts.permalinks, *parts.of("meta"), *parts.of("author")]
    texts = [text for e in elements for text in (clean(e.get("title") or ""), text_of(e).replace("\n", " ")) if text and len(text) < 200]
    if any(_YEAR.search(text) for text in texts) or any(parse_iso(e.get("datetime")) for e in parts.times):
        return texts
    skip = parts.node.inner.union(parts.of("content"))
    return texts + [
        line for root in parts.node.roots for line in text_of(root, skip=skip).split("\n") if re.search(r"\d", line) and len(line) < 120
    ]


def _moment(parts: _Parts, texts: list[str], order: Order | None, language: str | None) -> Moment | None:
    """The machine-readable date, with the clock of the written one where it has none itself."""
    exact = next((found for e in parts.times if (found := parse_iso(e.get("datetime") or e.get("content")))), None)
    if exact is None:
        exact = next((found for e in parts.of("date") if (found := parse_iso(e.get("content") or e.get("title")))), None)
    if exact is not None and exact.clock is not None:
        return exact
    written = [found for text in texts if (found := parse_written(text, order))]
    best = next((found for found in written if found.clock is not None and (exact is None or found.day == exact.day)), None)
    if best is not None and (not written or best.day == written[0].day):
        return best
    return exact or next(iter(written), None) or next((found for text in texts if (found := parse_any_language(text, language))), None)


# ---- text --------------------------------------------------------------------------------------------------------------
def _text(parts: _Parts, author: Element | None, name: str) -> str:
    marks = {e for e in (author, *parts.times, *parts.of("name"), *parts.of("date")) if e is not None}
    for role in ("content", "whole"):
        holders = [e for e in parts.of(role) if not any(mark is e or _inside(mark, e) for mark in marks)]
        texts = [_text_without(element, parts, set()) for element in holders]
        if any(texts) or (holders and role == "content"):
            text = next((text for text in texts if text), "")
            return text if role == "content" else _without_byline(text, name)
    roots = [root for root in parts.node.roots if root.tag != "dt"] or parts.node.roots
    whole = [_text_without(root, parts, marks | set(parts.of("author")) | set(parts.of("meta"))) for root in roots]
    text = "\n\n".join(part for part in whole if part)
    if text:
        return _without_byline(text, name)
    return _without_byline("\n\n".join(filter(None, (_text_without(root, parts, _bylines(marks)) for root in parts.node.roots))), name)


def _is_name_line(line: str, name: str) -> bool:
    """``NAME says:``; the bare name could be an answer."""
    return bool(name) and line.startswith(name) and len(line) > len(name) and _SAYS.fullmatch(line, len(name)) is not None


def _is_signature(line: str, name: str) -> bool:
    """``Posted by: NAME at August 1, 2005``"""
    said = _POSTED_BY.match(line) if len(line) < 120 else None
    return said is not None and bool(name) and _tidy_name(said.group(1)) == name


def _is_date_line(line: str) -> bool:
    """Nothing but a date, as themes without a class for it put it above the text."""
    bare = line.strip(" |•·,–—-@:()")
    return (
        0 < len(bare) < 45
        and parse_written(bare) is not None
        and not re.sub(
            r"[\W\d_]|\b(?:at|on|um|am|uhr|pm|a las|à|om|the|st|nd|rd|th|de|del)\b", "", _MONTH_WORDS.sub("", bare), flags=re.I
        ).strip()
    )


def _text_without(element: Element, parts: _Parts, more: set[Element]) -> str:
    skip = parts.node.inner.union(parts.of("junk"), parts.of("children"), more)
    return text_of(element, paragraph="\n\n", skip=skip)


def _inside(element: Element, outer: Element) -> bool:
    return any(up is outer for up in element.iterancestors())


def _bylines(marks: set[Element]) -> set[Element]:
    """The smallest block around each of the marks: the line that holds name and date."""
    lines: set[Element] = set()
    for mark in marks:
        block = next((e for e in (mark, *mark.iterancestors()) if e.tag in BLOCK and e.tag not in ("div", "li", "article")), mark)
        lines.add(block)
    return lines


_BYLINE_REST = re.compile(
    r"^(?:[\s|,/•·@#–—:.-]|\d{1,4}\.?(?=\n|$)|(?:comment|kommentar|commentaire|comentario|posted|by|von|by|at|"
    r"on|am|um|says|said|sagt|schreibt|dijo|wrote|reply|antworten|permalink|link|edit|uhr)\b(?=[\s|,:]*(?:\n|"
    r"$|by\b|von\b)))+(?=\n|$|\S)",
    re.I,
)


def _without_byline(text: str, name: str) -> str:
    """What is left of a line of name and date once these are gone: ``Comment by — @``. A number alone is an answer: ``52.``"""
    if re.fullmatch(r"\s*\d+\W*", text):
        return text.strip()
    lines = text.split("\n")
    while lines and (_BYLINE_REST.sub("", lines[0]).strip() == "" or _is_date_line(lines[0]) or _is_name_line(lines[0], name)):
        lines.pop(0)
    while lines and (_BYLINE_REST.sub("", lines[-1]).strip() == "" or _is_signature(lines[-1], name)):
        lines.pop()
    return "\n".join(lines).strip()

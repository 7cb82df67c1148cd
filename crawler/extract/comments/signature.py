"""Takes the parts of a comment and gives its author: the name as signed, and the address that the name leads to."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TypeAlias

from crawler.extract.comments.roles import CommentParts
from crawler.extract.dates.parse import parse_written
from crawler.extract.dom.intended import escaped_once_more
from crawler.extract.dom.tree import Element, absolute, clean_text, text_of, tokens, word_set

SAYS = re.compile(
    r"(?:\s+(?:says?|said|wrote|writes|sagte?|schreibt|schrieb|meint(?:e)?|dice|dijo|dit|a écrit|disse|diz|"
    r"pisze|skriver|zegt|schreef|commented|replied|responded|пишет|говорит|сказал(?:а)?|yazdı|dedi ki|on|"
    r"at)(?:\.{3}|…)?)?[\s:,|•·–—-]*$",
    re.I,
)
_BY = re.compile(
    r"^\W*(?:(?:comment|kommentar|posted|written|left|submitted|geschrieben|commentaire|comentario|reply|"
    r"response)\s+)?(?:by|von|par|por|da)\s*:?\s+",
    re.I,
)
POSTED_BY = re.compile(
    r"\W*(?:posted|comment(?:ed)?|written|left|submitted)\s+by\s*:?\s+([^\n|]{1,60}?)\s*(?:\||\bon\b|\bat\b|,|—|–|\(|\n|$)", re.I
)
_SIGNED = re.compile(
    r"\W*(?:comment|kommentar|posted|written)?\s*(?:by|von|de|par|por)\s+([^\n]{1,60}?)\s+(?:on|am|at|le|el|[—–|-])\s", re.I
)
_NAME_SAYS = re.compile(
    r"^\s*(?P<name>[^\n]{1,60}?)\s+(?:says|said|wrote|sagt|schreibt|meint|dice|dijo|dit|a écrit|disse|pisze|"
    r"zegt)(?:\.{3}|…)?\s*:?\s*(?=\n|$|on\b|am\b)",
    re.I,
)
LAST_LINE = re.compile(r"\s*[—–-]+\s*([^\n|·•]{1,60}?)\s*[|·•,]\s*[^\n]*\d")  # the signature below a text: ``— NAME · 5 Mar 2008``
_REPLY_TO = re.compile(
    r"^(?:reply to|antworte auf|antwort auf|antworten auf|responder a|répondre à|rispondi a|odpowiedz na|"
    r"beantwoorden|ответить|svar(?:a)?(?: på| til)?|reageren op|vastaa käyttäjälle)\s+(?:comment (?:to|"
    r"by) )?(.+)$",
    re.I,
)
_NO_NAME = word_set("profile reply author link website permalink edit comment says guest") - {"guest"}
_AVATAR_ALT = re.compile(r"^(?:avatar (?:of|for|von|de)|(?:photo|picture|image|profilbild) (?:of|von)|.{1,20}'s avatar)\s*", re.I)
_DATED_TAIL = re.compile(r"\s+[—–|•·-]\s+.*\d.*$|\s+(?:am|on|le|el|at)\s+\d.*$|\s*[@|•·—–]\s*$", re.I)
# Drupal's note beside the name of whoever has no account.
_UNVERIFIED = re.compile(
    r"\s*\((?:not verified|nicht überprüft|non vérifié|no verificado|non verificato|niet gecontroleerd|não verificado|"
    r"niezweryfikowany|не проверено|ej kontrollerad)\)",
    re.I,
)
_HEADINGS = word_set("h3 h4 h5 h6")
_NAME_TAGS = _HEADINGS | word_set("a b strong cite span")
# A note beside the name that it is the author of the article, or one of the site's own people.
_BADGE = re.compile(
    r"\W*(?:(?:post |article )?author|blogger|admin(?:istrator)?|moderator|staff|op|verified|beitragsautor(?:in)?|autor(?:in)?|"
    r"autor de la entrada|auteur(?:/autrice)?(?: de l.article)?|autore articolo|autor do post|berichtauteur|автор(?: записи)?|"
    r"博主|作者|管理员)\W*",
    re.I,
)
_TITLES = word_set("title usertitle user-title rank role group user-group flair label")  # of a person on the site
_DATED = re.compile(r"[,–—-]\s*(?P<name>[^\W\d][^\d,\n]{0,60})$")
_DATE_BEHIND = re.compile(r"\s+(?:on|am|le|el|il|em|at)\s+(?P<date>\D{2,12}\d[^\n]*)$", re.I)
_CACHED = 200  # characters
_LIMIT = 60  # more characters than this beside the author make the element more than a byline
Signature: TypeAlias = tuple[str, Element | None]


def author_of(parts: CommentParts) -> Signature:
    """The name as signed, '' where there is none, and the element that holds it."""
    marked = chain(parts.of("name"), (e for e in parts.of("author") if e.tag != "img"), (e for e in parts.own if e.tag == "cite"))
    for element in marked:
        name = _name_in(element, parts)
        if name:
            return name, element
    for element in parts.own:
        said = element.get("data-comment-author") or element.get("data-username") or ""
        reply = _REPLY_TO.match(clean_text(element.get("data-replyto") or element.get("aria-label") or "").strip())
        if said or reply is not None:
            name = signed_name(clean_text(said) if said else (reply.group(1) if reply else ""))
            return name, next((e for e in parts.own if e.tag in _NAME_TAGS and signed_name(text_of(e)) == name), None)
    return _author_in_text(parts)


def _author_in_text(parts: CommentParts) -> Signature:
    """The first of the ways to sign that the comment shows; which of them is tried first was measured on real pages."""
    ways = (_in_bold, _posted_by, _in_byline, _in_heading, _says, _in_term, _below_text, _in_avatar)
    return next((found for way in ways if (found := way(parts)) is not None), ("", None))


def _in_bold(parts: CommentParts) -> Signature | None:
    for element in (*parts.of("meta"), *parts.of("date")):
        strong = next(element.iter("strong", "b", "cite"), None)
        if strong is not None and 0 < len(text_of(strong)) < _LIMIT:
            return signed_name(text_of(strong)), strong
    return None


def _posted_by(parts: CommentParts) -> Signature | None:
    for element in parts.own:
        said = POSTED_BY.match(text_of(element)[:160]) if element.tag in ("p", "div", "span", "footer", "small") else None
        if said is not None and (name := signed_name(said.group(1))):
            return name, next((a for a in element.iter("a") if signed_name(text_of(a)) == name), None)
    return None


def _in_byline(parts: CommentParts) -> Signature | None:
    """``Comment by NAME on ...``"""
    matches = (_SIGNED.match(text_of(element)[:200]) for element in parts.of("meta"))
    return next(((signed_name(signed.group(1)), None) for signed in matches if signed is not None), None)


def _in_heading(parts: CommentParts) -> Signature | None:
    """A heading above the text: Bootstrap's media-heading."""
    for element in parts.own:
        if element.tag in _HEADINGS and (name := signed_name(text_of(element))) and len(name) < _LIMIT:
            return name, element
    return None


def _says(parts: CommentParts) -> Signature | None:
    matches = (_NAME_SAYS.match(text_of(root, skip=parts.node.inner)[:200]) for root in parts.node.roots)
    return next(((signed_name(said.group("name")), None) for said in matches if said is not None), None)


def _in_term(parts: CommentParts) -> Signature | None:
    name = _term(parts) if parts.node.element.tag == "dt" else ""
    return (name, None) if name else None


def _below_text(parts: CommentParts) -> Signature | None:
    skip = parts.node.inner | set(parts.of("children"))
    for root in parts.node.roots:
        last = text_of(root, skip=skip).rsplit("\n", 1)[-1]
        signed = LAST_LINE.match(last) if len(last) < 120 else None
        if signed is not None:
            return signed_name(signed.group(1)), None
    return None


def _in_avatar(parts: CommentParts) -> Signature | None:
    for image in parts.own:
        if image.tag == "img" and "avatar" in (image.get("class") or "") and (image.get("alt") or "").strip():
            return _AVATAR_ALT.sub("", clean_text(image.get("alt") or "")).strip(), None
    return None


def _term(parts: CommentParts) -> str:
    """The name in the term of a definition list: ``NAME on 3 Feb 2005:``"""
    linked = next((a for a in parts.node.element.iter("a") if a not in parts.permalinks and text_of(a)), None)
    return signed_name(text_of(linked) if linked is not None else text_of(parts.node.element))


def _name_in(element: Element, parts: CommentParts) -> str:
    """The name inside an element that may also hold a picture, ``says:``, a date and a reply link."""
    marked = element in parts.of("name")
    if not len(element):
        return signed_name(text_of(element), marked=marked)
    inner = next((e for e in element.iter("cite", "strong", "b") if e is not element and text_of(e)), None)
    if inner is not None and len(text_of(inner)) < _LIMIT:
        return signed_name(text_of(inner), marked=True)
    skip = {*parts.of("junk"), *parts.of("date"), *parts.times, *parts.permalinks, *parts.of("content"), *parts.of("meta")}
    skip.discard(element)
    badges = {e for e in element.iter("span", "em", "small", "i", "b", "div") if e is not element and _is_badge(e)}
    return signed_name(text_of(element, skip=skip | badges), marked=marked)


def _is_badge(element: Element) -> bool:
    """A note beside the name: by its words, or by its class where a link is the name."""
    if _BADGE.fullmatch(text_of(element)):
        return True
    before = element.getprevious()
    return before is not None and before.tag == "a" and not _TITLES.isdisjoint(tokens(element))


def signed_name(text: str, *, marked: bool = False) -> str:
    """``marked``: the markup says that this is the name, so "Von" belongs to it."""
    line = next((line.strip() for line in text.split("\n") if line.strip()), "") if "\n" in text else text.strip()
    return _name_of(line, marked) if len(line) <= _CACHED else _tidied(line, marked)


@lru_cache(maxsize=4096)
def _name_of(line: str, marked: bool) -> str:  # the same people comment again and again
    return _tidied(line, marked)


def _tidied(line: str, marked: bool) -> str:
    line = line if marked else _BY.sub("", line)
    if not line.replace(" ", "").isalpha():  # letters alone hold neither a date nor a note
        line = _UNVERIFIED.sub("", _without_date(_DATED_TAIL.sub("", line)))
    line = SAYS.sub("", line).strip().removeprefix("— ")
    line = escaped_once_more(line)
    return line if len(line) <= 100 and line.casefold() not in _NO_NAME else ""


def _without_date(line: str) -> str:
    """A name without the date before or behind it: ``On Nov. 11, 2023, NAME``, ``NAME on Sat, 11/11/2023``."""
    dated = _DATED.search(line) if any(map(str.isdigit, line)) else None
    if dated is not None and parse_written(line[: dated.start()].lstrip(" ¶#·•")) is not None:
        return dated["name"]
    behind = _DATE_BEHIND.search(line) if line[-1:].isdigit() else None
    return line[: behind.start()] if behind is not None and parse_written(behind["date"]) is not None else line


def author_url(parts: CommentParts, element: Element | None, base_url: str) -> str:
    candidates = [] if element is None else [*element.iter("a"), *(e for e in element.iterancestors("a"))]
    for anchor in candidates:
        if anchor not in parts.permalinks and (anchor.get("href") or "").strip() and "replytocom" not in anchor.get("href", ""):
            url = absolute(base_url, anchor.get("href"))
            if url and not url.startswith("mailto:") and "#" not in (anchor.get("href") or "")[:1]:
                return url
    return ""

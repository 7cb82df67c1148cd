"""Takes a line around a text and says whether it is nothing else than a share line, tags, a byline, a credit, a notice, and so on.
The wordings lie in wordings/lines.txt; one word alone ("share", "tags") never decides.
"""

from __future__ import annotations

import re
from functools import cache

from crawler.extract.boilerplate.appeals import addresses_reader
from crawler.extract.boilerplate.wording import any_of
from crawler.extract.dom.anycase import AnyCase
from crawler.extract.dom.tree import word_set

_I = re.IGNORECASE
_PARTICLES = word_set("and und et y e en van von der den de del della di da dos al el bin ibn la le ter ten zu du of")
_BYLINE = re.compile(
    r"^\W*(?:(?:this (?:post|article|entry|story) was )?(?:written|posted|reviewed|updated|edited|published|authored|medically reviewed|"
    r"fact[- ]checked) by|by|von|por|par)\s*:?\s+(?-i:[^\W\d_a-z])[^.!?\n]{2,60}$",
    _I,
)
_BYLINE_DATED = AnyCase(
    r"^\W*(?:written |posted |published )?(?:by|von|par|por)\s+[^.!?\n]{2,80}\s[|•·–—]\s[^!?\n]{0,40}\d{4}[^!?\n]{0,40}$"
)
_CREDIT = AnyCase(
    r"^\W*(?:(?:(?:feature[d]?|cover|header|main|hero|lead|top) )?(?:image|photo|picture|photograph|"
    r"illustration|graphic)s?(?: credits?| source| courtesy| by| used under licen[cs]e|:)|credits?:)[^\n]{0,140}$"
)
_FOLLOW_NAME = re.compile(r"^\W*[Ff]ollow (?:us|me|along|[A-Z]\S*(?: [A-Z]\S*){0,4})\W*$")
_MONTH = r"[^\W\d_]{3,10}\.?"
_DAY = re.compile(
    rf"\s*(?:{_MONTH},? )?(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d|\d{{1,2}}(?:st|nd|rd|th|\.)? {_MONTH},? (?:19|20)\d\d|"
    r"(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d)\s*$"
)
_ORIGIN = AnyCase(
    r"^\W*this (?:story|article|piece|report|post)\b.{0,500}[.!?]\s+(?:you can )?(?:sign up|subscribe|register)\b[^.]{0,80}"
    r"\bnewsletters?\b[^.]{0,60}\.?\W*$",
    re.S,
)


@cache
def _share() -> AnyCase:
    return AnyCase(rf"\W*{any_of('lines', 'share')}\W*")


@cache
def _networks() -> AnyCase:
    return AnyCase(rf"\W*{any_of('lines', 'networks')}\W*")


@cache
def _related_heading() -> AnyCase:
    return AnyCase(rf"\W*{any_of('lines', 'related heading')}\W*")


@cache
def _related_line() -> AnyCase:
    return AnyCase(rf"\W*{any_of('lines', 'related line')}\s*[:|–—-]\s*\S")


@cache
def _related_sentence() -> AnyCase:
    return AnyCase(rf"\W*{any_of('lines', 'related sentence')}")


@cache
def _tags() -> re.Pattern[str]:
    return re.compile(rf"\W*{any_of('lines', 'tags')}\s*(?::|：|\||»|→|-|$)\s*", _I)


@cache
def _box_heading() -> AnyCase:
    return AnyCase(rf"\b{any_of('lines', 'heading of a box')}\b")


@cache
def _follow() -> AnyCase:
    return AnyCase(
        rf"^\W*(?:please |don.t forget to |be sure to |you can (?:also )?)?{any_of('lines', 'follow: asked to')}\b.{{0,110}}"
        rf"\b{any_of('lines', 'follow: where')}\b"
    )


@cache
def _disclosure() -> AnyCase:
    return AnyCase(rf"\b{any_of('lines', 'disclosure')}\b")


@cache
def _meta() -> AnyCase:
    return AnyCase(rf"^\W*{any_of('lines', 'meta')}\W*$")


@cache
def _notice() -> AnyCase:
    return AnyCase(rf"^\W*{any_of('lines', 'notice')}")


def is_share_heading(text: str) -> bool:
    """A call to share, and nothing else."""
    return _share().is_all(text)


def is_related_heading(text: str) -> bool:
    """``Related articles``, and nothing else."""
    return _related_heading().is_all(text)


def is_related_line(text: str) -> bool:
    """``Related: ...``, ``Read also: ...``"""
    return _related_line().begins(text) or (len(text) < 160 and _related_sentence().begins(text))


def is_share_line(text: str) -> bool:
    """One line that is only a call to share, or names of networks."""
    if len(text) > 400:
        return False
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(_share().is_all(line) or _networks().is_all(line) for line in lines)


def is_tags_line(text: str, link_share: float) -> bool:
    """``Tags:`` and then nothing, only commas, or almost only links; or a short list of names without a sentence."""
    match = _tags().match(text)
    if match is None:
        return False
    rest = text[match.end() :].strip()
    if not re.search(r"\w", rest):
        return True
    if link_share > 0.5:
        return True
    named = match.group().strip().rstrip(":").lower()
    return (
        named in ("tags", "tag", "tagged", "filed under", "keywords", "labels")
        and len(rest) < 300
        and not re.search(r"[.!?…](?:\s|$)", rest)
        and rest.count(" ") < 40
    )


def heads_box(text: str) -> bool:
    """Whether a heading's own wording can head a box of the site: an author's last heading, with no text of its own, cannot."""
    return _box_heading().found_in(text)


def is_notice(text: str) -> bool:
    """``This video requires JavaScript``, ``Allow Instagram content?``: said by the page where something else would be shown."""
    return len(text) < 500 and _notice().begins(text)


def is_follow_line(text: str) -> bool:
    """``Follow us on Facebook and Twitter``: a call, not a sentence about networks."""
    return len(text) < 160 and _follow().found_in(text)


def is_disclosure(text: str) -> bool:
    """``As an Amazon Associate we earn from ...``: how the site is paid."""
    return (
        len(text) < 450
        and ("ommission" in text or "ffiliate" in text or "mazon" in text or "earn" in text)
        and _disclosure().found_in(text)
        and bool(addresses_reader(text) or re.search(r"\b(?:I|this (?:post|article|page|site))\b", text, _I))
    )


def is_byline(text: str) -> bool:
    """``By NAME``, or ``By NAME | July 9, 2014 | 6:05 pm``."""
    if len(text) < 140 and _BYLINE_DATED.begins(text):
        return True
    if len(text) > 80 or not _BYLINE.match(text) or text.rstrip().endswith((".", "!", "?", ":", ",")):
        return False
    words = re.sub(r"^.*?\b(?:by|von|por|par)\b", "", text, count=1, flags=_I | re.S).split()
    return all(not word[0].islower() or word in _PARTICLES for word in words)


def is_date_line(text: str) -> bool:
    """A date, alone or between the author and the section: ``On behalf of NAME | Apr 21, 2017 | Liability``."""
    if len(text) > 120 or not any("0" <= sign <= "9" for sign in text):
        return False
    parts = [part for part in re.split(r"\s[|•·–—]\s|\n", text) if part.strip()]
    return any(_DAY.match(part) for part in parts) and not any(part.rstrip().endswith((".", "?", "!")) for part in parts)


def is_meta_line(text: str) -> bool:
    """A line that is only a date of publication, a reading time, or a label of the layout."""
    return len(text) < 110 and _meta().begins(text)


def is_credit(text: str) -> bool:
    """A picture's credit that stands as a line of its own."""
    return len(text) < 160 and _CREDIT.begins(text)


def is_follow_heading(text: str) -> bool:
    """``Follow NAME``, above what were the links."""
    return _FOLLOW_NAME.match(text) is not None


def is_origin_note(text: str) -> bool:
    """Who produced the text, and where to sign up for more of it."""
    return _ORIGIN.begins(text)

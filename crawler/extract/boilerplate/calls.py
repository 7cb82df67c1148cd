"""Takes a short text and says what it asks the reader to do: subscribe, pay, buy, rate, share. The wordings lie in
wordings/calls.txt; one word alone ("newsletter", "share") never decides.
"""

from __future__ import annotations

import re
from functools import cache

from crawler.extract.boilerplate.appeals import addresses_reader, is_quoted
from crawler.extract.boilerplate.wording import any_of, lines_of

_I = re.IGNORECASE
MAX_NEWSLETTER = 320
_OUR_NEWSLETTER = re.compile(r"\b(?:your|our|us|my|you|the newsletter|newsletter)\b", _I)
_SPREAD = re.compile(r"^\W*(?:please )?help (?:me|us) (?:to )?(?:spread|get) the word\b", _I)
_CONNECTED = re.compile(r"^\W*(?:stay|keep|let.s stay|get|keep) (?:connected|in touch|in the loop|updated)(?: with (?:me|us))?\W*$", _I)
_LATEST = re.compile(
    r"^\W*(?:keep up|stay up[- ]to[- ]date|stay on top) (?:with|of|on) (?:the latest|our latest|all the latest)\b[^.]*$", _I
)


@cache
def _newsletter() -> re.Pattern[str]:
    return re.compile(
        r"^(?:\W|please |you can |join \S+ other |get |receive |want |don.t miss |never miss )*?.{0,60}?"
        rf"\b{any_of('calls', 'newsletter: asked to')}\b.{{0,90}}?\b{any_of('calls', 'newsletter: for what')}\b",
        _I | re.S,
    )


@cache
def _certain_newsletter() -> re.Pattern[str]:
    return re.compile(any_of("calls", "newsletter: certain"), _I)


@cache
def _paywall() -> re.Pattern[str]:
    return re.compile(rf"^\W*{any_of('calls', 'paywall')}.{{0,120}}$", _I | re.S)


@cache
def _rate() -> re.Pattern[str]:
    return re.compile(any_of("calls", "rating: asked to"), _I)


@cache
def _did_you() -> re.Pattern[str]:
    return re.compile(rf"^\W*{any_of('calls', 'rating: begins with')}", _I)


@cache
def _offer() -> re.Pattern[str]:
    return re.compile(any_of("calls", "offer"), _I)


def is_newsletter(text: str) -> bool:
    """A box that asks for the reader's e-mail address. Reported speech about newsletters is none."""
    low = text.lower()
    if len(text) > MAX_NEWSLETTER or not any(word in low for word in lines_of("calls", "newsletter: words")) or is_quoted(text):
        return False
    return bool(_certain_newsletter().search(text) or (_newsletter().search(text) and _OUR_NEWSLETTER.search(text)))


def call_kind(text: str) -> str | None:
    """What a short text asks the reader to do, as the name of a rule: pay, buy, rate, share, subscribe; None for any other."""
    if len(text) > 400 or is_quoted(text):
        return None
    if len(text) < 160 and _paywall().match(text):
        return "paywall-wording"
    if _did_you().match(text) and _rate().search(text):
        return "rating-wording"
    if len(text) > 120:
        return None
    if _offer().search(text) and addresses_reader(text):
        return "offer-wording"
    if _SPREAD.match(text) or _CONNECTED.match(text):
        return "share-wording"
    return "newsletter-wording" if _LATEST.match(text) else None

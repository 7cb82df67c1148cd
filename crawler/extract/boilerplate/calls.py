"""Takes a short text and says what it asks the reader to do: subscribe, pay, buy, rate, share. The wordings lie in
wordings/calls.txt; one word alone ("newsletter", "share") never decides.
"""

from __future__ import annotations

import re
from functools import cache

from crawler.extract.boilerplate.appeals import addresses_reader, is_quoted
from crawler.extract.boilerplate.wording import any_of, lines_of
from crawler.extract.dom.anycase import AnyCase

MAX_NEWSLETTER = 320
_OUR_NEWSLETTER = AnyCase(r"\b(?:your|our|us|my|you|the newsletter|newsletter)\b")
_SPREAD = AnyCase(r"^\W*(?:please )?help (?:me|us) (?:to )?(?:spread|get) the word\b")
_CONNECTED = AnyCase(r"^\W*(?:stay|keep|let.s stay|get|keep) (?:connected|in touch|in the loop|updated)(?: with (?:me|us))?\W*$")
_LATEST = AnyCase(r"^\W*(?:keep up|stay up[- ]to[- ]date|stay on top) (?:with|of|on) (?:the latest|our latest|all the latest)\b[^.]*$")


@cache
def _newsletter() -> AnyCase:
    return AnyCase(
        r"^(?:\W|please |you can |join \S+ other |get |receive |want |don.t miss |never miss )*?.{0,60}?"
        rf"\b{any_of('calls', 'newsletter: asked to')}\b.{{0,90}}?\b{any_of('calls', 'newsletter: for what')}\b",
        re.S,
    )


@cache
def _certain_newsletter() -> AnyCase:
    return AnyCase(any_of("calls", "newsletter: certain"))


@cache
def _paywall() -> AnyCase:
    return AnyCase(rf"^\W*{any_of('calls', 'paywall')}.{{0,120}}$", re.S)


@cache
def _rate() -> AnyCase:
    return AnyCase(any_of("calls", "rating: asked to"))


@cache
def _did_you() -> AnyCase:
    return AnyCase(rf"^\W*{any_of('calls', 'rating: begins with')}")


@cache
def _offer() -> AnyCase:
    return AnyCase(any_of("calls", "offer"))


def is_newsletter(text: str) -> bool:
    """A box that asks for the reader's e-mail address. Reported speech about newsletters is none."""
    if len(text) > MAX_NEWSLETTER:
        return False
    if not any(map(text.lower().__contains__, lines_of("calls", "newsletter: words"))) or is_quoted(text):
        return False
    return _certain_newsletter().found_in(text) or (_newsletter().found_in(text) and _OUR_NEWSLETTER.found_in(text))


def call_kind(text: str) -> str | None:
    """What a short text asks the reader to do, as the name of a rule: pay, buy, rate, share, subscribe; None for any other."""
    kind = _call_of(text) if len(text) <= 400 else None
    return None if kind is None or is_quoted(text) else kind


def _call_of(text: str) -> str | None:
    if len(text) < 160 and _paywall().begins(text):
        return "paywall-wording"
    if _did_you().begins(text) and _rate().found_in(text):
        return "rating-wording"
    if len(text) > 120:
        return None
    if _offer().found_in(text) and addresses_reader(text):
        return "offer-wording"
    if _SPREAD.begins(text) or _CONNECTED.begins(text):
        return "share-wording"
    return "newsletter-wording" if _LATEST.begins(text) else None

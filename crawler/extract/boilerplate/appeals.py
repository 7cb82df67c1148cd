"""The wording of what asks the reader for something: money, an e-mail address, a subscription, a rating.

Each test asks for wording that addresses the reader; one word alone ("donation", "newsletter") never decides.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE

# ---- appeals: two different cues, and the site speaking to its reader -------------------------------------------------
_APPEAL_CUES = tuple(
    re.compile(pattern, _I)
    for pattern in (
        r"\btax[- ]deductible\b",
        r"\b(?:make|making|consider|with|send(?:ing)?|leave|leaving|give|giving) (?:a|an|"
        r"your) (?:\S+ ){0,5}?(?:donation|contribution|gift)\b",
        r"\b(?:small|monthly|one[- ]time|one[- ]off|recurring|generous|annual|modest|"
        r"regular) (?:\S+ ){0,4}?(?:donations?|contributions?|gifts?|pledges?)\b",
        r"\bdonate (?:now|today|here|online|via|to (?:us|our|keep|support|this))\b|^donate\b",
        r"\bgive (?:now|today|here|what you can|generously)\b",
        r"\bplease (?:consider|donate|give|support|help|chip in|contribute|become|subscribe)\b",
        r"\bsupport(?:ing)? (?:our|us|this|independent|my|quality|serious|the) ?(?:\S+ ){0,2}?(?:work|journalism|"
        r"reporting|site|website|blog|research|mission|desk|team|effort|coverage|writing|project|podcast|"
        r"newsroom)\b",
        r"\bsupport (?:it|us|me|them) (?:here|today|now|with|on|by|via|at)\b",
        r"\bbecome (?:a|an|our) (?:\S+ ){0,3}?(?:member|patron|supporter|subscriber|donor|sponsor|contributor|backer)\b",
        r"\b(?:fund[- ]?rais(?:ing|er)|donation|pledge|membership) (?:drive|campaign|appeal|goal)\b",
        r"\bchip in\b|\bpitch in\b|\btip jar\b|\bbuy (?:me|us) a (?:coffee|beer)\b",
        r"\bkeep (?:\S+ ){0,4}?(?:free|independent|open|online|running|going|alive|ad[- ]free|possible|available)\b",
        r"\b(?:readers?|people|supporters|listeners|donors) like you\b|\bour readers\b|\b(?:its|their) readers\b",
        r"\b(?:reader|listener|donor|member)[- ](?:supported|funded|backed)\b",
        r"\b(?:paid for|funded|supported|made possible|financed) by (?:\S+ ){0,2}?(?:readers?|donations?|donors|"
        r"supporters|members|you|contributions)\b",
        r"\b(?:no|without|don.t (?:take|run|accept)) (?:\S+ ){0,2}?(?:advertis\w+|ads|paywalls?|sponsors)\b",
        r"\bif you (?:\S+ ){0,3}?(?:value|enjoy(?:ed)?|like[d]?|appreciate|find|found|rely|benefit(?:ed)?|read|"
        r"believe)\b|\bif (?:it|this|our \S+) (?:has |have )?help(?:s|ed)? you\b",
        r"\bbeen of use to you\b|\bare (?:useful|valuable|helpful) to you\b|\bfind (?:our|this|these|"
        r"it) (?:\S+ ){0,3}?(?:useful|helpful|valuable)\b",
        r"\bthank(?:s| you) for (?:reading|your (?:support|time|generosity)|supporting)\b",
        r"\bbefore you go\b|\bwhile you.re here\b|\bwe need your (?:help|support)\b|\bwe (?:depend|rely|"
        r"count) on (?:you|your|readers|donations|the support|our)\b",
        r"\bshort of (?:our|the) (?:\S+ )?(?:goal|target)\b|\bpays? for (?:\S+,? ){1,6}?(?:and|&) \S+",
        r"\b(?:every|any|each|your) (?:\S+ )?(?:gift|donation|contribution|dollar|euro|pound|amount|penny|cent|"
        r"bit) (?:\S+ ){0,3}?(?:helps?|counts?|goes|matters?|makes?|is|will|keeps?)\b",
        r"\b(?:patreon|ko-?fi|paypal|gofundme|liberapay|buymeacoffee|steady)\b",
        r"\bhelp(?:ing)? (?:us |me )?(?:to )?(?:fund|finance|pay for|sustain)\b",
        r"\bspende(?:n)? (?:sie|jetzt|hier)\b|\bunterstütz(?:en|t|e) (?:sie|uns|unsere)\b|\bfaites un don\b|"
        r"\bsoutenez[- ]nous\b|\bhaz una donación\b|\bapóyanos\b",
    )
)
ADDRESSES_READER = re.compile(
    r"\b(?:you|your|you've|we|our|ours|us|my|me|sie|uns|unser\w*|ihre?|vous|votre|nous|notre|nos|tu|"
    r"nuestr\w+)\b|\btoday\.$|\bhere\.$",
    _I,
)
_ASKS = re.compile(
    r"\b(?:donat\w+|gifts?|contribut(?:e|ions?|ing)|support (?:it|us|me|our|this|independent|my|quality)|"
    r"support(?:ing|ers)? (?:our|us|this|me)|fund-?rais\w+|chip in|pitch in|give (?:now|today|here|what)|"
    r"pledge|member(?:s|ship)?|patrons?|help (?:us |me )?(?:to )?(?:fund|finance|pay for|sustain)|"
    r"coffee|beer|paypal|patreon|ko-?fi|paid for by|funded by|tax[- ]deductible|spend\w+|unterstütz\w+|un don|"
    r"soutenez|donación|apóyanos)\b",
    _I,
)
# What each of these begins with: to look for them costs a tenth of the pattern, which is tried only where one stands.
_ASKING = (
    *(
        "donat",
        "gift",
        "contribut",
        "support",
        "fundrais",
        "fund-rais",
        "chip in",
        "pitch in",
        "give ",
        "help ",
        "pledge",
        "member",
        "patron",
    ),
    *("coffee", "beer", "paypal", "patreon", "kofi", "ko-fi", "paid for by", "funded by", "tax-deductible", "tax deductible", "spend"),
    *("unterstütz", "un don", "soutenez", "donación", "apóyanos"),
)
_QUOTED = re.compile(r"[“«„\"][^”»“\"]{3,}[”»“\"],?\s+(?:\w+\s+){0,4}(?:said|says|told|wrote|added|asked)\b", _I)
MAX_APPEAL = 900


def _asks(text: str) -> bool:
    """Does it name a gift, a membership, a purse?"""
    low = text.lower()
    if len(low) != len(text):  # a letter whose lower case is two
        return _ASKS.search(text) is not None
    for stem in _ASKING:
        at = low.find(stem)
        while at >= 0:
            if _ASKS.match(text, at):
                return True
            at = low.find(stem, at + 1)
    return False


def appeal_cues(text: str) -> int:
    """How many different signs of an appeal the text shows; 0 for reported speech and for text that asks for nothing."""
    if len(text) > MAX_APPEAL or not _asks(text) or not ADDRESSES_READER.search(text) or _QUOTED.search(text):
        return 0
    cues = sum(1 for cue in _APPEAL_CUES if cue.search(text))
    return cues if len(text) < 450 else max(0, cues - 1)  # in a long paragraph two may meet by accident


# ---- newsletter boxes -------------------------------------------------------------------------------------------------
_NEWSLETTER = re.compile(
    r"^(?:\W|please |you can |join \S+ other |get |receive |want |don.t miss |"
    r"never miss )*?.{0,60}?\b(?:sign[- ]?up|subscribe|join|register|get|receive|delivered)\b.{0,90}?"
    r"\b(?:newsletters?|inbox|mailing list|e-?mail (?:updates|list|alerts|digest)|(?:weekly|daily|"
    r"monthly) (?:digest|e-?mail|briefing|update)s?|by e-?mail|via e-?mail)\b",
    _I | re.S,
)
_NEWSLETTER_ELSEWHERE = re.compile(
    r"\bnewsletter (?:abonnieren|anmeld\w+|signup|sign-up)\b|\babonnez-vous\b.{0,40}newsletter|"
    r"\bto your inbox\b|\bin your inbox\b",
    _I,
)
_MAIL = ("newsletter", "inbox", "mailing list", "email", "e-mail", "digest", "briefing")
MAX_NEWSLETTER = 320


def is_newsletter(text: str) -> bool:
    """A box that asks for the reader's e-mail address. Reported speech about newsletters is none."""
    low = text.lower()
    if len(text) > MAX_NEWSLETTER or not any(word in low for word in _MAIL) or _QUOTED.search(text):
        return False
    return bool(
        _NEWSLETTER_ELSEWHERE.search(text)
        or (_NEWSLETTER.search(text) and re.search(r"\b(?:your|our|us|my|you|the newsletter|newsletter)\b", text, _I))
    )


# ---- calls to act ------------------------------------------------------------------------------------------------------
_PAYWALL = re.compile(
    r"^\W*(?:this (?:article|story|content|post|report|page|section) is (?:exclusive|exclusively|available only|only available|reserved) "
    r"(?:to|for) .{0,40}\b(?:subscribers?|members?|customers)\b|"
    r"(?:already|not yet|are you) (?:have an account|(?:an? )?(?:\S+ )?(?:subscriber|member|customer)|subscribed|registered)\s?\?|"
    r"(?:to (?:read|continue reading|unlock|access)|(?:read|continue reading|unlock|access)) (?:the rest of )?(?:this|the full|the whole) "
    r"(?:article|story|post|report)\b.{0,40}\b(?:subscribe|register|log ?in|sign ?(?:in|up)|join|account|trial)\b|"
    r"(?:please )?(?:log ?in|subscribe|register|sign ?(?:in|up)|join)(?: now| today| here)? to (?:continue|read|unlock|access|view)\b)"
    r".{0,120}$",
    _I | re.S,
)
_RATE = re.compile(
    r"\b(?:leave|give|drop)\b.{0,25}\b(?:rating|stars?|review|comment)\b|\b(?:rate|pin) (?:it|this)\b|"
    r"\b(?:tag|mention)\b.{0,20}[@#]\w",
    _I,
)
_DID_YOU = re.compile(
    r"^\W*(?:did you (?:make|try|like|love|enjoy)|have you (?:made|tried)|if you(?:.ve)? (?:make|made|try|tried|"
    r"love|loved)|(?:tried|made|loved|enjoyed) (?:this|my|our|it|the)\b)",
    _I,
)
_SPREAD = re.compile(r"^\W*(?:please )?help (?:me|us) (?:to )?(?:spread|get) the word\b", _I)
_CONNECTED = re.compile(r"^\W*(?:stay|keep|let.s stay|get|keep) (?:connected|in touch|in the loop|updated)(?: with (?:me|us))?\W*$", _I)
_OFFER = re.compile(
    r"\b(?:unlock|get|save|enjoy|claim|grab)\b.{0,30}\b\d{1,2}\s?% (?:off|discount)\b|"
    r"^\W*(?:buy|shop|order|book) (?:(?:it|this|yours) )?now(?: (?:from|at|on|for|and|here|through)\b|\W*$)",
    _I,
)
_LATEST = re.compile(
    r"^\W*(?:keep up|stay up[- ]to[- ]date|stay on top) (?:with|of|on) (?:the latest|our latest|all the latest)\b[^.]*$", _I
)


def call_kind(text: str) -> str | None:
    """What a short text asks the reader to do, as the name of a rule: pay, buy, rate, share, subscribe; None for any other."""
    if len(text) > 400 or _QUOTED.search(text):
        return None
    if len(text) < 160 and _PAYWALL.match(text):
        return "paywall-wording"
    if _DID_YOU.match(text) and _RATE.search(text):
        return "rating-wording"
    if len(text) > 120:
        return None
    if _OFFER.search(text) and ADDRESSES_READER.search(text):
        return "offer-wording"
    if _SPREAD.match(text) or _CONNECTED.match(text):
        return "share-wording"
    return "newsletter-wording" if _LATEST.match(text) else None

"""The wording of bios: who the author is, and who publishes."""

from __future__ import annotations

import re
from collections.abc import Sequence

_I = re.IGNORECASE
BIO_HEADING = re.compile(
    r"\W*(?:about (?:the |this |our )?(?:authors?|writers?|contributors?|guest (?:author|writer|blogger))|"
    r"author(?:s|'s)?(?: (?:bio|profile|info|details|biography))?|written by|the authors?|meet the author|"
    r"über (?:den|die|den/die) autor(?:in|en|innen)?|"
    r"zur person|à propos (?:de l.|des )auteurs?|(?:sobre|acerca de)(?: el| la| los| o| a)? aut(?:or|ora|ores))(?:\s*:.{0,60})?\W*",
    _I,
)
_NAME = (
    r"(?:(?:Dr|Prof|Professor|Sir|Maj|Col|Gen|Lt|Capt|Ret|Mr|Mrs|"
    r"Ms)\.?\s+)*[^\W\d_a-zа-яё][\w'’.-]*(?:\s+(?:(?:van|von|der|den|de|del|della|di|da|dos|al|el|bin|ibn|la|"
    r"le|ter|ten|zu|al-|the)\s+)*(?:[^\W\d_a-zа-яё][\w'’.-]*|\([^)]{1,40}\))){0,5}"
)
_IS = (
    r"(?:,[^,]{1,60},)?\s+(?:(?:is|was|are|were)\s+(?:(?:currently|also|now|both|formerly|"
    r"previously)\s+)?(?:an?|the|one|co-?|senior|research|currently|based|former|head|chief|founder|author|"
    r"editor|director|professor|president|managing|deputy|adjunct|associate|assistant|staff|vice|two|working|"
    r"responsible)\b"
    r"|(?:is|are) (?:\S+ ){0,3}?(?:fellow|analyst|analysts|editor|editors|contributor|writer|reporter|"
    r"journalist|correspondent|researcher)s?\b"
    r"|(?:writes|covers|reports|serves|served|works|worked|teaches|holds|leads|directs|studies|focuses|"
    r"specializes|specialises|blogs|tweets|has (?:been|written|worked|served|covered|reported)|"
    r"can be (?:reached|followed))\b)"
)
_SAYS_WHO = re.compile(_IS, _I)
_BIO = re.compile(rf"^\W*(?:By\s+)?{_NAME}(?:(?:,| and| &| und|,? and) {_NAME}){{0,4}}{_IS}")
_BIO_CONTACT = re.compile(
    r"\bfollow (?:him|her|them|me|us|[A-Z]\w+|the author)\b|\b(?:on|via|at) (?:twitter|x|linkedin|mastodon|"
    r"bluesky|instagram|threads)\b|(?<![\w.])@\w{2,}|\b(?:view|see|read|more) (?:all )?(?:\S+ )?(?:posts|"
    r"articles|stories) (?:by|from)\b|"
    r"\b(?:reached|contacted?) (?:at|via|on|by)\b|\bis the author of\b|\bviews? expressed\b",
    _I,
)
_ROLE = re.compile(
    r"\b(?:analysts?|fellows?|editors?|contributors?|writers?|reporters?|journalists?|correspondents?|"
    r"researchers?|professors?|lecturers?|columnists?|bloggers?|authors?|directors?|founders?|"
    r"scholars?|experts?|specialists?|consultants?|veterans?|students?|candidates?|photographers?|"
    r"freelancers?|interns?|associates?|historians?|advis[eo]rs?|officers?|presidents?|managers?|"
    r"publishers?)\b",
    _I,
)
MAX_BIO = 1200


def bio_sentence(text: str) -> bool:
    """``NAME is a senior analyst at ...``: names, then what they are, with a role or a way to reach them."""
    return len(text) <= MAX_BIO and bool(_BIO.match(text)) and bool(_ROLE.search(text) or _BIO_CONTACT.search(text))


def bio_contact(text: str) -> bool:
    """A bio that tells how to follow or reach its person: certain enough without italics."""
    return len(text) <= MAX_BIO and bool(_BIO.match(text)) and bool(_ROLE.search(text)) and bool(_BIO_CONTACT.search(text))


def bio_of(text: str, names: Sequence[str]) -> bool:
    """A paragraph that begins with an author's own name and says what that person is or does."""
    return len(text) <= MAX_BIO and any(_introduces(text, name) for name in names if " " in name)


def _introduces(text: str, name: str) -> bool:
    start = text.lstrip(' \n"“—–-*•')
    return start[: len(name)].casefold() == name.casefold() and bool(_SAYS_WHO.match(start, len(name)))


_PUBLISHER = re.compile(
    r"^\W*(?P<name>[^\W\d_a-z][\w&.'’ -]{2,60}?)(?:,? (?:Inc|LLC|Ltd|GmbH)\.?)?(?: \([^)]{1,20}\))?,? (?:is|are) (?:an?|the)\b"
)
_ORGANISATION = re.compile(
    r"\b(?:organi[sz]ations?|institut\w+|compan(?:y|ies)|firm|non-?profit|publication|magazine|journal|website|site|platform|"
    r"provider|agency|think[- ]tank|leader|charity|blog|newspaper|newsroom|network|project|cent(?:er|re)|foundation|service|brand|"
    r"studio|publisher|news outlet|advis[eo]r)\b",
    _I,
)
_SIGNS = re.compile(r"[\W_]+")


def bio_of_site(text: str, host: str) -> bool:
    """A paragraph that begins by saying what the publisher is: its name is the one in the site's address."""
    match = _PUBLISHER.match(text) if len(text) <= MAX_BIO else None
    if match is None or not _ORGANISATION.search(text):
        return False
    name = _SIGNS.sub("", match.group("name").casefold().removeprefix("the "))
    return len(name) > 2 and name in (_SIGNS.sub("", label) for label in host.casefold().split(".")[-3:-1])

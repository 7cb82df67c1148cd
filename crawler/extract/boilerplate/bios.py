"""Takes a paragraph and says whether it is a bio: who the author is, or who publishes. Roles, contacts and headings lie in
wordings/bios.txt; how a name and what follows it are written, here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from crawler.extract.boilerplate.wording import any_of
from crawler.extract.dom.anycase import AnyCase

_I = re.IGNORECASE
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
MAX_BIO = 1200


@cache
def _heading() -> AnyCase:
    return AnyCase(rf"\W*{any_of('bios', 'heading')}(?:\s*:.{{0,60}})?\W*")


@cache
def _contact() -> AnyCase:
    return AnyCase(any_of("bios", "contact"))


@cache
def _role() -> AnyCase:
    return AnyCase(rf"\b{any_of('bios', 'role')}\b")


@cache
def _organisation() -> AnyCase:
    return AnyCase(rf"\b{any_of('bios', 'organisation')}\b")


def is_bio_heading(text: str) -> bool:
    """``About the author``, and nothing else."""
    return _heading().is_all(text)


def bio_sentence(text: str) -> bool:
    """``NAME is a senior analyst at ...``: names, then what they are, with a role or a way to reach them."""
    return len(text) <= MAX_BIO and bool(_BIO.match(text)) and (_role().found_in(text) or _contact().found_in(text))


def bio_contact(text: str) -> bool:
    """A bio that tells how to follow or reach its person: certain enough without italics."""
    return len(text) <= MAX_BIO and bool(_BIO.match(text)) and _role().found_in(text) and _contact().found_in(text)


def bio_of(text: str, names: Sequence[str]) -> bool:
    """A paragraph that begins with an author's own name and says what that person is or does."""
    return len(text) <= MAX_BIO and any(_introduces(text, name) for name in names if " " in name)


def _introduces(text: str, name: str) -> bool:
    start = text.lstrip(' \n"“—–-*•')
    return start[: len(name)].casefold() == name.casefold() and bool(_SAYS_WHO.match(start, len(name)))


_PUBLISHER = re.compile(
    r"^\W*(?P<name>[^\W\d_a-z][\w&.'’ -]{2,60}?)(?:,? (?:Inc|LLC|Ltd|GmbH)\.?)?(?: \([^)]{1,20}\))?,? (?:is|are) (?:an?|the)\b"
)
_SIGNS = re.compile(r"[\W_]+")


def bio_of_site(text: str, host: str) -> bool:
    """A paragraph that begins by saying what the publisher is: its name is the one in the site's address."""
    match = _PUBLISHER.match(text) if len(text) <= MAX_BIO else None
    if match is None or not _organisation().found_in(text):
        return False
    name = _SIGNS.sub("", match.group("name").casefold().removeprefix("the "))
    return len(name) > 2 and name in (_SIGNS.sub("", label) for label in host.casefold().split(".")[-3:-1])

"""Takes the words of a byline and gives the names in it: apart at commas and at the word "and" of a dozen languages, but with
degrees, organisations and double names whole, and without what people are."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.extract.article.person import (
    GENERATION,
    IMPERSONAL,
    PARTICLES,
    SUFFIXES,
    is_agency,
    is_name,
    is_office,
    is_person,
    tidy_name,
    without_office,
)

_AND = r"and|und|et|with|mit|avec|con|og|och|és|și|ve|và|и|та|και|و|和|与|與|及|と"
_WEAK = re.compile(r"\s+(?:y|e|i|a|u|en|ja|dan|і|й)\s+", re.I)  # they stand inside of names, too: Ortega y Gasset
_COMMA = re.compile(rf"\s*[,，、،؛;；/／]\s*(?:(?:{_AND}|&)\s+)?", re.I)
_JOINED = re.compile(rf"\s+(?:{_AND})\s+|\s+[&+]\s+", re.I)
_LISTED = re.compile(r"\s*[;；]\s*|\s+(?:and|und|et|y|&)\s+", re.I)
_HEAD = re.compile(  # "Center for", "U.S. Department of"
    r"(?:the )?(?:[\w.'’-]+ ){0,4}?(?:cent(?:er|re)|institute?|department|ministry|office|bureau|council|committee|campaign|coalition|"
    r"foundation|association|society|federation|union|school|college|faculty|alliance|network|project|program(?:me)?|initiative|"
    r"board|academy|agency|fund|bulletin|journal|centro|instituto|ministerio|centre|institut|ministère|zentrum|stiftung|verein|bund)"
    r"\s+(?:for|of|on|against|to|de|pour|für|per|para|des|der)\b",
    re.I,
)
_FAMILY = r"(?:(?:van|von|der|den|de|del|della|di|da|dos|al|el|bin|ibn|la|le|ter|ten|zu)\s+){0,3}[^\W\d_a-z][\w'’-]+"
_LAST_FIRST = re.compile(rf"({_FAMILY}),\s*((?:[^\W\d_a-z][\w'’-]*\.?)(?:[\s.]+[^\W\d_a-z][\w'’-]*\.?){{0,2}})(,\s*\S+)?")


def split_names(text: str) -> list[str]:
    """``By A, B and C on May 3`` to the three names. Lines below the first are what these people are, unless it goes on there."""
    return list(_split(text))  # a site has few authors


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, ...]:
    first, *more = [line for line in text.split("\n") if line.strip()] or [""]
    for line in more:
        if not _GOES_ON.search(f"{first}\n{line}"):
            break
        first = f"{first} {line}"
    return tuple(_names_of(first) or (_names_of(text) if more else []))


def _names_of(text: str) -> list[str]:
    return names_in(tidy_name(text, whole=_HEAD.match(_without_label(text)) is not None))


_GOES_ON = re.compile(rf"(?:,|&|\b(?:{_AND}|by|von|par|por))\s*\n|\n\s*(?:&|(?:{_AND}|by|von|par|por)\b)", re.I)


def _without_label(text: str) -> str:
    return re.sub(r"^\W*by\s+", "", " ".join(text.split()), flags=re.I)


def two_names(name: str) -> list[str]:
    """``Ann Lee and Bo Berg`` in one link, as plugins for several authors write it, is two. With ``&`` it stays the account that
    two people share."""
    if "&" in name and "," not in name:
        return [name]
    found = names_in(name)
    return found if found and all(is_person(single) for single in found) else [name]


def spoken_name(name: str) -> str:
    """The name of an account without the office, as the byline of a page is read; one of two people stays as it is."""
    found = two_names(tidy_name(name, whole=True))
    return found[0] if len(found) == 1 and found[0] else name


def names_in(line: str) -> list[str]:
    """The names of a line that holds nothing else."""
    if not line:
        return []
    if inverted := _inverted(line):
        return inverted
    found: list[str] = []
    for piece, comma in _pieces(line):
        _take(found, piece, comma=comma)
    return found


def _inverted(line: str) -> list[str]:
    """``Doe, Jane; Berg, Bo`` to the names as they are spoken; nothing for another list."""
    found: list[str] = []
    for part in _LISTED.split(line):
        match = _LAST_FIRST.fullmatch(part)
        if match is None or (match[3] and not SUFFIXES.fullmatch(match[3].strip(" ,"))):
            return []
        family, given = match[1], match[2].strip()
        if SUFFIXES.fullmatch(given) or is_office(given) or any(is_agency(half) or IMPERSONAL.search(half) for half in (family, given)):
            return []
        found.append(f"{given} {family}{' ' + match[3].strip(' ,') if match[3] else ''}")
    return found


def _pieces(line: str) -> list[tuple[str, bool]]:
    """The parts of a line, and whether a comma without "and" stands before each."""
    found: list[tuple[str, bool]] = []
    last, alone = 0, False
    marks = [*_COMMA.finditer(line)]
    for mark in [*marks, None]:
        part = line[last : mark.start() if mark else len(line)]
        inner = _parts(part)
        found += [(single, alone if i == 0 else False) for i, single in enumerate(inner)]
        if mark is not None:
            last, alone = mark.end(), len(mark[0].strip()) == 1
    return _whole_bodies(found)


def _parts(part: str) -> list[str]:
    """Apart at "and", where that does not belong to a name."""
    halves = _JOINED.split(part)
    signs = _JOINED.findall(part)
    found = [halves[0]]
    for sign, half in zip(signs, halves[1:], strict=True):
        if _is_one(found[-1], half, sign):
            found[-1] += sign + half
        else:
            found.append(half)
    return [single for half in found for single in _weakly_apart(half)]


def _is_one(before: str, after: str, sign: str) -> bool:
    """Do both halves make one name: of an organisation, of a house (Smith & Berg), of a family (von und zu Berg)?"""
    if _HEAD.match(before) or re.search(r"\b(?:von|van|of|for)$", before):
        return True
    if " " in before.strip() and is_person(before.strip()):
        return False
    single = " " not in before.strip()
    ends = after.strip().split()[-1:]
    return single and ((bool(ends) and IMPERSONAL.search(ends[0]) is not None) or ("&" in sign and " " not in after.strip()))


def _weakly_apart(part: str) -> list[str]:
    halves = _WEAK.split(part)
    return halves if len(halves) > 1 and all(is_person(half) for half in halves) else [part]


def _whole_bodies(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """``Center for War, Peace, and the News Media`` is one: what follows such a head and is no person belongs to it."""
    found: list[tuple[str, bool]] = []
    for piece, comma in pieces:
        if found and _HEAD.match(found[-1][0]) and not is_person(piece) and not is_agency(piece) and not _HEAD.match(piece):
            found[-1] = (f"{found[-1][0]}, {'' if comma else 'and '}{piece}", found[-1][1])
        else:
            found.append((piece, comma))
    return found


def _take(found: list[str], piece: str, *, comma: bool) -> None:
    """Adds a name, or a degree to the name before it; leaves out what that person is."""
    bare = piece.strip(" ,;:–—-|/")
    if found and SUFFIXES.fullmatch(bare):
        found[-1] += f" {bare}" if GENERATION.fullmatch(bare) else f", {bare}"
        return
    name = without_office(tidy_name(piece, whole=True))
    if found and (is_office(bare) or (comma and is_person(found[-1]) and _is_house(name))):
        return
    if name.startswith("the ") and _HEAD.match(name):
        name = name[4:]
    if is_name(name):
        found.append(name)


def _is_house(words: str) -> bool:
    """Is it where the person before works: an organisation, an agency, a paper, or capitals that stand for one or for a degree?"""
    if IMPERSONAL.search(words) or is_agency(words) or words.startswith("The ") or _WORDS.match(words):
        return True
    return all(SUFFIXES.fullmatch(word) or _CAPITALS.fullmatch(word) for word in words.split())


_WORDS = re.compile(rf"(?!(?:{PARTICLES})\s)[a-zà-öø-ÿ]{{2,}}")  # écrivaine, as told to
_CAPITALS = re.compile(r"[A-Z][A-Z.]{1,7}®?")

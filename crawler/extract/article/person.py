"""Takes the words of a byline and gives a person's name: without dates, offices, addresses and the words around it."""

from __future__ import annotations

import re

from crawler.extract.dates.months import MONTH_NUMBERS

_SPLIT = re.compile(r"\s*(?:,|;|/|\s&\s|\s(?:and|und|et|y|e|en|with|mit)\s)\s*(?:and\s+|und\s+|&\s*)?", re.I)
_TAIL = re.compile(
    r"\s+(?:(?:op|em|pada|den|il|på|w dniu)\s+\d.*|"
    r"(?:on|in|at|for|am|um|le|el|published|updated|posted|last|leave|comments?|\d+ (?:min|comments?)|–|"
    r"—|-)\b.*|[–—-]\s.*|\(?@.*)$",
    re.I,
)
_NOT_A_NAME = re.compile(
    r"https?:|www\.|\w@\w|\d{3,}|\d\d:\d\d|^\W*$|"
    r"^(?:fotos?|bild(?:er)?|quelle|source|fuente|fonte|video|grafik|picture|illustration)\b\W|"
    r"\b(?:comments?|minutes?|read|share|posts?|follow|view|profile|fact|checked|articles? by|more|archive|author|photo|image|credit|"
    r"courtesy|updated|published|ago)\b",
    re.I,
)
IMPERSONAL = re.compile(
    r"\b(?:news|staff|team|admin|editors?|editorial|desk|newsroom|company|inc|llc|group|magazine|journal|"
    r"institute|office|cent(?:er|re)|stud(?:y|ies)|project|council|university|college|association|society|department|"
    r"ministry|committee|foundation|research|agency|press|media|times|post|group)\b",
    re.I,
)
# Two to four words, none of them small but particles.
PERSON = re.compile(
    r"(?:(?!\s)(?:van|von|der|den|de|del|della|di|da|dos|al|el|bin|ibn|la|le|ter|ten|zu|[^\W\d_a-zа-яё][\w'’.-]*)(?:\s+|$)){2,4}"
)
_GLUED = re.compile(r"(?<=[^\W\d_])([^\W\d_a-zà-ÿ][a-zà-ÿ]{2,})$")
# What somebody is: ``Ann Lee, Staff Writer``
_OFFICE = re.compile(
    r"(?:[\w-]+ ){0,3}(?:writer|editor|reporter|correspondent|columnist|analyst|contributor|journalist|producer|photographer)s?|"
    r"(?:[\w-]*(?:redakteur|korrespondent|reporter|journalist|volontär|autor|leiter)(?:in)?)\b.*",
    re.I,
)
_THE_DESK = re.compile(
    r"the .*\b(?:press|board|agency|bureau|service|collective|network|team|staff|editors?|editorial|desk|group|union)\b", re.I
)


def fold_name(name: str) -> str:
    """Letters and digits alone: the same for two spellings of one name."""
    return re.sub(r"[\W_]+", "", name).casefold()


def two_names(name: str) -> list[str]:
    """``Ann Lee and Bo Berg`` in one link, as plugins for several authors write it, is two. With ``&`` it stays the account that
    two people share."""
    parts = re.split(r"\s*,\s*|\s+(?:and|und|et)\s+", name)
    return parts if len(parts) > 1 and all(PERSON.fullmatch(part) and not IMPERSONAL.search(part) for part in parts) else [name]


def split_names(text: str) -> list[str]:
    """``By A, B and C on May 3`` to the three names."""
    line = tidy_name(text)
    found = [name for part in _SPLIT.split(line) if (name := tidy_name(part)) and is_name(name)] if line else []
    return found[:1] + [name for name in found[1:] if not _OFFICE.fullmatch(name)]


def tidy_name(text: str, *, whole: bool = False) -> str:
    """``whole``: it is a name and nothing else, so "Institute for Peace" keeps its second half."""
    line = " ".join(text.split())
    line = re.sub(
        r"^\W*(?:(?:written|posted|published|authored|guest post|articles?|words) )?(?:by|von|par|por|"
        r"autor(?:in)?|author)\b\s*:?\s*",
        "",
        line,
        flags=re.I,
    )
    line = re.sub(r"^[Bb]y(?=[A-Z])", "", line)
    line = re.split(r"\s[|•·]\s|\s*[|•·]\s*", line)[0]
    line = (line if whole else _TAIL.sub("", line)).strip(" ,;:–—-|/")
    words = line.split()
    for i, word in enumerate(words):  # "Caleb Weiss July 9"
        if i and (word.strip(".,").lower() in MONTH_NUMBERS and any(c.isdigit() for w in words[i + 1 : i + 2] for c in w)):
            return " ".join(words[:i]).strip(" ,;")
        glued = _GLUED.search(word)  # "Caleb WeissJuly 9", from two elements without a blank between them
        if glued is not None and glued.group(1).lower() in MONTH_NUMBERS and any(c.isdigit() for w in words[i + 1 : i + 2] for c in w):
            return " ".join([*words[:i], word[: glued.start(1)]]).strip(" ,;")
    return line


def is_name(name: str) -> bool:
    """Could it be a person's (or desk's) name? Dates, addresses and labels are none."""
    return (
        1 < len(name) <= 70
        and "*" not in name
        and len(name.split()) <= 7
        and not _NOT_A_NAME.search(name)
        and (not name.startswith("the ") or _THE_DESK.match(name) is not None)  # a heading "By the Numbers" names nobody
        and any(c.isalpha() for c in name)
    )

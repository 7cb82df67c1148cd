"""What a site wraps around its articles, learned from where and how often a wording recurs. Pure.

A bio recurs under most articles of one author, an appeal under many articles of many authors, both outside the text: nothing
that stands in only one article comes after (or before) them. A standing heading, a quotation or a list of numbers inside
the text recurs too; what is the author's own follows it, and so it stays.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

KINDS = ("body", "caption", "appeal", "bio", "tags", "share", "related", "newsletter", "comments", "chrome")
LEARNED = "learned: "  # how the rule of a learned label begins; the label the page's own rules gave was body
AT_THE_EDGE = 0.8  # share of its occurrences that stand outside the text
MANY = 5  # articles
OF_AN_AUTHOR = 0.9  # share of the author's articles, in the time of the wording, that carry a bio which does not name its author
OF_THE_SITE = 0.15  # share of the site's articles, in the time of the wording, that carry an appeal
LEFT_OUT = 0.1  # the same share, of an appeal that trafilatura too leaves out nearly everywhere
SHORTEST_REPORT = 60  # letters of a paragraph that reports other numbers each time; a shorter one may count views or pages
SHORTEST_BIO = 40  # letters; a shorter one could begin a sentence of the text
MOST = 0.5  # of all articles: a list or quotation that stands under so many is none of theirs
NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
PROTECTED = re.compile(r"^\s*<(?:ul|ol|table|blockquote|pre|figure)\b", re.I)


@dataclass(frozen=True, slots=True)
class Wording:
    """One fingerprint over the current revisions of a site."""

    fingerprint: str
    text: str
    html: str
    articles: int  # that carry it
    edge: int  # of these, how many outside their text
    authors: Mapping[str, int]  # name -> articles with that name that carry it
    author_articles: Mapping[str, int]  # of these names: name -> all articles with that name in the time of the wording
    site_articles: int  # all articles of the site in the time of the wording
    numbers: int = 1  # how many different series of numbers stand in it
    left_out: int = 0  # in how many articles trafilatura left it out of the text


def letters(text: str) -> str:
    """The wording alone: case, punctuation, spacing, numbers and Unicode form aside."""
    if text.isascii():  # most paragraphs are, and are done in a twentieth of the time
        return text.lower().encode().translate(None, NO_LETTERS).decode()
    return "".join(re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKC", text).casefold()))


def fingerprint(text: str) -> str:
    """16 hex digits, equal for equal ``letters``; '' where there are none."""
    wording = letters(text)
    return hashlib.sha256(wording.encode()).hexdigest()[:16] if wording else ""


def begins_with_bio(text: str, bios: Iterable[str]) -> bool:
    """Whether a block begins with a known bio: the bios of several authors share a paragraph, in every combination."""
    wording = letters(text)
    return any(wording.startswith(bio) for bio in bios if len(bio) >= SHORTEST_BIO)


def speaks_of_authors(text: str, authors: Iterable[str]) -> bool:
    """Whether a last paragraph begins with the full name of one of the article's authors: people do not report on themselves so."""
    wording = letters(text)
    return any(wording.startswith(letters(name)) for name in authors if len(name.split()) > 1)


def learned_kind(wording: Wording) -> tuple[str, str] | None:
    """(kind, rule) that a recurring wording has earned; None where it stays what its page's rules say: text."""
    if wording.articles < 3 or not stands_outside(wording.articles, wording.edge):
        return None
    if PROTECTED.search(wording.html) and wording.articles < MOST * wording.site_articles:
        return None
    return None if _reports(wording) else _bio(wording) or _appeal(wording)


def stands_outside(articles: int, edge: int) -> bool:
    """Whether a wording stands outside the text in nearly all of its articles. ``edge``: in how many it does."""
    return edge >= AT_THE_EDGE * articles


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers of a text in their order."""
    return tuple(re.findall(r"\d+", text))


def _reports(wording: Wording) -> bool:
    """Whether nearly every article has numbers of its own in these words: a daily count is the author's, and no boilerplate."""
    return wording.numbers >= AT_THE_EDGE * wording.articles and len(letters(wording.text)) >= SHORTEST_REPORT


def _bio(wording: Wording) -> tuple[str, str] | None:
    """Under the articles of one author, and about that author or under nearly all of them. A standing paragraph of a series,
    which stands under some, is the author's text."""
    name, count = max(wording.authors.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if count < AT_THE_EDGE * wording.articles or PROTECTED.search(wording.html):
        return None
    nearly_all = count >= MANY and count >= OF_AN_AUTHOR * wording.author_articles.get(name, count)
    if names(wording.text, name) or nearly_all:
        return "bio", f"{LEARNED}stands under {count} articles of {name}"
    return None


def names(text: str, author: str) -> bool:
    """Whether a text speaks of an author by the last word of the name."""
    words = re.findall(r"\w+", author.casefold())
    return bool(words) and words[-1] in re.findall(r"\w+", text.casefold())


def _appeal(wording: Wording) -> tuple[str, str] | None:
    """Under articles of several authors, and under a good part of all articles of its time."""
    if wording.articles <= MANY or len(wording.authors) < 3:
        return None
    share = LEFT_OUT if wording.left_out >= AT_THE_EDGE * wording.articles else OF_THE_SITE
    if wording.articles < share * wording.site_articles:
        return None
    return "appeal", f"{LEARNED}stands under {wording.articles} of {wording.site_articles} articles of its time"


def replaced(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> dict[int, str]:
    """Positions of new body blocks that stand exactly where boilerplate stood -> its kind.

    ``old`` and ``new`` are (kind, fingerprint) in reading order. Text that a person wrote anew does not lie between the same
    two neighbours as one block of boilerplate that is gone.
    """
    found = {}
    codes = SequenceMatcher(None, [f for _, f in old], [f for _, f in new], autojunk=False).get_opcodes()
    for tag, i1, i2, j1, j2 in codes:
        if tag == "replace" and i2 - i1 == j2 - j1:
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                if new[j][0] == "body" and old[i][0] not in ("body", "caption"):
                    found[j] = old[i][0]
    return found

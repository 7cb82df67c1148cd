"""Whether a text stands in another one, however that one is written: takes texts, gives their words. Pure.

Markup, JSON escapes, HTML entities, percent-encoding, case, blanks and punctuation make no difference.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

WINDOW = 8  # words in a row that hardly two people write: an excerpt shows more of them
LONG_WINDOW = 16  # the same of characters, in scripts that write no blanks between words
SHORTEST = 5  # words of a text that is looked for on its own
TRACE = 8  # bytes
ROUNDS = 4  # markup inside of JSON inside of markup: more than that is read as it stands
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
INLINE = re.compile(
    r"<\\?/?(?:a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u|var|wbr)\b[^<>]*>",
    re.I,
)
TAG = re.compile(r"<[^<>]*>")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"/\\bfnrt]))")


@dataclass(frozen=True, slots=True)
class Plain:
    """One way to read a text: without escapes, lower case, and its words."""

    text: str
    words: list[str]

    @property
    def line(self) -> str:
        """The words with a blank before and after each."""
        return f" {' '.join(self.words)} "


def normal(text: str) -> str:
    """Case, compatibility forms and invisible characters aside."""
    if not text.isascii():
        text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text.casefold()


def words_of(text: str) -> list[str]:
    """The words of a text in their normal form. In scripts without blanks each character is a word."""
    return WORD.findall(normal(text))


def windows(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every run of words of a passage that is looked for on its own; the whole passage where it is shorter; none where it is too
    short."""
    size = window_size(words)
    if len(words) >= SHORTEST:
        yield from zip(*(words[start:] for start in range(min(size, len(words)))), strict=False)


def window_size(words: Sequence[str]) -> int:
    """How many words in a row make a passage that hardly stands elsewhere."""
    unspaced = sum(re.match(f"[{UNSPACED}]", word) is not None for word in words)
    return LONG_WINDOW if 2 * unspaced > len(words) else WINDOW


def trace(run: Sequence[str]) -> bytes:
    """8 bytes by which a run of words is known again, and from which it cannot be read."""
    return hashlib.sha256(" ".join(run).encode("utf-8", "replace")).digest()[:TRACE]


def traces_in(plain: Plain, known: Collection[bytes]) -> bool:
    """Whether a text has a run of words with one of these traces."""
    words = plain.words
    sizes = range(SHORTEST, WINDOW + 1) if len(known) else ()
    return any(trace(run) in known for size in (*sizes, LONG_WINDOW) for run in zip(*(words[i:] for i in range(size)), strict=False))


def readings(text: str) -> Iterator[Plain]:
    """A text with and without its tags, its escapes undone again and again until none is left."""
    for _ in range(ROUNDS):
        plain = without_escapes(text)
        kept = normal(unquote(plain) if "%" in plain else plain)
        yield Plain(kept, WORD.findall(kept))
        if "<" in text:
            bare = normal(without_escapes(TAG.sub(" ", INLINE.sub("", text))))
            yield Plain(bare, WORD.findall(bare))
        if plain == text:
            return
        text = plain


def without_escapes(text: str) -> str:
    """One layer of JSON's escapes and one of HTML's entities undone."""
    if "\\" in text:
        text = ESCAPE.sub(_character, text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # JSON writes pairs of surrogates
    return html.unescape(text) if "&" in text else text


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else {"/": "/", '"': '"', "\\": "\\"}.get(escape[2], " ")

"""What counts as a change. Pure: what the doors showed of an article goes in, the state and its key come out.

A *reading* is what one door showed: a mapping with ``title``, ``byline``, ``authors`` (list of name, url, source_id),
``published_at``, ``published_on``, ``published_precision``, ``modified_at``, ``terms`` (list of kind, name, slug, source_id),
``text_key``, ``captions_key`` and ``links_key``, and ``part_words``, the words of a text that is not the
whole one. None = the door does not show it.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from archive.text.urls import link_key

Fields = dict[str, Any]

FIELDS = (
    *("kind", "title", "byline", "authors", "published_at", "published_on", "published_precision", "modified_at", "terms"),
    *("part_words", "text_key", "captions_key", "links_key"),
)
"""What a reading consists of. A new one is added here and in ``reading``."""
NO_TEXT = f"sha256:{hashlib.sha256(b'[[]]').hexdigest()}"  # the text_key of a text without paragraphs
WHOLE = 0.8  # of the words of a part: a page with fewer is no fuller text
CONTENT = ("title", "authors", "terms", "published", "text_key", "captions_key", "links_key")
SWITCHED = ("  ", "...", "--")
FOLD = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "\u00ad": None, "\u200b": None})

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode  # json.dumps makes a new encoder each time


@lru_cache(maxsize=1024)  # a paragraph is asked for by the reading of its door and by the key of its revision
def normalised(text: str) -> str:
    """Text as it is compared: one Unicode form, single spaces, plain quotes and dashes, which sites switch without an author."""
    if not text.isascii():  # what is ASCII is in every Unicode form the same
        text = unicodedata.normalize("NFKC", text.translate(FOLD))
    elif text.isprintable() and text == text.strip() and not any(map(text.__contains__, SWITCHED)):
        return text  # most paragraphs
    return " ".join(text.replace("...", "…").replace("--", "-").split())


def key(*parts: object) -> str:
    """sha256:HEX over any JSON-able values."""
    return _hashed(_encode(parts))


def key_of_row(row: Mapping[str, Any], columns: Iterable[str]) -> str:
    """``key`` of these columns of a row, which hold strings or nothing, in a third of the time: of comments there are millions.

    ``columns``: in the order of the alphabet.
    """
    return _hashed("[{" + ", ".join([f'"{name}": {_json(row[name])}' for name in columns]) + "}]")


def _json(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


def _hashed(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def reading(article: Mapping[str, Any]) -> Fields:
    """The comparable fields of an article as one door showed it. ``article`` is a mapping of crawler.items.Article's fields."""
    body = [block["text"] for block in article["blocks"] if block["kind"] == "body"]
    shown = article.get("text_shown", True)
    texts = {
        "text_key": key([normalised(text) for text in body]),
        "captions_key": key([normalised(image["caption"]) for image in article["images"] if image["caption"]]),
        "links_key": key(sorted({link_key(link["url"]) for link in article["links"]})),
    }
    return {
        "kind": article["kind"],
        "title": article["title"],
        "byline": article["byline"],
        "authors": _plain(article["authors"]),
        "published_at": article["published_at"],
        "published_on": article["published_on"],
        "published_precision": article["published_precision"],
        "modified_at": article["modified_at"],
        "terms": _plain(article["terms"]),
        "part_words": None if shown else sum(len(text.split()) for text in body),
        **(texts if shown else dict.fromkeys(texts)),
    }


def remembered(fields: Mapping[str, Any]) -> Fields:
    """A reading as an older release may have stored it: what that release did not know is None, not shown."""
    return dict.fromkeys(FIELDS) | dict(fields)


def _plain(rows: Iterable[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    return None if rows is None else [dict(row) for row in rows]


def merge(rest: Fields | None, page: Fields | None) -> Fields:
    """One state out of what both doors showed: REST wins, the page gives what REST lacks, such as co-authors."""
    if rest is None or page is None:
        return dict(rest or page or {})
    merged = {name: value if value is not None else page[name] for name, value in rest.items()}
    if page["authors"] and _names(rest["authors"]) <= _names(page["authors"]):
        merged["authors"], merged["byline"] = page["authors"], page["byline"]
    if not rest["title"]:
        merged["title"] = page["title"]
    if rest["text_key"] is None:
        merged["kind"] = page["kind"]
    if not rest["published_at"]:
        merged.update({name: page[name] for name in ("published_at", "published_on", "published_precision")})
    return merged


def agreed(shown: Mapping[str, Fields]) -> dict[str, Fields]:
    """The doors' readings; where REST gave no text and the page proved to have none, REST showed that there is none."""
    rest, page = shown.get("rest"), shown.get("page")
    if rest is None or page is None or rest["text_key"] is not None or rest["part_words"] or page["text_key"] != NO_TEXT:
        return dict(shown)
    return {**shown, "rest": rest | {name: page[name] for name in ("text_key", "captions_key", "links_key")}}


def owns_text(door: str, rest: Fields | None) -> bool:
    """Whether the text of an article is the one that ``door`` shows: REST's, and the page's where REST's last reading gives none."""
    return (door == "rest") == (rest is not None and rest["text_key"] is not None)


def is_fuller(words: int, rest: Fields | None) -> bool:
    """Whether a page with so many words shows more than the part that REST gives."""
    return words >= WHOLE * ((rest or {}).get("part_words") or 0)


def _names(authors: list[dict[str, Any]] | None) -> set[str]:
    return {normalised(author["name"]).casefold() for author in authors or []}


def content(fields: Fields) -> Fields:
    """The fields that make a state, in comparable form. The address, modified_at and the pictures' addresses are not among them."""
    return {
        "title": normalised(fields["title"]) or None,
        "authors": None if fields["authors"] is None else [normalised(author["name"]) for author in fields["authors"]],
        "terms": None if fields["terms"] is None else sorted(f"{term['kind']}: {normalised(term['name'])}" for term in fields["terms"]),
        "published": fields["published_at"],
        **{name: fields[name] for name in ("text_key", "captions_key", "links_key")},
    }


def changed(old: Fields, new: Fields) -> set[str]:
    """Names of the content fields in which two readings of one door differ. A field that one of them lacks did not change."""
    before, after = content(old), content(new)
    differ = {name for name in CONTENT if before[name] is not None and after[name] is not None and before[name] != after[name]}
    if "published" in differ and same_time(before["published"], after["published"]):
        differ.discard("published")
    return differ


def same_time(one: str, other: str) -> bool:
    """Equal at the coarser precision of the two: 2014-07-23T02:14Z is the same as 2014-07-23T02:14:36Z.

    A wall clock without a zone says nothing against a UTC time less than a day away: knowing the zone later is completion.
    """
    if one.endswith("Z") != other.endswith("Z"):
        return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days) <= 1
    a, b = one.rstrip("Z"), other.rstrip("Z")
    if (len(a) > 16 and a.endswith(":00")) or (len(b) > 16 and b.endswith(":00")):
        a, b = a[:16], b[:16]
    short = min(len(a), len(b))
    return a[:short] == b[:short]


def comment_key(comment: Mapping[str, Any]) -> str:
    """One key for one state of a comment: signature, text and what it answers."""
    author, text = normalised(comment["author"]), normalised(comment["text"])
    return _hashed(f"[{_json(author)}, {_json(text)}, {_json(comment['source_parent_id'])}]")

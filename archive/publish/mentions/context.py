"""Each mention in its context: takes articles and comments that have a term, gives a row for each place where it stands."""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from archive.publish.mentions.asked import asked_of_indexes
from archive.publish.mentions.terms import MentionTerm
from archive.queries.addresses import reading_path
from archive.queries.mentions import ARTICLES, KINDS, MentioningText, block_starts, described_texts, marked_texts, texts_by_way
from archive.queries.rows import Row
from archive.queries.search_nodes import wanted_terms
from archive.text.markup import END, START, plain, without_marks
from archive.text.search_marks import places_of, sought, with_sentinels

AROUND = 70  # characters on either side
MOST_IN_ONE = 200  # mentions that are listed of one article or comment
HIT = re.compile(f"{START}([^{START}{END}]*){END}")


def mention_rows(db: sqlite3.Connection, terms: Sequence[MentionTerm], texts: list[MentioningText]) -> list[Row]:
    """A row for each mention, in the order of ``texts`` and then of reading: term, kind, place, before, keyword, after, address (a path
    with the paragraph), and of what it stands in: day, at, site, title, author, url, missing_since.
    """
    described = described_texts(db, texts)
    marked = {
        (kind, term.asked): marked_places(db, kind, term, [text.state for text in texts if text.kind == kind])
        for kind in KINDS
        for term in terms
    }
    starts = block_starts(db, [text.state for text in texts if text.kind == ARTICLES])
    rows: list[Row] = []
    for text in texts:
        about = described.get((text.kind, text.id))
        if about is None:
            continue
        found = [
            (place, offset, {"term": term.asked} | words)
            for term in terms
            if text.state in (held := marked[text.kind, term.asked])
            for place, offset, words in places(held[text.state])
        ]
        for place, offset, words in sorted(found, key=lambda one: one[:2])[:MOST_IN_ONE]:
            rows.append(words | of_text(text, about, place, offset, starts.get(text.state, [])))
    return rows


def marked_places(db: sqlite3.Connection, kind: str, term: MentionTerm, states: list[int]) -> dict[int, tuple[str, str]]:
    """State -> headline and text with sentinels around the mentions, whichever index knows them; those that have none are left out."""
    if term.node is None or not states:
        return {}
    found = marked_texts(db, kind, asked_of_indexes(db, term.node)[kind][0], states)
    words = sought([(one.text, one.prefix) for one in wanted_terms(term.node)])
    for state, way, title, text in texts_by_way(db, kind, states):
        found[state] = with_sentinels(title, places_of(title, words, way)), with_sentinels(text, places_of(text, words, way))
    return {state: pair for state, pair in found.items() if START in pair[0] or START in pair[1]}


def places(marked: tuple[str, str]) -> Iterator[tuple[int, int, Row]]:
    """(0 in the headline, 1 in the text; offset there; the words) of each mention."""
    for place, text in enumerate(marked):
        for number, hit in enumerate(HIT.finditer(text)):
            before, after = text[max(0, hit.start() - 3 * AROUND) : hit.start()], text[hit.end() : hit.end() + 3 * AROUND]
            yield place, hit.start() - 2 * number, {"before": last_words(before), "keyword": one_line(hit[1]), "after": first_words(after)}


def of_text(text: MentioningText, about: Row, place: int, offset: int, starts: list[tuple[int, int]]) -> Row:
    """What a row says of the article or comment, and the address of the paragraph."""
    if text.kind != ARTICLES:
        anchor = f"#c-{text.id}"
    else:
        block = bisect_right(starts, (offset, 10**9)) - 1
        anchor = f"#p-{starts[block][1]}" if place and block >= 0 else ""
    return {
        "kind": "article" if text.kind == ARTICLES else "comment",
        "place": "text" if place else "headline",
        "day": about["day"],
        "at": about["at"],
        "site": about["site"],
        "title": plain(about["title"]),
        "author": plain(about["author"]),
        "address": reading_path(about["url"]) + anchor,
        "url": about["url"],
        "missing_since": about["missing_since"],
        "gone_at": about["gone_at"],
    }


def one_line(text: str) -> str:
    """Text without marks, on one line."""
    return re.sub(r"\s+", " ", plain(without_marks(text)))


def last_words(text: str) -> str:
    """The end of what stands before a mention, from a word's beginning on; its last blank is kept."""
    line = one_line(text).lstrip()
    return line if len(line) <= AROUND else "…" + line[-AROUND:].partition(" ")[2]


def first_words(text: str) -> str:
    """The beginning of what stands behind a mention, up to a word's end; its first blank is kept."""
    line = one_line(text).rstrip()
    return line if len(line) <= AROUND else line[:AROUND].rpartition(" ")[0] + "…"

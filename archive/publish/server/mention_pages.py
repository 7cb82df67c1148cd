"""Handlers of mentions: each takes Datasette and a request, gives a page, CSV or JSON. Nothing is written here: what a person decides on
a spelling is a command, which the page shows, or a form for who is logged in (``spelling_pages.py``).
"""

from __future__ import annotations

import re
import shlex
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from archive.publish.mentions import files
from archive.publish.mentions.asked import asked_of_indexes
from archive.publish.mentions.charts import largest_share, share_chart
from archive.publish.mentions.context import mention_rows
from archive.publish.mentions.series import RESTS_ON, TermSeries, chosen_period, mentioned, term_series
from archive.publish.mentions.spelling_groups import settled_with, with_decisions
from archive.publish.mentions.spelling_proposals import proposals
from archive.publish.mentions.terms import MOST_TERMS, MentionTerm, read_terms
from archive.publish.search import spellings
from archive.publish.search.exports import MEDIA_TYPES, MOST
from archive.publish.search.hints import words_like
from archive.publish.server.responses import Handler, answer, as_json_text, folder, origin, page, page_number, read
from archive.publish.server.spelling_lists import spelling_lists
from archive.publish.server.spelling_pages import DECIDE, deciding_account, decisions_about
from archive.queries.mentions import COMMENTS, KINDS, MentioningText, texts_with
from archive.queries.remembered import remembered
from archive.queries.rows import Row
from archive.queries.search_nodes import AnyOf, joined_parts
from archive.queries.spelling_decisions import decided_pairs

LISTED = 25  # articles and comments whose mentions are on one page
TOGETHER = 100  # whose texts are in memory at once while a file is made
WHEN = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?$")
_vocabulary = spellings.Vocabulary()


@dataclass(frozen=True, slots=True)
class MentionQuestion:
    """What a request asks: terms, months or years, one period or '', articles, comments or both, and whether spellings count alone."""

    terms: list[MentionTerm]
    left_out: list[MentionTerm]  # there is no word in them
    per: str
    when: str
    kinds: tuple[str, ...]
    as_typed: bool

    def address(self, path: str = "/mentions", q: Sequence[str] = (), **other: str) -> str:
        """The same question at another address, or with other terms or values; '' leaves a value out."""
        kind = self.kinds[0] if len(self.kinds) == 1 else ""
        values = {"per": self.per, "when": self.when, "in": kind, "spellings": "typed" if self.as_typed else ""} | other
        asked = [("q", text) for text in q or [term.asked for term in self.terms]]
        return f"{path}?{urlencode([*asked, *((name, value) for name, value in values.items() if value)])}"


def mention_question(db: sqlite3.Connection, request: Any, groups: spellings.Groups) -> MentionQuestion:
    """What a request asks. An unknown value counts as none."""
    args = request.args
    as_typed, kind, when = args.get("spellings") == "typed", args.get("in") or "", args.get("when") or ""
    terms = read_terms(args.getlist("q"), groups, as_typed)
    return MentionQuestion(
        [term for term in terms if term.match],
        [term for term in terms if not term.match],
        chosen_period(db, args.get("per") or ""),
        when if WHEN.match(when) else "",
        (kind,) if kind in KINDS else KINDS,
        as_typed,
    )


def found_texts(db: sqlite3.Connection, question: MentionQuestion, first: int, size: int) -> list[MentioningText]:
    """Articles and comments with at least one of the terms, newest first."""
    if not question.terms:
        return []
    key = ("mentioning", tuple(term.match for term in question.terms), question.kinds, question.when, first, size)
    rests_on = tuple(table for kind in question.kinds for table in RESTS_ON[kind])
    return remembered(db, key, lambda: _found_texts(db, question, first, size), weight=lambda texts: 4 * len(texts), of=rests_on)


def _found_texts(db: sqlite3.Connection, question: MentionQuestion, first: int, size: int) -> list[MentioningText]:
    node = joined_parts(AnyOf, [term.node for term in question.terms if term.node is not None])
    frequent = sum(sum(mentioned(db, term)[COMMENTS].values()) for term in question.terms) if COMMENTS in question.kinds else 0
    asked = asked_of_indexes(db, node) if node is not None else {}
    return texts_with(db, {kind: asked[kind] for kind in question.kinds if kind in asked}, question.when, frequent, first, size)


def mentions_context(db: sqlite3.Connection, request: Any, place: Path, lists: spellings.Groups, number: int) -> dict[str, Any]:
    """Everything that the page shows."""
    global _vocabulary
    pairs = decided_pairs(db, place)
    groups = with_decisions(lists, pairs)
    question = mention_question(db, request, groups)
    series = term_series(db, question.terms, question.per)
    texts = found_texts(db, question, (number - 1) * LISTED, LISTED + 1)
    if any(len(term.name) >= 3 for term in question.terms):
        _vocabulary = spellings.refresh(db, _vocabulary)
    return {
        "question": question,
        "series": [shown_series(one) for one in charted(series, question)],
        "mentions": mention_rows(db, question.terms, texts[:LISTED]),
        "more": len(texts) > LISTED,
        "page": number,
        "meant": {one.term.asked: meant for one in series if (meant := probably_meant(db, one, question))},
        "proposals": [(term, others) for term in question.terms if (others := proposed(db, term, groups, pairs))],
        "decided": decisions_about(db, place, {name.casefold() for term in question.terms for name in term.spellings}),
        "boxes": [*(term.asked for term in question.terms), ""][:MOST_TERMS] + [""] * max(0, 2 - len(question.terms)),
        "notes": [note for term in (*question.terms, *question.left_out) for note in term.notes],
    }


def probably_meant(db: sqlite3.Connection, one: TermSeries, question: MentionQuestion) -> list[tuple[str, str]]:
    """Words of the archive that are like a term that stands nowhere, each with the question that asks for it instead."""
    if one.articles or one.comments or not one.term.name:
        return []
    asked = [term.asked for term in question.terms]
    return [
        (word, question.address(q=[word if text == one.term.asked else text for text in asked]))
        for word in words_like(db, one.term.name, _vocabulary)
    ]


def proposed(
    db: sqlite3.Connection, term: MentionTerm, groups: spellings.Groups, pairs: Sequence[tuple[str, str, str]]
) -> list[tuple[str, int, str]]:
    """(other spelling, how many texts have it, the command that accepts it) of a term that is one name."""
    if not term.name:
        return []
    settled = settled_with(term.name, groups, pairs)
    asked = ("proposals", term.match, *sorted(settled))
    others = remembered(db, asked, lambda: proposals(db, term.name, term.match, _vocabulary, settled))
    return [(other, count, shlex.join(["python", "-m", "archive", "label", "--spelling", term.name, other])) for other, count in others]


def charted(series: Sequence[TermSeries], question: MentionQuestion) -> list[tuple[TermSeries, Any]]:
    """Each series with its chart, all on one scale."""
    most = largest_share([one.rows for one in series])
    return [
        (
            one,
            share_chart(
                one.rows,
                most,
                lambda period: question.address(when=period) + "#mentions",
                f"Share of articles and comments that mention {one.term.asked}, by {question.per}",
            ),
        )
        for one in series
    ]


def shown_series(drawn: tuple[TermSeries, Any]) -> dict[str, Any]:
    """A series as the template takes it."""
    one, chart = drawn
    return {
        "term": one.term,
        "chart": chart,
        "rows": one.rows,
        "articles": one.articles,
        "comments": one.comments,
        "all_articles": one.all_articles,
        "all_comments": one.all_comments,
        "articles_share": one.articles / one.all_articles if one.all_articles else None,
        "comments_share": one.comments / one.all_comments if one.all_comments else None,
        "undated": one.undated,
    }


async def show_mentions(datasette: Any, request: Any) -> Response:
    """/mentions: how much terms are mentioned over time, and each mention in its context."""
    context = await read(datasette, mentions_context, request, folder(datasette), spelling_lists(datasette), page_number(request))
    question: MentionQuestion = context["question"]
    context |= {
        "address": question.address(),
        "places": [(name, question.address(**{"in": kind})) for name, kind in (("everything", ""), *((kind, kind) for kind in KINDS))],
        "chosen": question.kinds[0] if len(question.kinds) == 1 else "everything",
        "whole_time": question.address(when="") if question.when else "",
        "typed": question.address(spellings="" if question.as_typed else "typed"),
        "table": question.address("/mentions.csv", rows="series"),
        "csv": question.address("/mentions.csv"),
        "json": question.address("/mentions.json"),
        "most": MOST,
        "decide": DECIDE if deciding_account(datasette, request) else "",
        "back": question.address("").lstrip("?"),
    }
    return await page(datasette, request, "mentions.html", context)


async def export_mentions(datasette: Any, request: Any) -> Response:
    """/mentions.csv, a row a mention, or with ``rows=series`` a row a period and term; /mentions.json, both."""
    form, here, number = request.url_vars["format"], origin(datasette, request), page_number(request)
    wants_series = form == "json" or request.args.get("rows") == "series"
    wants_rows = form == "json" or not wants_series
    lists = spelling_lists(datasette)
    question, series, rows, more = await read(datasette, exported, request, folder(datasette), lists, number, wants_rows, wants_series)
    own = question.address(f"/mentions.{form}")
    headers = {"link": f'<{here}{own}&page={number + 1}>; rel="next"'} if more else {}
    records = files.mention_records(rows, here)
    if form == "csv":
        columns, table = (files.SERIES_COLUMNS, files.series_records(series)) if wants_series else (files.MENTION_COLUMNS, records)
        return answer(request, files.csv_file(columns, table), MEDIA_TYPES["csv"], headers=headers)
    terms = [
        {
            "term": one.term.asked,
            "spellings": one.term.spellings or (one.term.asked,),
            "articles": one.articles,
            "comments": one.comments,
            "all_articles": one.all_articles,
            "all_comments": one.all_comments,
            "undated": one.undated,
            "notes": one.term.notes,
        }
        for one in series
    ]
    body: dict[str, Any] = {"notes": [note for term in question.left_out for note in term.notes]}
    body |= {"per": question.per, "when": question.when, "page": number, "next": f"{here}{own}&page={number + 1}" if more else None}
    whole = body | {"terms": terms, "series": files.series_records(series), "mentions": records}
    return answer(request, as_json_text(whole), MEDIA_TYPES["json"], headers=headers)


def exported(
    db: sqlite3.Connection, request: Any, place: Path, lists: spellings.Groups, number: int, wants_rows: bool, wants_series: bool
) -> tuple[MentionQuestion, list[TermSeries], list[Row], bool]:
    """The question, its series, the mentions in the articles and comments of one file, and whether there are more."""
    question = mention_question(db, request, with_decisions(lists, decided_pairs(db, place)))
    series = term_series(db, question.terms, question.per) if wants_series else []
    texts = found_texts(db, question, (number - 1) * MOST, MOST + 1) if wants_rows else []
    rows: list[Row] = []
    for first in range(0, min(len(texts), MOST), TOGETHER):
        rows += mention_rows(db, question.terms, texts[first : min(first + TOGETHER, MOST)])
    return question, series, rows, len(texts) > MOST


MENTION_PAGES: list[tuple[str, Handler]] = [
    (r"^/mentions$", show_mentions),
    (r"^/mentions\.(?P<format>csv|json)$", export_mentions),
]

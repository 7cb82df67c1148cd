"""Why a search found nothing: takes a query, gives for each word what it finds alone, or words of the archive that are like it, and for
each name that is not known here one that is.
"""

from __future__ import annotations

import sqlite3
from difflib import get_close_matches

from archive.publish.search.conditions import matching_ids
from archive.publish.search.spellings import Vocabulary, fold
from archive.queries.rows import Row, fetch_column
from archive.queries.search_indexes import ARTICLES, COMMENTS, count_of, sources
from archive.queries.search_nodes import AnyOf, Filter, Node, QueryTerm, joined_parts
from archive.queries.search_query import Query

SHORTEST = 3  # letters of a beginning that is offered
MOST = 8  # words
LIKE = 3  # words that are offered in the place of one
NAMES = {  # field -> the names that there are
    "site": "select name from sites union select title from sites where title is not null",
    "author": "select distinct name from authors order by name limit 20000",
    "tag": "select distinct name from tags order by name limit 20000",
}


def word_hints(db: sqlite3.Connection, query: Query, vocabulary: Vocabulary | None = None) -> list[Row]:
    """A line for each word, phrase or group of alternatives. Empty where the query has fields only, or one word that no word of
    the archive is like. ``near``: words that stand in the archive, each with the query that asks for it instead.
    """
    hints: list[Row] = []
    for group in query.wanted[:MOST]:
        alone = joined_parts(AnyOf, [*group])
        words = " OR ".join(written(term) for term in group)
        articles, comments = counts(db, alone) if alone is not None else (0, 0)
        lost = not articles + comments and len(group) == 1
        near = words_like(db, group[0].text, vocabulary) if lost and vocabulary else []
        start = beginning(db, group[0].text) if lost and not near else None
        offered = [(word, query.text.replace(group[0].text, word, 1)) for word in near]
        hints.append({"words": words, "articles": articles, "comments": comments, "start": start, "near": offered})
    narrowed = query.filters or query.unwanted or query.mixed or query.place != "everything"
    return hints if len(hints) > 1 or narrowed or any(hint["start"] or hint["near"] for hint in hints) else []


def written(term: QueryTerm) -> str:
    """A word or phrase as it is typed."""
    text = f'"{term.text}"' if " " in term.text else term.text
    return f"{term.field}:{text}" * bool(term.field) + text * (not term.field) + "*" * term.prefix


def name_hints(db: sqlite3.Connection, query: Query) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each site, author and topic that is not known here: what was asked, and names that are, each with its query."""
    hints = []
    for one in query.filters:
        if one.field in NAMES and one.value and not is_known(db, one):
            names = {name.casefold(): name for name in fetch_column(db, NAMES[one.field])}
            near = [names[name] for name in get_close_matches(one.value.casefold(), names, n=LIKE)]
            hints.append((f"{one.field}:{one.value}", [(name, instead(query, one, name)) for name in near]))
    return hints


def instead(query: Query, one: Filter, name: str) -> str:
    """The text of a query with another name in a field."""
    return query.text.replace(one.value, f'"{name}"' if " " in name and not one.exact else name, 1)


def is_known(db: sqlite3.Connection, one: Filter) -> bool:
    """Whether the archive has a site, an author or a topic of this name."""
    if one.field == "site":
        return bool(fetch_column(db, "select id from sites where ? in (name, home, title)", [one.value]))
    return matching_ids(db, f"{one.field}s", one) != "()"


def counts(db: sqlite3.Connection, node: Node) -> tuple[int, int]:
    """Numbers of articles and comments that have these words."""
    articles = 0
    for source in sources(db, ARTICLES, node):
        matching = source.matching()
        tables = f"{source.table} cross join articles on articles.revision_id = {source.table}.rowid"
        articles += int(db.execute(f"select count(*) from {tables} where {matching.sql}", matching.parameters).fetchone()[0])
    return articles, count_of(db, COMMENTS, node) if COMMENTS.answers(node) else 0


def words_like(db: sqlite3.Connection, word: str, vocabulary: Vocabulary) -> list[str]:
    """Words of the archive that are spelled nearly so, and find something."""
    wanted = fold(word)
    if len(wanted) < SHORTEST or not wanted.isalpha():
        return []
    names = {fold(name): name for found in vocabulary.names.values() for name in found}
    candidates = [one for one in {*vocabulary.common, *names} if one[:1] == wanted[0] and abs(len(one) - len(wanted)) <= 2]
    near = [names.get(one, one) for one in get_close_matches(wanted, candidates, n=LIKE + 2, cutoff=0.75) if one != wanted]
    return [one for one in near if any(counts(db, QueryTerm(one)))][:LIKE]


def beginning(db: sqlite3.Connection, word: str) -> str | None:
    """``Marebb`` -> ``Mare*``: the longest beginning of a word that words of the archive share."""
    for length in range(len(word) - 1, SHORTEST - 1, -1):
        if word[:length].isalnum() and any(counts(db, QueryTerm(word[:length], prefix=True))):
            return f"{word[:length]}*"
    return None

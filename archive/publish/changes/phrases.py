"""When a phrase was added or removed: takes edits and a phrase, gives those edits that brought it or took it away."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from archive.publish.changes.story import Story
from archive.queries.remembered import remembered
from archive.queries.rows import as_json, fetch_column
from archive.queries.search_query import QueryTerm

UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # scripts that write without blanks
SAME_SIGNS = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0", "''\"\"-- ")
STATED = ("revisions", "comments", "comment_states")  # tables of what is compared
STATES = """
    select pairs.key, old.title || char(10) || coalesce(old.byline, '') || char(10) || old.text as before,
      new.title || char(10) || coalesce(new.byline, '') || char(10) || new.text as after
    from json_each(?) as pairs
    cross join revisions as new on new.article_id = pairs.value ->> 0 and new.number = pairs.value ->> 1
    join revisions as old on old.article_id = new.article_id and old.number = new.number - 1
"""
COMMENT_STATES = """
    select pairs.key, old.author || char(10) || old.text as before, new.author || char(10) || new.text as after
    from json_each(?) as pairs
    cross join comment_revisions as new on new.comment_id = pairs.value ->> 0 and new.number = pairs.value ->> 1
    join comment_revisions as old on old.comment_id = new.comment_id and old.number = new.number - 1
"""


def phrase_changes(db: sqlite3.Connection, stories: Sequence[Story], phrase: str) -> list[Story]:
    """The edits after which the phrase stands more, or fewer, times than before; each says whether it was added or removed.

    Whole words, whatever their case; blanks and the shape of quotation marks do not count.
    """
    pattern = phrase_pattern(phrase)
    edits = [story for story in stories if story.event == "edited"]
    if pattern is None or not edits:
        return []
    key = ("phrase", phrase, tuple((one.article_id, one.comment_id, one.number) for one in edits))
    told: list[tuple[int, str]] = remembered(db, key, lambda: list(_changed(db, edits, pattern, phrase)), len, STATED)
    return [edits[place]._replace(phrase=what) for place, what in told]


def _changed(db: sqlite3.Connection, edits: Sequence[Story], pattern: re.Pattern[str], phrase: str) -> Iterator[tuple[int, str]]:
    """(place among the edits, what became of the phrase) of those that changed it, articles first."""
    articles = articles_with_phrase(db, phrase)
    of_articles = [n for n, one in enumerate(edits) if one.comment_id is None and (articles is None or one.article_id in articles)]
    of_comments = [n for n, one in enumerate(edits) if one.comment_id is not None]
    asked = (
        (STATES, of_articles, [(edits[n].article_id, edits[n].number) for n in of_articles]),
        (COMMENT_STATES, of_comments, [(edits[n].comment_id, edits[n].number) for n in of_comments]),
    )
    for sql, places, pairs in asked:
        for place, before, after in db.execute(sql, [as_json(pairs)]):
            more = gained(pattern, phrase, before, after)
            if more:
                yield places[place], "added" if more > 0 else "removed"


def gained(pattern: re.Pattern[str], phrase: str, before: str, after: str) -> int:
    """How many times more the phrase stands in ``after``. A phrase of one word is looked for between the lines alone that
    are the same at both ends."""
    ascii_alone = phrase.isascii() and before.isascii() and after.isascii()
    if ascii_alone and not any(phrase.split()[0].lower() in text.lower() for text in (before, after)):
        return 0  # sooner than the expression, which knows the cases of all scripts
    if len(phrase.split()) == 1:
        before, after = between_same_lines(before, after)
    less, more = (len(pattern.findall(text if ascii_alone else text.translate(SAME_SIGNS))) for text in (before, after))
    return more - less


def between_same_lines(before: str, after: str) -> tuple[str, str]:
    """Both texts without the whole lines at their beginnings, and at their ends, that are the same."""
    first = before.rfind("\n", 0, same_start(before, after)) + 1
    before, after = before[first:], after[first:]
    same = same_start(before[::-1], after[::-1])
    last = before.find("\n", len(before) - same)
    cut = len(before) - last if last >= 0 else 0
    return before[: len(before) - cut], after[: len(after) - cut]


def same_start(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginnings."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def phrase_pattern(phrase: str) -> re.Pattern[str] | None:
    """A phrase as an expression; None for one without a letter or digit."""
    parts = phrase.translate(SAME_SIGNS).split()
    if not any(character.isalnum() for character in phrase):
        return None
    inner = r"\s+".join(map(re.escape, parts))
    first, last = (r"\b" if re.match(r"\w", sign) and not UNSPACED.match(sign) else "" for sign in (parts[0][0], parts[-1][-1]))
    return re.compile(f"{first}{inner}{last}", re.IGNORECASE)


def articles_with_phrase(db: sqlite3.Connection, phrase: str) -> Mapping[int, int] | None:
    """Article -> how many of its states have these words, from the index; None for a script that it does not divide into words."""
    if UNSPACED.search(phrase):
        return None
    match = QueryTerm(phrase).match()
    sql = "select article_id from revisions_fts join revisions on revisions.id = revisions_fts.rowid where revisions_fts match ?"
    return remembered(db, ("phrase", match), lambda: Counter(fetch_column(db, sql, [match])), weight=len, of=("revisions",))


def articles_with_phrase_always(db: sqlite3.Connection, phrase: str) -> int:
    """How many articles have the words in every state that was seen: there was no edit to find."""
    found = articles_with_phrase(db, phrase) if phrase_pattern(phrase) is not None else None
    if found is None:
        return 0
    sql = """
        select article_id, count(*)
        from revisions
        where article_id in (select article_id from revisions where number > 1)
        group by article_id
    """
    changed: dict[int, int] = {article_id: states for article_id, states in db.execute(sql) if article_id in found}
    return len(found) - sum(found[article_id] < states for article_id, states in changed.items())

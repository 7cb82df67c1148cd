"""When a phrase was added or removed: takes edits and a phrase, gives those edits that brought it or took it away."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from archive.publish.changes.story import Story
from archive.queries.rows import fetch_column, fetch_row
from archive.queries.search_query import QueryTerm

UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # scripts that write without blanks
SAME_SIGNS = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0", "''\"\"-- ")
STATES = """
    select old.title || char(10) || coalesce(old.byline, '') || char(10) || old.text as before,
      new.title || char(10) || coalesce(new.byline, '') || char(10) || new.text as after
    from revisions as new
    join revisions as old on old.article_id = new.article_id and old.number = new.number - 1
    where new.article_id = ? and new.number = ?
"""
COMMENT_STATES = """
    select old.author || char(10) || old.text as before, new.author || char(10) || new.text as after
    from comment_revisions as new
    join comment_revisions as old on old.comment_id = new.comment_id and old.number = new.number - 1
    where new.comment_id = ? and new.number = ?
"""


def phrase_changes(db: sqlite3.Connection, stories: Sequence[Story], phrase: str) -> list[Story]:
    """The edits after which the phrase stands more, or fewer, times than before; each says whether it was added or removed.

    Whole words, whatever their case; blanks and the shape of quotation marks do not count.
    """
    pattern = phrase_pattern(phrase)
    return list(_changed(db, stories, pattern, phrase, articles_with_phrase(db, phrase))) if pattern else []


def _changed(
    db: sqlite3.Connection, stories: Sequence[Story], pattern: re.Pattern[str], phrase: str, articles: set[int] | None
) -> Iterator[Story]:
    for story in stories:
        if story.event != "edited" or (story.comment_id is None and articles is not None and story.article_id not in articles):
            continue
        sql, key = (STATES, story.article_id) if story.comment_id is None else (COMMENT_STATES, story.comment_id)
        row = fetch_row(db, sql, [key, story.number])
        more = gained(pattern, phrase, row["before"], row["after"]) if row else 0
        if more:
            yield story._replace(phrase="added" if more > 0 else "removed")


def gained(pattern: re.Pattern[str], phrase: str, before: str, after: str) -> int:
    """How many times more the phrase stands in ``after``. A phrase of one word is looked for in the lines alone that differ."""
    if len(phrase.split()) == 1:
        old, new = Counter(before.split("\n")), Counter(after.split("\n"))
        before, after = ("\n".join(lines.elements()) for lines in (old - new, new - old))
    less, more = (len(pattern.findall(text.translate(SAME_SIGNS))) for text in (before, after))
    return more - less


def phrase_pattern(phrase: str) -> re.Pattern[str] | None:
    """A phrase as an expression; None for one without a letter or digit."""
    parts = phrase.translate(SAME_SIGNS).split()
    if not any(character.isalnum() for character in phrase):
        return None
    inner = r"\s+".join(map(re.escape, parts))
    first, last = (r"\b" if re.match(r"\w", sign) and not UNSPACED.match(sign) else "" for sign in (parts[0][0], parts[-1][-1]))
    return re.compile(f"{first}{inner}{last}", re.IGNORECASE)


def articles_with_phrase(db: sqlite3.Connection, phrase: str) -> set[int] | None:
    """Articles that have, or had, these words, from the index; None for a script that it does not divide into words."""
    if UNSPACED.search(phrase):
        return None
    sql = "select article_id from revisions_fts join revisions on revisions.id = revisions_fts.rowid where revisions_fts match ?"
    return {*fetch_column(db, sql, [QueryTerm(phrase).match()])}


def articles_with_phrase_always(db: sqlite3.Connection, phrase: str) -> int:
    """How many articles have the words in every state that was seen: there was no edit to find."""
    if phrase_pattern(phrase) is None or UNSPACED.search(phrase):
        return 0
    sql = """
        with found as (
          select article_id, count(*) as states
          from revisions_fts
          join revisions on revisions.id = revisions_fts.rowid
          where revisions_fts match ?
          group by article_id
        )
        select count(*)
        from found
        where states = (select count(*) from revisions where revisions.article_id = found.article_id)
    """
    return int(fetch_column(db, sql, [QueryTerm(phrase).match()])[0])

"""What happened, one story for each edit, move, rename and disappearance: takes a question, gives stories in the order of runs.

A thing that was missing, then gone, perhaps back, is one story: it stands where it was last told of.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from archive.publish.changes.asked import Asked, is_within
from archive.publish.changes.phrases import phrase_changes
from archive.publish.changes.story import Story
from archive.publish.search.conditions import matching_ids
from archive.publish.search.find_hits import find_articles
from archive.queries.remembered import OF_ARTICLES, remembered
from archive.queries.rows import fetch_column
from archive.queries.search_query import Filter

ARTICLE = "coalesce(articles.published_on, articles.published_at), articles.site_id"
COMMENT = "comments.posted_at, articles.site_id"
EDITS = f"""
    select new.seen_at, 'edited', new.change, new.declared, new.article_id, null, new.number, null, null, null, null, null,
      old.seen_at, {ARTICLE}
    from revisions as new
    join revisions as old on old.article_id = new.article_id and old.number = new.number - 1
    join articles on articles.id = new.article_id
    where new.number > 1 and new.change is not null
"""
COMMENT_EDITS = f"""
    select new.seen_at,
      iif(coalesce(new.parent_id, 0) <> coalesce(old.parent_id, 0) and new.text = old.text and new.author = old.author, 'moved', 'edited'),
      null, null, comments.article_id, comments.id, new.number, null, null, null, null, null, old.seen_at, {COMMENT}
    from comment_states as later
    cross join comment_revisions as new on new.comment_id = later.comment_id and new.number = later.number
    join comment_revisions as old on old.comment_id = new.comment_id and old.number = new.number - 1
    join comments on comments.id = new.comment_id
    join articles on articles.id = comments.article_id
    where later.number > 1 and new.content_key <> old.content_key
"""
ABSENCES = """
    select coalesce(back_at, absences.gone_at, absences.missing_since),
      case when back_at is not null then 'back' when absences.gone_at is not null then 'gone' else 'missing' end,
      null, null, absences.article_id, comment_id, absences.id, absences.last_seen_at,
      absences.missing_since, absences.gone_at, back_at, reason,
      null, iif(comment_id is null, coalesce(articles.published_on, articles.published_at), comments.posted_at), articles.site_id
    from absences
    cross join articles on articles.id = absences.article_id
    left join comments on comments.id = absences.comment_id
"""
RENAMES = f"""
    select urls.first_seen_at, 'renamed', null, null, urls.article_id, null, null, null, null, null, null, urls.url, null, {ARTICLE}
    from urls
    join articles on articles.id = urls.article_id
    where urls.kind = 'current' and urls.first_seen_at > articles.first_seen_at
      and urls.article_id in (select article_id from urls where kind = 'alias')
"""
SOURCES: dict[str, tuple[str, ...]] = {
    EDITS: ("edited",),
    COMMENT_EDITS: ("edited", "moved"),
    ABSENCES: ("missing", "gone", "back"),
    RENAMES: ("renamed",),
}
RESTS_ON = {EDITS: ("revisions", "articles"), COMMENT_EDITS: ("comment_states", "comments", "articles")}
"""Tables of the sources that are long. They read no column that says when a row was seen last: described stories say it."""


Test = Callable[[Story], bool]


def find_stories(db: sqlite3.Connection, asked: Asked) -> list[Story]:
    """Every story that is asked for, the latest run first, within a run the latest change."""
    wanted = set(asked.events)
    found = [story for source, events in SOURCES.items() if wanted & {*events} for story in stories_of(db, source) if story.event in wanted]
    for test in story_tests(db, asked):
        found = [story for story in found if test(story)]
    if asked["phrase"]:
        found = phrase_changes(db, found, asked["phrase"])
    runs = runs_of(db)
    found.sort(
        key=lambda story: (runs.began(story), story.site_id, story.at, story.comment_id is None, story.article_id, story.number or 0),
        reverse=True,
    )
    return found


def stories_of(db: sqlite3.Connection, source: str) -> list[Story]:
    """All stories of a source, each with its run."""

    def read() -> list[tuple[Any, ...]]:
        return db.execute(source).fetchall()

    def with_runs() -> list[Story]:
        runs = runs_of(db)
        rows = remembered(db, ("rows of stories", source), read, many_numbers, RESTS_ON[source]) if source in RESTS_ON else read()
        return [Story._make((*row, runs.run_of(row[-1], row[0]), "")) for row in rows]

    return remembered(db, ("stories", source), with_runs, many_numbers)


def many_numbers(stories: Sequence[object]) -> int:
    return 20 * len(stories)


def story_tests(db: sqlite3.Connection, asked: Asked) -> list[Test]:
    """What a story has to fulfil, one test for each part of the question."""
    tests = [state_test(one) for one in asked.states]
    tests += [lambda story, span=span: is_within(story.at, span) for span in asked.seen_spans]  # type: ignore[misc]
    tests += [lambda story, span=span: is_within(story.published, span) for span in asked.published_spans]  # type: ignore[misc]
    if asked["edit"]:
        tests.append(lambda story: story.kind == asked["edit"])
    if asked["said"]:
        tests.append(lambda story: story.said == asked["said"])
    if asked["of"]:
        tests.append(lambda story: story.of == asked["of"])
    if asked["run"]:
        tests.append(lambda story: story.run_id == int(asked["run"]))
    ids = articles_about(db, asked)
    if ids is not None:
        tests.append(lambda story: story.article_id in ids)
    return tests


def state_test(one: Filter) -> Test:
    """``is:silent`` and the like, or its opposite."""
    value = one.value.lower()
    wanted = {"missing": ("missing", "gone")}.get(value, (value,))  # as in searches: missing, confirmed or not

    def holds(story: Story) -> bool:
        return (story.said == value if value in ("silent", "declared") else story.event in wanted) is not one.negated

    return holds


def articles_about(db: sqlite3.Connection, asked: Asked) -> frozenset[int] | None:
    """Ids of the articles that the question is about, also by words that were edited away; None where it is about all."""
    key = ("about", asked.subject.tree, asked["author"], asked["topic"], asked["site"])
    return remembered(db, key, lambda: _articles_about(db, asked), weight=lambda ids: len(ids or ()), of=OF_ARTICLES)


def _articles_about(db: sqlite3.Connection, asked: Asked) -> frozenset[int] | None:
    sets: list[set[int]] = []
    subject = asked.subject
    if not subject.unconditional:
        both = ("articles", "history")
        sets.append({id for place in both for id, _ in find_articles(db, replace(subject, place=place), "newest")})
    if asked["author"]:
        ids = matching_ids(db, "authors", Filter("author", asked["author"], exact=True))
        sets.append({*fetch_column(db, f"select article_id from article_authors where author_id in {ids}")})
    if asked["topic"]:
        ids = matching_ids(db, "tags", Filter("tag", asked["topic"], exact=True))
        sets.append({*fetch_column(db, f"select article_id from article_tags where tag_id in {ids}")})
    if asked["site"]:
        sql = "select id from articles where site_id in (select id from sites where ? in (name, home, title))"
        sets.append({*fetch_column(db, sql, [asked["site"]])})
    return frozenset(set.intersection(*sets)) if sets else None


class Runs:
    """The runs of each site in the order of time: in which of them something was seen."""

    def __init__(self, db: sqlite3.Connection) -> None:
        sql = "select site_id, id, started_at from crawls where mode <> 'reextract' order by site_id, started_at, id"
        self.starts: dict[int, tuple[list[str], list[int]]] = {}
        for site_id, run_id, started_at in db.execute(sql):
            starts, ids = self.starts.setdefault(site_id, ([], []))
            starts.append(started_at)
            ids.append(run_id)

    def run_of(self, site_id: int, at: str) -> int:
        """The run of a site that was the last to begin at or before a moment; 0 where it had none yet, as with imported captures."""
        starts, ids = self.starts.get(site_id, ([], []))
        place = bisect_right(starts, at)
        return ids[place - 1] if place else 0

    def began(self, story: Story) -> str:
        """When the run of a story began; of a story without a run, its day."""
        starts, _ = self.starts.get(story.site_id, ([], []))
        return starts[bisect_right(starts, story.at) - 1] if story.run_id else story.at[:10]


def runs_of(db: sqlite3.Connection) -> Runs:
    """All runs, as long as nobody commits."""
    return remembered(db, ("runs",), lambda: Runs(db))

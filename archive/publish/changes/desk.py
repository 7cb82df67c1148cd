"""The page of changes: takes a question and a page's number, gives stories grouped by run, facets, and what was folded."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from archive.publish.changes import events
from archive.publish.changes.asked import GROUPS, Asked
from archive.publish.changes.facets import FACETS, story_facets
from archive.publish.changes.fresh import count_fresh, find_fresh, first_archivings
from archive.publish.changes.phrases import articles_with_phrase_always
from archive.publish.changes.stories import find_stories
from archive.publish.changes.story import Story
from archive.queries.capture_uses import captures_of_changes
from archive.queries.rows import Row, as_json, fetch_rows

PAGE = 50


def desk_context(db: sqlite3.Connection, asked: Asked, page: int) -> dict[str, Any]:
    """Everything the page shows."""
    stories, total, facets = asked_stories(db, asked, PAGE, (page - 1) * PAGE)
    rows = described_stories(db, stories, asked["view"] == "side")
    return {
        "asked": asked,
        "runs": by_run(db, rows),
        "total": total,
        "page": page,
        "more": page * PAGE < total,
        "facets": {name: [row for row in values if not asked[name] or row["value"] == asked[name]] for name, values in facets.items()},
        "chosen": [(name, asked[name]) for name in (*FACETS, "run", "phrase") if asked[name]],
        "fresh": 0 if asked.fresh else sum(count_fresh(db, asked_for(asked, "new")).values()),
        "first": first_archivings(db),
        "always": articles_with_phrase_always(db, asked["phrase"]) if asked["phrase"] else 0,
        "groups": GROUPS,
    }


def asked_for(asked: Asked, event: str) -> Asked:
    """The same question about another event."""
    return Asked(asked.query, {**asked.given, "event": event}, asked.notes)


def asked_stories(db: sqlite3.Connection, asked: Asked, limit: int, offset: int = 0) -> tuple[list[Story], int, dict[str, list[Row]]]:
    """Some of the stories that are asked for, how many there are in all, and their facets."""
    if asked.fresh:
        counted = count_fresh(db, asked)
        facets = {"of": [{"value": of, "hits": count} for of, count in counted.items() if count]}
        return find_fresh(db, asked, limit, offset), sum(counted.values()), facets
    found = find_stories(db, asked)
    return found[offset : offset + limit], len(found), story_facets(db, found)


def described_stories(db: sqlite3.Connection, stories: Sequence[Story], beside: bool = False) -> list[Row]:
    """Stories with their article, comment, words and record, as rows. ``beside``: with the words of both states side by side."""
    rows = events.with_subjects(db, [story._asdict() | {"said_to_be": story.said, "of": story.of} for story in stories])
    captures = captures_of_changes(db, rows)
    return [events.with_words(db, row, beside) | {"capture_id": capture} for row, capture in zip(rows, captures, strict=True)]


def by_run(db: sqlite3.Connection, rows: Sequence[Row]) -> list[Row]:
    """Runs with the ``stories`` that they saw; without ``id`` where no run saw them: they come out of imported captures."""
    sql = """
        select crawls.id, started_at, finished_at, mode, outcome, sites.name as site, sites.title
        from crawls
        join sites on sites.id = crawls.site_id
        where crawls.id in (select value from json_each(?))
    """
    runs = {row["id"]: row for row in fetch_rows(db, sql, [as_json({row["run_id"] for row in rows})])}

    def key(row: Row) -> tuple[int, str]:
        return row["run_id"], "" if row["run_id"] else row["at"][:10]

    return [
        {**runs.get(run_id, {"id": None, "day": day, "title": None, "site": ""}), "stories": list(stories)}
        for (run_id, day), stories in groupby(rows, key)
    ]

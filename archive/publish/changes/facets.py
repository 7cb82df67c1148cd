"""What changes have in common: takes stories, gives for each facet its values and how many of the stories have them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence

from archive.publish.changes.story import Story
from archive.publish.search.facets import most_common
from archive.queries.remembered import LISTED, remembered
from archive.queries.rows import Row, fetch_rows

FACETS = ("event", "edit", "said", "of", "author", "topic", "site")
# Stories are counted by article first: the names are looked up for each article once.
WEIGHED = "with weighed as materialized (select cast(key as integer) as article_id, value as stories from json_each(?))"
AUTHORS = f"""
    {WEIGHED}
    select authors.name as value, sum(stories) as hits
    from weighed
    cross join article_authors on article_authors.article_id = weighed.article_id
    join authors on authors.id = article_authors.author_id
    group by authors.name
    order by hits desc, value
    limit 12
"""
TOPICS = f"""
    {WEIGHED},
    carried as (
      select distinct weighed.article_id, stories, tags.name
      from weighed
      cross join article_tags on article_tags.article_id = weighed.article_id
      join tags on tags.id = article_tags.tag_id
    )
    select name as value, sum(stories) as hits
    from carried
    group by name
    order by hits desc, value
    limit 12
"""


def story_facets(db: sqlite3.Connection, stories: Sequence[Story]) -> dict[str, list[Row]]:
    """Facet -> value and number of stories, the most frequent first. Authors and topics are those of the articles."""
    names = dict(db.execute("select id, name from sites").fetchall())
    authors, topics = names_of_articles(db, as_json_object(Counter(story.article_id for story in stories)))
    return {
        "event": most_common(Counter(story.event for story in stories)),
        "edit": most_common(Counter(story.kind for story in stories if story.kind)),
        "said": most_common(Counter(story.said for story in stories if story.said)),
        "of": most_common(Counter(story.of for story in stories)),
        "author": authors,
        "topic": topics,
        "site": most_common(Counter(names[story.site_id] for story in stories)) if len(names) > 1 else [],
    }


def names_of_articles(db: sqlite3.Connection, weights: str) -> tuple[list[Row], list[Row]]:
    """Authors and topics of articles. ``weights``: a JSON object, article -> how many of the stories are about it."""
    key = ("names of stories", hashlib.sha256(weights.encode()).digest())
    return remembered(db, key, lambda: (fetch_rows(db, AUTHORS, [weights]), fetch_rows(db, TOPICS, [weights])), of=LISTED)


def as_json_object(counted: Counter[int]) -> str:
    """Article -> number, as one SQL parameter."""
    return "{" + ", ".join(f'"{article_id}": {count}' for article_id, count in counted.items()) + "}"

"""The canned queries: takes the files questions/NAME.sql, gives ``QUESTIONS``. A column called ``read`` leads to the reading page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("questions")
ORDER = (
    "edited_articles",
    "removed_articles",
    "removed_comments",
    "edited_comments",
    "who_comments_most",
    "most_discussed_articles",
    "sources",
    "most_cited",
    "who_cites",
    "what_was_cut",
    "where_votes_differ",
    "published_per_year",
    "tag_per_month",
    "what_is_missing",
    "how_complete",
    "authors_by_year",
    "evidence",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A canned query with the question it answers."""

    name: str  # part of the address
    title: str
    description: str
    sql: str


def read_question(name: str) -> Question:
    """Read one file. Its comment's first line is the title, the other comment lines are the description, the rest is the SQL."""
    lines = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    comment = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
    return Question(name, comment[0], " ".join(comment[1:]), "\n".join(line for line in lines if not line.startswith("-- ")))


QUESTIONS = [read_question(name) for name in ORDER]

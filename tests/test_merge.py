"""Archives that were made apart become the one that a single crawl of everything makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.merge.merge import Merged, merge
from archive.verify.database import Verification
from tests.crawls import CONTENT, content, dump, rows
from tests.literal import Desk, article, author, comment

JANUARY, FEBRUARY, MARCH, APRIL = (f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3, 4))
TIMES = {
    "articles": "select source_id, first_seen_at, last_seen_at, missing_since, gone_at from articles",
    "revisions": "select articles.source_id, number, seen_at, revisions.last_seen_at, change from revisions join articles on articles.id = article_id",
    "comments": "select source_id, first_seen_at, last_seen_at, missing_since, gone_at from comments",
    "states": "select source_id, number, seen_at from comment_revisions join comments on comments.id = comment_id",
    "absences": "select article_id is not null, comment_id is not null, last_seen_at, missing_since, gone_at, back_at from absences",
    "urls": "select url, kind, first_seen_at from urls",
    "captures": "select url, captured_at, door from captures",
    "decisions": "select kind, value, reason, decided_at from decisions",
}


def told(folder: Path) -> dict[str, Any]:
    """All that an archive holds, with the times at which it was seen, without our ids."""
    return content(folder) | {f"{name} in time": sorted(rows(folder, sql), key=repr) for name, sql in TIMES.items()}


def findings(folder: Path) -> list[str]:
    return list(Verification(folder).findings())


def merged(folder: Path, *sources: Path) -> list[Merged]:
    return list(merge(folder, [*sources]))


def closed(desk: Desk) -> None:
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    desk.warc.close()
    desk.store.close()


EDITED = ("The bridge fell on 4 May, at night.", "Nobody has said why. The mayor, Ana Petrova, was away.")


def january(desk: Desk) -> None:
    desk.see(article(), article(source_id="13", url="https://www.example.org/13", title="Another"), at=JANUARY)
    desk.see(at=JANUARY, _12=[comment("1"), comment("2", parent="1")], _13=[comment("3")])


def february(desk: Desk) -> None:
    desk.see(article(EDITED), article(source_id="13", url="https://www.example.org/13", title="Another"), at=FEBRUARY)
    desk.see(at=FEBRUARY, _12=[comment("1", "I was there, too."), comment("2", parent="1"), comment("4")], _13=[comment("3")])


def march(desk: Desk) -> None:
    desk.see(article(), article(source_id="14", url="https://www.example.org/14", title="A third"), at=MARCH)
    desk.see(at=MARCH, _12=[comment("1"), comment("2", parent="1"), comment("4", parent="2")], _14=[comment("5")])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_a_site_that_was_split_in_time_becomes_one_history(tmp_path: Path, order: tuple[int, ...]) -> None:
    visits = [january, february, march]
    whole = Desk(tmp_path / "whole", JANUARY)
    for number, visit in enumerate(visits):
        visit(whole)
        part = Desk(tmp_path / str(number), f"2026-0{number + 1}-01T00:00:00Z")
        visit(part)
        closed(part)
    closed(whole)
    merged(tmp_path / "one", *(tmp_path / str(number) for number in order))
    assert findings(tmp_path / "one") == []
    assert_equal(tmp_path / "one", tmp_path / "whole")
    before = dump(tmp_path / "one", everything(tmp_path / "one"))
    merged(tmp_path / "one", *(tmp_path / str(number) for number in order))
    assert dump(tmp_path / "one", everything(tmp_path / "one")) == before


def assert_equal(one: Path, other: Path) -> None:
    """The same rows, table by table."""
    ours, theirs = told(one), told(other)
    assert {name: [row for row in ours[name] if row not in theirs[name]] for name in ours if ours[name] != theirs[name]} == {
        name: [row for row in theirs[name] if row not in ours[name]] for name in ours if ours[name] != theirs[name]
    }
    assert ours == theirs


def everything(folder: Path) -> list[str]:
    return [name for (name,) in rows(folder, "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite%'")]

"""Archives of real crawls of the demo site, merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.merge.merge import merge
from archive.verify.database import Verification
from tests.conftest import History
from tests.crawls import content, copied, crawl, rows
from tests.demosite import DemoSite


def assert_same(one: Path, other: Path) -> None:
    ours, theirs = content(one), content(other)
    unlike = [name for name in ours if ours[name] != theirs[name]]
    assert {name: [row for row in ours[name] if row not in theirs[name]] for name in unlike} == {
        name: [row for row in theirs[name] if row not in ours[name]] for name in unlike
    }
    assert ours == theirs
    assert list(Verification(one).findings()) == []


@pytest.mark.parametrize("turned", [False, True])
def test_an_archive_and_what_became_of_it_are_the_later_one(history: History, tmp_path: Path, turned: bool) -> None:
    stages = [history.first.folder, history.update.folder, history.full.folder]
    list(merge(tmp_path / "one", stages[::-1] if turned else stages))
    assert_same(tmp_path / "one", history.full.folder)
    for table in ("captures", "crawls", "absences", "revisions", "comment_states", "rereadings"):
        assert rows(tmp_path / "one", f"select count(*) from {table}") == rows(history.full.folder, f"select count(*) from {table}")


def test_two_crawls_that_know_nothing_of_each_other_become_the_history_of_one(site: DemoSite, tmp_path: Path) -> None:
    crawl(site, tmp_path / "early")
    copied(tmp_path / "early", tmp_path / "whole")
    site.change()
    crawl(site, tmp_path / "whole", "mode=full")
    crawl(site, tmp_path / "late", "mode=full")
    list(merge(tmp_path / "one", [tmp_path / "late", tmp_path / "early"]))
    assert list(Verification(tmp_path / "one").findings()) == []
    assert sorted(rows(tmp_path / "one", TEXTS)) == sorted(rows(tmp_path / "whole", TEXTS))
    assert sorted(rows(tmp_path / "one", COMMENTS)) == sorted(rows(tmp_path / "whole", COMMENTS))
    assert crawl(site, tmp_path / "one", "mode=full").code == crawl(site, tmp_path / "whole", "mode=full").code
    assert_same(tmp_path / "one", tmp_path / "whole")


TEXTS = "select source_id, number, revisions.title, text, digest, content_key from revisions join articles on articles.id = article_id"
COMMENTS = """
    select source_id, number, comment_revisions.author, comment_revisions.text, digest
    from comment_revisions join comments on comments.id = comment_id
    """

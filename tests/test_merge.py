"""Archives that were made apart become the one that a single crawl of everything makes."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.db.connection import open_for_reading
from archive.db.lock import Lock
from archive.db.schema import written_meanings
from archive.errors import ConfigurationError, LockHeld, NewerSchema, NoArchive, StorageError
from archive.export.backup import backup
from archive.merge import proofs
from archive.merge.absences import joined
from archive.merge.merge import Merged, merge
from archive.merge.rules import RULES
from archive.store.decisions import Kind, decided, read_decisions
from archive.store.site_refs import SITE_KINDS, site_ref
from archive.verify.database import Verification
from archive.warc.write import WarcWriter
from tests.crawls import PROJECT, content, dump, rows, until
from tests.former_archive import as_former_release_held
from tests.literal import PARAGRAPHS, URL, Desk, article, comment

JANUARY, FEBRUARY, MARCH, APRIL = (f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3, 4))
TIMES = {
    "sites": "select name, home from sites",
    "crawls": "select name, started_at, mode, outcome from crawls join sites on sites.id = site_id",
    "captures": """
        select sites.name, captures.url, captured_at, door, articles.source_id
        from captures join crawls on crawls.id = crawl_id join sites on sites.id = crawls.site_id
        left join articles on articles.id = article_id
        """,
    "articles": "select source_id, first_seen_at, last_seen_at, checked_at, missing_since, gone_at from articles",
    "revisions": """
        select articles.source_id, number, seen_at, revisions.last_seen_at
        from revisions join articles on articles.id = article_id
        """,
    "comments": "select source_id, first_seen_at, last_seen_at, missing_since, gone_at from comments",
    "states": "select source_id, number, seen_at from comment_revisions join comments on comments.id = comment_id",
    "absences": """
        select articles.source_id, comments.source_id, absences.last_seen_at, absences.missing_since, absences.gone_at, back_at, reason
        from absences join articles on articles.id = absences.article_id left join comments on comments.id = comment_id
        """,
    "urls": "select url, kind, first_seen_at from urls",
    "tags": "select kind, name, slug, source_id from tags",
    "boilerplate": "select fingerprint, kind, articles, authors, decided_by from boilerplate",
}
EDITED = ("The bridge fell on 4 May, at night.", "Nobody has said why. The mayor, Ana Petrova, was away.")
OTHER = "https://other.example.com/"


class OtherDesk(Desk):
    """The same of another site."""

    def __init__(self, folder: Path, at: str) -> None:
        super().__init__(folder, at)
        self.db.execute("delete from crawls where id = ?", [self.crawl])
        self.db.execute("delete from sites where id = ? and id not in (select site_id from crawls)", [self.site])
        self.site = self.store.ensure_site("other", OTHER)["id"]
        self.crawl = self.store.start_crawl(self.site, "update")
        self.warc = WarcWriter(folder, "other", "test")


def closed(desk: Desk, outcome: str = "complete") -> None:
    desk.store.finish_crawl(desk.crawl, outcome, 0, 1, 100, "")
    desk.warc.close()
    desk.store.close()


def another(number: int, title: str, **fields: Any) -> dict[str, Any]:
    return article(**{"source_id": str(number), "url": f"https://www.example.org/{number}", "title": title, **fields})


def january(desk: Desk) -> None:
    desk.see(article(), another(13, "Another"), another(15, "Of January"), at=JANUARY)
    desk.see(at=JANUARY, _12=[comment("1"), comment("2", parent="1")], _13=[comment("3")])


def february(desk: Desk) -> None:
    desk.see(article(EDITED), another(13, "Another"), at=FEBRUARY)
    desk.see(at=FEBRUARY, _12=[comment("1", "I was there, too."), comment("2", parent="1"), comment("4")], _13=[comment("3")])


def march(desk: Desk) -> None:
    links = [{"url": "https://www.example.org/15", "text": "the other"}]
    desk.see(article(), another(13, "Another", url="https://www.example.org/moved"), another(14, "A third", links=links), at=MARCH)
    desk.see(at=MARCH, _12=[comment("1"), comment("2", parent="1"), comment("4", parent="2")], _14=[comment("5")])


def elsewhere(desk: Desk) -> None:
    desk.see(another(12, "A bridge of another site", url=OTHER + "12"), at=FEBRUARY)
    desk.see(at=FEBRUARY, _12=[comment("1", "On the other site.")])


VISITS: list[tuple[type[Desk], str, Callable[[Desk], None]]] = [
    (Desk, JANUARY, january),
    (Desk, FEBRUARY, february),
    (OtherDesk, FEBRUARY, elsewhere),
    (Desk, MARCH, march),
]


def visited(folder: Path, *numbers: int) -> Path:
    """An archive that made these visits."""
    for number in numbers:
        kind, at, visit = VISITS[number]
        desk = kind(folder, at)
        visit(desk)
        closed(desk)
    return folder


def told(folder: Path) -> dict[str, Any]:
    """All that an archive holds, with the times at which it was seen, without our ids."""
    return content(folder) | {f"{name} in time": sorted(rows(folder, sql), key=repr) for name, sql in TIMES.items()}


def assert_equal(one: Path, other: Path) -> None:
    """The same rows, table by table, and every digest is right."""
    ours, theirs = told(one), told(other)
    unlike = [name for name in ours if ours[name] != theirs[name]]
    assert {name: ours[name] for name in unlike} == {name: theirs[name] for name in unlike}
    assert findings(one) == []


def findings(folder: Path) -> list[str]:
    return list(Verification(folder).findings())


def merged(folder: Path, *sources: Path, **how: Any) -> list[Merged]:
    return list(merge(folder, [*sources], **how))


def everything(folder: Path) -> dict[str, Any]:
    """Every row of every table, as stored, and every file."""
    names = [name for (name,) in rows(folder, "select name from sqlite_master where type = 'table' and name not like 'sqlite%'")]
    files = {path.name: path.read_bytes() for path in sorted((folder / "warc").rglob("*")) if path.is_file()}
    return {**dump(folder, names), "files": files}


# one history


def test_every_table_says_how_it_is_merged() -> None:
    assert written_meanings().keys() - RULES.keys() == set()


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_three_archives_of_two_sites_one_of_them_split_in_time_are_one_crawl_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    visited(tmp_path / "whole", 0, 1, 2, 3)
    parts = [visited(tmp_path / "0", 0), visited(tmp_path / "1", 1, 2), visited(tmp_path / "2", 3)]
    merged(tmp_path / "one", *(parts[number] for number in order))
    assert_equal(tmp_path / "one", tmp_path / "whole")
    before = everything(tmp_path / "one")
    merged(tmp_path / "one", *(parts[number] for number in order))
    assert everything(tmp_path / "one") == before


def test_the_archive_that_is_merged_into_may_have_seen_what_lies_between(tmp_path: Path) -> None:
    visited(tmp_path / "whole", 0, 1, 3)
    visited(tmp_path / "one", 1)
    merged(tmp_path / "one", visited(tmp_path / "other", 0, 3))
    assert_equal(tmp_path / "one", tmp_path / "whole")


def test_a_merge_of_merges_is_the_merge_of_all(tmp_path: Path) -> None:
    visited(tmp_path / "whole", 0, 1, 2, 3)
    merged(tmp_path / "half", visited(tmp_path / "0", 0), visited(tmp_path / "1", 2))
    merged(tmp_path / "one", visited(tmp_path / "2", 1, 3), tmp_path / "half", tmp_path / "0")
    assert_equal(tmp_path / "one", tmp_path / "whole")


def test_only_what_is_new_comes_again_and_what_was_changed_in_place(tmp_path: Path) -> None:
    visited(tmp_path / "whole", 0, 1, 3)
    other = visited(tmp_path / "other", 0)
    merged(tmp_path / "one", other)
    visited(other, 1)
    [second] = merged(tmp_path / "one", other)
    assert [(site.articles, site.new, site.comments) for site in second.sites] == [(2, 0, 1)]
    visited(other, 3)
    merged(tmp_path / "one", other)
    assert_equal(tmp_path / "one", tmp_path / "whole")


def test_an_archive_and_its_copy_that_went_on_apart_are_one_again(tmp_path: Path) -> None:
    visited(tmp_path / "whole", 0, 1, 3)
    one = visited(tmp_path / "one", 0)
    shutil.copytree(one, tmp_path / "copy")
    visited(one, 1)
    visited(tmp_path / "copy", 3)
    merged(one, tmp_path / "copy")
    assert_equal(one, tmp_path / "whole")
    assert rows(one, "select count(*) from captures") == rows(tmp_path / "whole", "select count(*) from captures")


def test_a_merged_archive_is_crawled_on_and_merged_again(tmp_path: Path) -> None:
    visited(tmp_path / "whole", 0, 1, 3)
    other = visited(tmp_path / "other", 0)
    merged(tmp_path / "one", other)
    before = everything(other)
    visited(tmp_path / "one", 1)
    assert everything(other) == before
    visited(other, 3)
    merged(tmp_path / "one", other)
    assert_equal(tmp_path / "one", tmp_path / "whole")


def test_sites_of_one_name_are_told_apart_by_their_homes(tmp_path: Path) -> None:
    other = visited(tmp_path / "other", 2)
    sqlite3.connect(other / "archive.db", isolation_level=None).execute("update sites set name = 'example'")
    (other / "warc" / "other").rename(other / "warc" / "example")
    db = sqlite3.connect(other / "archive.db", isolation_level=None)
    db.execute("update captures set filename = replace(filename, '/other/', '/example/')")
    db.close()
    one = visited(tmp_path / "one", 0)
    merged(one, other)
    assert rows(one, "select name, home from sites") == [("example", "https://www.example.org/"), ("example-2", OTHER)]
    assert findings(one) == []
    assert len(list((one / "warc" / "example-2").iterdir())) == 1


def test_an_article_without_an_id_is_known_by_any_of_its_addresses(tmp_path: Path) -> None:
    one, other = Desk(tmp_path / "one"), Desk(tmp_path / "other", FEBRUARY)
    one.see(article(source_id=None, door="page"), at=JANUARY)
    other.see(article(source_id=None, door="page", url="https://www.example.org/moved"), at=FEBRUARY)
    other.store.add_alias(1, article()["url"])
    closed(one), closed(other)
    merged(tmp_path / "one", tmp_path / "other")
    assert rows(tmp_path / "one", "select url from articles") == [("https://www.example.org/moved",)]
    assert sorted(rows(tmp_path / "one", "select kind from urls")) == [("alias",), ("current",)]
    assert findings(tmp_path / "one") == []


def test_a_state_that_was_left_and_came_back_is_a_revision_of_its_own(tmp_path: Path) -> None:
    desks = {name: Desk(tmp_path / name) for name in ("whole", "one", "other")}
    for name, at, paragraphs, text in [
        ("one", JANUARY, PARAGRAPHS, "I was there."),
        ("other", FEBRUARY, EDITED, "I was not there."),
        ("one", MARCH, PARAGRAPHS, "I was there."),
    ]:
        for desk in (desks["whole"], desks[name]):
            desk.see(article(paragraphs), at=at)
            desk.see(at=at, _12=[comment("1", text), comment("2", parent="1")])
    for desk in desks.values():
        closed(desk)
    names = (
        "articles",
        "revisions",
        "blocks",
        "parts",
        "comments",
        "comment_revisions",
        "revisions in time",
        "states in time",
        "comments in time",
    )
    for target, source in (("one", "other"), ("other", "one")):
        shutil.copytree(tmp_path / target, tmp_path / f"{target}-merged")
        for _ in range(2):
            merged(tmp_path / f"{target}-merged", tmp_path / source)
            ours, theirs = told(tmp_path / f"{target}-merged"), told(tmp_path / "whole")
            assert {name: ours[name] for name in names} == {name: theirs[name] for name in names}
        assert findings(tmp_path / f"{target}-merged") == []


def test_another_extractors_reading_of_what_did_not_change_is_no_edit(tmp_path: Path) -> None:
    one, other = Desk(tmp_path / "one"), Desk(tmp_path / "other")
    one.see(article(("The bridge fell on 3 May, at night. Share this",)), at=JANUARY)
    other.see(article(("The bridge fell on 3 May, at night.",)), at=FEBRUARY, extractor="2")
    closed(one), closed(other)
    [(former,)] = rows(tmp_path / "one", "select digest from revisions")
    merged(tmp_path / "one", tmp_path / "other")
    told = rows(tmp_path / "one", "select number, text, extractor, seen_at, last_seen_at from revisions")
    assert told == [(1, "The bridge fell on 3 May, at night.", "2", JANUARY, FEBRUARY)]
    assert rows(tmp_path / "one", "select digest, extractor from rereadings") == [(former, "1")]
    assert findings(tmp_path / "one") == []


def test_readings_of_two_doors_are_one_state_where_headline_and_text_are_the_same(tmp_path: Path) -> None:
    one, other = Desk(tmp_path / "one"), Desk(tmp_path / "other")
    one.see(article(), another(13, "Another"), at=JANUARY)
    other.see(article(door="page", terms=[]), another(13, "Another", paragraphs=EDITED, door="page"), at=FEBRUARY)
    closed(one), closed(other)
    merged(tmp_path / "one", tmp_path / "other")
    found = rows(
        tmp_path / "one", "select source_id, number, door, tags from revisions join articles on articles.id = article_id order by 1, 2"
    )
    assert found == [("12", 1, "rest", "tag: Bridges"), ("13", 1, "rest", "tag: Bridges"), ("13", 2, "page", "tag: Bridges")]
    assert findings(tmp_path / "one") == []


# absences


def absence(since: str, last: str, gone: str | None = None, back: str | None = None) -> dict[str, Any]:
    return {"last_seen_at": last, "missing_since": since, "gone_at": gone, "back_at": back, "capture_id": None, "reason": None}


def intervals(sightings: list[str], *absences: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("last_seen_at", "missing_since", "gone_at", "back_at")
    return [tuple(row[name] for name in names) for row in joined(sightings, absences)]


def test_an_absence_ends_where_the_other_archive_saw_it_afterwards() -> None:
    assert intervals([JANUARY, MARCH], absence(FEBRUARY, JANUARY)) == [(JANUARY, FEBRUARY, None, MARCH)]
    assert intervals([JANUARY], absence(FEBRUARY, JANUARY)) == [(JANUARY, FEBRUARY, None, None)]


def test_what_was_found_missing_twice_by_two_archives_is_gone_after_a_day() -> None:
    assert intervals([JANUARY], absence(FEBRUARY, JANUARY), absence(MARCH, JANUARY)) == [(JANUARY, FEBRUARY, MARCH, None)]
    soon = "2026-02-01T06:00:00Z"
    assert intervals([JANUARY], absence(FEBRUARY, JANUARY), absence(soon, JANUARY)) == [(JANUARY, FEBRUARY, None, None)]


def test_a_sighting_between_two_findings_makes_two_absences() -> None:
    found = intervals([JANUARY, MARCH], absence(FEBRUARY, JANUARY, gone=APRIL))
    assert found == [(JANUARY, FEBRUARY, None, MARCH), (MARCH, APRIL, None, None)]


def test_absences_of_both_archives_are_those_of_one_crawl(tmp_path: Path) -> None:
    def missing(desk: Desk, at: str) -> None:
        [(capture,)] = desk.rows("select max(id) from captures")
        desk.store.mark_missing(
            desk.crawl, "articles", [i for (i,) in desk.rows("select id from articles where source_id = '13'")], at, capture, 24
        )
        desk.store.mark_missing(
            desk.crawl, "comments", [i for (i,) in desk.rows("select id from comments where source_id = '2'")], at, capture, 24
        )

    def seen(desk: Desk, at: str) -> None:
        desk.see(article(), another(13, "Another"), at=at)
        desk.see(at=at, _12=[comment("1"), comment("2", parent="1")])

    whole, one, other = (Desk(tmp_path / name) for name in ("whole", "one", "other"))
    for desks, step, at in [
        ((whole, one), seen, JANUARY),
        ((whole, other), seen, "2026-01-02T00:00:00Z"),
        ((whole, one), missing, FEBRUARY),
        ((whole, other), missing, MARCH),
        ((whole, one), seen, "2026-03-05T00:00:00Z"),
        ((whole, other), missing, APRIL),
    ]:
        for desk in desks:
            step(desk, at)
    for desk in (whole, one, other):
        closed(desk)
    merged(tmp_path / "copy", tmp_path / "whole")
    assert_equal(tmp_path / "copy", tmp_path / "whole")
    for target, source in (("one", "other"), ("other", "one")):
        shutil.copytree(tmp_path / target, tmp_path / f"{target}-merged")
        merged(tmp_path / f"{target}-merged", tmp_path / source)
        names = ("articles in time", "comments in time", "absences in time")
        ours, theirs = told(tmp_path / f"{target}-merged"), told(tmp_path / "whole")
        assert {name: ours[name] for name in names} == {name: theirs[name] for name in names}
        assert findings(tmp_path / f"{target}-merged") == []


# decisions, seals, what was destroyed


def test_decisions_of_both_are_kept_and_the_newest_stands(tmp_path: Path) -> None:
    one, other = Desk(tmp_path / "one"), Desk(tmp_path / "other")
    for desk in (one, other):
        desk.see(another(13, "Another"), article()) if desk is one else desk.see(article(), another(13, "Another"))
        desk.see(_12=[comment("1")], _13=[comment("3")]) if desk is one else desk.see(_13=[comment("3")], _12=[comment("1")])
    [(theirs,)] = other.rows("select id from comments where source_id = '1'")
    other.clock.at = FEBRUARY
    other.store.decide("withhold", f"comment:{theirs}", "withheld", "asked to")
    other.store.decide("label", "f1", "bio")
    one.clock.at = MARCH
    one.store.decide("label", "f1", "undone")
    closed(one), closed(other)
    merged(tmp_path / "one", tmp_path / "other")
    [(ours,)] = rows(tmp_path / "one", "select id from comments where source_id = '1'")
    assert rows(tmp_path / "one", "select kind, ref, value, decided_at from decisions order by id") == [
        ("withhold", f"comment:{ours}", "withheld", FEBRUARY),
        ("label", "f1", "bio", FEBRUARY),
        ("label", "f1", "undone", MARCH),
    ]
    with closing(open_for_reading(tmp_path / "one")) as db:
        assert decided(db, "label") == {}
    before = everything(tmp_path / "one")
    merged(tmp_path / "one", tmp_path / "other")
    assert everything(tmp_path / "one") == before


def test_a_decision_about_a_signature_names_the_site_as_it_is_called_here(tmp_path: Path) -> None:
    one, other = Desk(tmp_path / "one"), Desk(tmp_path / "other")
    for desk in (one, other):
        desk.see(article(), _12=[comment("1")])
    [(ours,)] = one.rows("select name from sites")
    other.store.db.execute("update sites set name = 'elsewhere'")
    for ref in ("elsewhere/Gone Guy", "*/Elsewhere/Guy"):
        other.store.decide("pseudonymise", ref, "Reader", "asked to")
    closed(one), closed(other)
    merged(tmp_path / "one", tmp_path / "other")
    refs = rows(tmp_path / "one", "select ref from decisions order by id")
    assert refs == [(f"{ours}/Gone Guy",), ("*/Elsewhere/Guy",)]


def test_a_rejection_names_its_capture_as_it_is_called_here(tmp_path: Path) -> None:
    one, other = Desk(tmp_path / "one"), Desk(tmp_path / "other")
    for desk, urls in ((one, "abc"), (other, "xyz")):
        desk.see(article())
        for letter in urls:
            desk.store.quarantine(desk.crawl, desk.site, f"{URL}{letter}", "the page is empty", desk.capture("page"), JANUARY)
    [(theirs,)] = other.rows("select capture_id from quarantine where url like '%y'")
    other.store.decide("reject", str(theirs), "rejected", "asked the site")
    closed(one), closed(other)
    merged(tmp_path / "one", tmp_path / "other")
    sql = """
        select quarantine.url, record_id
        from decisions
        join quarantine on capture_id = cast(ref as integer)
        join captures on captures.id = capture_id
        where decisions.kind = 'reject'
        """
    [line] = read_decisions(tmp_path / "other")
    assert rows(tmp_path / "one", sql) == [(f"{URL}y", line["record_id"])]


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_a_decision_about_an_alarm_follows_its_site_to_another_name(tmp_path: Path, kind: str) -> None:
    one, other = Desk(tmp_path / "one"), Desk(tmp_path / "other")
    for desk in (one, other):
        desk.see(article())
    [(ours,)] = one.rows("select name from sites")
    other.store.db.execute("update sites set name = 'elsewhere'")
    more = ("abcdef",) if kind in ("gap", "fill-rate") else ()
    answer: Kind = "reject" if kind == "mass-loss" else "accept"
    other.store.decide(answer, site_ref(kind, "elsewhere", *more), "1", None)
    other.store.decide(answer, site_ref(kind, "elsewhere-2", *more), "1", None)  # a site of which nothing is known
    closed(one), closed(other)
    merged(tmp_path / "one", tmp_path / "other")
    refs = rows(tmp_path / "one", "select ref from decisions order by id")
    assert refs == [(site_ref(kind, ours, *more),), (site_ref(kind, "elsewhere-2", *more),)]
    closed(Desk(tmp_path / "one"))  # the file of decisions is looked at when an archive is opened
    assert len(read_decisions(tmp_path / "one")) == 2


def test_seals_and_the_file_of_decisions_come_as_they_are_and_without_doubles(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    seal = other / "warc" / "seals" / "chain" / "0001.json"
    seal.parent.mkdir(parents=True)
    seal.write_bytes(b'{"root": "a"}')
    first, second = b'{"decided_at": "2026-01-01T00:00:00Z"}\n', b'{"decided_at": "2026-02-01T00:00:00Z"}\n'
    (one / "warc" / "decisions.jsonl").write_bytes(second)
    (other / "warc" / "decisions.jsonl").write_bytes(first + second + b'{"decided_at": "2026-03-0')
    for _ in range(2):
        merged(one, other)
        assert (one / "warc" / "seals" / "chain" / "0001.json").read_bytes() == b'{"root": "a"}'
        assert (one / "warc" / "decisions.jsonl").read_bytes() == first + second
    (one / "warc" / "seals" / "chain" / "0001.json").write_bytes(b"another")
    [last] = merged(one, other)
    assert "differs from the file of the same name here" in last.notes[0]


# evidence


def test_finished_files_are_linked_and_the_one_in_use_is_copied_and_brought_up(tmp_path: Path) -> None:
    other = visited(tmp_path / "other", 0, 1)
    merged(tmp_path / "one", other)
    theirs, ours = (sorted((folder / "warc" / "example").iterdir()) for folder in (other, tmp_path / "one"))
    assert [path.name for path in ours] == [path.name for path in theirs]
    assert [one.samefile(two) for one, two in zip(ours, theirs, strict=True)] == [True, False]
    desk = Desk(other, "2026-02-20T00:00:00Z")
    desk.see(article(("Something else.",)))
    closed(desk)
    merged(tmp_path / "one", other)
    assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]
    assert findings(tmp_path / "one") == []


@pytest.mark.parametrize("how", ["copy", "reference"])
def test_files_are_copied_or_referenced_where_that_is_asked(tmp_path: Path, how: str) -> None:
    other = visited(tmp_path / "other", 0, 1)
    merged(tmp_path / "one", other, how=how)
    first, second = sorted((tmp_path / "one" / "warc" / "example").iterdir())
    assert first.is_symlink() == (how == "reference") and not second.is_symlink()
    assert first.stat().st_nlink == 1
    assert findings(tmp_path / "one") == []


def test_a_file_that_is_linked_is_never_appended_to(tmp_path: Path) -> None:
    other = visited(tmp_path / "other", 0, 1)
    merged(tmp_path / "one", other)
    before = everything(other)
    desk = Desk(tmp_path / "one", "2026-01-20T00:00:00Z")  # of the month of the linked file
    desk.see(article(("Something else.",)))
    closed(desk)
    assert everything(other) == before
    assert findings(tmp_path / "one") == []


def test_a_damaged_archive_is_refused_with_a_line_and_nothing_of_it_is_merged(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    before = everything(one)
    db = sqlite3.connect(other / "archive.db", isolation_level=None)
    db.execute("update comments set text = 'other' where source_id = '4'")
    db.close()
    with pytest.raises(StorageError, match=r"other is damaged \(comment \d+: the digest differs\)"):
        merged(one, other)
    assert everything(one) == before
    shutil.rmtree(other)
    [path] = (visited(other, 1) / "warc").rglob("*.gz")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StorageError, match="other is damaged"):
        merged(one, other)
    assert everything(one) == before
    path.unlink()
    with pytest.raises(StorageError, match="is not there"):
        merged(one, other)
    assert everything(one) == before


def test_a_large_archive_is_proven_by_other_processes_while_its_rows_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    for folder in ("plain", "large", "damaged"):
        shutil.copytree(one, tmp_path / folder)
    merged(tmp_path / "plain", other)
    monkeypatch.setattr(proofs, "LARGE", 0)
    merged(tmp_path / "large", other)
    large, plain = everything(tmp_path / "large"), everything(tmp_path / "plain")
    assert [len(told.pop("merged_archives")) for told in (large, plain)] == [1, 1]  # it tells when it was merged
    assert large == plain
    before = everything(tmp_path / "damaged")
    with closing(sqlite3.connect(other / "archive.db", isolation_level=None)) as db:
        db.execute("update comments set text = 'other' where source_id = '4'")
    with pytest.raises(StorageError, match=r"other is damaged \(comment \d+: the digest differs\)"):
        merged(tmp_path / "damaged", other)
    assert everything(tmp_path / "damaged") == before


def test_random_bytes_in_a_database_are_found_before_anything_is_written(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    before, path = everything(one), other / "archive.db"
    data, chance = bytearray(path.read_bytes()), random.Random(1)
    for _ in range(200):
        data[chance.randrange(4096, len(data))] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises((StorageError, ConfigurationError)):
        merged(one, other)
    assert everything(one) == before


# what is refused


def test_an_archive_is_not_merged_with_itself_nor_named_twice(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    (tmp_path / "link").symlink_to(one)
    for sources in ([one], [tmp_path / "link"], [other, other]):
        with pytest.raises(ConfigurationError):
            merged(one, *sources)
    with pytest.raises(NoArchive):
        merged(one, tmp_path / "nothing")
    done = CliRunner().invoke(commands, ["merge", "--archive-dir", str(one), str(one)])
    assert done.exit_code == 2 and done.stderr.count("\n") == 1


def test_an_archive_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    other = visited(tmp_path / "other", 0)
    db = sqlite3.connect(other / "archive.db", isolation_level=None)
    db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', 'm999_future', '2030-01-01')")
    db.close()
    with pytest.raises(NewerSchema, match="m999_future"):
        merged(tmp_path / "one", other)
    assert not (tmp_path / "one").exists()
    done = CliRunner().invoke(commands, ["merge", "--archive-dir", str(tmp_path / "one"), str(other)])
    assert done.exit_code == 2 and done.stderr.count("\n") == 1


def test_an_archive_of_an_older_release_is_brought_to_todays_schema_on_a_copy(tmp_path: Path) -> None:
    other = visited(tmp_path / "other", 0)
    as_former_release_held(other, tmp_path / "former")
    shutil.copytree(other / "warc", tmp_path / "former" / "warc", dirs_exist_ok=True)
    before = (tmp_path / "former" / "archive.db").read_bytes()
    for _ in range(2):
        [last] = merged(tmp_path / "one", tmp_path / "former")
        assert (tmp_path / "former" / "archive.db").read_bytes() == before
    assert last.rows == 0
    assert_equal(tmp_path / "one", other)


def test_the_lock_is_respected(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    lock = Lock(one)
    try:
        with pytest.raises(LockHeld):
            merged(one, other)
        done = CliRunner().invoke(commands, ["merge", "--archive-dir", str(one), str(other)])
        assert done.exit_code == 75
    finally:
        lock.release()


def test_the_command_prints_one_line_for_each_site(tmp_path: Path) -> None:
    other = visited(tmp_path / "other", 0, 2)
    command = ["merge", "--archive-dir", str(tmp_path / "one"), str(other)]
    assert CliRunner().invoke(commands, command).stdout.splitlines() == [
        f"example from {other}: 3 articles merged, 3 of them new, 3 new comments, 2 new captures",
        f"other from {other}: 1 article merged, 1 of them new, 1 new comment, 2 new captures",
    ]
    assert CliRunner().invoke(commands, command).stdout.splitlines() == [
        f"example from {other}: nothing new",
        f"other from {other}: nothing new",
    ]


# in use, killed, full

WRITER = """
import sys
from pathlib import Path
from tests.former_archive import as_former_release_held
from tests.literal import PARAGRAPHS, URL, Desk, article, comment

desk = Desk(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    desk.see(article((f"Paragraph {number}, by itself.",), url=f"https://www.example.org/{number}", source_id=str(number)),
             **{f"_{number}": [comment(str(number))]})
"""


def held(folder: Path, table: str = "articles") -> int:
    try:
        return int(rows(folder, f"select count(*) from {table}")[0][0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def test_an_archive_is_merged_while_a_crawl_writes_to_it(tmp_path: Path) -> None:
    other, one = tmp_path / "other", tmp_path / "one"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(other)], cwd=PROJECT, stderr=subprocess.PIPE, text=True) as writer:
        try:
            until(lambda: (other / "archive.db").exists() and held(other) > 5, writer)
            for _ in range(3):
                before = held(one)
                merged(one, other)
                assert held(one) > before
                assert findings(one) == []
                until(lambda: held(other) > held(one) + 3, writer)
        finally:
            writer.kill()
    Desk(other).store.close()
    merged(one, other)
    assert told(one)["articles"] == told(other)["articles"]
    assert held(one, "captures") == held(other, "captures")
    assert findings(one) == []


MERGER = "import sys; from pathlib import Path; from archive.merge.merge import merge; list(merge(Path(sys.argv[1]), [Path(sys.argv[2])]))"


def kill_merges(tmp_path: Path, kills: int, seed: int) -> None:
    one, other = visited(tmp_path / "one", 1), tmp_path / "other"
    desk = Desk(other)
    for number in range(100, 160):
        desk.see(another(number, f"Article {number}"), at=JANUARY)
        desk.see(**{f"_{number}": [comment(str(number * 10 + i)) for i in range(5)]})
    closed(desk)
    visited(other, 3)
    shutil.copytree(one, tmp_path / "undisturbed")
    merged(tmp_path / "undisturbed", other)
    chance, killed = random.Random(seed), 0
    for _ in range(kills):
        with subprocess.Popen([sys.executable, "-c", MERGER, str(one), str(other)], cwd=PROJECT) as process:
            until(lambda: list(one.glob(".merging-*")) or process.poll() is not None)
            try:
                process.wait(timeout=chance.random() * 0.3)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
    assert killed
    merged(one, other)
    assert_equal(one, tmp_path / "undisturbed")
    assert {path.name for path in one.iterdir()} - {"archive.db-wal", "archive.db-shm"} == {"archive.db", "lock", "warc"}
    assert not [path for path in (one / "warc").rglob("*") if path.is_file() and not path.name.endswith(".warc.gz")]
    assert held(one, "captures") == held(tmp_path / "undisturbed", "captures")


def test_three_kills_and_a_rerun_are_an_undisturbed_merge(tmp_path: Path) -> None:
    kill_merges(tmp_path, 3, 1)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2))
def test_twenty_kills_and_a_rerun_are_an_undisturbed_merge(tmp_path: Path, seed: int) -> None:
    kill_merges(tmp_path, 20, seed)


LIMITED = """
import resource, signal, sys
from archive.__main__ import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), -1))
sys.exit(main(["merge", "--archive-dir", *sys.argv[1:3]]))
"""


@pytest.mark.parametrize("kilobytes", [50, 300, 700])
def test_a_full_disk_leaves_the_archive_as_it_was(tmp_path: Path, kilobytes: int) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1, 3)
    before = everything(one)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(one), str(other), str(kilobytes * 1000)], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode in (0, 3), done.stderr
    if done.returncode:
        assert done.stderr.startswith("archive: ") and done.stderr.count("\n") == 1
        assert everything(one) == before
    merged(one, other)
    visited(tmp_path / "whole", 0, 1, 3)
    assert_equal(one, tmp_path / "whole")


def test_a_backup_of_the_archive_itself_brings_what_was_lost_since(tmp_path: Path) -> None:
    one = visited(tmp_path / "one", 0, 1)
    backup(one, tmp_path / "backup")
    whole = told(one)
    shutil.rmtree(one)
    visited(one, 3)
    merged(one, tmp_path / "backup")
    assert len(told(one)["revisions"]) == len(whole["revisions"]) + 2
    assert findings(one) == []


# what others add


def changed(folder: Path, *statements: str) -> Path:
    db = sqlite3.connect(folder / "archive.db", isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()
    return folder


def test_what_was_expunged_here_does_not_come_in_again(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    tombstone = (
        "insert into expunged(site_id, what, record_id, refused, expunged_at, reason, unfinished)"
        " values (1, 'article 1', {}, {}, '2026-02-02T00:00:00Z', 'an order', 0)"
    )
    [(record,)] = rows(other, "select min(record_id) from captures")
    changed(one, tombstone.format(f"'{record}'", "null"))
    before = everything(one)
    with pytest.raises(ConfigurationError, match="holds 1 record that was expunged here"):
        merged(one, other)
    assert everything(one) == before
    changed(one, "delete from expunged", tombstone.format("null", "'article 13'"))
    with pytest.raises(ConfigurationError, match="holds 1 article that was expunged here"):
        merged(one, other)


def test_tombstones_are_carried_and_what_is_held_still_is_named(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    tombstone = (
        "insert into expunged(site_id, what, record_id, looked, expunged_at, reason, unfinished)"
        " values (1, 'article 9', '{}', 7, '2026-02-02T00:00:00Z', 'an order', 0)"
    )
    [(record,)] = rows(one, "select min(record_id) from captures")
    changed(other, tombstone.format("<urn:uuid:1>"), tombstone.format(record))
    for _ in range(2):
        [told] = merged(one, other)
        assert told.notes == ["1 record that was expunged there is held here: expunge it here too"]
        assert rows(one, "select record_id, looked from expunged") == [("<urn:uuid:1>", None)]


def test_states_that_are_numbered_are_joined_by_their_key_and_numbered_in_the_order_of_time(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 1), visited(tmp_path / "other", 0)
    document = (
        "insert into documents(id, site_id, url, name, first_seen_at, state_id)"
        f" values (5, 1, 'https://www.example.org/a.pdf', 'a.pdf', '{JANUARY}', null)"
    )
    state = (
        (
            "insert into document_states(document_id, number, seen_at, last_seen_at, digest, capture_id, bytes, extractor, extracted_at)"
            " values (5, {}, '{1}', '{1}', '{}', 1, 9, 'x', '{1}')"
        )
        .replace("{}", "{0}", 1)
        .replace("'{}'", "'{2}'")
    )
    changed(one, document, state.format(1, FEBRUARY, "b"))
    changed(other, document.replace("(5", "(8"), state.format(1, JANUARY, "a").replace("(5", "(8"))
    changed(other, state.format(2, MARCH, "c").replace("(5", "(8"), "update documents set state_id = 2")
    for _ in range(2):
        merged(one, other)
        assert rows(one, "select number, digest from document_states order by 1") == [(1, "a"), (2, "b"), (3, "c")]
        assert rows(one, "select digest from documents join document_states on document_states.id = state_id") == [("c",)]
        assert rows(one, "pragma foreign_key_check") == []


def test_a_table_without_a_rule_is_refused_with_a_line(tmp_path: Path) -> None:
    one, other = visited(tmp_path / "one", 0), visited(tmp_path / "other", 1)
    changed(one, "create table novelties (id integer primary key)")
    with pytest.raises(ConfigurationError, match="does not say how novelties is merged"):
        merged(one, other)

"""The archive that follows a depot is, after each change, the one that is made anew from it; its records and decisions travel."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive.__main__ import commands
from archive.db.connection import open_as_it_is, open_for_reading
from archive.db.schema import is_older
from archive.depot.heads import SCHEMAS
from archive.depot.marks import followed_url
from archive.depot.records import reach_followed
from archive.errors import ConfigurationError
from archive.merge.depot import Followed, follow
from archive.publish.records.examined import examine
from archive.queries.captured_addresses import capture_row
from archive.verify.database import Verification
from tests.crawls import rows
from tests.depots import DONE, HOME, NAME, Store, end_run, s3_store, slice_of
from tests.literal import Desk, article, comment
from tests.released import made_again

OTHER = "https://other.example.net/"
APART = ("merged_archives",)  # says when it was brought
EDITED = ("The bridge fell on 4 May, at night.", "Nobody has said why. The mayor, Ana Petrova, was away.")


def link(url: str) -> dict[str, str]:
    return {"url": url, "text": "as was said"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A depot of two sites, of which each was read once, and the folders of the workers that read them."""
    place = tmp_path_factory.mktemp("made")
    with s3_store(place / "store") as store:
        for home in (HOME, OTHER):
            store.depot().register(home)
        own = (article(source_id="1"), article(source_id="2", url=f"{HOME}2/", links=[link(f"{OTHER}1/")]))
        slice_of(store.depot(), place / "w1", at(1), *own, _1=[comment("7"), comment("8", parent="7")])
        cited = [link(f"{HOME}{page}") for page in ("2/", "3/#note", "renamed/", "never/")]
        other = article(source_id="1", url=f"{OTHER}1/", title="Elsewhere", links=cited)
        slice_of(store.depot(), place / "w2", at(1), other, name="other.example.net")
    return place


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it, of the test's own."""
    for part in made.iterdir():
        shutil.copytree(part, tmp_path / part.name)
    with s3_store(tmp_path / "store") as copy:
        copy.asked()
        yield copy


def at(day: int) -> str:
    return f"2026-03-{day:02d}T00:00:00Z"


def everything(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, ids and all, and what the indexes of words find."""
    names = "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '%fts%'"
    tables = [name for (name,) in rows(folder, names) if name not in (*APART, "identity", "table_changes", "_sqlite_migrations")]
    found = {name: sorted(rows(folder, f"select * from {name}"), key=repr) for name in tables}
    found["words"] = rows(folder, "select rowid from revisions_fts where revisions_fts match 'bridge' order by 1")
    found["said"] = rows(folder, "select rowid from comments_fts where comments_fts match 'there' order by 1")
    return found


def followed(folder: Path, store: Store) -> list[Followed]:
    found = list(follow(folder, store.url))
    assert [site.error for site in found if site.error] == []
    return found


def run(store: Store, folder: Path, day: int, what: Callable[[Desk], None]) -> None:
    """A slice of the first site that does something."""
    claim = store.depot().claim(NAME)
    claim.bring(folder)
    desk = Desk(folder, at(day), name=claim.name, home=claim.head.home, epoch=claim.epoch)
    what(desk)
    end_run(desk)
    claim.commit(folder, DONE)


def article_id(desk: Desk, source_id: str) -> int:
    [(found,)] = desk.rows("select id from articles where source_id = ?", source_id)
    return int(found)


def edit(desk: Desk) -> None:
    desk.see(article(EDITED, source_id="1"), _1=[comment("7", "I was there, too."), comment("8", parent="7")])
    desk.see(article(source_id="3", url=f"{HOME}3/"), _3=[comment("9")])
    desk.store.add_gap(desk.site, kind="article", ref=f"{HOME}4/", reason="robots", explained=1)


def trash(desk: Desk) -> None:
    desk.store.mark_missing(desk.crawl, "articles", [article_id(desk, "2")], at(3), None, 24)


def rename(desk: Desk) -> None:
    desk.see(article(EDITED, source_id="1", url=f"{HOME}renamed/"))
    desk.store.close_gap(desk.site, f"{HOME}4/")


def gone(desk: Desk) -> None:
    desk.store.mark_missing(desk.crawl, "articles", [article_id(desk, "2")], at(9), None, 24)


def decide(desk: Desk) -> None:
    desk.store.decide("label", fingerprint(desk), "bio")


def back(desk: Desk) -> None:
    desk.see(article(source_id="2", url=f"{HOME}2/"))


def fingerprint(desk: Desk) -> str:
    [(found,)] = desk.rows("select distinct fingerprint from blocks where text like 'Nobody has said%'")
    return str(found)


def test_after_each_change_the_archive_is_the_one_that_is_made_anew(store: Store, tmp_path: Path) -> None:
    assert [(site.name, site.articles) for site in followed(tmp_path / "all", store)] == [(NAME, 2), ("other.example.net", 1)]
    for day, stage in enumerate((edit, trash, rename, gone, decide, back), 2):
        run(store, tmp_path / "w1", day, stage)
        [site] = followed(tmp_path / "all", store)
        assert site.rows > 0, stage.__name__
        shutil.rmtree(tmp_path / "anew", ignore_errors=True)
        followed(tmp_path / "anew", store)
        assert everything(tmp_path / "all") == everything(tmp_path / "anew"), stage.__name__
        assert followed(tmp_path / "all", store) == []
    assert list(Verification(tmp_path / "all", evidence=False).findings()) == []
    ids = rows(tmp_path / "all", "select id from articles order by 1")
    assert [i // 1_000_000_000 for (i,) in ids] == [1, 1, 1, 2]


def test_a_link_to_another_site_leads_to_its_article_from_when_it_is_there(store: Store, tmp_path: Path) -> None:
    def led() -> list[tuple[str, str]]:
        sql = "select links.url, cited.url from links join articles as cited on cited.id = links.target_article_id order by 1"
        return rows(tmp_path / "all", sql)

    followed(tmp_path / "all", store)
    back, held = (f"{OTHER}1/", f"{OTHER}1/"), (f"{HOME}2/", f"{HOME}2/")
    assert led() == [back, held]
    run(store, tmp_path / "w1", 2, edit)
    followed(tmp_path / "all", store)
    assert led() == [back, held, (f"{HOME}3/#note", f"{HOME}3/")]
    run(store, tmp_path / "w1", 3, rename)
    followed(tmp_path / "all", store)
    assert led() == [back, held, (f"{HOME}3/#note", f"{HOME}3/"), (f"{HOME}renamed/", f"{HOME}renamed/")]
    run(store, tmp_path / "w1", 4, edit)  # as if nothing: the address that it had was its name for a while
    followed(tmp_path / "all", store)
    assert len(led()) == 4


def test_a_site_that_says_the_same_writes_no_row(store: Store, tmp_path: Path) -> None:
    followed(tmp_path / "all", store)
    before = everything(tmp_path / "all")
    claim = store.depot().claim(NAME)
    claim.bring(tmp_path / "w1")
    claim.commit(tmp_path / "w1", DONE)
    assert [site.rows for site in followed(tmp_path / "all", store)] == [0]
    assert everything(tmp_path / "all") == before


def test_an_unchanged_head_costs_no_request_and_one_without_a_new_snapshot_costs_one(store: Store, tmp_path: Path) -> None:
    followed(tmp_path / "all", store)
    store.asked()
    assert followed(tmp_path / "all", store) == []
    assert store.asked() == ["GET list"]
    store.depot().claim(NAME).release()
    store.depot().pause("other.example.net")
    store.asked()
    assert followed(tmp_path / "all", store) == []
    assert store.asked() == ["GET list", f"GET heads/{NAME}.json", "GET heads/other.example.net.json"]
    assert rows(tmp_path / "all", "select name from sites where paused_at is not null") == [("other.example.net",)]
    assert followed(tmp_path / "all", store) == []
    assert store.asked() == ["GET list"]


def test_one_bad_site_keeps_no_other_from_being_merged(store: Store, tmp_path: Path) -> None:
    path = store.objects / "heads" / f"{NAME}.json"
    whole = path.read_bytes()
    row = json.loads(whole)
    row["committed"]["schema"] = "m999_from_the_future"
    for content, code in ((b"{ torn", 3), (json.dumps(row).encode(), 2)):
        path.write_bytes(content)
        shutil.rmtree(tmp_path / "all", ignore_errors=True)
        words = ["merge", "--archive-dir", str(tmp_path / "all"), "--depot", store.url]
        result = CliRunner().invoke(commands, words, standalone_mode=False)
        assert result.return_value == code, result.output
        assert "other.example.net: " in result.output
        assert rows(tmp_path / "all", "select name from sites") == [("other.example.net",)]
    path.write_bytes(whole)
    assert [site.name for site in followed(tmp_path / "all", store)] == [NAME]


def test_an_archive_that_holds_a_site_from_elsewhere_refuses_it_in_one_line(store: Store, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "all", at(1), name="mine", home=HOME)
    desk.see(article(source_id="1"))
    end_run(desk)
    found = list(follow(tmp_path / "all", store.url))
    assert [(site.name, "from elsewhere" in str(site.error)) for site in found] == [(NAME, True), ("other.example.net", False)]
    assert rows(tmp_path / "all", "select name from sites order by 1") == [("mine",), ("other.example.net",)]


def test_a_depot_that_moved_is_followed_on_and_another_one_is_refused(tmp_path: Path) -> None:
    def depot(place: str) -> Store:
        made = Store(tmp_path / place, (tmp_path / place).as_uri())
        made.depot().register(HOME)
        return made

    first, other = depot("first"), depot("other")
    for made in (first, other):
        slice_of(made.depot(), made.folder.with_suffix(".work"), at(1), article(source_id="1"))
    followed(tmp_path / "all", first)
    with pytest.raises(ConfigurationError, match="choose another ARCHIVE_DIR for file://"):
        followed(tmp_path / "all", other)
    first.folder.rename(tmp_path / "moved")
    moved = Store(tmp_path / "moved", (tmp_path / "moved").as_uri())
    assert followed(tmp_path / "all", moved) == []
    assert followed_url(tmp_path / "all") == moved.url


def test_records_are_read_from_the_depot_by_range_and_once(store: Store, tmp_path: Path) -> None:
    followed(tmp_path / "all", store)
    assert not list((tmp_path / "all" / "warc").glob("*/*.warc.gz"))
    blocks = reach_followed(tmp_path / "all")
    db = open_for_reading(tmp_path / "all").conn
    ids = [i for (i,) in db.execute("select id from captures")]
    store.asked()
    for _ in range(3):
        for capture in ids:
            record = examine(tmp_path / "all", capture_row(db, capture))
            assert (record.trouble, record.body, record.request[0][1].split()[0]) == ("", b"<html>The bridge</html>", "GET")
    assert len(store.asked()) == blocks.requests == len(ids)
    shutil.rmtree(store.objects / "sites" / NAME / "warc")
    reach_followed(tmp_path / "all")
    assert "is not there" in examine(tmp_path / "all", capture_row(db, ids[0])).trouble
    db.close()


def test_records_that_lie_in_the_depot_are_verified_there(store: Store, tmp_path: Path) -> None:
    followed(tmp_path / "all", store)
    code, output = command(tmp_path / "all", "verify")
    assert (code, "verified 2 WARC files, 6 records" in output) == (0, True), output
    assert "all that captures name are there" in command(tmp_path / "all", "doctor")[1]
    [path] = (store.objects / "sites" / NAME / "warc").iterdir()
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    code, output = command(tmp_path / "all", "verify")
    assert (code, f"warc/{NAME}/" in output) == (3, True)
    path.unlink()
    assert "the file is not there" in command(tmp_path / "all", "verify")[1]


def test_warc_files_come_along_where_they_are_asked_for(store: Store, tmp_path: Path) -> None:
    assert [site.error for site in follow(tmp_path / "all", store.url, copy=True)] == [None, None]
    assert list(Verification(tmp_path / "all").findings()) == []


# decisions


def command(folder: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands, [words[0], "--archive-dir", str(folder), *words[1:]])
    return result.exit_code, result.output


def test_what_is_decided_on_the_archive_of_all_reaches_the_site_at_its_next_slice(store: Store, tmp_path: Path) -> None:
    followed(tmp_path / "all", store)
    [(wording,)] = rows(tmp_path / "all", "select distinct fingerprint from blocks where text like 'Nobody has said%'")
    [(comment_id,)] = rows(tmp_path / "all", "select id from comments where source_id = '7'")
    assert command(tmp_path / "all", "label", wording, "bio")[0] == 0
    assert command(tmp_path / "all", "withhold", f"comment:{comment_id}", "--reason", "asked to")[0] == 0
    assert command(tmp_path / "all", "withhold", f"{OTHER}1/")[0] == 0
    run(store, tmp_path / "w1", 2, lambda desk: None)
    told = {(kind, ref) for kind, ref in rows(tmp_path / "w1", "select kind, ref from decisions")}
    assert told == {("label", wording), ("withhold", "comment:1")}
    assert rows(tmp_path / "w1", "select distinct kind from blocks where text like 'Nobody has said%'") == [("bio",)]
    before = everything(tmp_path / "all")["decisions"]
    followed(tmp_path / "all", store)
    assert everything(tmp_path / "all")["decisions"] == before
    assert rows(tmp_path / "all", "select distinct kind from blocks where text like 'Nobody has said%'") == [("bio",)]
    assert command(tmp_path / "all", "label", wording, "--undo")[0] == 0
    run(store, tmp_path / "w1", 3, lambda desk: None)
    assert rows(tmp_path / "w1", "select distinct kind from blocks where text like 'Nobody has said%'") == [("body",)]


def test_a_snapshot_that_has_not_heard_of_a_label_does_not_undo_it(store: Store, tmp_path: Path) -> None:
    followed(tmp_path / "all", store)
    claim = store.depot().claim(NAME)
    claim.bring(tmp_path / "w1")  # before the decision
    [(wording,)] = rows(tmp_path / "all", "select distinct fingerprint from blocks where text like 'Nobody has said%'")
    assert command(tmp_path / "all", "label", wording, "bio")[0] == 0
    desk = Desk(tmp_path / "w1", at(2), name=claim.name, home=claim.head.home, epoch=claim.epoch)
    desk.see(article(EDITED, source_id="1"))
    end_run(desk)
    claim.commit(tmp_path / "w1", DONE)
    followed(tmp_path / "all", store)
    assert rows(tmp_path / "all", "select distinct kind from blocks where text like 'Nobody has said%'") == [("bio",)]


def test_a_decision_that_the_depot_does_not_take_is_none(store: Store, tmp_path: Path) -> None:
    followed(tmp_path / "all", store)
    for fault in ("full", "half"):
        store.faults({"do": fault, "method": "PUT", "match": "decisions", "times": 99})
        code, output = command(tmp_path / "all", "withhold", f"{OTHER}1/")
        assert (code, output.count("\n"), "withheld:" in output) == (3, 1, False)
    store.faults()
    with open_for_reading(tmp_path / "all").conn as connection:
        assert connection.execute("select count(*) from decisions").fetchone() == (0,)
    assert not (tmp_path / "all" / "warc" / "decisions.jsonl").exists()


def test_what_is_destroyed_by_order_is_gone_from_the_site_the_depot_and_the_archive_of_all(store: Store, tmp_path: Path) -> None:
    secret = "The witness lives in Harbour Street."
    run(store, tmp_path / "w1", 2, lambda desk: desk.see(article([secret], source_id="5", url=f"{HOME}5/", title="Named")))
    followed(tmp_path / "all", store)
    former = {path.name for path in (store.objects / "sites" / NAME).rglob("*") if path.is_file()}
    code, output = command(tmp_path / "all", "expunge", f"{HOME}5/", "--reason", "an order", "--yes")
    assert (code, output.startswith("destroyed: Named")) == (0, True), output
    for place in (tmp_path / "all", store.objects / "sites"):
        assert not [path for path in place.rglob("*") if path.is_file() and b"Harbour Street" in path.read_bytes()]
    assert rows(tmp_path / "all", "select source_id from articles where id < 2000000000 order by 1") == [("1",), ("2",)]
    left = {path.name for path in (store.objects / "sites" / NAME).rglob("*") if path.is_file()}
    assert {name.rpartition("-")[2] for name in former - left if "warc" in name} == {"e2.warc.gz"}  # replaced under another name
    assert not [name for name in former & left if name.endswith(".pack")]
    assert command(tmp_path / "all", "verify")[0] == 0
    run(store, tmp_path / "w1", 3, lambda desk: None)
    assert rows(tmp_path / "w1", "select source_id from articles order by 1") == [("1",), ("2",)]
    assert b"Harbour Street" not in (tmp_path / "w1" / "archive.db").read_bytes()
    files = {path.name for path in (tmp_path / "w1" / "warc" / NAME).iterdir()}
    assert {name.rpartition("/")[2] for (name,) in rows(tmp_path / "w1", "select distinct filename from captures")} >= files
    followed(tmp_path / "all", store)
    shutil.rmtree(tmp_path / "anew", ignore_errors=True)
    followed(tmp_path / "anew", store)
    assert everything(tmp_path / "all") == everything(tmp_path / "anew")


def test_an_answer_to_an_alarm_names_its_record_wherever_it_goes(store: Store, tmp_path: Path) -> None:
    def alarm(desk: Desk) -> None:
        capture = desk.capture("page")
        desk.store.quarantine(desk.crawl, desk.site, f"{HOME}bad/", "short", capture, at(2))

    run(store, tmp_path / "w1", 2, alarm)
    followed(tmp_path / "all", store)
    [(number,)] = rows(tmp_path / "all", "select id from quarantine")
    for answer in ("accept", "reject"):
        assert command(tmp_path / "all", answer, str(number))[0] == 0
    run(store, tmp_path / "w1", 3, lambda desk: None)
    own = (
        "select decisions.kind, captures.record_id from decisions join captures on captures.id = cast(ref as integer) order by decisions.id"
    )
    assert rows(tmp_path / "w1", own) == rows(tmp_path / "all", own)
    assert [kind for kind, _ in rows(tmp_path / "w1", own)] == ["accept", "reject"]
    followed(tmp_path / "all", store)
    assert len(rows(tmp_path / "all", "select 1 from decisions")) == 2


def test_a_snapshot_of_an_older_release_is_brought_to_todays_schema_under_the_next_epoch(tmp_path: Path) -> None:
    made_again("m016_linked_files", tmp_path / "former")
    [(name, home)] = rows(tmp_path / "former", "select name, home from sites order by id limit 1")
    store = Store(tmp_path / "store", (tmp_path / "store").as_uri())
    store.depot().register(home, name=name)
    claim = store.depot().claim(name)
    claim.bring(tmp_path / "old")
    for path in (tmp_path / "old").glob("archive.db-*"):
        path.unlink()
    shutil.copy(tmp_path / "former" / "archive.db", tmp_path / "old" / "archive.db")
    claim.commit(tmp_path / "old", DONE)
    path = store.objects / "heads" / f"{name}.json"
    row = json.loads(path.read_bytes())
    row["committed"]["schema"] = "m016_linked_files"
    path.write_text(json.dumps(row))
    claim = store.depot().claim(name)
    claim.bring(tmp_path / "new")
    with closing(open_as_it_is(tmp_path / "new").conn) as db:
        assert not is_older(Database(db))
    claim.commit(tmp_path / "new", DONE)
    committed = store.depot().head(name).committed
    assert committed and (committed.epoch, committed.schema) == (2, SCHEMAS[-1])
    assert rows(tmp_path / "new", "select count(*) from articles") == rows(tmp_path / "former", "select count(*) from articles")

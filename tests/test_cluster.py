"""Slices of a depot's sites in one process: a folder as depot, no broker. What needs real workers is in tests/cluster."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.depot.claim import Busy
from archive.depot.cluster_state import ClusterState, save_cluster_state, saved_cluster_state
from archive.depot.depot import Depot, open_depot
from archive.depot.heads import Committed, HeldBy, SiteHead, SliceOutcome
from archive.merge.depot import follow
from archive.publish.overview import alarms
from archive.store.store import Store
from crawler.cluster.due import SiteDue, as_due, standings
from crawler.cluster.hosts import claim_host
from crawler.cluster.kept_folders import LEAVING, UNDER_WAY, KeptFolders, is_spare
from crawler.cluster.leases import SliceLease
from crawler.cluster.slices import Due, is_answered
from tests.crawls import PROJECT, command, content, rows, scrapy
from tests.inside import Run
from tests.kills import assert_whole
from tests.othersites import Leaflet
from tests.othersites.server import Answer

DAY = "2026-03-01T12:00:00Z"


class Gazette(Leaflet):
    """A front page and two articles. It can do something when it is asked a certain time, the third if nobody says otherwise."""

    def __init__(self, number: int = 1) -> None:
        super().__init__()
        paths = [f"/note-{number}-{part}/" for part in range(2)]
        for part, path in enumerate(paths):
            self.article(path, number * 10 + part)
        self.front(tuple(paths))
        self.at, self.then = 3, lambda: None

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if len(self.requests) == self.at:
            self.then()
        return super().answer(path, query)


@pytest.fixture
def gazette() -> Iterator[Gazette]:
    with Gazette() as running:
        yield running


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    return open_depot(str(tmp_path / "depot"))


def update(depot: Depot, folder: Path, *words: str, **settings: object) -> Run:
    return scrapy("update", "--depot", depot.url, *words, folder=folder, **settings)


def outcome(depot: Depot, name: str) -> SliceOutcome:
    committed = depot.head(name).committed
    assert committed is not None
    return committed.outcome


def test_a_worker_of_another_folder_goes_on_where_the_last_one_ended(gazette: Gazette, depot: Depot, tmp_path: Path) -> None:
    name = depot.register(f"{gazette.home}/")[0].name
    first = update(depot, tmp_path / "one")
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines()[0].startswith(f"{name}: complete; 2 new")
    asked = len(gazette.requests)
    second = update(depot, tmp_path / "other")
    assert (second.code, "nothing new" in second.out) == (0, True)
    assert len(gazette.requests) - asked < asked, "what the first one read is known"
    head = depot.head(name)
    assert (head.claim, head.epoch, outcome(depot, name).exit_code) == (None, 2, 0)
    alone = tmp_path / "alone"
    assert scrapy("crawl", "site", "-a", f"home={gazette.home}/", folder=alone).code == 0
    assert content(tmp_path / "other" / "slices" / name) == content(alone)
    files = {filename for (filename,) in rows(tmp_path / "other" / "slices" / name, "select distinct filename from captures")}
    assert {filename.rpartition("-e")[2] for filename in files} == {"1.warc.gz", "2.warc.gz"}, "named after their epochs"


def test_a_lease_that_is_lost_voids_the_run(gazette: Gazette, depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.cluster.slices.BUSY", 0.1)
    name = depot.register(f"{gazette.home}/")[0].name

    def taken_over() -> None:
        """As another worker does when it has not heard of this one for a lease."""
        head = depot.head(name)
        depot.change(name, epoch=head.epoch + 1, claim=HeldBy("0" * 32, "elsewhere", "another worker"), removed_at=DAY)

    gazette.then = taken_over
    run = update(depot, tmp_path / "one")
    assert "nothing of this slice was committed" in run.err, run.lines
    assert (depot.head(name).epoch, depot.head(name).committed) == (2, None)
    assert run.code == 2, "it is not in the depot any more"


def test_a_moment_in_which_the_claim_is_not_confirmed_delays_a_request_and_no_more(
    gazette: Gazette, depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, held, asked = depot.register(f"{gazette.home}/")[0].name, SliceLease.held, itertools.count()
    monkeypatch.setattr(SliceLease, "held", lambda lease: next(asked) % 4 != 3 and held(lease))
    monkeypatch.setattr("crawler.cluster.leases.AGAIN", 0.01)
    run = update(depot, tmp_path / "one")
    assert (run.code, run.err) == (0, "")
    assert rows(tmp_path / "one" / "slices" / name, "select count(*) from articles") == [(2,)]
    assert len(gazette.requests) == len(set(gazette.requests)), "none was asked for twice"


def test_a_slice_that_is_cut_off_is_committed_and_its_rest_is_read_in_the_next(depot: Depot, tmp_path: Path) -> None:
    with Gazette() as gazette:
        name = depot.register(f"{gazette.home}/")[0].name
        run = update(depot, tmp_path / "one", SLICE=0.9, DOWNLOAD_DELAY=0.15)
    cut = run.err.splitlines()
    assert cut and all(line.startswith(f"{name}: ") and "slice of" in line for line in cut), run.lines
    assert (run.code, len(run.out.splitlines()), depot.head(name).epoch) == (0, 1, len(cut) + 1)
    assert rows(tmp_path / "one" / "slices" / name, "select count(*) from articles") == [(2,)]


def test_what_a_killed_process_left_in_its_folder_is_read_first_and_at_once(depot: Depot, tmp_path: Path) -> None:
    with Gazette(1) as one, Gazette(2) as other:
        names = [depot.register(f"{site.home}/")[0].name for site in (one, other)]
        folder = tmp_path / "one" / "slices" / names[1]
        folder.mkdir(parents=True)
        depot.claim(names[1]).bring(folder)  # and then its process was killed
        (folder / UNDER_WAY).touch()
        run = update(depot, tmp_path / "one", "--jobs", "1")
    assert (run.code, [line.partition(": ")[0] for line in run.out.splitlines()[:2]]) == (0, [names[1], names[0]])
    assert not list((tmp_path / "one").rglob(UNDER_WAY))


def test_a_process_without_a_broker_that_is_killed_goes_on_where_it_was(depot: Depot, tmp_path: Path) -> None:
    with Gazette() as gazette:
        name = depot.register(f"{gazette.home}/")[0].name
        alone = tmp_path / "alone"
        assert scrapy("crawl", "site", "-a", f"home={gazette.home}/", folder=alone).code == 0
        undisturbed = len(gazette.requests)
        gazette.requests.clear()
        line = command("update", "--due", "--depot", depot.url, folder=tmp_path / "one")
        with subprocess.Popen(line, cwd=PROJECT) as process:
            gazette.at, gazette.then = undisturbed - 1, process.kill
            assert process.wait(60) == -signal.SIGKILL
        assert depot.head(name).claim is not None
        assert update(depot, tmp_path / "one", "--due").code == 0
        assert len(gazette.requests) <= undisturbed + 3, "robots.txt, and what was on its way: it is the same run"
    folder = tmp_path / "one" / "slices" / name
    assert content(folder) == content(alone)
    assert_whole(folder)
    assert rows(folder, "select outcome from crawls") == [("complete",)]
    assert update(depot, tmp_path / "one", "--due").out.splitlines() == ["no site is due"]
    again = tmp_path / "again"
    shutil.copytree(folder / "warc", again / "warc")
    run = scrapy("reextract", "-a", f"home={gazette.home}/", folder=again)
    assert (run.code, "rebuilt from 1 runs" in run.out) == (0, True), run.lines
    assert content(again) == content(alone)


def test_folders_of_sites_that_were_read_longest_ago_are_removed_and_none_with_unfinished_work(depot: Depot, tmp_path: Path) -> None:
    with Gazette(1) as one, Gazette(2) as other, Gazette(3) as third:
        names = [depot.register(f"{site.home}/")[0].name for site in (one, other, third)]
        slices = tmp_path / "one" / "slices"
        assert update(depot, tmp_path / "one", "--jobs", "1").code == 0
        assert sorted(path.name for path in slices.iterdir() if path.is_dir()) == sorted(names)
        assert all(is_spare(slices / name) for name in names)
        (slices / names[0] / UNDER_WAY).touch()  # as a slice leaves it that was taken over, whose records are nowhere else
        for number, name in enumerate(names):
            os.utime(slices / name / "brought.json", (1e9 + number,) * 2)
        run = update(depot, tmp_path / "one", names[2], SLICES_DAYS=0, SLICES_MB=0.001)
        assert (run.code, sorted(path.name for path in slices.iterdir() if path.is_dir())) == (0, sorted([names[0], names[2]]))
        asked = len(other.requests)
        assert update(depot, tmp_path / "one", names[1], SLICES_DAYS=0).code == 0
        assert rows(slices / names[1], "select count(*) from articles") == [(2,)]
        assert len(other.requests) - asked < asked, "what the depot has of it was brought back"
        os.utime(slices / names[1] / "brought.json", (1e9,) * 2)
        assert update(depot, tmp_path / "one", names[2]).code == 0
        assert not (slices / names[1]).exists(), "it was not used for 30 days"
        assert (slices / names[0]).exists()


def test_a_folder_whose_records_the_depot_has_not_is_not_spare(gazette: Gazette, depot: Depot, tmp_path: Path) -> None:
    name = depot.register(f"{gazette.home}/")[0].name
    update(depot, tmp_path)
    folder = tmp_path / "slices" / name
    for extra in (f"warc/{name}/later.warc.gz", f"warc/seals/{name}", ".archive.db.former-x"):
        (folder / extra).parent.mkdir(parents=True, exist_ok=True)
        (folder / extra).write_bytes(b"evidence")
        assert not is_spare(folder), extra
        (folder / extra).unlink()
    assert is_spare(folder)
    [file] = (folder / "warc" / name).iterdir()
    file.write_bytes(file.read_bytes() + b"more")
    assert not is_spare(folder)


def test_what_a_kill_left_of_a_folder_that_was_being_removed_goes(depot: Depot, tmp_path: Path) -> None:
    (tmp_path / "slices" / f"{LEAVING}gone" / "warc").mkdir(parents=True)
    assert update(depot, tmp_path).code == 0
    KeptFolders(tmp_path / "slices", 1, 1).measure()
    assert not (tmp_path / "slices" / f"{LEAVING}gone").exists()


def test_an_archive_that_follows_a_depot_takes_no_crawl(gazette: Gazette, depot: Depot, tmp_path: Path) -> None:
    depot.register(f"{gazette.home}/")
    update(depot, tmp_path / "one")
    assert [site.error for site in follow(tmp_path / "all", depot.url)] == [None]
    before = rows(tmp_path / "all", "select * from crawls")
    for words in (["update"], ["crawl", "site", "-a", f"home={gazette.home}/"], ["reextract"]):
        run = scrapy(*words, folder=tmp_path / "all")
        assert (run.code, len(run.lines)) == (2, 1), run.lines
        assert "follows the depot" in run.err
    assert rows(tmp_path / "all", "select * from crawls") == before


def test_a_message_that_comes_twice_or_late_is_dropped() -> None:
    head = SiteHead("site", "https://example.org/", 1, epoch=7)
    done = Committed(7, "m", "pack", 0, 0, "", outcome=SliceOutcome(0))
    rest = Committed(7, "m", "pack", 0, 0, "", outcome=SliceOutcome(130, unfinished=True))
    assert not is_answered(head, Due("site", 0))
    assert is_answered(head.written(committed=done), Due("site", 5)) and is_answered(head.written(committed=done), Due("site", 0))
    assert not is_answered(head.written(committed=done), Due("site", 7)), "it is due again"
    assert not is_answered(head.written(committed=rest), Due("site", 5)), "there is more to read"


def test_a_damaged_head_and_one_of_a_newer_release_are_told_and_the_others_are_read(gazette: Gazette, depot: Depot, tmp_path: Path) -> None:
    depot.register("https://example.org/", name="newer")
    depot.change("newer", committed=Committed(3, "m999_tomorrow", "pack", 0, 0, ""))
    depot.register("https://example.com/", name="torn")
    depot.objects.put("heads/torn.json", b"{")
    name = depot.register(f"{gazette.home}/")[0].name
    run = update(depot, tmp_path / "one")
    assert run.code == 3
    assert sorted(line.partition(" ")[0] for line in run.err.splitlines()[:2]) == ["heads/torn.json", "newer:"]
    assert run.out.startswith(f"{name}: complete; 2 new")
    assert depot.head("newer").claim is None


def head(name: str, home: str = "https://example.org/", **outcome: object) -> SiteHead:
    lively = {"rate": 1.0, "cost": 4.0, "busy": [1.0] * 24}
    told = SliceOutcome(**{"exit_code": 0, "lively": lively, "began_at": DAY, "ended_at": DAY} | outcome)  # type: ignore[arg-type]
    return SiteHead(name, home, 1, committed=Committed(3, "m", "pack", 0, 0, "", outcome=told))


def test_what_is_due_follows_from_the_heads_as_from_an_archive() -> None:
    sites = [
        head("read", began_at="2026-03-01T11:00:00Z"),
        head("yesterday", began_at="2026-02-28T11:00:00Z"),
        head("rest", exit_code=130, unfinished=True),
        head("failed", exit_code=5, failures=1, began_at="2026-03-01T10:30:00Z"),
        head("failed-again", exit_code=5, failures=3, began_at="2026-03-01T10:30:00Z"),
        head("fixed", began_at="2026-03-01T05:00:00Z").written(settings={"every": "6h"}),
        head("paused", began_at="2026-01-01T05:00:00Z").written(paused_at=DAY),
        SiteHead("new", "https://example.org/", 1),
    ]
    found = standings(sites, DAY)
    assert {one.head.name for one in found if one.is_due} == {"yesterday", "rest", "failed", "fixed", "new"}
    assert {one.head.name for one in found[:2]} == {"rest", "new"}, "the most overdue first"
    late = {one.head.name for one in found if one.is_late("2026-03-01T12:00:00Z")}
    assert "failed-again" not in late and "read" not in late


def test_sites_of_one_host_are_read_one_at_a_time(depot: Depot) -> None:
    sites = [head("one", "https://www.example.org/a/"), head("two", "https://example.org/b/"), head("other", "https://example.com/")]
    found = [SiteDue(site, 1, 2) for site in sites]
    assert [due.host for due in as_due(found, sites, DAY)] == ["example.org", "example.org", ""]
    claim = claim_host(depot, "example.org")
    with pytest.raises(Busy):
        claim_host(open_depot(depot.url), "example.org")
    assert claim.held() and claim.renew()
    claim.release()
    assert not claim.held()
    claim_host(open_depot(depot.url), "example.org").release()


@pytest.mark.parametrize("damage", ["{", "[]", '{"nonce": 7}', ""])
def test_a_damaged_claim_on_a_host_holds_nobody_up(damage: str, depot: Depot) -> None:
    depot.objects.put("hosts/example.org.json", damage.encode())
    claim_host(depot, "example.org").release()


def test_no_broker_and_no_depot_are_one_clear_line(tmp_path: Path) -> None:
    bad = [
        (["work", "--broker", "http://127.0.0.1/", "--depot", str(tmp_path)], 2, "is no broker"),
        (["dispatch", "--broker", "amqp://guest:secret@127.0.0.1:1//", "--depot", str(tmp_path / "depot")], 0, "no site is due"),
        (["update", "--depot", "ftp://example.org/"], 2, "is no depot"),
        (["cluster", "--depot", "ftp://example.org/"], 2, "is no depot"),
        (["update", "--depot", str(tmp_path / "depot"), "nobody"], 2, "knows no site 'nobody'"),
        (["update", "--depot", str(tmp_path / "depot"), "-s", "SLICE=0"], 2, "SLICE"),
    ]
    for words, code, said in bad:
        run = inside(words, tmp_path)
        assert (run.code, len(run.lines)) == (code, 1), (words, run.lines)
        assert said in run.lines[0]


def test_a_broker_that_does_not_answer_is_one_clear_line_without_its_password(depot: Depot, tmp_path: Path) -> None:
    depot.register("https://example.org/")
    run = inside(["dispatch", "--broker", "amqp://guest:secret@127.0.0.1:1//", "--depot", depot.url], tmp_path)
    assert (run.code, len(run.lines)) == (3, 1), run.lines
    assert "does not answer" in run.err and "secret" not in run.err


def test_a_machine_whose_clock_is_off_reads_nothing(depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    depot.register("https://example.org/")
    there = depot.session.store_time() - 3600
    monkeypatch.setattr("archive.depot.sessions.Session.store_time", lambda self: there)
    run = update(depot, tmp_path / "one")
    assert (run.code, len(run.lines)) == (2, 1), run.lines
    assert "clock is 3,6" in run.err and "ahead" in run.err


def test_what_goes_on_is_told_in_some_lines(depot: Depot, tmp_path: Path) -> None:
    for name in ("first", "second"):
        depot.register(f"https://{name}.example/", name=name)
    depot.claim("first", "machine-1")
    depot.change("second", committed=head("second", exit_code=5, failures=2).committed)
    run = inside(["cluster", "--depot", depot.url], tmp_path)
    assert run.code == 0
    assert inside(["cluster", "--record", "--depot", depot.url], tmp_path).lines == []
    state = saved_cluster_state(tmp_path / "archive")
    assert state is not None and (state.slices, state.due, list(state.failed)) == (1, 2, ["second"])
    assert run.out.splitlines()[0].endswith("2 sites, 2 visited; 1 being read, 2 due, 1 late, 1 failed")
    assert any("machine-1 reads first" in line for line in run.lines)
    assert any("second: unreachable or limiting, 2 times in a row" in line for line in run.lines)


def test_the_pages_tell_how_the_workers_stand_and_no_names_of_machines(tmp_path: Path) -> None:
    Store(tmp_path).close()
    state = ClusterState(
        DAY, "s3://secret/sites", 3, 2, 1, {"machine-1": ["a", "b"]}, {"a": DAY}, {"b": "unreachable"}, workers=2, waiting=5
    )
    save_cluster_state(tmp_path, state)
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        told, page = alarms.metrics(db), alarms.status_json(db)["cluster"]
    for line in ("workers 2", "waiting 5", "slices 2", 'sites{state="late"} 1', 'sites{state="failed"} 1'):
        assert f"\narchive_cluster_{line}\n" in told
    assert page == {
        **{"at": DAY, "sites": 3, "visited": 2, "due": 1, "workers": 2, "waiting": 5, "slices": 2},
        **{"late": {"a": DAY}, "failed": {"b": "unreachable"}},
    }
    (tmp_path / "cluster.json").write_text("{")
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        assert "cluster" not in alarms.status_json(db)


def inside(words: list[str], folder: Path) -> Run:
    from tests.inside import run_inside

    return run_inside([*words, "-s", f"ARCHIVE_DIR={folder / 'archive'}"])

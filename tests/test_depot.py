"""A depot keeps sites for many machines: one claim at a time, snapshots that are true or not there, whatever fails in between."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.depot import claim as claims
from archive.depot.claim import Busy, Claim, NotInDepot, Stale, former_claim
from archive.depot.depot import open_depot
from archive.depot.heads import DamagedHead, SliceOutcome
from archive.depot.manifest import PIECE, DamagedPack, Manifest, read_manifest
from archive.depot.objects import DepotAway, DepotFull, NoObject, ObjectChanged, warc_key
from archive.depot.orphans import fetch_orphans
from archive.depot.sessions import LEASE, MARGIN
from archive.errors import ConfigurationError, LockHeld, NewerSchema, StorageError
from tests.crawls import rows
from tests.depots import DONE, HOME, NAME, Stopwatch, Store, read_site, s3_store, slice_of
from tests.inside import AheadOfTime
from tests.literal import Desk, article, comment

LONG_STOP = 300.0  # seconds, longer than any lease
FIRST, SECOND, THIRD = (f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3))


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A depot of each kind, that knows one site."""
    if request.param == "folder":
        place = tmp_path / "store"
        made = Store(place, place.as_uri())
        made.depot().register(HOME)
        yield made
    else:
        with s3_store(tmp_path / "store") as made:
            made.depot().register(HOME)
            made.asked()
            yield made


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Store]:
    """A depot in an object store, that knows one site."""
    with s3_store(tmp_path / "store") as made:
        made.depot().register(HOME)
        made.asked()
        yield made


def held(folder: Path) -> list[tuple[object, ...]]:
    return rows(folder, "select source_id, title from articles order by 1")


# objects


def test_of_two_who_write_the_same_version_one_is_told_that_it_changed(store: Store) -> None:
    objects = store.depot().objects
    version = objects.put_if("heads/x.json", b"1", None)
    assert objects.put_if("heads/x.json", b"2", version) != version
    for stale in (version, None):
        with pytest.raises(ObjectChanged):
            objects.put_if("heads/x.json", b"3", stale)
    assert objects.get("heads/x.json").data == b"2"


def test_a_stretch_of_an_object_is_read_up_to_its_end(store: Store) -> None:
    objects = store.depot().objects
    objects.put("sites/a/warc/f", bytes(range(100)))
    assert [objects.get_range("sites/a/warc/f", start, 10) for start in (0, 95, 100, 300)] == [
        bytes(range(10)),
        bytes(range(95, 100)),
        b"",
        b"",
    ]
    assert objects.size("sites/a/warc/f") == 100
    for ask in (objects.get, objects.size, lambda key: objects.get_range(key, 0, 1)):
        with pytest.raises(NoObject):
            ask("sites/a/warc/none")


def test_a_listing_gives_the_versions_that_reading_gives_and_only_what_begins_so(store: Store) -> None:
    objects = store.depot().objects
    for key in ("heads/a.json", "heads/b.json", "headsup/c.json", "sites/a/db/1"):
        objects.put(key, key.encode())
    found = {row.key: row.version for row in objects.list("heads/")}
    assert found.keys() == {"heads/a.json", "heads/b.json", f"heads/{NAME}.json"}
    assert all(objects.get(key).version == version for key, version in found.items())
    objects.delete(["heads/a.json", "heads/never.json"])
    assert "heads/a.json" not in {row.key for row in objects.list("heads/")}


# sites


def test_a_site_is_registered_once_by_its_home_with_a_number_of_its_own(store: Store) -> None:
    depot = store.depot()
    assert [depot.register(home)[1] for home in (HOME, "http://example.org", "https://other.example.com/")] == [False, False, True]
    assert [(head.name, head.number) for head in depot.heads()] == [(NAME, 1), ("other.example.com", 2)]
    depot.set_settings(NAME, {"images": "none", "every": "6h"})
    depot.set_settings(NAME, {"every": ""})
    depot.pause(NAME)
    [site, _] = store.depot().sites()
    assert (site.settings, bool(site.paused_at), site.removed_at) == ({"images": "none"}, True, None)


def test_sites_that_many_register_at_once_are_there_once_each(store: Store) -> None:
    homes = [f"https://site{number}.example/" for number in range(6)]
    threads = [threading.Thread(target=lambda: [*store.depot().register_all(homes)]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heads = [head for head in store.depot().heads() if head.name != NAME]
    assert sorted(head.home for head in heads) == homes
    assert len({head.number for head in heads}) == 6


def test_sites_of_a_depot_are_kept_from_the_command_line(store: Store, tmp_path: Path) -> None:
    def sites(*words: str) -> tuple[int, list[str]]:
        ran = CliRunner().invoke(commands, ["sites", *words, "--depot", store.url], standalone_mode=False)
        return int(ran.return_value or 0), ran.output.splitlines()

    (tmp_path / "list.txt").write_text("https://other.example.com/\n# none\n")
    assert sites("add", "--from", str(tmp_path / "list.txt"), HOME)[1][:2] == [
        f"known already: {NAME}",
        "added: other.example.com  https://other.example.com/",
    ]
    assert sites("set", NAME, "images=none")[1] == [f"{NAME}  {HOME}  visited; not read yet; images=none"]
    assert "paused since" in sites("pause", NAME)[1][0]
    assert "visited" in sites("resume", NAME)[1][0]
    assert "removed" in sites("remove", NAME)[1][0]
    code, lines = sites("list")
    assert (code, [line.split()[0] for line in lines]) == (0, [NAME, "other.example.com"])
    with pytest.raises(NotInDepot):
        store.depot().claim(NAME)
    with pytest.raises(NotInDepot):
        store.depot().claim("nobody.example")


@pytest.mark.parametrize("url", ["ftp://x", "file://host/x", "", "s3://", "s3://b/p?colour=red"])
def test_an_address_that_names_no_depot_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is no depot; write s3://"):
        open_depot(url)


# claims


def test_of_threads_that_claim_a_site_one_wins(store: Store) -> None:
    depot, won, lost = store.depot(), list[Claim](), list[Busy]()

    def ask(depot: object = None) -> None:
        try:
            won.append((depot or shared).claim(NAME))  # type: ignore[attr-defined]
        except Busy as error:
            lost.append(error)

    shared = depot
    threads = [threading.Thread(target=ask, args=[other]) for other in (None, None, None, store.depot("b"), store.depot("c"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 4)
    assert (won[0].epoch, store.depot().head(NAME).claim.nonce) == (1, won[0].nonce)  # type: ignore[union-attr]


def test_a_site_is_free_when_nothing_was_heard_of_its_holder_by_the_clock_of_the_store(store: Store) -> None:
    claim = store.depot("first").claim(NAME)
    with pytest.raises(Busy, match=r"being read by first; try again in \d+ s"):
        store.depot("second").claim(NAME)
    store.grow_old()
    claim.session._sent = 0.0
    assert claim.renew()  # a heartbeat, and it is not free after all
    with pytest.raises(Busy):
        store.depot("second").claim(NAME)
    store.grow_old()
    assert store.depot("second").claim(NAME).epoch == 2


def test_a_claim_is_not_held_before_others_may_begin_and_not_after_the_process_stood_still(store: Store) -> None:
    watch = Stopwatch()
    claim = store.depot("first", watch).claim(NAME)
    watch.at += LEASE - MARGIN - 1
    assert claim.held()
    watch.at += 2
    assert not claim.held()
    assert claim.renew()  # nobody else came: the head still names it
    assert claim.held()
    watch.at += LONG_STOP
    store.grow_old()
    other = store.depot("second").claim(NAME)
    assert not claim.held()
    assert not claim.renew()
    assert claim.lost
    claim.release()
    assert store.depot().head(NAME).claim.nonce == other.nonce  # type: ignore[union-attr]


def test_a_heartbeat_that_was_under_way_for_longer_than_the_lease_proves_nothing(bucket: Store) -> None:
    watch = Stopwatch()
    claim = bucket.depot("first", watch).claim(NAME)

    class Late:
        """The store's objects, of which a heartbeat reaches the store after the lease."""

        def __init__(self, objects: object) -> None:
            self.objects = objects

        def put(self, key: str, data: bytes) -> None:
            watch.at += LEASE + 1
            bucket.grow_old()
            self.other = bucket.depot("second").claim(NAME)
            self.objects.put(key, data)  # type: ignore[attr-defined]

        def __getattr__(self, name: str) -> object:
            return getattr(self.objects, name)

    claim.session.objects = Late(claim.session.objects)  # type: ignore[assignment]
    watch.at += 5
    assert not claim.renew()
    assert claim.lost


def test_a_clock_that_is_hours_off_changes_no_lease(store: Store) -> None:
    store.depot("first").claim(NAME)
    for hours in (3, -3):
        AheadOfTime.later = type(AheadOfTime.later)(hours=hours)
        try:
            with pytest.raises(Busy):
                store.depot("second").claim(NAME)
        finally:
            AheadOfTime.later = type(AheadOfTime.later)(0)


def test_one_heartbeat_serves_all_claims_of_a_process(bucket: Store) -> None:
    watch = Stopwatch()
    depot = bucket.depot("", watch)
    names = [site.name for site, _ in depot.register_all(f"https://site{number}.example/" for number in range(5))]
    claims = [depot.claim(name) for name in names]
    claims[0].renew()
    bucket.asked()
    watch.at += 4
    assert all(claim.renew() for claim in claims)
    assert len(bucket.asked()) == 1


def test_heartbeats_of_long_ago_are_cleared_away(store: Store) -> None:
    objects = store.depot().objects
    for name, age in (("yesterday", 90000), ("lately", 3600)):
        objects.put(f"sessions/{name}.json", b"{}")
        os.utime(store.objects / "sessions" / f"{name}.json", (time.time() - age,) * 2)
    session = store.depot().session
    session.beat()
    assert {row.key for row in objects.list("sessions/")} == {"sessions/lately.json", session.key}
    session.end()
    assert [row.key for row in objects.list("sessions/")] == ["sessions/lately.json"]


def test_a_worker_that_begins_anew_in_its_folder_takes_its_own_claim_back_at_once(store: Store, tmp_path: Path) -> None:
    claim = store.depot("worker").claim(NAME)
    read_site(claim, tmp_path / "a", FIRST, article(source_id="1"))
    left = former_claim(tmp_path / "a")
    again = store.depot("worker").claim(left["name"], former=left["nonce"])
    again.bring(tmp_path / "a")
    assert held(tmp_path / "a") == [("1", "The bridge")]  # what was not committed is gone on with
    again.commit(tmp_path / "a", DONE)
    store.depot().claim(NAME).bring(tmp_path / "b")
    assert held(tmp_path / "b") == [("1", "The bridge")]


# snapshots


def test_what_one_machine_committed_another_goes_on_from(store: Store, tmp_path: Path) -> None:
    slice_of(store.depot(), tmp_path / "a", FIRST, article(source_id="1"), _1=[comment("7")])
    store.depot().set_settings(NAME, {"images": "none"})
    claim = slice_of(store.depot(), tmp_path / "b", SECOND, article(source_id="1"), article(source_id="2", url=f"{HOME}second/"))
    slice_of(store.depot(), tmp_path / "a", THIRD, article(source_id="1", title="The bridge again"))
    assert held(tmp_path / "a") == [("1", "The bridge again"), ("2", "The bridge")]
    assert rows(tmp_path / "a", "select name, value from site_settings") == [("images", "none")]
    files = {name for (name,) in rows(tmp_path / "a", "select distinct filename from captures")}
    assert files == {f"warc/{NAME}/{NAME}-20260{epoch}-001-e{epoch}.warc.gz" for epoch in (1, 2, 3)}
    for name, offset, length in rows(tmp_path / "a", "select filename, offset, length from captures"):
        assert store.depot().record(NAME, name, offset, length).startswith(b"\x1f\x8b")
    assert store.depot().head(NAME).committed.outcome == SliceOutcome(0)  # type: ignore[union-attr]
    assert not claim.held()


def test_a_slice_of_an_unchanged_site_costs_six_requests(bucket: Store, tmp_path: Path) -> None:
    slice_of(bucket.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    bucket.asked()
    slice_of(bucket.depot(), tmp_path / "a", SECOND, article(source_id="1"))
    asked = bucket.asked()
    assert len(asked) <= 6, asked


def test_only_pieces_that_changed_go_up_and_come_down(bucket: Store, tmp_path: Path) -> None:
    def commit(sql: str) -> int:
        """Bytes of the object that a snapshot took."""
        claim = bucket.depot().claim(NAME)
        claim.bring(tmp_path / "a")
        with closing(sqlite3.connect(tmp_path / "a" / "archive.db")) as db, db:
            db.executescript(sql)
        claim.commit(tmp_path / "a", DONE)
        return max((bucket.objects / "sites" / NAME / "db").iterdir()).stat().st_size

    numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200)"
    first = commit(f"create table ballast (id integer primary key, x); {numbers} insert into ballast(x) select randomblob(30000) from n;")
    bucket.depot().claim(NAME).bring(tmp_path / "b")
    bucket.grow_old()
    assert first > 5 * PIECE
    assert commit("update ballast set x = randomblob(30000) where id = 100;") < 3 * PIECE
    bucket.asked()
    claim = bucket.depot().claim(NAME)
    claim.bring(tmp_path / "b")
    asked = bucket.asked()
    assert not [line for line in asked if "00000001-" in line]  # what it has already is not fetched
    assert rows(tmp_path / "b", "select x from ballast") == rows(tmp_path / "a", "select x from ballast")
    claim.release()
    bucket.depot().claim(NAME).bring(tmp_path / "b")
    assert [line.split()[0] for line in bucket.asked() if "/db/" in line] == []


def test_objects_that_no_snapshot_needs_are_removed_and_few_are_needed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "SWEEP_EVERY", 4)
    depot = store.depot()
    orphan = f"sites/{NAME}/db/00000001-killed-1-0.pack"
    depot.objects.put(orphan, b"of a worker that was killed")
    claim = depot.claim(NAME)
    claim.bring(tmp_path / "a")
    claim.commit(tmp_path / "a", DONE)
    for _ in range(7):
        claim = depot.claim(NAME)
        claim.bring(tmp_path / "a")
        claim.commit(tmp_path / "a", DONE)
    assert claim.epoch == 8
    kept = [row.key for row in depot.objects.list(f"sites/{NAME}/db/")]
    assert orphan not in kept
    assert len(kept) <= 3
    depot.claim(NAME).bring(tmp_path / "b")
    assert rows(tmp_path / "b", "select home from sites") == [(HOME,)]


def test_a_stale_commit_is_refused_and_its_evidence_is_not_lost(store: Store, tmp_path: Path) -> None:
    watch = Stopwatch()
    frozen = store.depot("frozen", watch).claim(NAME)
    read_site(frozen, tmp_path / "a", FIRST, article(source_id="1", title="Seen by the frozen one"))
    store.grow_old()
    slice_of(store.depot("other"), tmp_path / "b", SECOND, article(source_id="1"))
    watch.at += LONG_STOP
    before = store.depot().head(NAME)
    with pytest.raises(Stale):
        frozen.commit(tmp_path / "a", DONE)
    assert store.depot().head(NAME) == before
    slice_of(store.depot("frozen"), tmp_path / "a", THIRD, article(source_id="1"))
    store.depot().claim(NAME).bring(tmp_path / "c")
    assert held(tmp_path / "c") == [("1", "The bridge")]
    assert len(rows(tmp_path / "c", "select 1 from captures")) == 3  # what the frozen one captured is evidence too


def test_settings_that_change_during_a_slice_are_not_undone_by_its_commit(store: Store, tmp_path: Path) -> None:
    claim = store.depot().claim(NAME)
    read_site(claim, tmp_path / "a", FIRST, article(source_id="1"))
    store.depot().pause(NAME)
    claim.commit(tmp_path / "a", DONE)
    head = store.depot().head(NAME)
    assert (head.paused_at is not None, head.committed is not None, head.claim) == (True, True, None)


def test_a_folder_that_was_not_brought_under_this_claim_is_not_committed(store: Store, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "a", FIRST, name=NAME, home=HOME)
    claim = store.depot().claim(NAME)
    with pytest.raises(LockHeld):
        claim.bring(tmp_path / "a")
    desk.store.close()
    with pytest.raises(ConfigurationError, match="was not brought under this claim"):
        claim.commit(tmp_path / "a", DONE)
    claim.bring(tmp_path / "b")
    for content in (b"no database", None):
        (tmp_path / "b" / "archive.db").unlink()
        if content:
            (tmp_path / "b" / "archive.db").write_bytes(content)
        with pytest.raises(StorageError, match="the database in"):
            claim.commit(tmp_path / "b", DONE)
    assert store.depot().head(NAME).committed is None


def test_a_warc_file_that_was_committed_never_changes(store: Store, tmp_path: Path) -> None:
    slice_of(store.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    [path] = (tmp_path / "a" / "warc" / NAME).glob("*-e1.warc.gz")
    claim = store.depot().claim(NAME)
    claim.bring(tmp_path / "a")
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(StorageError, match="it must never change"):
        claim.commit(tmp_path / "a", DONE)


# what fails


def test_an_answer_that_was_lost_is_read_back(bucket: Store, tmp_path: Path) -> None:
    lose = {"do": "lose", "method": "PUT", "match": "heads/"}
    bucket.faults(lose)
    claim = bucket.depot().claim(NAME)
    assert (claim.held(), claim.epoch) == (True, 1)
    read_site(claim, tmp_path / "a", FIRST, article(source_id="1"))
    bucket.faults(lose, {"do": "lose", "method": "PUT", "match": "[.]pack"}, {"do": "lose", "method": "PUT", "match": "warc"})
    claim.commit(tmp_path / "a", DONE)
    assert bucket.depot().head(NAME).committed.epoch == 1  # type: ignore[union-attr]


def test_of_two_claims_whose_answers_were_lost_one_wins(bucket: Store) -> None:
    bucket.faults({"do": "lose", "method": "PUT", "match": "heads/", "times": 2})
    depot = bucket.depot()
    head = depot.head(NAME)
    assert depot.claim(NAME).epoch == 1
    stale = bucket.depot("other")
    with pytest.raises(ObjectChanged):
        stale._save(head, head.written(epoch=1))


def test_half_an_upload_is_sent_anew(bucket: Store, tmp_path: Path) -> None:
    bucket.faults(*({"do": "half", "method": "PUT", "match": match} for match in ("warc/", "[.]pack", "heads/")))
    slice_of(bucket.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    bucket.depot().claim(NAME).bring(tmp_path / "b")
    assert held(tmp_path / "b") == [("1", "The bridge")]


def test_a_store_that_is_full_takes_nothing_and_the_folder_keeps_everything(bucket: Store, tmp_path: Path) -> None:
    claim = bucket.depot().claim(NAME)
    read_site(claim, tmp_path / "a", FIRST, article(source_id="1"))
    bucket.faults({"do": "full", "method": "PUT", "match": "heads/", "times": 99})
    with pytest.raises(DepotFull):
        claim.commit(tmp_path / "a", DONE)
    assert bucket.depot().head(NAME).committed is None
    bucket.faults()
    claim.commit(tmp_path / "a", DONE)
    assert bucket.depot().head(NAME).committed.epoch == 1  # type: ignore[union-attr]


def test_what_was_sent_of_a_slice_that_ended_before_its_head_counts_for_nothing(bucket: Store, tmp_path: Path) -> None:
    slice_of(bucket.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    claim = bucket.depot().claim(NAME)
    read_site(claim, tmp_path / "a", SECOND, article(source_id="2", url=f"{HOME}2/"))
    bucket.faults({"do": "fail", "method": "PUT", "match": "heads/", "times": 99})
    with pytest.raises(DepotAway):
        claim.commit(tmp_path / "a", DONE)
    bucket.faults()
    bucket.grow_old()
    other = slice_of(bucket.depot("other"), tmp_path / "b", THIRD, article(source_id="3", url=f"{HOME}3/"))
    assert [source_id for source_id, _ in held(tmp_path / "b")] == ["1", "3"]
    committed = bucket.depot().head(NAME).committed
    assert committed is not None and (other.epoch, committed.epoch) == (3, 3)
    epochs = "select filename, crawl_id is null from captures order by filename"
    taken_in = [(name.rpartition("-")[2], bool(adopted)) for name, adopted in rows(tmp_path / "b", epochs)]
    assert taken_in == [("e1.warc.gz", False), ("e2.warc.gz", True), ("e3.warc.gz", False)], "what it captured is evidence all the same"
    sent = read_manifest(bucket.depot().objects, committed).warc
    assert sorted(name.rpartition("-")[2] for name in sent) == ["e1.warc.gz", "e2.warc.gz", "e3.warc.gz"]


def test_what_was_destroyed_by_order_is_not_taken_in_again(store: Store, tmp_path: Path) -> None:
    slice_of(store.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    orphans = [f"{NAME}-202601-001-e2.warc.gz", f"{NAME}-202601-002-e2.warc.gz"]
    for name in orphans:
        store.depot().objects.put(warc_key(NAME, name), b"")
    store.depot().claim(NAME)  # and commits nothing
    store.grow_old()
    claim = store.depot().claim(NAME)
    state = claim.bring(tmp_path / "a")
    claim.release()
    assert all((tmp_path / "a" / "warc" / NAME / name).exists() for name in orphans)
    claim = store.depot().claim(NAME)
    fetch_orphans(claim.objects, NAME, claim.epoch, tmp_path / "b", Manifest(warc=state.manifest.warc, destroyed=orphans[:1]))
    assert [path.name for path in (tmp_path / "b" / "warc" / NAME).iterdir()] == orphans[1:]


def test_a_head_that_is_no_head_is_named_and_the_others_are_read(store: Store, tmp_path: Path) -> None:
    depot = store.depot()
    depot.register("https://other.example.com/")
    for content in (b"{ torn", b"[]", b'{"format": 1}', b"\xff\xfe"):
        depot.objects.put(f"heads/{NAME}.json", content)
        found: list[Exception] = []
        assert [head.name for head in store.depot().heads(found.append)] == ["other.example.com"]
        assert [type(error) for error in found] == [DamagedHead]
        with pytest.raises(DamagedHead, match="is damaged"):
            store.depot().claim(NAME)
    result = CliRunner().invoke(commands, ["sites", "--depot", store.url], standalone_mode=False)
    assert (result.return_value, result.output.count("\n")) == (3, 2)


def test_a_pack_that_was_changed_is_not_brought(store: Store, tmp_path: Path) -> None:
    slice_of(store.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    [pack] = (store.objects / "sites" / NAME / "db").iterdir()
    data = bytearray(pack.read_bytes())
    data[100] ^= 1
    pack.write_bytes(data)
    with pytest.raises(StorageError, match="damaged"):
        store.depot().claim(NAME).bring(tmp_path / "b")
    assert not (tmp_path / "b" / "archive.db").exists()


def test_a_manifest_that_is_none_or_leads_out_of_the_archive_is_refused() -> None:
    whole = {"size": 0, "packs": [], "pieces": [], "files": {}, "warc": {}, "destroyed": []}
    assert Manifest.read(json.dumps(whole).encode()) == Manifest()
    bad = [
        {"size": 0, "warc": {"..": [1, "d"]}},
        {"pieces": [[1]]},
        {"pieces": [["d", 3, 0, 1]]},
        {"files": {"../x": ["d", 0, 0, 1]}, "packs": ["p"]},
    ]
    bad += [{"warc": {"../../x": [1, "d"]}}, {"destroyed": ["a/../../x"]}, {"destroyed": None}]
    for part in bad:
        with pytest.raises(DamagedPack, match="a manifest in the depot"):
            Manifest.read(json.dumps(whole | part).encode())
    for content in (b"", b"[]", b"\xff"):
        with pytest.raises(DamagedPack):
            Manifest.read(content)


def test_a_worker_of_an_older_release_refuses_a_newer_head_and_claims_nothing(store: Store, tmp_path: Path) -> None:
    slice_of(store.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    depot = store.depot()
    path = store.objects / "heads" / f"{NAME}.json"
    row = json.loads(path.read_bytes())
    row["committed"]["schema"] = "m999_from_the_future"
    path.write_text(json.dumps(row))
    before = path.read_bytes()
    with pytest.raises(NewerSchema, match="m999_from_the_future"):
        depot.claim(NAME)
    path.write_text(json.dumps(row | {"format": 99}))
    with pytest.raises(NewerSchema, match="newer release"):
        depot.claim(NAME)
    path.write_bytes(before)

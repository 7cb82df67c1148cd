"""Records are sealed at the end of a run; the seals form a chain, and survive kills, merges and the loss of the database."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings
from warcio.warcwriter import WARCWriter

from archive.__main__ import main
from archive.seal import tree
from archive.seal.end_of_run import seal_run
from archive.seal.files import DamagedSeal, head_files, own_chain, read_head, read_leaves
from archive.seal.proofs import proof_of
from archive.seal.sealing import LARGEST, Sealed, seal_records
from archive.store.captures import insert_capture
from archive.store.store import Store
from archive.verify.database import Verification
from archive.warc.read import whole_members
from archive.warc.write import member, records
from crawler.extensions.shared_store import acquire_store, release_store
from tests.conftest import History
from tests.crawls import PROJECT, rows, scrapy, until
from tests.demosite import DemoSite
from tests.literal import URL, Desk, article, exchange

LATER = "2026-02-01T00:00:00Z"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An archive open for writing, with one captured article, not sealed."""
    made = Desk(tmp_path / "archive")
    made.see(article())
    made.store.finish_crawl(made.crawl, "complete", 0, 1, 1, "")
    yield made
    made.warc.close()
    made.store.close()


def filled(folder: Path, count: int) -> Desk:
    """An archive open for writing, with so many captures, not sealed."""
    desk = Desk(folder)
    shown = [exchange(at=desk.clock.at) for _ in range(count)]
    with desk.store.transaction():
        for place in desk.warc.write_all(shown):
            insert_capture(desk.db, desk.crawl, "page", URL, desk.clock.at, 200, "text/html", place)
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 1, "")
    return desk


def findings(folder: Path) -> list[str]:
    return list(Verification(folder).findings())


def seal_files(folder: Path) -> list[Path]:
    return list(head_files(folder))


def sealed_digests(folder: Path) -> list[str]:
    """SHA-256 of every record in a seal, in order."""
    heads = [(path, read_head(path)[0]) for path in head_files(folder)]
    return [digest for path, head in heads for digest, _ in read_leaves(path, head)]


def members(folder: Path) -> list[str]:
    """SHA-256 of every record in the WARC files, in order."""
    files = sorted((folder / "warc").glob("*/*.warc.gz"))
    return [hashlib.sha256(compressed).hexdigest() for path in files for _, compressed, _ in whole_members(path)]


# trees


def mth(digests: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word by word."""
    if len(digests) == 1:
        return hashlib.sha256(b"\x00" + digests[0]).digest()
    k = 1
    while k * 2 < len(digests):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(digests[:k]) + mth(digests[k:])).digest()


@given(st.integers(1, 70))
def test_a_tree_is_that_of_the_standard_and_each_leaf_has_a_path_to_its_root(count: int) -> None:
    digests = [hashlib.sha256(bytes([number])).digest() for number in range(count)]
    root = tree.root_of(digests)
    assert root == mth(digests).hex()
    levels = tree.levels_of(digests)
    for index, digest in enumerate(digests):
        assert tree.climbed(digest, tree.steps_to_root(levels, index)) == root
        assert count == 1 or tree.climbed(digests[index - 1], tree.steps_to_root(levels, index)) != root


# sealing


def test_every_record_is_sealed_in_the_order_of_the_files_requests_and_warcinfo_too(desk: Desk) -> None:
    assert seal_records(desk.store) == Sealed(1, 3)
    folder = desk.store.folder
    assert sealed_digests(folder) == members(folder)
    assert len(members(folder)) == 3
    assert seal_records(desk.store).records == 0
    assert findings(folder) == []


def test_the_next_seal_has_what_is_new_and_names_the_one_before(desk: Desk) -> None:
    seal_records(desk.store)
    desk.see(article(title="The bridge at Marrow"), at=LATER)
    assert seal_records(desk.store) == Sealed(1, 2)
    first, second = seal_files(desk.store.folder)
    said = json.loads(second.read_bytes())
    assert said["previous"] == "sha256:" + hashlib.sha256(first.read_bytes()).hexdigest()
    assert (said["number"], said["records"], said["sealed_at"]) == (2, 2, LATER)
    assert sealed_digests(desk.store.folder) == members(desk.store.folder)


def test_many_records_make_several_seals_of_one_chain(tmp_path: Path) -> None:
    desk = filled(tmp_path, LARGEST // 2 + 10)
    assert seal_records(desk.store) == Sealed(2, LARGEST + 21)
    assert desk.rows("select number, records, last_capture from seals") == [(1, LARGEST, None), (2, 21, LARGEST // 2 + 10)]
    desk.warc.close()
    desk.store.close()
    assert findings(tmp_path) == []


def test_what_another_tool_recorded_between_its_responses_is_sealed_too(desk: Desk) -> None:
    """Also where it is large, and what stands behind the last response."""
    response, request = records(exchange())
    maker, noise = WARCWriter(io.BytesIO(), gzip=False), random.Random(7).randbytes(100_000)
    resource = maker.create_warc_record("urn:large", "resource", payload=io.BytesIO(noise), warc_content_type="text/plain")
    folder = desk.store.folder
    (folder / "warc" / "example" / "stranger.warc.gz").write_bytes(
        member(request) + member(resource) + member(response) + member(records(exchange())[1])
    )
    desk.warc.close()
    desk.store.close()
    desk.store = Store(folder)  # takes the response in
    desk.db = desk.store.db
    assert seal_records(desk.store) == Sealed(1, 7)
    assert sealed_digests(folder) == members(folder)
    assert findings(folder) == []


def test_a_file_that_is_gone_keeps_nothing_else_from_being_sealed(desk: Desk) -> None:
    [path] = (desk.store.folder / "warc").glob("*/*.warc.gz")
    path.unlink()
    assert seal_records(desk.store) == Sealed(1, 1)


def test_a_crawl_seals_its_records_and_an_update_of_several_sites_makes_one_seal(history: History, tmp_path: Path) -> None:
    assert len(seal_files(history.first.folder)) == 1
    assert len(seal_files(history.full.folder)) == 4
    assert sorted(sealed_digests(history.full.folder)) == sorted(members(history.full.folder))
    with DemoSite() as one, DemoSite() as other:
        for site in (one, other):
            assert scrapy("crawl", "site", "-a", f"home={site.home}/", "-a", "pages=none", folder=tmp_path).code == 0
        assert len(seal_files(tmp_path)) == 2
        assert scrapy("update", "-a", "pages=none", folder=tmp_path).code == 0
    assert len(seal_files(tmp_path)) == 3
    assert sorted(sealed_digests(tmp_path)) == sorted(members(tmp_path))


def test_a_reading_of_the_captures_that_brings_no_record_makes_no_seal(history: History, tmp_path: Path) -> None:
    shutil.copytree(history.first.folder, tmp_path / "again")
    assert scrapy("reextract", folder=tmp_path / "again").code == 0
    assert len(seal_files(tmp_path / "again")) == 1


def test_a_clock_that_goes_backwards_is_written_as_it_stood(desk: Desk) -> None:
    seal_records(desk.store)
    desk.see(article(title="The bridge at Marrow"), at="2025-01-01T00:00:00Z")
    seal_records(desk.store)
    assert [sealed_at for (sealed_at,) in desk.rows("select sealed_at from seals order by number")] == [
        "2026-01-01T00:00:00Z",
        "2025-01-01T00:00:00Z",
    ]
    assert findings(desk.store.folder) == []


# kills, losses, full disks


def test_what_a_killed_run_left_unsealed_is_sealed_by_the_next_one(desk: Desk) -> None:
    seal_records(desk.store)
    desk.see(article(title="The bridge at Marrow"), at=LATER)  # committed, and killed before the seal
    folder = desk.store.folder
    assert findings(folder) == []
    assert main(["status", "--archive-dir", str(folder)]) == 4  # 1 record not sealed
    assert seal_records(desk.store) == Sealed(1, 2)


def test_a_seal_without_rows_is_taken_in_and_leaves_without_a_seal_are_written_again(desk: Desk) -> None:
    seal_records(desk.store)
    folder = desk.store.folder
    with desk.store.transaction():  # as a kill before the commit leaves it
        desk.db.execute("delete from sealed_records")
        desk.db.execute("delete from seals")
    second = seal_files(folder)[0].with_name("000002.leaves")
    second.write_bytes(b"torn")
    assert findings(folder) == []
    assert seal_records(desk.store).records == 0
    assert desk.rows("select number, records from seals") == [(1, 3)]
    desk.see(article(title="The bridge at Marrow"), at=LATER)
    assert seal_records(desk.store) == Sealed(1, 2)
    assert findings(folder) == []


KILLED = """
import sys
from pathlib import Path
from archive.seal import sealing
from archive.store.captures import insert_capture
from archive.store.store import Store
sealing.LARGEST = 2
store = Store(Path(sys.argv[1]))
print("open", flush=True)
sealing.seal_records(store)
"""


def test_kills_while_sealing_leave_one_whole_chain(tmp_path: Path) -> None:
    desk = filled(tmp_path, 150)
    desk.warc.close()
    desk.store.close()
    for wanted in (1, 20, 55):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE)
        until(lambda wanted=wanted: len(seal_files(tmp_path)) >= wanted, process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert findings(tmp_path) == []
    store = Store(tmp_path)
    seal_records(store)
    store.close()
    assert sealed_digests(tmp_path) == members(tmp_path)
    assert findings(tmp_path) == []


def test_a_lost_database_is_rebuilt_with_the_same_chain(desk: Desk, tmp_path: Path) -> None:
    seal_records(desk.store)
    before = seal_files(desk.store.folder)
    again = tmp_path / "again"
    shutil.copytree(desk.store.folder / "warc", again / "warc")
    store = Store(again)
    assert seal_records(store).records == 0
    assert [path.name for path in seal_files(again)] == [path.name for path in before]
    [(digest,)] = store.db.execute("select record_digest from captures").fetchall()
    store.close()
    assert proof_of(again, digest) is not None
    assert findings(again) == []


def test_a_full_disk_while_sealing_changes_nothing_of_the_run_and_status_says_so(
    desk: Desk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    folder = desk.store.folder
    seal_records(desk.store)
    desk.see(article(title="The bridge at Marrow"), at=LATER)
    part = seal_files(folder)[0].with_name(".000002.leaves.unfinished")
    part.symlink_to("/dev/full")
    seal_run(desk.store, None)
    assert "what is new is not sealed: cannot write seals to" in caplog.text
    assert "No space left on device" in caplog.text
    assert main(["status", "--quiet", "--archive-dir", str(folder)]) == 4
    out = capsys.readouterr().out
    assert "1 record not sealed; since " in out and "  seal and stamp what waits: python -m archive seal\n" in out
    assert findings(folder) == []
    part.unlink()
    seal_run(desk.store, None)
    assert sealed_digests(folder) == members(folder)


def test_two_chains_lie_side_by_side_after_a_merge(desk: Desk, tmp_path: Path) -> None:
    seal_records(desk.store)
    other = Desk(tmp_path / "other")
    other.see(article(title="Elsewhere"))
    seal_records(other.store)
    other.warc.close()
    folder = desk.store.folder
    [path] = (other.store.folder / "warc").glob("*/*.warc.gz")
    brought = folder / "warc" / "other" / path.name
    brought.parent.mkdir()
    shutil.copy(path, brought)
    chain = str(own_chain(other.store.folder))
    shutil.copytree(other.store.folder / "warc" / "seals" / chain, folder / "warc" / "seals" / chain)
    other.store.close()
    mine = own_chain(folder)
    desk.warc.close()
    desk.store.close()
    desk.store = Store(folder)  # adopts the records
    assert seal_records(desk.store).records == 0
    assert desk.store.db.execute("select count(distinct chain), count(*) from seals").fetchone() == (2, 2)
    assert own_chain(folder) == mine
    assert findings(folder) == []


def test_a_seal_of_another_archive_waits_for_its_leaves(desk: Desk) -> None:
    seal_records(desk.store)
    folder = desk.store.folder
    [path] = seal_files(folder)
    chain = "11111111-2222-3333-4444-555555555555"
    brought = path.parent.with_name(chain) / path.name
    brought.parent.mkdir()
    brought.write_bytes(path.read_bytes().replace(path.parent.name.encode(), chain.encode()))
    assert seal_records(desk.store).records == 0
    assert any("000001.leaves of chain" in finding for finding in findings(folder))
    shutil.copy(path.with_suffix(".leaves"), brought.with_suffix(".leaves"))
    seal_records(desk.store)
    assert desk.rows("select count(distinct chain) from seals") == [(2,)]
    assert findings(folder) == []


def test_an_archive_without_the_name_of_its_chain_begins_a_new_one(desk: Desk) -> None:
    seal_records(desk.store)
    folder = desk.store.folder
    (folder / "warc/seals/.own").unlink()
    assert seal_records(desk.store).records == 0
    desk.see(article(title="The bridge at Marrow"), at=LATER)
    assert seal_records(desk.store) == Sealed(1, 2)
    assert desk.rows("select number, records from seals order by id") == [(1, 3), (1, 2)]
    assert findings(folder) == []


def test_seals_of_a_copy_that_went_on_by_itself_are_not_gone_on_with(desk: Desk, tmp_path: Path) -> None:
    seal_records(desk.store)
    folder = desk.store.folder
    desk.db.execute("pragma wal_checkpoint(truncate)")
    shutil.copytree(folder, tmp_path / "copy")
    copy = Desk(tmp_path / "copy")
    for title in ("The bridge of others", "The bridge of strangers"):
        copy.see(article(title=title), at=LATER)
        seal_records(copy.store)
    copy.warc.close()
    copy.store.close()
    desk.see(article(title="The bridge at Marrow"), at=LATER)
    seal_records(desk.store)
    [_, _, brought] = seal_files(tmp_path / "copy")
    for path in (brought, brought.with_suffix(".leaves")):
        shutil.copy(path, folder / path.relative_to(tmp_path / "copy"))
    desk.see(article(title="The bridge at last"), at=LATER)
    assert seal_records(desk.store) == Sealed(1, 2, 1)
    assert own_chain(folder) != brought.parent.name
    assert [path.name for path in seal_files(folder) if path.parent.name == own_chain(folder)] == ["000001.json"]
    assert any("000003.json does not follow the one before it" in finding for finding in findings(folder))


def test_a_damaged_seal_stops_the_sealing_with_one_line_and_is_not_written_over(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    seal_records(desk.store)
    with desk.store.transaction():
        desk.db.execute("delete from sealed_records")
        desk.db.execute("delete from seals")
    [path] = seal_files(desk.store.folder)
    path.write_bytes(b'{"chain": 1}')
    with pytest.raises(DamagedSeal):
        seal_records(desk.store)
    seal_run(desk.store, None)
    assert caplog.text.count("\n") == 1
    assert path.read_bytes() == b'{"chain": 1}'


# the command


def test_the_command_seals_and_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk, folder = filled(tmp_path, 1), str(tmp_path)
    desk.warc.close()
    desk.store.close()
    assert main(["seal", "--archive-dir", folder]) == 0
    assert main(["seal", "--archive-dir", folder]) == 0
    assert capsys.readouterr().out.splitlines() == ["sealed 3 records in 1 seal", "every record is in a seal"]
    assert main(["seal", "--list", "--archive-dir", folder]) == 0
    [line] = capsys.readouterr().out.splitlines()
    digest = hashlib.sha256(seal_files(Path(folder))[0].read_bytes()).hexdigest()
    assert line.endswith(f"  3 records  not stamped  sha256:{digest}")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--tsa-url", "ftp://example.org/"], "TSA_URL is the address"),
        (["--tsa-url", "http://user@example.org/"], "TSA_URL is the address"),
        (["--tsa-url", "http://example.org/", "--tsa-cert", "nowhere.pem"], "TSA_CERT is a file"),
    ],
)
def test_settings_that_cannot_be_are_one_line(desk: Desk, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    assert main(["seal", "--archive-dir", str(desk.store.folder), *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_crawl_with_an_authority_that_cannot_be_asks_the_site_nothing(site: DemoSite, folder: Path) -> None:
    run = scrapy("crawl", "site", "-a", f"home={site.home}/", folder=folder, TSA_URL="nonsense")
    assert run.code == 2
    assert "TSA_URL is the address of a time stamp authority" in run.err
    assert site.requests == []


# verify


def test_what_is_wrong_with_seals_is_named(desk: Desk) -> None:
    folder = desk.store.folder
    for month in (2, 3):
        seal_records(desk.store)
        desk.see(article(title=f"The bridge {month}"), at=f"2026-0{month}-01T00:00:00Z")
    seal_records(desk.store)
    first, second, third = seal_files(folder)
    kept = second.read_bytes()
    second.unlink()
    assert any("000002 to 000002 are not there" in finding for finding in findings(folder))
    second.write_bytes(kept.replace(b'"records":2', b'"records":3'))
    assert any("000003.json does not follow the one before it" in finding for finding in findings(folder))
    second.write_bytes(kept)
    (folder / "warc/seals/.own").write_text("nothing\n")
    assert findings(folder) == ["warc/seals/.own names no chain"]
    (folder / "warc/seals/.own").write_text(f"{first.parent.name}\n")
    assert findings(folder) == []
    third.unlink()
    assert f"{third.relative_to(folder)}: the seal is not there" in findings(folder)


def test_each_of_200_flipped_bits_of_seals_is_found(desk: Desk) -> None:
    seal_records(desk.store)
    desk.see(article(title="The bridge at Marrow"), at=LATER)
    seal_records(desk.store)
    folder, chance = desk.store.folder, random.Random(5)
    files = [path for path in sorted((folder / "warc" / "seals").rglob("*")) if path.is_file()]
    assert len(files) == 5
    for number in range(200):
        path = files[number % len(files)]
        whole = path.read_bytes()
        flipped = bytearray(whole)
        bit = chance.randrange(len(whole) * 8)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert findings(folder), f"bit {bit % 8} of byte {bit // 8} of {path.name}"
        path.write_bytes(whole)
    assert findings(folder) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("update sealed_records set position = 7 where position = 0", "the table sealed_records says other records"),
        ("delete from sealed_records where position = 1", "is in no seal, and later ones are"),
        ("update seals set root = 'x'", "root is not what the database says"),
        ("update seals set digest = 'x'", "digest is not what the database says"),
        ("update seals set filename = 'warc/seals/x/000009.json'", "warc/seals/x/000009.json: the seal is not there"),
    ],
)
def test_rows_that_are_not_those_of_the_seals_are_named(desk: Desk, sql: str, said: str) -> None:
    seal_records(desk.store)
    db = sqlite3.connect(desk.store.folder / "archive.db", isolation_level=None)
    db.execute(sql)
    db.close()
    assert any(said in finding for finding in findings(desk.store.folder)), findings(desk.store.folder)


def without_request(path: Path) -> None:
    """Take the request out of a WARC file."""
    path.write_bytes(b"".join(compressed for _, compressed, content in whole_members(path) if b"WARC-Type: request" not in content))


def test_a_request_that_is_gone_is_named_and_a_tombstone_explains_it(desk: Desk) -> None:
    seal_records(desk.store)
    desk.warc.close()
    folder = desk.store.folder
    [path] = (folder / "warc").glob("*/*.warc.gz")
    without_request(path)
    [finding] = findings(folder)
    digest = sealed_digests(folder)[2]
    assert f"with the digest {digest} is not in the archive" in finding
    [(record_id, response)] = desk.rows("select record_id, record_digest from captures")
    tombstone = (
        "insert into expunged(site_id, what, record_id, record_digest, expunged_at, reason, unfinished) values (1, 'x', ?, ?, '', '', 0)"
    )
    desk.db.execute(tombstone, ["<urn:uuid:another>", "sha256:00"])
    assert findings(folder) == [finding]
    desk.db.execute(tombstone, [record_id, response])  # what belonged to it went with it
    assert findings(folder) == []
    desk.db.execute("update expunged set record_id = '<urn:uuid:another>', record_digest = ?", [f"sha256:{digest}"])
    assert findings(folder) == []


def test_seals_that_a_run_makes_while_verify_works_are_no_finding(desk: Desk) -> None:
    seal_records(desk.store)
    checked = Verification(desk.store.folder)
    found = checked.findings()
    started = False

    def seal_meanwhile(done: int, of: int) -> None:
        nonlocal started
        if not started:
            started = True
            desk.see(article(title="The bridge at Marrow"), at=LATER)
            seal_records(desk.store)

    checked.progress = seal_meanwhile
    assert list(found) == []
    assert started
    assert len(seal_files(desk.store.folder)) == 2


def test_the_backup_has_the_seals(desk: Desk, tmp_path: Path) -> None:
    seal_records(desk.store)
    assert main(["backup", str(tmp_path / "copy"), "--archive-dir", str(desk.store.folder)]) == 0
    assert findings(tmp_path / "copy") == []
    assert rows(tmp_path / "copy", "select count(*) from seals") == [(1,)]


def test_records_that_two_open_archives_share_are_sealed_by_the_one_that_stays(desk: Desk, tmp_path: Path) -> None:
    """An import tries what will come of its records in an archive beside, whose warc/ is a link."""
    folder = desk.store.folder
    desk.warc.close()
    desk.store.close()
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "warc").symlink_to(folder / "warc", target_is_directory=True)
    stays = acquire_store(Settings({"ARCHIVE_DIR": str(folder), "NOW": LATER}))
    tried = acquire_store(Settings({"ARCHIVE_DIR": str(beside)}))
    release_store(tried)
    assert seal_files(folder) == []
    stays.now = lambda: "2001-01-01T00:00:00Z"  # as who does old runs once more
    release_store(stays)
    assert rows(folder, "select records, sealed_at from seals") == [(3, LATER)]
    assert findings(folder) == []
    desk.store = Store(folder)

"""An authority stamps the newest seal: what works, what an authority can do wrong, and what a stranger checks without us."""

from __future__ import annotations

import base64
import json
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from archive.__main__ import main
from archive.clock import stamp
from archive.seal.authority import Authority
from archive.seal.end_of_run import seal_run
from archive.seal.files import head_files
from archive.seal.openssl import NoStamp
from archive.seal.paths import time_path, time_path_file
from archive.seal.proofs import proof_of
from archive.seal.sealing import seal_records
from archive.seal.stamping import stamp_newest, take_in_stamps
from archive.store.store import Store
from archive.verify.database import Verification
from tests import authority
from tests.crawls import PROJECT, rows, scrapy
from tests.demosite import DemoSite
from tests.literal import Desk, article

pytestmark = pytest.mark.skipif(not authority.is_there(), reason="the command openssl is not installed")
LATER = "2026-02-01T00:00:00Z"
LAST = "2026-03-01T00:00:00Z"


@pytest.fixture(scope="module")
def stamping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[authority.StampAuthority]:
    with authority.serving(tmp_path_factory.mktemp("authority")) as served:
        yield served


@pytest.fixture
def tsa(stamping: authority.StampAuthority) -> authority.StampAuthority:
    """The authority, which stamps, and was asked nothing yet."""
    stamping.behaviour = "stamps"
    stamping.asked.clear()
    return stamping


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An archive open for writing, with one captured article in one seal."""
    made = Desk(tmp_path / "archive")
    made.see(article())
    made.store.finish_crawl(made.crawl, "complete", 0, 1, 1, "")
    seal_records(made.store)
    yield made
    made.close()


def see_more(desk: Desk, title: str, at: str) -> str:
    """A later state in a seal of its own. Returns its record's digest."""
    desk.see(article(title=title), at=at)
    seal_records(desk.store)
    return str(desk.rows("select record_digest from captures order by id desc limit 1")[0][0])


def named(tsa: authority.StampAuthority, patience: float = 15) -> Authority:
    return Authority(tsa.url, tsa.root, patience)


def findings(folder: Path, trusted: Path | None = None) -> list[str]:
    return list(Verification(folder, trusted=trusted).findings())


def openssl_accepts(head: Path, answer: Path, root: Path) -> bool:
    words = ["openssl", "ts", "-verify", "-data", str(head), "-in", str(answer), "-CAfile", str(root)]
    return subprocess.run(words, capture_output=True).returncode == 0


# an authority that works


def test_the_newest_seal_is_stamped_once_and_the_stamp_covers_the_seals_before_it(desk: Desk, tsa: authority.StampAuthority) -> None:
    folder = desk.store.folder
    [(first,)] = desk.rows("select record_digest from captures")
    before = stamp_now()
    second = see_more(desk, "The bridge at Marrow", LATER)
    seal_run(desk.store, named(tsa))
    seal_run(desk.store, named(tsa))
    third = see_more(desk, "The bridge at last", LAST)
    assert len(tsa.asked) == 1
    for digest, number in ((first, 1), (second, 2)):
        proof = proof_of(folder, digest)
        assert proof is not None
        assert before <= str(proof.stamped_at) <= stamp_now()
        assert proof.authority == "CN=Loopback_Stamps"
        assert proof.seal.endswith(f"/{number:06d}.json")
        assert [Path(name).name for name in proof.seals] == ["000001.json", "000002.json"][number - 1 :]
        assert str(proof.stamp).endswith("/000002.tsr")
    unstamped = proof_of(folder, third)
    assert unstamped is not None
    assert (unstamped.sealed_at, unstamped.stamped_at, unstamped.stamp) == (LAST, None, None)
    assert proof_of(folder, "sha256:" + "0" * 64) is None
    assert findings(folder) == []
    assert findings(folder, tsa.root) == []


def stamp_now() -> str:
    from datetime import UTC, datetime

    return stamp(datetime.now(UTC))


def test_the_question_holds_the_digest_a_nonce_and_asks_for_the_certificate(
    desk: Desk, tsa: authority.StampAuthority, tmp_path: Path
) -> None:
    stamp_newest(desk.store, named(tsa))
    (tmp_path / "query").write_bytes(tsa.asked[0])
    said = subprocess.run(["openssl", "ts", "-query", "-in", str(tmp_path / "query"), "-text"], capture_output=True, text=True).stdout
    assert re.search(r"Nonce: 0x[0-9A-F]{8,}", said)
    assert "Certificate required: yes" in said
    [(digest,)] = desk.rows("select digest from seals")
    assert bytes.fromhex(digest.removeprefix("sha256:")) in tsa.asked[0]


def test_openssl_alone_accepts_the_stamp_and_refuses_a_changed_seal(desk: Desk, tsa: authority.StampAuthority, tmp_path: Path) -> None:
    stamp_newest(desk.store, named(tsa))
    [head] = head_files(desk.store.folder)
    assert openssl_accepts(head, head.with_suffix(".tsr"), tsa.root)
    changed = tmp_path / "changed.json"
    changed.write_bytes(head.read_bytes().replace(b'"number":1', b'"number":2'))
    assert not openssl_accepts(changed, head.with_suffix(".tsr"), tsa.root)


def test_a_crawl_has_its_seal_stamped(site: DemoSite, folder: Path, tsa: authority.StampAuthority) -> None:
    words = ("crawl", "site", "-a", f"home={site.home}/", "-a", "pages=none", "-a", "limit=2")
    run = scrapy(*words, folder=folder, TSA_URL=tsa.url, TSA_CERT=tsa.root)
    assert run.code == 0, run
    assert rows(folder, "select number, authority from seals") == [(1, "CN=Loopback_Stamps")]
    assert findings(folder, tsa.root) == []


def test_a_stamp_of_another_root_than_the_one_that_is_trusted_is_refused(desk: Desk, tsa: authority.StampAuthority, tmp_path: Path) -> None:
    stranger = authority.StampAuthority(tmp_path)
    with pytest.raises(NoStamp, match="certificate verify error"):
        stamp_newest(desk.store, Authority(tsa.url, stranger.root))
    assert stamp_newest(desk.store, Authority(tsa.url)) is not None
    assert findings(desk.store.folder) == []
    assert any("certificate verify error" in finding for finding in findings(desk.store.folder, stranger.root))


# authorities that do not


BROKEN = {
    "nonsense": "the stamp is refused by openssl",
    "error": "127.0.0.1 answers 503",
    "leads elsewhere": "127.0.0.1 answers 302",
    "another digest": "message imprint mismatch",
    "another nonce": "nonce mismatch",
    "refuses": "the answer is no stamp",
    "hangs": "127.0.0.1 does not answer: not within 0.4 seconds",
}


@pytest.mark.parametrize(("behaviour", "said"), BROKEN.items())
def test_a_seal_waits_when_the_authority_gives_no_stamp_and_gets_it_the_next_time(
    desk: Desk, tsa: authority.StampAuthority, caplog: pytest.LogCaptureFixture, behaviour: str, said: str
) -> None:
    tsa.behaviour = behaviour
    seal_run(desk.store, named(tsa, 0.4))
    assert len(caplog.records) == 1
    assert said in caplog.text
    assert len(tsa.asked) <= 1, "no redirect is followed"
    folder = desk.store.folder
    assert list((folder / "warc" / "seals").rglob("*.tsr")) == []
    assert desk.rows("select asked_at, stamped_at from seals") == [("2026-01-01T00:00:00Z", None)]
    assert findings(folder) == []
    tsa.behaviour = "stamps"
    seal_run(desk.store, named(tsa))
    assert desk.rows("select asked_at, refusal, authority from seals") == [(None, None, "CN=Loopback_Stamps")]
    assert findings(folder, tsa.root) == []


def test_status_says_how_many_seals_wait_and_since_when(
    desk: Desk, tsa: authority.StampAuthority, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["status", "--archive-dir", str(desk.store.folder)]
    main(arguments)
    assert "stamped" not in capsys.readouterr().out
    tsa.behaviour = "error"
    seal_run(desk.store, named(tsa))
    see_more(desk, "The bridge at Marrow", LATER)
    seal_run(desk.store, named(tsa))
    main(arguments)
    told = capsys.readouterr().out
    assert "2 seals not stamped since 2026-01-01T00:00:00Z: 127.0.0.1 answers 503" in told
    tsa.behaviour = "stamps"
    seal_run(desk.store, named(tsa))
    main(arguments)
    assert "not stamped" not in capsys.readouterr().out


def test_a_run_whose_authority_fails_keeps_its_exit_code(site: DemoSite, folder: Path, tsa: authority.StampAuthority) -> None:
    tsa.behaviour = "error"
    words = ("crawl", "site", "-a", f"home={site.home}/", "-a", "pages=none", "-a", "limit=2")
    run = scrapy(*words, folder=folder, TSA_URL=tsa.url)
    assert run.code == 0
    assert run.err.splitlines() == ["WARNING the newest seal is not stamped: 127.0.0.1 answers 503; the next run asks again"]
    assert rows(folder, "select exit_code from crawls") == [(0,)]


def test_the_command_stamps_what_waits_and_says_with_its_exit_code_when_it_cannot(
    tmp_path: Path, tsa: authority.StampAuthority, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path)
    desk.see(article())
    desk.close()
    arguments = ["seal", "--archive-dir", str(tmp_path), "--tsa-url", tsa.url, "--tsa-cert", str(tsa.root)]
    tsa.behaviour = "nonsense"
    assert main(arguments) == 5
    error = capsys.readouterr().err
    assert error.startswith("archive: the stamp is refused by openssl")
    assert error.count("\n") == 1
    tsa.behaviour = "stamps"
    assert main(arguments) == 0
    assert re.search(r"000001\.json: stamped \S+Z by CN=Loopback_Stamps\n$", capsys.readouterr().out)
    assert main(arguments) == 0
    assert capsys.readouterr().out.endswith("no seal waits for a stamp\n")
    assert main(["verify", "--archive-dir", str(tmp_path), "--tsa-cert", str(tsa.root)]) == 0
    assert "1 seal, 1 stamp: all as written" in capsys.readouterr().out


def test_an_authority_that_nobody_runs_is_one_line(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    seal_run(desk.store, Authority("http://127.0.0.1:9/"))
    assert "127.0.0.1 does not answer: Connection refused" in caplog.text


def test_an_authority_whose_certificate_for_https_nobody_vouches_for_is_not_asked(desk: Desk, tsa: authority.StampAuthority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tsa.folder / "root.pem", tsa.folder / "root.key")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                context.wrap_socket(server.accept()[0], server_side=True)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(NoStamp, match="certificate verify failed"):
            stamp_newest(desk.store, Authority(f"https://127.0.0.1:{server.getsockname()[1]}/"))
        thread.join()


def test_without_the_command_openssl_the_seal_waits_and_verify_says_so(
    desk: Desk, tsa: authority.StampAuthority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stamp_newest(desk.store, named(tsa))
    see_more(desk, "The bridge at Marrow", LATER)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoStamp, match="openssl is not installed"):
        stamp_newest(desk.store, named(tsa))
    [finding] = findings(desk.store.folder)
    assert finding.endswith("000001.tsr: the command openssl is not installed")


# kills, losses, damage


def test_a_stamp_without_its_note_is_taken_in_without_asking_again(desk: Desk, tsa: authority.StampAuthority) -> None:
    stamp_newest(desk.store, named(tsa))
    with desk.store.transaction():  # as a kill before the commit leaves it
        desk.db.execute("update seals set stamped_at = null, authority = null, stamp_digest = null")
    assert findings(desk.store.folder, tsa.root) == []
    assert stamp_newest(desk.store, named(tsa)) is not None
    assert len(tsa.asked) == 1
    assert desk.rows("select authority from seals") == [("CN=Loopback_Stamps",)]


def test_a_lost_database_gets_its_stamps_back(desk: Desk, tsa: authority.StampAuthority, tmp_path: Path) -> None:
    stamp_newest(desk.store, named(tsa))
    said = desk.rows("select stamped_at, authority, stamp_digest from seals")
    shutil.copytree(desk.store.folder / "warc", tmp_path / "again" / "warc")
    store = Store(tmp_path / "again")
    seal_run(store, None)
    assert take_in_stamps(store, tsa.root) == []
    assert store.db.execute("select stamped_at, authority, stamp_digest from seals").fetchall() == said
    store.close()


def test_each_of_200_flipped_bits_of_a_stamp_is_found(desk: Desk, tsa: authority.StampAuthority) -> None:
    stamp_newest(desk.store, named(tsa))
    folder, chance = desk.store.folder, random.Random(6)
    [path] = (folder / "warc" / "seals").rglob("*.tsr")
    whole = path.read_bytes()
    for bit in chance.sample(range(len(whole) * 8), 200):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert findings(folder), f"bit {bit % 8} of byte {bit // 8}"
    path.unlink()
    assert any("000001.tsr: the stamp is not there" in finding for finding in findings(folder))


def test_a_seal_that_is_made_anew_after_its_stamp_is_found_without_the_database(desk: Desk, tsa: authority.StampAuthority) -> None:
    stamp_newest(desk.store, named(tsa))
    [head] = head_files(desk.store.folder)
    forged = head.read_bytes().replace(b'"sealed_at":"2026', b'"sealed_at":"2016')
    head.write_bytes(forged)
    with desk.store.transaction():
        desk.db.execute("update seals set digest = '', sealed_at = '', stamp_digest = null")
    assert any("message imprint mismatch" in finding for finding in findings(desk.store.folder))


# to a stranger


@pytest.fixture(scope="module")
def program() -> str:
    """The program that the documents show."""
    text = (PROJECT / "docs" / "evidence.md").read_text(encoding="utf-8")
    [found] = re.findall(r"```python\n(.*?)```", text, re.S)
    return str(found)


def checked(program: str, folder: Path, way: bytes, record: bytes, root: Path) -> int:
    """The exit code of the documents' program, by a Python that can import nothing but its own library."""
    (folder / "time.json").write_bytes(way)
    (folder / "record.warc.gz").write_bytes(record)
    words = [sys.executable, "-I", "-S", "-c", program, "time.json", "record.warc.gz", str(root)]
    return subprocess.run(words, cwd=folder, capture_output=True).returncode


def test_the_program_in_the_documents_accepts_every_record_and_refuses_what_was_changed(
    desk: Desk, tsa: authority.StampAuthority, tmp_path: Path, program: str
) -> None:
    folder = desk.store.folder
    desk.see(article(title="The bridge at Marrow"), article(title="Another"), at=LATER)
    seal_records(desk.store)
    see_more(desk, "The bridge at last", LAST)
    stamp_newest(desk.store, named(tsa))
    assert len(desk.rows("select 1 from captures")) == 3
    for digest, filename, offset, length in desk.rows("select record_digest, filename, offset, length from captures"):
        record = (folder / filename).read_bytes()[offset : offset + length]
        way = time_path_file(folder, digest)
        assert way is not None
        assert checked(program, tmp_path, way, record, tsa.root) == 0
        changed = bytearray(record)
        changed[len(record) // 2] ^= 1
        assert checked(program, tmp_path, way, bytes(changed), tsa.root) != 0
    said = json.loads(way)
    assert len(said["seals"]) == 1
    for part in ("path", "seals", "stamp"):
        assert checked(program, tmp_path, json.dumps(said | {part: wrong(said[part])}).encode(), record, tsa.root) != 0
    assert checked(program, tmp_path, way, record, folder / said["files"][0]) != 0, "the certificate of nobody"


def wrong(part: object) -> object:
    """A part of a way with one thing changed."""
    if isinstance(part, str):
        stamped = bytearray(base64.b64decode(part))
        stamped[100] ^= 1
        return base64.b64encode(bytes(stamped)).decode()
    assert isinstance(part, list)
    first = part[0]
    if isinstance(first, str):
        return [first.replace('"number":', '"number": '), *part[1:]]
    return [["right" if first[0] == "left" else "left", first[1]], *part[1:]]


def test_a_record_in_no_seal_has_no_way(desk: Desk) -> None:
    assert time_path(desk.store.folder, "sha256:" + "1" * 64) is None
    [head] = head_files(desk.store.folder)
    [(digest,)] = desk.rows("select record_digest from captures")
    assert time_path(desk.store.folder, digest) is not None
    head.with_suffix(".leaves").unlink()
    assert time_path(desk.store.folder, digest) is None

"""A depot in a bucket: what a store of another maker answers, a store that is killed, a worker that is killed before its head."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from archive.depot import s3
from archive.depot.address import open_objects
from archive.depot.objects import DepotAway, NoObject, ObjectChanged
from tests.crawls import PROJECT, rows, until
from tests.depots import HOME, KEYS, NAME, Store, s3_process, slice_of
from tests.literal import article

FIRST, SECOND, THIRD = (f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3))


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Store]]:
    """A store in a process of its own, that knows one site."""
    running, store = s3_process(tmp_path / "store")
    store.depot().register(HOME)
    yield running, store
    end(running)


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout
    process.stdout.close()


def test_a_store_of_another_maker_keeps_the_same_contract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="bucket")
        objects = open_objects(f"s3://bucket/pre/fix?endpoint={endpoint}")
        version = objects.put_if("heads/x.json", b"1", None)
        assert objects.put_if("heads/x.json", b"2", version) != version
        for stale in (version, None):
            with pytest.raises(ObjectChanged):
                objects.put_if("heads/x.json", b"3", stale)
        found = objects.get("heads/x.json")
        assert (found.data, [(row.key, row.size, row.version) for row in objects.list("heads/")]) == (
            b"2",
            [("heads/x.json", 1, found.version)],
        )
        monkeypatch.setattr(s3, "WHOLE", 10 << 20)  # larger ones go up in parts
        (tmp_path / "large").write_bytes(bytes(range(256)) * (3 << 14))
        objects.put_file("sites/a/warc/large", tmp_path / "large")
        assert [objects.get_range("sites/a/warc/large", start, 4) for start in (255, (12 << 20) - 2, 12 << 20)] == [
            b"\xff\0\1\2",
            b"\xfe\xff",
            b"",
        ]
        assert objects.size("sites/a/warc/large") == 12 << 20
        objects.delete(["sites/a/warc/large", "heads/x.json", "never"])
        assert list(objects.list("")) == []
        for ask in (objects.get, objects.size):
            with pytest.raises(NoObject):
                ask("heads/x.json")
    finally:
        server.stop()


def test_a_store_that_is_killed_and_begun_anew_has_all_that_it_confirmed(
    process: tuple[subprocess.Popen[str], Store], tmp_path: Path
) -> None:
    running, store = process
    claim = slice_of(store.depot(), tmp_path / "a", FIRST, article(source_id="1"))
    end(running)
    with pytest.raises(DepotAway, match="does not answer"):
        store.depot().objects.put_if("heads/x.json", b"1", None)
    port = int(store.url.rpartition(":")[2])
    running, store = s3_process(tmp_path / "store", port)
    try:
        assert store.depot().head(NAME).committed == claim.head.committed
        slice_of(store.depot(), tmp_path / "b", SECOND, article(source_id="2", url=f"{HOME}2/"))
        assert rows(tmp_path / "b", "select source_id from articles order by 1") == [("1",), ("2",)]
    finally:
        end(running)


WORKER = """
import sys
from tests.depots import NAME, Store, slice_of
from tests.literal import article
from pathlib import Path
killed = article(source_id="killed", url="https://www.example.org/k/")
slice_of(Store(Path(), sys.argv[1]).depot("killed"), Path(sys.argv[2]), sys.argv[3], article(source_id="1"), killed)
"""


def test_a_worker_that_is_killed_between_upload_and_head_has_committed_nothing(
    process: tuple[subprocess.Popen[str], Store], tmp_path: Path
) -> None:
    _, store = process
    slice_of(store.depot(), tmp_path / "other", FIRST, article(source_id="1"))
    before = store.depot().head(NAME).committed
    store.faults(
        {"do": "hang", "method": "PUT", "match": "heads/", "skip": 1, "seconds": 20, "times": 9}
    )  # the claim itself is let through
    worker = subprocess.Popen([sys.executable, "-c", WORKER, store.url, str(tmp_path / "killed"), SECOND], cwd=PROJECT)
    packs = store.objects / "sites" / NAME / "db"
    until(lambda: len(list(packs.iterdir())) == 2 and "hang" in (store.folder / "requests.log").read_text(), None)
    worker.kill()
    worker.wait()
    store.faults()
    assert store.depot().head(NAME).committed == before
    store.grow_old()
    slice_of(store.depot(), tmp_path / "other", THIRD, article(source_id="3", url=f"{HOME}3/"))
    assert rows(tmp_path / "other", "select source_id from articles order by 1") == [("1",), ("3",)]
    slice_of(store.depot(), tmp_path / "killed", THIRD, article(source_id="killed", url=f"{HOME}k/"))
    assert rows(tmp_path / "killed", "select source_id from articles order by 1") == [("1",), ("3",), ("killed",)]
    files = {name for (name,) in rows(tmp_path / "killed", "select distinct filename from captures")}
    assert {name.rpartition("-")[2] for name in files} == {"e1.warc.gz", "e2.warc.gz", "e3.warc.gz", "e4.warc.gz"}


def test_nothing_of_the_cluster_is_loaded_where_no_bucket_is_named(tmp_path: Path) -> None:
    code = """
import sys, importlib
from archive.__main__ import COMMANDS
for module in ("sites", "merge", "label", "verify"):
    importlib.import_module(COMMANDS[module])
from archive.depot.depot import open_depot
open_depot(sys.argv[1]).register("https://www.example.org/")
print([name for name in ("obstore", "zstandard", "celery") if name in sys.modules])
"""
    words = [sys.executable, "-c", code, str(tmp_path / "depot")]
    assert subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True).stdout == "[]\n"

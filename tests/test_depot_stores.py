"""What users report of object stores, proxies before them and mounted file systems: a depot is safe on them, or says no."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from archive.depot.address import open_objects
from archive.depot.claim import Stale
from archive.depot.objects import ClockRefused, DepotAway, ObjectChanged
from archive.errors import ConfigurationError
from crawler.cluster.process import demand_clock
from tests.depots import DONE, HOME, KEYS, NAME, Store, read_site, s3_store
from tests.inside import run_inside
from tests.literal import article

DAY = "2026-01-01T00:00:00Z"
ALWAYS = {"times": 999}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with s3_store(tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture
def bucket(shared: Store) -> Iterator[Store]:
    """A depot that knows one site, of which nobody has a claim."""
    shared.faults()
    depot = shared.depot()
    depot.register(HOME)
    depot.change(NAME, claim=None, removed_at=None)
    yield shared
    shared.faults()


def demand(store: Store) -> None:
    depot = store.depot()
    depot.session.beat()
    depot.objects.demand_conditions(depot.session.key)


@pytest.mark.parametrize(
    "fault", [{"do": "ignore"}, {"do": "ignore", "skip": 1}, {"do": "status", "status": 501, "code": "NotImplemented"}], ids=str
)
def test_a_store_that_does_not_keep_conditions_is_refused(fault: dict[str, object], bucket: Store) -> None:
    demand(bucket)
    depot = bucket.depot()
    depot.session.beat()
    bucket.faults(fault | {"method": "PUT", "match": "sessions/"} | ALWAYS)
    with pytest.raises(ConfigurationError, match="does not keep If-Match"):
        depot.objects.demand_conditions(depot.session.key)


def test_a_worker_does_not_begin_where_conditions_are_not_kept(bucket: Store, tmp_path: Path) -> None:
    bucket.faults({"do": "ignore", "method": "PUT"} | ALWAYS)
    run = run_inside(["update", "--depot", bucket.url, "-s", f"ARCHIVE_DIR={tmp_path}"])
    assert (run.code, len(run.lines)) == (2, 1), run.lines
    assert "does not keep If-Match" in run.err


def test_a_proxy_that_calls_entity_tags_weak_keeps_nobody_from_writing(bucket: Store, tmp_path: Path) -> None:
    """nginx does so with answers that it packs; no store takes a weak one in If-Match."""
    bucket.faults({"do": "weak", "method": "GET"} | ALWAYS)
    claim = bucket.depot().claim(NAME)
    read_site(claim, tmp_path / "a", DAY, article(source_id="1"))
    claim.commit(tmp_path / "a", DONE)
    assert bucket.depot().head(NAME).claim is None


def test_a_listing_without_quotes_names_the_versions_that_reading_names(bucket: Store) -> None:
    bucket.faults({"do": "bare", "method": "GET", "match": "list-type"} | ALWAYS)
    depot = bucket.depot()
    assert depot.versions()[NAME] == depot.head(NAME).version
    bucket.asked()
    list(depot.heads())
    assert bucket.asked() == ["GET list"]


@pytest.mark.parametrize("answer", [(409, "ConditionalRequestConflict"), (503, "SlowDown")], ids=str)
def test_a_store_that_is_busy_with_another_write_is_asked_again(answer: tuple[int, str], bucket: Store) -> None:
    busy = {"do": "status", "status": answer[0], "code": answer[1], "method": "PUT", "match": "heads/"}
    bucket.faults(busy | {"times": 2})
    claim = bucket.depot().claim(NAME)
    assert claim.held()
    bucket.faults(busy | ALWAYS)
    with pytest.raises((ObjectChanged, DepotAway)):
        claim._write(claim.head.written(settings={"pages": "none"}))
    bucket.faults()
    claim.release()
    assert bucket.depot().head(NAME).claim is None


def test_a_head_that_was_taken_away_during_a_slice_refuses_its_commit(bucket: Store, tmp_path: Path) -> None:
    """A store answers 404 to If-Match where nothing is."""
    claim = bucket.depot().claim(NAME)
    read_site(claim, tmp_path / "a", DAY, article(source_id="1"))
    bucket.depot().objects.delete([f"heads/{NAME}.json"])
    with pytest.raises(Stale):
        claim.commit(tmp_path / "a", DONE)
    assert claim.lost


def test_a_store_that_refuses_the_clock_of_this_machine_is_told_as_that(bucket: Store) -> None:
    bucket.faults({"do": "status", "status": 403, "code": "RequestTimeTooSkewed"} | ALWAYS)
    with pytest.raises(ClockRefused, match="refuses this machine's clock") as refused:
        demand_clock(bucket.depot())
    assert refused.value.exit_code == 2


def test_names_with_signs_that_addresses_mean_something_by_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = ["a b", "a+b", "a%2Bb", "Zeitung für Übersicht", "новости", "a&b=c#d?e", "日本", "it's (one) ~ of, many; @home!$"]
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="bucket")
        with s3_store(tmp_path / "small") as small:
            for url in (f"s3://bucket/pre?endpoint={endpoint}", small.url, str(tmp_path / "folder")):
                objects = open_objects(url)
                for name in names:
                    version = objects.put_if(f"heads/{name}.json", name.encode(), None)
                    assert objects.get(f"heads/{name}.json").data == name.encode(), (url, name)
                    objects.put_if(f"heads/{name}.json", b"2" + name.encode(), version)
                listed = {row.key: row.version for row in objects.list("heads/")}
                assert listed == {f"heads/{name}.json": objects.get(f"heads/{name}.json").version for name in names}, url
                objects.delete(listed)
                assert list(objects.list("heads/")) == [], url
    finally:
        server.stop()


def test_a_file_system_that_takes_every_lock_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some that are mounted over a network or through FUSE do."""
    store = Store(tmp_path, (tmp_path / "depot").as_uri())
    demand(store)
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    with pytest.raises(ConfigurationError, match="keeps no lock"):
        demand(store)

"""Answers that are committed together: each is all or nothing, none takes another along, and nobody is told before they are safe."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest

from archive.errors import StorageError
from archive.store import group
from archive.store.checkpoints import Checkpoint
from archive.store.seen import Seen
from archive.store.store import Store
from archive.warc.read import read_body
from archive.warc.write import WarcWriter
from tests.crawls import PROJECT, rows
from tests.kills import assert_whole
from tests.literal import URL, Desk, article, comment, exchange

TITLES = "select title from articles order by title"
NAMED: tuple[dict[str, Any], ...] = tuple(
    article(source_id=str(number), url=f"{URL}?{number}", title=title) for number, title in enumerate(("Bridge", "Road", "Tunnel"), 1)
)


async def desk_of(folder: Path) -> Desk:
    """A desk whose site and run are committed, as those of a run are before its first request."""
    desk = Desk(folder)
    await desk.store.group.committed()
    return desk


def in_a_group(desk: Desk, *answers: dict[str, Any]) -> Awaitable[None]:
    """Save these answers as a run does; what is awaited is their commit."""
    desk.store.group.join()
    for one in answers:
        desk.see(one)
    return desk.store.group.committed()


def test_nothing_of_a_group_is_there_before_its_commit_and_all_of_it_afterwards(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        committed = in_a_group(desk, *NAMED)
        assert rows(folder, TITLES) == []
        await committed
        assert rows(folder, TITLES) == [("Bridge",), ("Road",), ("Tunnel",)]
        assert not desk.store.group.is_open
        desk.close()

    asyncio.run(save())


def test_an_answer_that_fails_takes_no_other_of_its_group_along(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        desk.store.group.join()
        desk.see(NAMED[0])
        with pytest.raises(sqlite3.IntegrityError):
            desk.see(NAMED[1], _2=[comment("7"), comment("7")])
        assert desk.store.find_article(desk.site, "2", URL + "?2") is None
        desk.see(NAMED[2], _3=[comment("8")])
        await desk.store.group.committed()
        desk.close()

    asyncio.run(save())
    assert rows(folder, TITLES) == [("Bridge",), ("Tunnel",)]
    assert rows(folder, "select source_id from comments") == [("8",)]
    assert rows(folder, "select new from crawls") == [(3,)]
    assert rows(folder, "select count(*) from captures") == [(3,)], "what was read of it lies in the archive, whatever it was"


def test_a_group_that_the_database_gave_up_is_told_to_all_who_wait_and_to_who_writes_in_it(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        waiting = [in_a_group(desk, one) for one in NAMED[:2]]
        tasks = [asyncio.ensure_future(one) for one in waiting]
        await asyncio.sleep(0)
        desk.db.execute("rollback")  # as SQLite does by itself on a full disk
        with pytest.raises(StorageError, match="given up"):
            desk.see(NAMED[2])
        told = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in told] == [StorageError, StorageError]
        await in_a_group(desk, NAMED[2])
        desk.close()

    asyncio.run(save())
    assert rows(folder, TITLES) == [("Tunnel",)]


def test_a_record_whose_row_was_lost_has_it_again_under_its_id_before_anything_else_is_written(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        desk.store.group.join()
        lost = [desk.capture("rest"), desk.capture("page")]
        desk.db.execute("rollback")  # as SQLite does by itself on a full disk
        with pytest.raises(StorageError):
            desk.store.group.commit()
        desk.store.group.join()
        assert desk.capture("rest") not in lost
        seen = Seen(desk.clock.at, ((lost[0], "rest"),), "1")  # whoever read it meanwhile saves what was in it
        desk.store.save_answer(desk.crawl, desk.site, seen, articles=[NAMED[0]], threads={}, thread_door="rest")
        await desk.store.group.committed()
        desk.close()

    asyncio.run(save())
    assert rows(folder, TITLES) == [("Bridge",)]
    assert rows(folder, "select id, offset = (select min(offset) from captures) from captures order by id") == [(1, 1), (2, 0), (3, 0)]
    assert_whole(folder)


def test_a_lost_group_that_nobody_waited_for_is_told_to_who_writes_next(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        desk.store.group.join()
        desk.capture("page")
        desk.db.execute("rollback")
        with pytest.raises(StorageError):
            desk.store.group.commit()
        desk.store.group.join()
        desk.db.execute("rollback")
        while desk.store.group.is_open:
            await asyncio.sleep(0)
        with pytest.raises(StorageError):
            desk.see(NAMED[0])
        desk.see(NAMED[1])
        desk.close()

    asyncio.run(save())
    assert rows(folder, TITLES) == [("Road",)]


def test_the_end_of_a_run_and_of_the_archive_commit_what_is_open(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        desk.store.group.join()
        desk.see(NAMED[0])
        desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 1, "")
        await desk.store.group.committed()
        assert rows(folder, TITLES) == [("Bridge",)]
        desk.store.group.join()
        desk.see(NAMED[1])
        desk.close()

    asyncio.run(save())
    assert rows(folder, TITLES) == [("Bridge",), ("Road",)]


def test_who_is_in_no_hurry_waits_for_others_until_somebody_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PATIENT", 3600.0)  # however busy the machine is, the wait is not over before somebody is in a hurry

    async def save() -> None:
        desk = await desk_of(folder)
        await in_a_group(desk, NAMED[0])
        commits = desk.store.group
        commits.join()
        desk.see(NAMED[1])
        patient = asyncio.ensure_future(commits.committed(patient=True))
        await asyncio.sleep(0)
        assert commits._open is not None
        later = commits._open.timer.when()
        committed = in_a_group(desk, NAMED[2])
        hurried = asyncio.ensure_future(committed)
        await asyncio.sleep(0)
        assert commits._open.timer.when() < later
        await asyncio.gather(patient, hurried)
        assert rows(folder, TITLES) == [("Bridge",), ("Road",), ("Tunnel",)]
        desk.close()

    asyncio.run(save())


def test_notes_for_which_nobody_waits_share_the_commit_of_the_next_answer(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        desk.store.save_list(desk.site, "pages", total=3)
        assert rows(folder, "select total from lists") == []
        await in_a_group(desk, NAMED[0])
        assert rows(folder, "select total from lists") == [(3,)]
        desk.store.save_list(desk.site, "pages", total=4)
        while desk.store.group.is_open:
            await asyncio.sleep(0)
        desk.store.group.commit()
        assert rows(folder, "select total from lists") == [(4,)], "without an answer they are committed soon"
        desk.close()

    asyncio.run(save())


class SlowDisk:
    """Syncs of the database's log that take until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: OSError | None = None) -> None:
        self.began, self.may_end, self.syncs = threading.Event(), threading.Event(), 0
        sync = os.fdatasync

        def held_up(descriptor: int) -> None:
            sync(descriptor)
            if os.readlink(f"/proc/self/fd/{descriptor}").endswith("-wal"):
                self.syncs += 1
                self.began.set()
                assert self.may_end.wait(20)
                if error:
                    raise error

        monkeypatch.setattr(os, "fdatasync", held_up)

    async def begun(self) -> None:
        while not self.began.is_set():
            await asyncio.sleep(0)


def test_the_archive_is_read_and_written_while_a_commit_is_synced_and_who_waits_is_told_afterwards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        disk = SlowDisk(monkeypatch)
        waiting = [asyncio.ensure_future(in_a_group(desk, NAMED[0]))]
        await disk.begun()
        assert desk.store.find_article(desk.site, "1", f"{URL}?1")
        for one in NAMED[1:]:
            waiting.append(asyncio.ensure_future(in_a_group(desk, one)))
            while desk.store.group.is_open:
                await asyncio.sleep(0)
        assert not any(one.done() for one in waiting)
        assert disk.syncs == 1
        disk.may_end.set()
        await asyncio.gather(*waiting)
        assert disk.syncs == 2, "the groups that were committed meanwhile share a sync"
        desk.close()

    asyncio.run(save())
    assert rows(folder, TITLES) == [("Bridge",), ("Road",), ("Tunnel",)]


def test_a_commit_that_cannot_be_synced_is_told_to_all_who_wait_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        with monkeypatch.context() as while_it_fails:
            disk = SlowDisk(while_it_fails, OSError(5, "Input/output error"))
            disk.may_end.set()
            told = await asyncio.gather(*[in_a_group(desk, one) for one in NAMED[:2]], return_exceptions=True)
        assert [str(one) for one in told] == [f"cannot write to {folder}/archive.db: Input/output error; check the disk"] * 2
        assert {type(one) for one in told} == {StorageError}
        await in_a_group(desk, NAMED[2])
        desk.close()

    asyncio.run(save())


def test_what_a_lost_group_said_of_a_list_is_not_remembered(folder: Path) -> None:
    async def save() -> None:
        desk = await desk_of(folder)
        desk.store.save_list(desk.site, "pages", total=3)
        await desk.store.group.committed()
        desk.store.save_list(desk.site, "pages", {"followed": [Checkpoint(at="2026-01-01T00:00:00Z")]}, total=4)
        desk.db.execute("rollback")  # as SQLite does by itself on a full disk
        with pytest.raises(StorageError):
            desk.store.group.commit()
        assert (desk.store.list_of(desk.site, "pages") or {})["total"] == 3
        assert desk.store.checkpoints(desk.site, "followed") == []
        desk.close()

    asyncio.run(save())


def test_a_store_that_is_used_in_one_event_loop_after_the_other_commits_what_the_first_left_open(folder: Path) -> None:
    async def note(store: Store, total: int) -> None:
        store.save_list(site, "pages", total=total)

    async def note_and_wait(store: Store, total: int) -> None:
        await note(store, total)
        await store.group.committed()

    store = Store(folder)
    site = store.ensure_site("example", "https://www.example.org/")["id"]
    asyncio.run(note(store, 1))
    asyncio.run(note_and_wait(store, 2))
    assert rows(folder, "select total from lists") == [(2,)]
    asyncio.run(note(store, 3))
    store.save_list(site, "pages", total=4)
    assert rows(folder, "select total from lists") == [(4,)]
    store.close()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.literal import Desk
from tests.test_group_commit import NAMED

async def save():
    desk = Desk(Path(sys.argv[1]))
    desk.store.group.join()
    desk.see(NAMED[0])
    await desk.store.group.committed()
    desk.store.group.join()
    for one in NAMED[1:]:
        desk.see(one)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(save())
"""


def test_a_kill_in_a_group_leaves_what_was_committed_and_the_records_of_the_rest(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    assert done.returncode == -signal.SIGKILL
    assert rows(folder, TITLES) == [("Bridge",)]
    assert rows(folder, "select count(*) from captures") == [(1,)]
    Store(folder).close()
    assert rows(folder, "select count(*), count(crawl_id) from captures") == [(3, 1)]
    assert_whole(folder)


def test_exchanges_that_are_written_together_lie_behind_one_another_each_at_its_place(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    first = writer.write(exchange())
    places = writer.write_all([exchange(f"{URL}?{number}", body=b"%d" % number) for number in range(3)])
    alone = WarcWriter(tmp_path, "other", "test")
    assert [place.payload_digest for place in places] == [alone.write(exchange(body=b"%d" % number)).payload_digest for number in range(3)]
    assert len({place.filename for place in (first, *places)}) == 1
    offsets = [place.offset for place in (first, *places)]
    assert offsets == sorted(set(offsets))
    bodies = [read_body(tmp_path, place.filename, place.offset, place.length)[1] for place in places]
    assert bodies == [b"0", b"1", b"2"]

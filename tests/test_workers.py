"""Extraction in processes of its own: what hangs or eats memory is cut off and takes nothing else along."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.extract import workers as extraction
from crawler.extract.workers import TOGETHER, ExtractionCut, ExtractionFailed, InWorker, Workers
from tests.crawls import PROJECT, until
from tests.mishaps import begin_and_burn, burn, die, double, eat, fail, fail_oddly, hoard, leave, spin, together, vanish


@pytest.fixture(autouse=True)
def own_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of this module share processes with no others that the test process has."""
    monkeypatch.setattr(extraction, "_pools", {})


@pytest.mark.parametrize("mishap", [spin, eat, die])
def test_a_page_that_is_cut_off_leaves_the_others_alone(mishap: object) -> None:
    async def run() -> list[object]:
        workers = Workers(2, 1)
        try:
            return await asyncio.gather(
                workers.run(double, 1), workers.run(mishap), *(workers.run(double, n) for n in range(2, 8)), return_exceptions=True
            )
        finally:
            workers.close()

    first, cut, *others = asyncio.run(run())
    assert isinstance(cut, ExtractionCut), cut
    assert [first, *others] == [2 * n for n in range(1, 8)]


@pytest.mark.parametrize("mishap", [spin, eat, die])
def test_a_page_of_one_site_that_is_cut_off_costs_another_site_of_the_pool_nothing(mishap: object) -> None:
    async def run() -> list[list[object]]:
        one, other = Workers(2, 1), Workers(2, 1)
        with contextlib.closing(one), contextlib.closing(other):
            bad = [one.run(mishap), *(one.run(double, n) for n in range(6))]
            good = [other.run(double, n) for n in range(12)]
            return await asyncio.gather(asyncio.gather(*bad, return_exceptions=True), asyncio.gather(*good, return_exceptions=True))

    (cut, *rest), good = asyncio.run(run())
    assert isinstance(cut, ExtractionCut), cut
    assert rest == [2 * n for n in range(6)]
    assert good == [2 * n for n in range(12)]


def test_pages_that_wait_are_handed_over_together_and_none_waits_for_others_while_a_process_is_free() -> None:
    async def run() -> tuple[int, list[int]]:
        workers = Workers(1, 5)
        with contextlib.closing(workers):
            return await workers.run(together), await asyncio.gather(*(workers.run(together) for _ in range(20)))

    alone, many = asyncio.run(run())
    assert alone == 1
    assert many[0] == 1 and max(many) == TOGETHER


@pytest.mark.parametrize("mishap", [eat, die, vanish])
def test_pages_that_were_handed_over_with_one_that_is_cut_off_are_done_all_the_same(mishap: object) -> None:
    async def run() -> list[object]:
        workers = Workers(1, 5)
        with contextlib.closing(workers):
            before = [workers.run(double, n) for n in range(4)]
            after = [workers.run(double, n) for n in range(4, 9)]
            return await asyncio.gather(*before, workers.run(mishap), *after, return_exceptions=True)

    done = asyncio.run(run())
    assert isinstance(done.pop(4), ExtractionCut)
    assert done == [2 * n for n in range(9)]


def test_a_site_with_many_pages_waiting_lets_another_sites_pages_through() -> None:
    async def run() -> list[str]:
        done: list[str] = []

        async def read(workers: Workers, site: str) -> None:
            await workers.run(double, 1)
            done.append(site)

        big, small = Workers(1, 5), Workers(1, 5)
        with contextlib.closing(big), contextlib.closing(small):
            pages = [asyncio.ensure_future(read(big, "big")) for _ in range(40)]
            await asyncio.sleep(0)  # all of them wait before the other site comes
            await asyncio.gather(*pages, *(read(small, "small") for _ in range(3)))
        return done

    done = asyncio.run(run())
    assert len(done) == 43
    assert [place for place, site in enumerate(done) if site == "small"][-1] < 10


def test_a_pool_that_breaks_is_built_anew_and_what_it_had_is_done_again(tmp_path: Path) -> None:
    async def run() -> list[object]:
        one, other = Workers(1, 5), Workers(1, 5)
        with contextlib.closing(one), contextlib.closing(other):
            os.kill(await one.run(os.getpid), signal.SIGKILL)  # none was at work: the pool takes itself for broken
            again = await one.run(double, 1)
            pid = await other.run(os.getpid)
            mark = tmp_path / "begun"
            under_way = [asyncio.ensure_future(call) for call in (one.run(begin_and_burn, str(mark), 0.3), other.run(double, 2))]
            await asyncio.sleep(0)
            until(mark.exists)
            os.kill(pid, signal.SIGKILL)
            return [again, *await asyncio.gather(*under_way, *(other.run(double, n) for n in range(3, 6)))]

    assert asyncio.run(run()) == [2, str(tmp_path / "begun"), 4, 6, 8, 10]


@pytest.mark.parametrize("mishap", [fail_oddly, leave])
def test_what_a_page_raises_is_its_own_failure_whatever_it_is(mishap: object) -> None:
    async def run() -> list[object]:
        workers = Workers(1, 5)
        with contextlib.closing(workers):
            return await asyncio.gather(workers.run(mishap), *(workers.run(double, n) for n in range(4)), return_exceptions=True)

    failure, *others = asyncio.run(run())
    assert isinstance(failure, ExtractionFailed), failure
    assert "OddError: a bug at line 7" in str(failure) or "SystemExit: 7" in str(failure)
    assert others == [0, 2, 4, 6]


def test_a_function_that_is_named_is_imported_by_the_worker_alone() -> None:
    async def run() -> object:
        workers = Workers(1, 5)
        with contextlib.closing(workers):
            return await workers.run(InWorker("colorsys", "rgb_to_hsv"), 1, 1, 1)

    sys.modules.pop("colorsys", None)
    assert asyncio.run(run()) == (0.0, 0.0, 1)
    assert "colorsys" not in sys.modules


def test_there_are_as_many_processes_as_cores_where_no_number_is_given() -> None:
    async def run() -> set[int]:
        workers = Workers(0, 5)
        with contextlib.closing(workers):
            return set(await asyncio.gather(*(workers.run(os.getpid) for _ in range(8 * len(os.sched_getaffinity(0))))))

    assert 1 <= len(asyncio.run(run())) <= len(os.sched_getaffinity(0))


def test_each_page_has_an_allowance_of_its_own() -> None:
    async def run() -> list[float]:
        workers = Workers(1, 1)
        try:
            return [await workers.run(burn, 0.6) for _ in range(4)]
        finally:
            workers.close()

    assert asyncio.run(run()) == [0.6] * 4


def test_what_a_page_leaves_in_memory_is_not_taken_off_the_next_ones_allowance() -> None:
    async def run() -> list[int]:
        workers = Workers(1, 5)
        try:
            return [await workers.run(hoard) for _ in range(2)]
        finally:
            workers.close()

    assert asyncio.run(run()) == [1, 2]


def test_the_runs_of_one_process_share_their_workers_and_the_last_one_ends_them() -> None:
    async def run() -> None:
        first, second = Workers(1, 5), Workers(1, 5)
        pid = await first.run(os.getpid)
        assert await second.run(os.getpid) == pid
        first.close()
        first.close()
        assert await second.run(os.getpid) == pid, "it is still used"
        second.close()
        assert not running(pid)

    asyncio.run(run())


def test_a_run_that_ends_gives_up_its_own_pages_and_no_other_runs() -> None:
    async def run() -> None:
        ending, going_on = Workers(2, 60), Workers(2, 60)
        assert await going_on.run(double, 1) == 2
        under_way = asyncio.ensure_future(ending.run(spin))
        await asyncio.sleep(0)
        ending.close()
        assert await asyncio.gather(*(going_on.run(double, n) for n in range(8))) == [2 * n for n in range(8)]
        assert isinstance((await asyncio.gather(under_way, return_exceptions=True))[0], asyncio.CancelledError)
        going_on.close()

    asyncio.run(run())


def test_a_bug_in_the_extractor_is_told_as_it_is() -> None:
    async def run() -> None:
        workers = Workers(1, 5)
        try:
            await workers.run(fail)
        finally:
            workers.close()

    with pytest.raises(ExtractionFailed, match="ValueError: a bug in the extractor"):
        asyncio.run(run())


PARENT = """
import asyncio, os, sys
from crawler.extract.workers import Workers

async def main():
    workers = Workers(1, 60)
    print(await workers.run(os.getpid), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    parent = subprocess.Popen([sys.executable, str(tmp_path / "parent.py")], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    until(lambda: not running(worker))


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

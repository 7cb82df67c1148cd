"""Whole REST answers read in worker processes: many rows a call, and a bad row takes no other along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from crawler.extract.answers import read_rows
from crawler.extract.rest import UnreadRow, extract_comments
from crawler.extract.workers import Workers
from tests.mishaps import broken, doubled


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(2, 1)
    yield pool
    pool.close()


def read(workers: Workers, extract: Callable[..., list[Any]], rows: Sequence[Any], **named: Any) -> list[Any]:
    async def run() -> list[Any]:
        return await read_rows(workers, extract, rows, **named)

    return asyncio.run(run())


@pytest.mark.parametrize("bad", ["spins", "dies"])
def test_a_row_that_is_cut_off_takes_no_other_along(workers: Workers, bad: str) -> None:
    results = read(workers, doubled, range(10), bad=bad, size=5)
    assert [*results[:3], *results[4:]] == [0, 2, 4, 8, 10, 12, 14, 16, 18]
    assert isinstance(results[3], UnreadRow) and results[3].fault == "cut" and "cut off" in results[3].reason


@pytest.mark.parametrize("size", [1, 3, 100])
def test_results_stand_in_the_order_of_the_rows(workers: Workers, size: int) -> None:
    assert read(workers, doubled, range(10), bad="", size=size) == [2 * n for n in range(10)]


def test_an_empty_answer_asks_nobody(workers: Workers) -> None:
    assert read(workers, extract_comments, []) == []


def test_a_call_that_fails_as_a_whole_names_each_of_its_rows(workers: Workers) -> None:
    assert read(workers, broken, [1, 2]) == [UnreadRow("extraction failed with RuntimeError: 2 rows", "bug")] * 2


def test_comments_come_back_as_they_are_read_here(workers: Workers) -> None:
    row = {
        "id": 31,
        "post": 7,
        "parent": 0,
        "author_name": "Wendell",
        "author_url": "",
        "date": "2014-07-09T19:40:00",
        "date_gmt": "2014-07-09T23:40:00",
        "content": {"rendered": "<p>One.</p>"},
    }
    rows = [row, {**row, "id": 32, "content": {}}]
    assert read(workers, extract_comments, rows, timezone="America/New_York") == extract_comments(rows, timezone="America/New_York")

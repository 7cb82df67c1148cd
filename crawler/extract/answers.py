"""Takes the rows of a REST answer and reads them in worker processes, many rows in one call, and gives one result for each row.

The allowance of time and memory is that of a call, so one bad row may cut off the call of many. Then each of its rows is read
in a call of its own: the bad one is cut off again, alone, and costs two allowances in all; the others lose nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from crawler.extract.workers import ExtractionCut, ExtractionFailed, Workers
from crawler.items import UnreadRow

AnswerRow = TypeVar("AnswerRow")
Result = TypeVar("Result")
ROWS_A_CALL = 20  # of posts: few enough that all workers have some of an answer of 100, many enough that asking costs little


async def read_rows(
    workers: Workers, extract: Callable[..., list[Result | UnreadRow]], rows: Sequence[AnswerRow], *, size: int = ROWS_A_CALL, **named: Any
) -> list[Result | UnreadRow]:
    """``extract(rows, **named)``, which gives one result a row, over ``size`` rows a call; the results in the order of the rows.

    ``extract`` is :func:`crawler.extract.rest.extract_posts` or ``extract_comments``. Raises nothing for what rows cause.
    """
    calls = [_call(workers, extract, rows[start : start + size], named) for start in range(0, len(rows), size)]
    return [result for results in await asyncio.gather(*calls) for result in results]


async def _call(
    workers: Workers, extract: Callable[..., list[Result | UnreadRow]], rows: Sequence[AnswerRow], named: dict[str, Any]
) -> list[Result | UnreadRow]:
    try:
        return await workers.run(extract, rows, **named)
    except ExtractionCut as error:
        if len(rows) == 1:
            return [UnreadRow(str(error), "cut")]
        alone = await asyncio.gather(*(_call(workers, extract, [row], named) for row in rows))
        return [result for results in alone for result in results]
    except ExtractionFailed as error:  # the functions named above answer for each row; another may fail as a whole
        return [UnreadRow(str(error), "bug")] * len(rows)

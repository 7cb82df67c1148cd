"""The end of a spider that has a run under way: takes a crawler, says whether its engine is closing, and keeps it open until the run ends.

Scrapy closes a spider (CLOSESPIDER_*, MEMUSAGE_LIMIT_MB, ``engine.close_spider_async``) as soon as no request is in progress, and
has no public word for a ``start()`` that is still at work. This file and pace.py alone use private names of Scrapy.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapy import Request

from crawler.errors import Stopped

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LONGEST_NAP = 0.5  # seconds until a closing is noticed


def is_closing(crawler: Crawler) -> bool:
    """Whether the spider is being closed, or is closed already."""
    slot = crawler.engine._slot
    return slot is None or slot.closing is not None


@contextlib.contextmanager
def kept_open(crawler: Crawler) -> Iterator[None]:
    """The spider stays open meanwhile, as it does for a request in progress. Raises Stopped where it is closing already."""
    slot, placeholder = crawler.engine._slot, Request("about:blank")
    if slot is None or is_closing(crawler):
        raise Stopped("Scrapy closed the spider before its first request")
    slot.add_request(placeholder)
    try:
        yield
    finally:
        slot.remove_request(placeholder)


async def pause(crawler: Crawler, seconds: float) -> None:
    """Sleep. Raises Stopped as soon as the spider is being closed."""
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0:
        if is_closing(crawler):
            raise Stopped("Scrapy closed the spider during a wait")
        await asyncio.sleep(min(left, LONGEST_NAP))

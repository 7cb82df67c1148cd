"""Scrapy's own floor for many sites: a crawler for each site in one reactor, which asks for three addresses and reads none of them.

python -m tests.bench.bare_crawlers AT_ONCE HOME ...
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

ASKED = ("/robots.txt", "/feed/", "/sitemap.xml")
SETTINGS = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "DOWNLOAD_DELAY": 0}


class BareSpider(scrapy.Spider):
    name = "bare"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for path in ASKED:
            yield scrapy.Request(f"{self.home}{path}")  # type: ignore[attr-defined]

    def parse(self, response: Response) -> None:
        pass


def crawl_all(homes: list[str], at_once: int) -> None:
    process = AsyncCrawlerProcess(SETTINGS)

    def begin_next(_: object = None) -> None:
        if homes:
            process.crawl(BareSpider, home=homes.pop()).add_done_callback(begin_next)  # type: ignore[union-attr]

    for _ in range(at_once):
        begin_next()
    process.start()


if __name__ == "__main__":
    crawl_all(sys.argv[2:], int(sys.argv[1]))

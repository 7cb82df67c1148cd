"""What the product is measured against, for ``scrapy runspider``: pages fetched and nothing else, or read by trafilatura's default.

``-a sitemap=URL`` is read for the addresses, ``-a reader=trafilatura`` reads each page in the callback. Without a sitemap nothing is
asked for: that is Scrapy's own start.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import scrapy
from scrapy.http import Response


class ReferenceSpider(scrapy.Spider):
    name = "reference"

    def __init__(self, sitemap: str = "", reader: str = "", **options: str) -> None:
        super().__init__(**options)
        self.sitemap, self.read = sitemap, 0
        if reader == "trafilatura":
            from trafilatura import bare_extraction

            self.extract = bare_extraction

    async def start(self) -> AsyncIterator[scrapy.Request]:
        if self.sitemap:
            yield scrapy.Request(self.sitemap, self.ask)

    def ask(self, response: Response) -> Iterator[scrapy.Request]:
        for url in re.findall("<loc>([^<]+)</loc>", response.text):
            yield scrapy.Request(url, self.keep)

    def keep(self, response: Response) -> None:
        extract = getattr(self, "extract", None)
        if extract is not None:
            extract(response.body, url=response.url, with_metadata=True)
        self.read += 1

    def closed(self, reason: str) -> None:
        print(f"read {self.read}", flush=True)

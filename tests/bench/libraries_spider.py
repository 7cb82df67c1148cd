"""What the libraries that the product is made of take alone, for ``scrapy runspider``: no line of the product's own code runs for a page.

Scrapy fetches; lxml parses and trafilatura reads the text's container, in one worker process a core; the body is compressed, digested
and synced; rows that a crawl of the same pages left are inserted into the product's tables, full-text search included, two pages a commit.

    -a sitemap=URL -a archive=FOLDER (that has the rows) -a into=FOLDER (empty)
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import scrapy
from isal import igzip
from scrapy.http import Response

from archive.db.connection import FILENAME, open_for_writing
from tests.bench.extraction import text_alone
from tests.bench.storage import insert_into

TOGETHER = 2  # pages in one commit
NOT_OF_A_PAGE = ("sites", "crawls", "authors", "tags")
PAGE_OF = {  # tables whose rows belong to a page: what joins each to its article
    "captures": "article_id",
    "articles": "id",
    "urls": "article_id",
    "revisions": "article_id",
    "revision_captures": "(select article_id from revisions where id = revision_id)",
    "block_spans": "(select article_id from revisions where id = revision_id)",
    "article_authors": "article_id",
    "article_tags": "article_id",
    "images": "article_id",
    "links": "article_id",
    "comments": "article_id",
    "comment_states": "(select article_id from comments where id = comment_id)",
}
Rows = dict[str, list[tuple[object, ...]]]


class LibrariesSpider(scrapy.Spider):
    name = "libraries"

    def __init__(self, sitemap: str, archive: str, into: str, **options: str) -> None:
        super().__init__(**options)
        self.sitemap, self.read, self.open = sitemap, 0, 0
        self.db = open_for_writing(Path(into)).conn
        self.db.execute("pragma foreign_keys = off")  # tables refer to each other in a circle
        source = sqlite3.connect(Path(archive) / FILENAME)
        for table in NOT_OF_A_PAGE:
            sql, columns = insert_into(source, table)
            self.db.executemany(sql, source.execute(f"select {columns} from {table}").fetchall())
        self.db.execute("begin")
        self.statements = {table: insert_into(source, table)[0] for table in PAGE_OF}
        self.rows = rows_by_address(source)
        source.close()
        self.records = (Path(into) / "records.gz").open("wb")
        self.pool = ProcessPoolExecutor(os.cpu_count(), get_context("forkserver"))

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield scrapy.Request(self.sitemap, self.ask)

    def ask(self, response: Response) -> Iterator[scrapy.Request]:
        for url in re.findall("<loc>([^<]+)</loc>", response.text):
            yield scrapy.Request(url, self.keep)

    async def keep(self, response: Response) -> None:
        body = response.body
        if not await asyncio.get_running_loop().run_in_executor(self.pool, text_alone, body):
            return
        hashlib.sha256(body).digest()
        record = igzip.compress(body)
        hashlib.sha256(record).digest()
        self.records.write(record)
        for table, rows in self.rows[response.url].items():
            self.db.executemany(self.statements[table], rows)
        self.read += 1
        self.open += 1
        if self.open == TOGETHER:
            self.commit()

            self.db.execute("begin")

    def commit(self) -> None:
        self.records.flush()
        os.fdatasync(self.records.fileno())
        self.db.execute("commit")
        self.open = 0

    def closed(self, reason: str) -> None:
        self.commit()
        self.db.close()
        self.records.close()
        self.pool.shutdown()
        print(f"read {self.read}", flush=True)


def rows_by_address(source: sqlite3.Connection) -> dict[str, Rows]:
    """What a crawl stored for each page, table by table, by the page's address."""
    addresses = dict(source.execute("select id, url from articles").fetchall())
    found: dict[str, Rows] = defaultdict(lambda: defaultdict(list))
    for table, article in PAGE_OF.items():
        _, columns = insert_into(source, table)
        for of, *row in source.execute(f"select {article}, {columns} from {table}"):
            if of is not None:
                found[addresses[of]][table].append(tuple(row))
    return found

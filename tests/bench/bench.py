"""What the measures share: the sites that are served, a folder, and crawls that several of them look at."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from archive.db.connection import FILENAME
from tests.bench.processes import MeasureFailed, Usage, scrapy
from tests.bench.site_server import served_sites
from tests.bench.sizes import Size


@dataclass
class Bench:
    """``folder`` is for the measures' own files. ``archive``: one to serve; made where none lies there. ``closing`` ends servers."""

    size: Size
    folder: Path
    archive: Path
    closing: ExitStack
    crawls: dict[int, tuple[Usage, Path]] = field(default_factory=dict)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @cached_property
    def homes(self) -> list[str]:
        size = self.size
        alone = {size.few, size.pages, *size.flat, size.sites[0] * size.sites[1], size.profiled}
        self._alone = sorted(alone)
        return self.closing.enter_context(served_sites([*self._alone, *[size.sites[1]] * size.sites[0]]))

    def home(self, pages: int) -> str:
        """The site that has so many pages."""
        homes = self.homes
        return homes[self._alone.index(pages)]

    def many_homes(self) -> list[str]:
        return self.homes[len(self._alone) :]

    def crawl(self, pages: int, waits: Path | None = None, *, watched: bool = False) -> Usage:
        """A first crawl of the site with so many pages, into a new folder. Raises MeasureFailed when not all of it is held."""
        folder = self.folder / f"crawl-{pages}"
        shutil.rmtree(folder, ignore_errors=True)
        words = ["crawl", "site", "-a", f"home={self.home(pages)}/"]
        usage = scrapy(*words, folder=folder, watched=watched, **timed(waits, product=True))
        self.check_held(folder, pages)
        self.crawls[pages] = usage, folder
        return usage

    def crawled(self, pages: int) -> tuple[Usage, Path]:
        """The last crawl of so many pages: what it took, and its archive. Made where there was none yet."""
        if pages not in self.crawls:
            self.crawl(pages)
        return self.crawls[pages]

    def check_held(self, folder: Path, articles: int) -> None:
        db = sqlite3.connect(folder / FILENAME)
        [(held, comments)] = db.execute("select (select count(*) from articles), (select count(*) from comments)").fetchall()
        db.close()
        if held != articles or comments < articles * 3:
            raise MeasureFailed(f"{held} articles and {comments} comments are held of {articles} pages")


def timed(waits: Path | None, *, product: bool) -> dict[str, object]:
    """Settings with which a crawl keeps how late its reactor was."""
    if waits is None:
        return {}
    import json

    from crawler.settings import EXTENSIONS

    extensions = {**(EXTENSIONS if product else {}), "tests.bench.reactor_waits.ReactorWaits": 500}
    return {"EXTENSIONS": json.dumps(extensions), "BENCH_WAITS": waits}

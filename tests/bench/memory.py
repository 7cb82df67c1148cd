"""Whether a crawl's main process stays as small, and a page as cheap, when the site is ten times as large."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import pipeline
from tests.bench.bench import Bench
from tests.bench.table import Explanation, Goal, Row

MB = 1_000_000


def measure(bench: Bench) -> Iterator[Row]:
    (few, _), (small, _), (large, _) = (bench.crawled(pages) for pages in (bench.size.few, *bench.size.flat))
    against = f"the same at {bench.size.flat[0]:,} pages"
    peaks = [usage.memory.main / MB for usage in (large, small)]
    name = f"a crawl of {bench.size.flat[1]:,} pages"
    told = f"{few.memory.main / MB:.0f} MB at {bench.size.few} pages"
    costs = [
        (usage.cpu - few.cpu) / (pages - bench.size.few) * 1000
        for usage, pages in zip((large, small), reversed(bench.size.flat), strict=True)
    ]
    why = Explanation("a crawl, its main process", lambda: pipeline.explained(bench))
    yield Row(f"{name}, main process", "RSS MB", *peaks, against, Goal("ratio", "<=", 1.2), told, why)
    yield Row(name, "CPU ms/page", *costs, against, Goal("ratio", "<=", 1.2), "", why)

"""An update of a site on which nothing has changed, beside Scrapy's own start: a spider that asks for nothing."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from tests.bench.bench import Bench
from tests.bench.pipeline import reference
from tests.bench.processes import scrapy, scrapy_words
from tests.bench.profiles import profiled_command
from tests.bench.table import Explanation, Goal, Row


def measure(bench: Bench) -> Iterator[Row]:
    _, folder = bench.crawled(bench.size.pages)
    scrapy("update", folder=folder)  # what a first crawl left to be looked at again
    reference(bench)  # and both have their modules compiled
    ours, starts = [], []
    for _ in range(bench.size.rounds):
        ours.append(scrapy("update", folder=folder).wall)
        starts.append(reference(bench).wall)
    why = Explanation("an unchanged update", lambda: explained(bench, folder))
    start = statistics.median(starts)
    yield Row("unchanged update", "wall s", statistics.median(ours), start, "Scrapy's start", Goal("ratio", "<=", 1.5), "", why)


def explained(bench: Bench, folder: object) -> list[str]:
    if not bench.size.profiled:
        return []
    return profiled_command(scrapy_words("update", folder=folder), bench.folder / "update.profile")  # type: ignore[arg-type]

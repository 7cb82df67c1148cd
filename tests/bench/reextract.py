"""Everything of an archive read again out of its captures, without the network."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator

from tests.bench.bench import Bench
from tests.bench.processes import scrapy, scrapy_words
from tests.bench.profiles import profiled_command
from tests.bench.table import Explanation, Goal, Row


def measure(bench: Bench) -> Iterator[Row]:
    """What a page costs on top of an archive with few pages."""
    few, pages = bench.size.few, bench.size.pages
    (_, small), (_, large) = bench.crawled(few), bench.crawled(pages)
    walls, cpus = [], []
    for _ in range(bench.size.rounds):
        start, whole = scrapy("reextract", folder=small), scrapy("reextract", folder=large)
        walls.append((whole.wall - start.wall) / (pages - few) * 1000)
        cpus.append((whole.cpu - start.cpu) / (pages - few) * 1000)
    cpu, cores = statistics.median(cpus), os.cpu_count() or 1
    told = f"{cpu:.1f} ms CPU"
    limit = f"{cpu:.1f} ms of CPU on {cores} cores take at least {cpu / cores:.1f}"
    why = Explanation("reextract, its main process", lambda: explained(bench))
    yield Row("reextract", "wall ms/page", statistics.median(walls), goal=Goal("ours", "<=", 6), note=told, explanation=why, limit=limit)


def explained(bench: Bench) -> list[str]:
    pages = bench.size.profiled
    if not pages:
        return []
    words = scrapy_words("reextract", folder=bench.crawled(pages)[1])
    return profiled_command(words, bench.folder / "reextract.profile", pages)

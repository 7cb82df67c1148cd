"""Many small sites in one ``scrapy update``: the first crawl of all, beside one site with as many pages, then an unchanged update."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from archive.store.store import Store
from crawler.session.options import undeclared_site
from tests.bench.bench import Bench
from tests.bench.pipeline import reference
from tests.bench.processes import run, scrapy, scrapy_words
from tests.bench.profiles import profiled_command
from tests.bench.table import Explanation, Goal, Row

MB = 1_000_000
JOBS = 16  # sites at once, as many as an update reads


def measure(bench: Bench) -> Iterator[Row]:
    sites, articles = bench.size.sites
    folder = bench.folder / "many"
    register(bench, folder)
    together = scrapy("update", folder=folder, watched=True)
    bench.check_held(folder, sites * articles)
    alone = bench.crawl(sites * articles, watched=True)  # as the others are: to look at the memory of all processes takes its time
    memory = together.memory
    of = f"{sites} sites of {articles}"
    parts = Explanation(f"memory of {of}", lambda: [f"{size / MB:8.1f} MB  {command}" for command, size in largest(memory.parts)])
    first = Explanation("the first crawl of all sites, its main process", lambda: explained_first(bench))
    why = Explanation("the unchanged update of all sites", lambda: explained(bench, folder))
    told = f"{memory.kind} of all processes at the peak"
    yield Row(f"{of}, first crawl", "MB", memory.total / MB, goal=Goal("ours", "<=", 600), note=told, explanation=parts)
    cores = os.cpu_count() or 1
    goal = Goal("ours", "<=", cores + 2)
    yield Row(f"{of}, first crawl", "processes", memory.processes, goal=goal, note=f"{cores} cores", explanation=parts)
    against = f"one site of {sites * articles:,}"
    yield Row(f"{of}, first crawl", "wall s", together.wall, alone.wall, against, Goal("ratio", "<=", 1.3), "", first)
    scrapy("update", folder=folder)
    ours, starts, bare = [], [], []
    for _ in range(bench.size.rounds):
        ours.append(scrapy("update", folder=folder))
        starts.append(reference(bench))
        bare.append(run([sys.executable, "-m", "tests.bench.bare_crawlers", str(JOBS), *bench.many_homes()]))
    figures = (statistics.median(usage.wall for usage in usages) for usages in (ours, starts))
    crawlers = f"{sites} crawlers of Scrapy's with 3 requests each take {statistics.median(usage.wall for usage in bare):.2f} s here"
    yield Row(f"{of}, unchanged", "wall s", *figures, "Scrapy's start", Goal("excess", "<=", 5), "", why, crawlers)
    start = statistics.median(usage.cpu for usage in starts)
    costs = [(statistics.median(usage.cpu for usage in usages) - start) / sites * 1000 for usages in (ours, bare)]
    yield Row(f"{of}, unchanged", "CPU ms/site", *costs, "a bare crawler of Scrapy's for each site, 3 requests", None, "", why)


def register(bench: Bench, folder: Path) -> None:
    """Make the sites known to a new archive."""
    store = Store(folder)
    for home in bench.many_homes():
        store.ensure_site(undeclared_site(f"{home}/").name, f"{home}/")
    store.close()


def largest(parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(parts, key=lambda part: -part[1])[:8]


def explained_first(bench: Bench) -> list[str]:
    if not bench.size.profiled:
        return []
    folder = bench.folder / "many-profiled"
    register(bench, folder)
    return explained(bench, folder)


def explained(bench: Bench, folder: Path) -> list[str]:
    if not bench.size.profiled:
        return []
    return profiled_command(scrapy_words("update", folder=folder), bench.folder / "many.profile", bench.size.sites[0])

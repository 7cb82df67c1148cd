"""A first crawl, each page read, kept as evidence and stored: beside Scrapy that only fetches, and Scrapy with trafilatura."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.bench.bench import Bench, timed
from tests.bench.processes import MeasureFailed, Usage, run, scrapy_words
from tests.bench.profiles import profiled_command
from tests.bench.table import Explanation, Goal, Row

FOLDER = Path(__file__).parent
POLITENESS = {"CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "ROBOTSTXT_OBEY": False, "LOG_LEVEL": "WARNING"}


def measure(bench: Bench) -> Iterator[Row]:
    """Rates of what a page costs on top of a run with few pages."""
    few, pages = bench.size.few, bench.size.pages
    spent: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": [], "trafilatura": [], "libraries": []}
    waits: dict[str, list[dict[str, float]]] = {name: [] for name in spent}
    for _ in range(bench.size.rounds):
        for name in spent:
            kept = bench.folder / f"waits-{name}.json"
            start, whole = crawl(bench, name, few, kept), crawl(bench, name, pages, kept)
            spent[name].append(((whole.wall - start.wall) / (pages - few), (whole.cpu - start.cpu) / (pages - few)))
            waits[name].append(json.loads(kept.read_text()))
            bench.say(f"  {name}: {spent[name][-1][0] * 1000:.1f} ms wall, {spent[name][-1][1] * 1000:.1f} ms CPU a page")
    wall = {name: statistics.median(one for one, _ in rounds) for name, rounds in spent.items()}
    cpu = {name: statistics.median(one for _, one in rounds) * 1000 for name, rounds in spent.items()}
    late = {name: statistics.median(one["p99"] for one in rounds) for name, rounds in waits.items()}
    longest = max(one["max"] for one in waits["ours"])
    why = Explanation("a crawl, its main process", lambda: explained(bench))
    told = f"{1000 * wall['ours']:.1f} ms a page"
    for name, against, goal in (("bare", "bare Scrapy", 0.45), ("trafilatura", "Scrapy + trafilatura", 2.5)):
        limit = left_over(goal, cpu[name], cpu)
        yield Row("pipeline", "pages/s", 1 / wall["ours"], rate(wall[name]), against, Goal("ratio", ">=", goal), told, why, limit)
        told = ""
    of = "none of the product's code: Scrapy, lxml, trafilatura on the container, gzip, SHA-256, the same rows inserted"
    yield Row("pipeline, its libraries alone", "pages/s", 1 / wall["libraries"], rate(wall["bare"]), "bare Scrapy", None, of)
    yield Row("pipeline, its libraries alone", "CPU ms/page", cpu["libraries"], cpu["bare"], "bare Scrapy")
    yield Row("pipeline, all processes", "CPU ms/page", cpu["ours"], cpu["bare"], "bare Scrapy")
    yield Row("pipeline, all processes", "CPU ms/page", cpu["ours"], cpu["trafilatura"], "Scrapy + trafilatura")
    told = f"longest {longest:.0f} ms"
    yield Row("reactor's wait, p99", "ms", late["ours"], late["bare"], "bare Scrapy", Goal("ours", "<=", 20), told, why)


def left_over(goal: float, reference: float, cpu: dict[str, float]) -> str:
    """What a goal leaves for the product's own code, and what that takes. Of the ``reference`` and in ``cpu``: CPU milliseconds a page."""
    cores = os.cpu_count() or 1
    return (
        f"for it {cores} cores have {reference / goal * cores:.1f} ms of CPU a page; the libraries alone take {cpu['libraries']:.1f}, "
        f"the product's own code {cpu['ours'] - cpu['libraries']:.1f}"
    )


def rate(seconds: float) -> float | None:
    """Pages a second; None where so few pages were fetched that the start took longer than they did."""
    return 1 / seconds if seconds > 0 else None


def crawl(bench: Bench, name: str, pages: int, waits: Path) -> Usage:
    if name == "ours":
        return bench.crawl(pages, waits)
    words = ["-a", f"sitemap={bench.home(pages)}/sitemap.xml", *(["-a", "reader=trafilatura"] if name == "trafilatura" else [])]
    if name == "libraries":
        usage = libraries_alone(bench, pages, *words, **timed(waits, product=False))
    else:
        usage = reference(bench, *words, **timed(waits, product=False))
    read = re.search(r"^read (\d+)$", usage.said, re.M)
    if read is None or int(read[1]) != pages:
        raise MeasureFailed(f"{name} read {read and read[1]} of {pages} pages:\n{usage.said[-1000:]}")
    return usage


def libraries_alone(bench: Bench, pages: int, *words: str, **settings: object) -> Usage:
    """The same pages by the libraries alone; the rows they insert are those of our last crawl."""
    into = bench.folder / "libraries"
    shutil.rmtree(into, ignore_errors=True)
    ours = ["-a", f"archive={bench.crawled(pages)[1]}", "-a", f"into={into}"]
    usage = reference(bench, *words, *ours, spider="libraries_spider.py", **settings)
    bench.check_held(into, pages)
    return usage


def reference(bench: Bench, *words: str, spider: str = "reference_spiders.py", **settings: object) -> Usage:
    """Scrapy with a reference's spider, away from the product's settings."""
    line = scrapy_words("runspider", str(FOLDER / spider), *words, folder=bench.folder, **POLITENESS, **settings)
    return run(line, cwd=bench.folder)


def explained(bench: Bench) -> list[str]:
    pages = bench.size.profiled
    if not pages:
        return []
    shutil.rmtree(bench.folder / "profiled", ignore_errors=True)
    words = scrapy_words("crawl", "site", "-a", f"home={bench.home(pages)}/", folder=bench.folder / "profiled")
    return profiled_command(words, bench.folder / "crawl.profile", pages)

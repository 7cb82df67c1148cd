"""A first crawl, each page read, kept as evidence and stored: beside Scrapy that only fetches, and Scrapy with trafilatura."""

from __future__ import annotations

import json
import re
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.bench.bench import Bench, timed
from tests.bench.processes import MeasureFailed, Usage, run, scrapy_words
from tests.bench.profiles import profiled_command
from tests.bench.table import Explanation, Goal, Row

SPIDER = Path(__file__).parent / "reference_spiders.py"
POLITENESS = {"CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "ROBOTSTXT_OBEY": False, "LOG_LEVEL": "WARNING"}


def measure(bench: Bench) -> Iterator[Row]:
    """Rates of what a page costs on top of a run with few pages."""
    few, pages = bench.size.few, bench.size.pages
    spent: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": [], "trafilatura": []}
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
    yield Row("pipeline", "pages/s", 1 / wall["ours"], rate(wall["bare"]), "bare Scrapy", Goal("ratio", ">=", 0.45), told, why)
    against = "Scrapy + trafilatura"
    yield Row("pipeline", "pages/s", 1 / wall["ours"], rate(wall["trafilatura"]), against, Goal("ratio", ">=", 2.5), "", why)
    yield Row("pipeline, all processes", "CPU ms/page", cpu["ours"], cpu["bare"], "bare Scrapy")
    yield Row("pipeline, all processes", "CPU ms/page", cpu["ours"], cpu["trafilatura"], against)
    told = f"longest {longest:.0f} ms"
    yield Row("reactor's wait, p99", "ms", late["ours"], late["bare"], "bare Scrapy", Goal("ours", "<=", 20), told, why)


def rate(seconds: float) -> float | None:
    """Pages a second; None where so few pages were fetched that the start took longer than they did."""
    return 1 / seconds if seconds > 0 else None


def crawl(bench: Bench, name: str, pages: int, waits: Path) -> Usage:
    if name == "ours":
        return bench.crawl(pages, waits)
    reader = ["-a", "reader=trafilatura"] if name == "trafilatura" else []
    usage = reference(bench, "-a", f"sitemap={bench.home(pages)}/sitemap.xml", *reader, **timed(waits, product=False))
    read = re.search(r"^read (\d+)$", usage.said, re.M)
    if read is None or int(read[1]) != pages:
        raise MeasureFailed(f"{name} read {read and read[1]} of {pages} pages:\n{usage.said[-1000:]}")
    return usage


def reference(bench: Bench, *words: str, **settings: object) -> Usage:
    """Scrapy with the reference's spider, away from the product's settings."""
    line = scrapy_words("runspider", str(SPIDER), *words, folder=bench.folder, **POLITENESS, **settings)
    return run(line, cwd=bench.folder)


def explained(bench: Bench) -> list[str]:
    pages = bench.size.profiled
    if not pages:
        return []
    shutil.rmtree(bench.folder / "profiled", ignore_errors=True)
    words = scrapy_words("crawl", "site", "-a", f"home={bench.home(pages)}/", folder=bench.folder / "profiled")
    return profiled_command(words, bench.folder / "crawl.profile", pages)

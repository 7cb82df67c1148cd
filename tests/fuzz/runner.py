"""Crawls a fuzz site as its owner's archive would: a first run, one at once after it, and, where something was wrong, further ones after
the faults were lifted. What comes of it is compared with the manifest."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from scrapy.utils.project import get_project_settings

from crawler.extract.workers import Workers
from tests.crawls import words
from tests.inside import Run, run_inside, stop_reactor

from .oracle import Held, Violation, held, judge, silent_losses, unrepaired
from .shape import Shape
from .site import FuzzSite

FIRST, SECOND = "2026-03-01T12:00:00Z", "2026-03-01T18:00:00Z"
LATER = ("2026-03-03T12:00:00Z", "2026-03-11T12:00:00Z", "2026-04-20T12:00:00Z", "2026-06-20T12:00:00Z")  # after the faults were lifted


@dataclass
class Result:
    """What became of one site. ``held``, ``wanted``: articles and comments together."""

    shape: Shape
    codes: list[int] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    held: int = 0
    wanted: int = 0
    requests: int = 0
    seconds: float = 0.0


CHUNK = 10  # seeds that one process tries


def try_seeds(seeds: Sequence[int], jobs: int = 2) -> Iterator[Result]:
    """The results in order, as they come; ``jobs`` processes crawl at the same time."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    spawned = get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(chunks)), mp_context=spawned, max_tasks_per_child=1) as pool:
        for results in pool.map(_try_chunk, chunks):
            yield from results


def _try_chunk(seeds: Sequence[int]) -> list[Result]:
    """In a process of their own, whose runs share extraction workers and the reactor."""
    settings = get_project_settings()
    kept = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
    try:
        return [try_seed(seed) for seed in seeds]
    finally:
        kept.close()
        stop_reactor()


def crawl(site: FuzzSite, folder: Path, now: str) -> Run:
    return run_inside(words("crawl", "site", "-a", f"home={site.home}/", folder=folder, NOW=now))


def try_seed(seed: int) -> Result:
    """Everything about one seed, in a folder that is gone afterwards."""
    began, place = time.monotonic(), Path(tempfile.mkdtemp(prefix="fuzz"))
    try:
        with FuzzSite(seed) as site:
            result = _try(site, place / "archive")
            result.requests = len(site.requests)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    result.seconds = time.monotonic() - began
    return result


def _try(site: FuzzSite, folder: Path) -> Result:
    result = Result(site.shape)
    run = crawl(site, folder, FIRST)
    first = held(folder, site.home)
    second = crawl(site, folder, SECOND)
    again = held(folder, site.home)
    result.codes = [run.code, second.code]
    result.violations = list(judge(site, first, run, again, second))
    last = again
    if not site.shape.sound:
        last = _lifted(site, folder, result)
    result.held, result.wanted = _amounts(site, last)
    return result


def _lifted(site: FuzzSite, folder: Path, result: Result) -> Held:
    site.lift()
    for now in LATER:
        run = crawl(site, folder, now)
        result.codes.append(run.code)
        archive = held(folder, site.home)
        broken = list(unrepaired(site, archive, result.codes))
        if run.code == 0:
            result.violations += [lost for lost in silent_losses(site, archive) if lost not in result.violations]
        if not broken:
            break
    result.violations += broken
    return archive


def _amounts(site: FuzzSite, archive: Held) -> tuple[int, int]:
    got = sum(1 for piece in site.pieces if archive.article(piece)) + sum(len(archive.remarks(piece)) for piece in site.pieces)
    return got, len(site.pieces) + sum(len(piece.remarks) for piece in site.pieces)

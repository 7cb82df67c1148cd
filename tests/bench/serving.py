"""The served pages of a large archive: each alone, beside Datasette's stock settings where it has the page too, then all of them by
eight clients while another process commits.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.db.connection import FILENAME
from tests.bench.archive_maker import generate
from tests.bench.bench import Bench
from tests.bench.processes import ROOT, MeasureFailed
from tests.bench.profiles import profiled
from tests.bench.served_pages import Page, pages
from tests.bench.table import Explanation, Goal, Row

CLIENTS = 8


def measure(bench: Bench) -> Iterator[Row]:
    folder = bench.archive
    if not (folder / FILENAME).is_file():
        articles, comments = bench.size.served
        bench.say(f"  an archive of {articles:,} articles and {comments:,} comments is made, once")
        generate(folder, articles, comments)
    measured = pages(folder)
    stock = stock_answers(folder, [page for page in measured if page.path.startswith("/archive/")], min(10, bench.size.asked))
    with served([sys.executable, "-m", "archive", "serve", "--archive-dir", str(folder)]) as address:
        for page in measured:
            yield from page_rows(folder, page, timed_answers(address + page.path, bench.size.asked), stock.get(page.name))
            if page.limit:
                took = after_edits(folder, address + page.path, min(10, bench.size.asked))
                yield Row(page.name, "ms after an edit", took, note=page.limit)
        yield from load_rows(under_load(address, folder, [page.path for page in measured], bench.size.load))


def page_rows(folder: Path, page: Page, took: tuple[float, float], stock: tuple[float, float] | None) -> Iterator[Row]:
    """The median, and the 95th percentile where it has a goal."""
    why = Explanation(f"{page.name}, in one process", lambda: explained(folder, page))
    against = "stock Datasette" if stock else ""
    for figure, bound, name in ((0, page.p50, "p50"), (1, page.p95, "p95")):
        if figure == 0 or bound:
            goal = Goal("ours", "<=", bound) if bound else None
            yield Row(page.name, f"ms {name}", took[figure], stock[figure] if stock else None, against, goal, "", why, page.limit)


def load_rows(load: Load) -> Iterator[Row]:
    if len(load.taken) < 2:
        raise MeasureFailed(f"{CLIENTS} clients got no answer, {len(load.failed)} errors: {load.failed[:1]}")
    told = f"{len(load.taken)} answers, {load.written} commits"
    named = f"{CLIENTS} clients while a crawl writes"
    took = [milliseconds for _, milliseconds in load.taken]
    why = Explanation("the slowest pages under load", lambda: slowest(load))
    yield Row(named, "ms p50", statistics.median(took), goal=Goal("ours", "<=", 150), note=told, explanation=why)
    yield Row(named, "ms p95", statistics.quantiles(took, n=20)[18])
    yield Row(named, "errors", len(load.failed), goal=Goal("ours", "<=", 0), note="; ".join(load.failed[:2]))
    yield Row(named, "stale answers", load.stale, goal=Goal("ours", "<=", 0))


def slowest(load: Load) -> list[str]:
    """The paths with the largest medians."""
    by_path: dict[str, list[float]] = {}
    for path, milliseconds in load.taken:
        by_path.setdefault(path, []).append(milliseconds)
    medians = sorted(((statistics.median(times), path) for path, times in by_path.items()), reverse=True)
    return [f"{median:8.0f} ms p50  {path}" for median, path in medians[:10]]


def ask(address: str) -> float:
    """Milliseconds until the whole answer was there."""
    start = time.perf_counter()
    urllib.request.urlopen(address, timeout=60).read()
    return (time.perf_counter() - start) * 1000


def timed_answers(address: str, rounds: int) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, after two answers that warm up."""
    taken = [ask(address) for _ in range(rounds + 2)][2:]
    return statistics.median(taken), statistics.quantiles(taken, n=20)[18]


def after_edits(folder: Path, address: str, rounds: int) -> float:
    """Median in milliseconds where another process changes a headline before each question, so that what was found in texts does not
    hold. The headline is put back at the end."""
    taken = []
    with closing(sqlite3.connect(folder / FILENAME, isolation_level=None, timeout=60)) as db:
        [(revision, title)] = db.execute("select id, title from revisions order by id limit 1").fetchall()
        for number in range(rounds + 1):
            db.execute("update revisions set title = ? where id = ?", [f"State {number}", revision])
            taken.append(ask(address))
        db.execute("update revisions set title = ? where id = ?", [title, revision])
    return statistics.median(taken[1:])


def stock_answers(folder: Path, asked: list[Page], rounds: int) -> dict[str, tuple[float, float]]:
    """What Datasette takes for the pages that it has too, as it is installed; a page that it does not give is left out."""
    found = {}
    with served([sys.executable, "-m", "datasette", str(folder / FILENAME)]) as address:
        for page in asked:
            try:
                found[page.name] = timed_answers(address + page.path, rounds)
            except OSError as error:
                print(f"  stock Datasette, {page.name}: {error}", file=sys.stderr)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as asked:
        return int(asked.getsockname()[1])


@contextmanager
def served(command: list[str]) -> Iterator[str]:
    """A server as a process, on a free port; its address as soon as it answers. Raises MeasureFailed when it does not."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    line = [*command, "--port", str(port)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        try:
            await_answer(server, address)
            yield address
        finally:
            server.kill()  # a terminated one would wait for an answer that nobody reads


def await_answer(server: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise MeasureFailed(f"the server ended with {server.returncode}: {(server.stderr.read() if server.stderr else b'')[-500:]!r}")
        try:
            ask(address + "/-/versions.json")
            return
        except OSError:
            time.sleep(0.2)
    raise MeasureFailed(f"{address} did not answer within a minute")


@dataclass
class Load:
    """What clients met: how long each answer took, and how many failed or were older than what had been committed before."""

    taken: list[tuple[str, float]] = field(default_factory=list)  # path, milliseconds
    failed: list[str] = field(default_factory=list)  # path and error
    stale: int = 0
    written: int = 0


def under_load(address: str, folder: Path, paths: list[str], seconds: float) -> Load:
    """Clients on all pages while a writer commits a headline 20 times a second; every other answer is asked whether it is older
    than what had been committed before the question. The headline is put back at the end."""
    db = sqlite3.connect(folder / FILENAME, isolation_level=None, timeout=60, check_same_thread=False)
    sql = (
        "select revision_id, revisions.title, articles.url from articles join revisions on revisions.id = revision_id where articles.id = "
    )
    [(revision, title, url)] = db.execute(f"{sql} (select max(id) / 2 from articles)").fetchall()
    own, load, end = url.removeprefix("https:/"), Load(), time.monotonic() + seconds

    def write() -> None:
        while time.monotonic() < end:
            db.execute("update revisions set title = ? where id = ?", [f"State {load.written + 1}", revision])
            load.written += 1
            time.sleep(0.05)

    def read(number: int) -> None:
        for path in itertools.islice(itertools.cycle([asked for one in paths for asked in (own, one)]), number * 5, None):
            if time.monotonic() > end:
                return
            least, start = load.written, time.perf_counter()
            try:
                body = urllib.request.urlopen(address + path, timeout=60).read().decode()
            except OSError as error:
                load.failed.append(f"{path}: {error}")
                continue
            load.taken.append((path, (time.perf_counter() - start) * 1000))
            state = re.search(r"<h1[^>]*>State (\d+)", body)
            load.stale += path == own and (state is None or int(state[1]) < least) and least > 0

    threads = [threading.Thread(target=write), *(threading.Thread(target=read, args=[number]) for number in range(CLIENTS))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        end = 0  # also when a person breaks off
        db.execute("update revisions set title = ? where id = ?", [title, revision])
    db.close()
    return load


def explained(folder: Path, page: Page, times: int = 5) -> list[str]:
    """A served page within this process, queries in its only thread."""
    from archive.publish.server.serve import SETTINGS, build_server

    before = dict(SETTINGS)
    SETTINGS["num_sql_threads"] = 0
    try:
        server: Any = build_server(folder)
    finally:
        SETTINGS.clear()
        SETTINGS.update(before)
    asyncio.run(asked_inside(server, page.path, 2))  # templates are compiled
    return profiled(lambda: asyncio.run(asked_inside(server, page.path, times)), times)


async def asked_inside(server: Any, path: str, times: int) -> None:
    for _ in range(times):
        await server.client.get(path)

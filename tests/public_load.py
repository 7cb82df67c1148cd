"""A public archive under clients of whom most are hostile: takes an archive's folder, serves it on loopback, gives what they got.

    python -m tests.public_load ARCHIVE-DIR [--seconds 300] [--clients 50]

Everything is bounded: the number of clients, the requests under way, the time. It asks only the server that it started itself, on
127.0.0.1. Each client has an address of its own, which it names as a proxy would.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

HOST = "127.0.0.1"
MOST_SECONDS, MOST_CLIENTS = 600, 100
GOOD = 8  # readers beside the hostile ones
PAUSE = 0.25  # seconds between two requests of a reader
PATIENCE = 60.0  # seconds that a reader waits for an answer
ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
LARGE = "with recursive c(x) as (select 1 union all select x + 1 from c limit 20) select hex(zeroblob(500000)) from c"
HEAVY = [
    ENDLESS,
    "select count(*) from block_spans a, block_spans b, block_spans c, block_spans d",
    "with recursive c(x) as (select 1 union all select x + 1 from c) select hex(zeroblob(1000000)), x from c limit 2000",
    "with recursive c(x, y) as (select 1, hex(zeroblob(400000)) union all select x + 1, y || x from c) select * from c order by y desc",
    "select instr(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || 'x')",
    "select '" + "x" * 60_000 + "'",
    "select " + "+".join(["1"] * 5_000),
    "select text from revisions, (select 1 union select 2 union select 3) order by random()",
]


@dataclass
class Outcome:
    """What happened. Times in seconds, sizes in MB."""

    good: Counter[str] = field(default_factory=Counter)
    hostile: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    rss: float = 0.0
    exit_code: int | None = None
    said: str = ""

    @property
    def told(self) -> str:
        waits = sorted(self.waits) or [0.0]
        p95 = waits[int(len(waits) * 0.95)]
        return (
            f"readers: {sum(self.good.values())} answers {dict(self.good)}, {len(self.unanswered)} not answered; "
            f"median {statistics.median(waits):.2f} s, p95 {p95:.2f} s, longest {waits[-1]:.2f} s\n"
            f"hostile: {dict(self.hostile)}\nserver: RSS at most {self.rss:.0f} MB, exit code {self.exit_code}"
        )


async def request(port: int, path: str, client: str, patience: float = PATIENCE) -> tuple[int, int]:
    """(status, bytes) of one GET on a connection of its own."""
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {client}\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            size = 0
            while piece := await reader.read(65_536):
                size += len(piece)
            return int(head.split()[1]), size
        finally:
            writer.close()


async def read_as_reader(port: int, number: int, pages: list[str], until: float, outcome: Outcome) -> None:
    choose = random.Random(number)
    while time.monotonic() < until:
        path, began = choose.choice(pages), time.monotonic()
        try:
            status, _ = await request(port, path, f"198.51.100.{number}")
            outcome.good[str(status)] += 1
            outcome.waits.append(time.monotonic() - began)
            if status >= 400:
                outcome.unanswered.append(f"{status} {path}")
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            outcome.unanswered.append(f"{type(error).__name__} {path}")
        await asyncio.sleep(PAUSE)


async def ask_sql(port: int, number: int, until: float, outcome: Outcome) -> None:
    """One question that costs after the other, as page, JSON and CSV."""
    choose = random.Random(number)
    while time.monotonic() < until:
        path = f"/archive{choose.choice(('', '.json', '.csv'))}?sql={quote(choose.choice(HEAVY))}"
        await asyncio.sleep(0.01)
        try:
            status, _ = await request(port, path, f"203.0.113.{number}", max(0.1, until - time.monotonic()))
            outcome.hostile[f"SQL {status}"] += 1
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            outcome.hostile[f"SQL {type(error).__name__}"] += 1


async def hold_headers(port: int, number: int, until: float, outcome: Outcome) -> None:
    """A request that comes byte by byte and never ends, on ten connections at a time."""
    while time.monotonic() < until:
        await asyncio.gather(*(drip(port, until, outcome) for _ in range(10)))


async def drip(port: int, until: float, outcome: Outcome) -> None:
    writer = None
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        while time.monotonic() < until and not reader.at_eof():
            writer.write(b"X-a: b\r\n")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), 1)
        outcome.hostile["slow request closed" if reader.at_eof() else "slow request held"] += 1
    except OSError:
        outcome.hostile["slow request closed"] += 1
    finally:
        if writer:
            writer.close()


async def take_slowly(port: int, number: int, until: float, outcome: Outcome) -> None:
    """A large answer that is asked for and not taken."""
    path = f"/archive.json?sql={quote(LARGE)}"
    while time.monotonic() < until:
        try:
            _, writer = await asyncio.open_connection(HOST, port, limit=1024)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.{number}\r\n\r\n".encode())
            await asyncio.sleep(min(10.0, max(0.0, until - time.monotonic())))
            outcome.hostile["answer not taken"] += 1
            writer.transport.abort()
        except OSError as error:
            outcome.hostile[f"answer not taken {type(error).__name__}"] += 1


async def send_rubbish(port: int, number: int, until: float, outcome: Outcome) -> None:
    """What is no request, too long an address, too large a body."""
    pieces = [
        b"\x16\x03\x01" * 50 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /-/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + b"a" * 100_000,
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(9_000)) + b"\r\n",
    ]
    choose = random.Random(number)
    while time.monotonic() < until:
        await asyncio.sleep(0.2)
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(choose.choice(pieces))
            with suppress(TimeoutError):
                line = await asyncio.wait_for(reader.readline(), 5)
                outcome.hostile[f"rubbish {line[9:12].decode('latin-1') or 'closed'}"] += 1
            writer.transport.abort()
        except OSError as error:
            outcome.hostile[f"rubbish {type(error).__name__}"] += 1


HOSTILE = [ask_sql, ask_sql, ask_sql, hold_headers, take_slowly, send_rubbish]


async def watch(pid: int, until: float, outcome: Outcome) -> None:
    """The largest resident memory of the server."""
    while time.monotonic() < until:
        with suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
            outcome.rss = max(outcome.rss, int(found[1]) / 1024) if found else outcome.rss
        await asyncio.sleep(0.2)


async def crowd(port: int, pid: int, pages: list[str], seconds: float, clients: int) -> Outcome:
    """All clients at once until the time is over."""
    outcome, until = Outcome(), time.monotonic() + seconds
    hostile = [HOSTILE[number % len(HOSTILE)](port, number, until, outcome) for number in range(clients)]
    readers = [read_as_reader(port, number, pages, until, outcome) for number in range(GOOD)]
    await asyncio.gather(watch(pid, until, outcome), *hostile, *readers)
    return outcome


def run(folder: Path, pages: list[str], seconds: float, clients: int, *options: str) -> Outcome:
    """Serve the archive, let the crowd in, end the server. Raises ValueError for more clients or time than is allowed."""
    if not (0 < seconds <= MOST_SECONDS and 0 < clients <= MOST_CLIENTS):
        raise ValueError(f"at most {MOST_SECONDS} seconds and {MOST_CLIENTS} clients")
    command = [sys.executable, "-m", "archive", "serve", "--archive-dir", str(folder), "--port", "0", "--proxy", "1", *options]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            found = re.search(r":(\d+)/ until", server.stdout.readline() if server.stdout else "")
            outcome = asyncio.run(crowd(int(found[1]), server.pid, pages, seconds, clients)) if found else Outcome()
        finally:
            died = server.poll()
            server.send_signal(signal.SIGINT)
            try:
                server.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                server.kill()
                server.communicate()
        log.seek(0)
        outcome.exit_code, outcome.said = (server.returncode if died is None else died), log.read()
    return outcome


def pages_of(folder: Path) -> list[str]:
    """What readers ask for: home, an article, a search, small questions of SQL."""
    from archive.db.connection import open_for_reading
    from archive.queries.addresses import reading_path

    db = open_for_reading(folder)
    urls = [url for (url,) in db.execute("select url from articles order by id limit 20").fetchall()]
    db.close()
    small = quote("select count(*) from articles")
    return ["/", "/about", "/search?q=the", "/changes", "/topics", f"/archive.json?sql={small}", *map(reading_path, urls)]


def main() -> int:
    """Run it and print what happened. Returns 0 when nobody who reads was left without an answer."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--clients", type=int, default=50)
    told = parser.parse_args()
    outcome = run(told.folder, pages_of(told.folder), told.seconds, told.clients)
    print(outcome.told)
    print(json.dumps(Counter(outcome.unanswered).most_common(5)))
    print(Counter(line.strip()[:100] for line in outcome.said.splitlines()).most_common(8))
    return int(bool(outcome.unanswered) or outcome.exit_code not in (0, 130) or outcome.rss >= 500)


if __name__ == "__main__":
    sys.exit(main())

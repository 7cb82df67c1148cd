"""Killing a crawl, and what an archive must be afterwards, however often that was done."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from archive.warc.read import whole_members
from tests.crawls import PROJECT, Run, command, finished, rows, start_crawl, until
from tests.demosite import DemoSite


def kill(site: DemoSite, folder: Path, after: int, *arguments: str, slowness: float = 0.03, **settings: object) -> bool:
    """Start a crawl and kill it once the site has seen ``after`` requests more. False when it had ended before."""
    site.clear_requests()
    fault = site.fault("", delay=slowness)
    process = start_crawl(site, folder, *arguments, **settings)
    until(lambda: len(site.requests) >= after or process.poll() is not None)
    killed = process.poll() is None
    process.kill()
    process.communicate()
    site.faults.rules.remove(fault)
    return killed


def start_reextract(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A reading of the captures under way, in a group of processes of its own."""
    words = command("reextract", *words, folder=folder)
    return subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0)


def stopped(process: subprocess.Popen[str], reached: Callable[[], bool], end: signal.Signals) -> Run:
    """Stop a run at this place. It and its workers run a moment at a time between two looks, so that they do not get past it."""

    def is_there() -> bool:
        os.killpg(process.pid, signal.SIGSTOP)
        there = False
        with suppress(sqlite3.OperationalError):  # it holds the database for itself
            there = reached()
        if not there:
            os.killpg(process.pid, signal.SIGCONT)
        return there

    until(is_there, process)
    process.send_signal(end)
    os.killpg(process.pid, signal.SIGCONT)
    return finished(process)


def assert_whole(folder: Path) -> None:
    """Every record of every WARC file can be read, each response has its row, and no comment is there twice."""
    placed = {(name, offset) for name, offset in rows(folder, "select filename, offset from captures")}
    found = set()
    for path in (folder / "warc").glob("*/*.warc.gz"):
        with path.open("rb") as file:
            assert [record.rec_type for record in ArchiveIterator(file)].count("response") > 0
        members = list(whole_members(path))
        assert sum(len(compressed) for _, compressed, _ in members) == path.stat().st_size
        responses = {offset for offset, _, text in members if re.search(rb"WARC-Type: (response|revisit)\r\n", text[:500])}
        found |= {(str(path.relative_to(folder)), offset) for offset in responses}
    assert found == placed
    assert rows(folder, "select article_id, source_id from comments group by 1, 2 having count(*) > 1") == []
    assert rows(folder, "pragma integrity_check") == [("ok",)]
    assert rows(folder, "pragma foreign_key_check") == []

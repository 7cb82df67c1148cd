"""Many sites in one process: so many at once, none held up by another, each told when it ends, and what they share is let go of."""

from __future__ import annotations

import contextlib
import gc
import logging
import re
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.project import get_project_settings

from archive.db.lock import Lock
from archive.errors import LockHeld
from archive.store.store import Store
from crawler.extensions.archive import ArchiveExtension
from crawler.spiders.site import SiteSpider
from tests.crawls import PATIENCE, PROJECT, command, crawl, finished, rows, scrapy, scrapy_process, until
from tests.demosite import DemoSite
from tests.inside import CrawlsInside, reactor
from tests.othersites import Leaflet
from tests.othersites.server import Answer

EXTRACTOR = ("trafilatura", "justext", "babel", "dateparser", "htmldate", "courlan", "nh3", "crawler.extract.page", "crawler.extract.rest")
WORKERS = ("pebble", "multiprocessing.spawn")


class Bulletin(Leaflet):
    """A front page and three articles. ``log`` is one list for many sites: which of them was asked."""

    def __init__(self, number: int, log: list[int]) -> None:
        super().__init__()
        self.number, self.log = number, log
        paths = [f"/report-{number}-{part}/" for part in range(3)]
        for part, path in enumerate(paths):
            self.article(path, number * 10 + part)
        self.front(tuple(paths))

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        self.log.append(self.number)
        return super().answer(path, query)


class Endless(Bulletin):
    """Its answers come to no end until ``over`` is set."""

    over: threading.Event

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        self.over.wait(PATIENCE)
        return super().answer(path, query)


@contextlib.contextmanager
def remembered(folder: Path, *sites: Bulletin) -> Iterator[list[str]]:
    """The sites at work, and known to an archive; their names, in the order in which ``update`` takes them."""
    with contextlib.ExitStack() as stack:
        for site in sites:
            stack.enter_context(site)
        store = Store(folder)
        for site in sites:
            store.ensure_site(f"bulletin-{site.number:02}", f"{site.home}/", None)
        store.close()
        yield [f"bulletin-{site.number:02}" for site in sites]


def names(lines: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in lines]


def test_one_job_reads_one_site_after_the_other_and_ends_each_before_the_next(folder: Path) -> None:
    log: list[int] = []
    with remembered(folder, *(Bulletin(number, log) for number in range(4))) as known:
        run = scrapy("update", "--jobs", "1", folder=folder)
    assert (run.code, run.err) == (0, "")
    assert names(run.out.splitlines()[:4]) == known
    assert run.out.splitlines()[4] == "4 sites: 4 complete; 12 new"
    assert log == sorted(log), "no site was asked before the one before it had ended"
    assert rows(folder, "select count(*) from articles") == [(12,)]


def test_two_jobs_read_two_sites_at_once(folder: Path) -> None:
    log: list[int] = []
    with remembered(folder, *(Bulletin(number, log) for number in range(4))):
        assert scrapy("update", "--jobs", "2", folder=folder).code == 0
    spans = [range(log.index(site), len(log) - log[::-1].index(site)) for site in range(4)]  # from its first request to its last
    assert max(sum(place in span for span in spans) for place in range(len(log))) == 2
    assert set(log[: min(spans[2].start, spans[3].start)]) == {0, 1}
    assert log != sorted(log)


def test_at_least_one_site_is_read_at_once(folder: Path) -> None:
    with remembered(folder, Bulletin(1, [])):
        run = scrapy("update", "--jobs", "0", folder=folder)
    assert (run.code, run.out, len(run.err.splitlines())) == (2, "", 1)
    assert "--jobs" in run.err


def test_a_site_that_never_ends_its_answers_holds_no_other_up(folder: Path) -> None:
    endless = Endless(0, [])
    endless.over = threading.Event()
    others = [Bulletin(number, []) for number in range(1, 10)]
    with (
        remembered(folder, endless, *others),
        subprocess.Popen(
            command("update", "--jobs", "3", folder=folder), cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout
        lines = [process.stdout.readline() for _ in others]  # each is told in the moment it ends
        assert all(": complete; 3 new" in line for line in lines), (lines, process.communicate())
        assert not endless.log, "it has not answered yet"
        endless.over.set()
        run = finished(process)
    assert run.code == 0
    assert [line.partition(";")[0] for line in run.lines] == ["bulletin-00: complete", "10 sites: 10 complete"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_sites_under_way_and_names_those_that_did_not_begin(number: signal.Signals, folder: Path) -> None:
    sites = [Endless(which, []) for which in range(4)]
    over = threading.Event()
    for site in sites:
        site.over = over
    with (
        remembered(folder, *sites) as known,
        subprocess.Popen(
            command("update", "--quiet", "--jobs", "2", folder=folder),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        until(lambda: all(site.requests for site in sites[:2]), process)
        process.send_signal(number)
        threading.Timer(0.5, over.set).start()  # the answers under way are waited for
        run = finished(process)
    assert (run.code, run.out) == (130, "")
    assert sorted(names(run.err.splitlines()[:2])) == known[:2]
    assert all("stopped by a signal" in line for line in run.err.splitlines())
    assert run.err.splitlines()[2].endswith(f"not begun, left to the next run: {', '.join(known[2:])}")
    assert rows(folder, "select count(*), sum(exit_code) from crawls where finished_at is not null") == [(2, 260)]


def test_a_bug_in_one_site_ends_no_other(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "modules"
    (mine / "declared").mkdir(parents=True)
    (mine / "declared" / "__init__.py").write_text(
        textwrap.dedent("""
            from crawler.site import Site
            from crawler.spiders.site import SiteSpider

            class Bad(SiteSpider):
                name = "bad"
                site = Site("bulletin-00", "https://example.org/")

                @classmethod
                def from_crawler(cls, crawler, *args, **kwargs):
                    raise ZeroDivisionError("a bug in a declaration")
            """)
    )
    with remembered(folder, *(Bulletin(number, []) for number in range(3))):
        run = scrapy("update", "--jobs", "1", folder=folder, modules=mine, SPIDER_MODULES="crawler.spiders,declared")
    assert run.code == 1
    assert names(run.out.splitlines()) == ["bulletin-01", "bulletin-02"]
    assert "the crawl did not begin" in run.err
    assert run.err.splitlines()[-1] == "3 sites: 2 complete, 1 failed; 6 new"


def test_nothing_of_a_site_is_kept_when_it_has_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[weakref.ref[Crawler]] = []
    kept: list[int] = []

    def begin(self: ArchiveExtension, options: Any) -> Any:
        gc.collect()
        kept.append(sum(ref() is not None for ref in begun))
        begun.append(weakref.ref(self.crawler))
        return real(self, options)

    real = ArchiveExtension.begin
    monkeypatch.setattr(ArchiveExtension, "begin", begin)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # pytest keeps what is logged, and with it the spider
    with remembered(folder, *(Bulletin(number, []) for number in range(5))):
        assert scrapy("update", "--jobs", "1", folder=folder).code == 0
    assert len(kept) == 5 and max(kept) <= 1, "at most the one that has just ended"


def test_two_archives_are_written_side_by_side_in_one_process_each_under_its_own_lock(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    locked: list[int] = []

    def locks(**_: object) -> None:
        held = 0
        for folder in folders:
            if folder.is_dir():
                try:
                    Lock(folder).release()
                except LockHeld:
                    held += 1
        locked.append(held)

    settings = get_project_settings()
    settings.update({"DOWNLOAD_DELAY": 0, "RETRY_WAIT": 0.01, "PROGRESS": False, "LOG_LEVEL": "ERROR"}, priority="cmdline")
    with DemoSite() as one, DemoSite() as other, reactor(settings):
        other.change()
        process = CrawlsInside(settings)
        crawlers = []
        for site, folder in zip((one, other), folders, strict=True):
            spider = type("Here", (SiteSpider,), {"name": "site", "custom_settings": {"ARCHIVE_DIR": str(folder)}})
            crawler = process.create_crawler(spider)
            crawler.signals.connect(locks, signals.response_received, weak=False)
            crawlers.append(crawler)
            process.crawl(crawler, home=f"{site.home}/", pages="none")
        process.start()
    assert [ArchiveExtension.of(crawler).exit_code for crawler in crawlers] == [0, 0]
    assert max(locked) == 2
    for site, folder in zip((one, other), folders, strict=True):
        assert rows(folder, "select home, exit_code from sites join crawls on site_id = sites.id") == [(f"{site.home}/", 0)]
        [(articles, elsewhere)] = rows(folder, "select count(*), sum(url not like ?) from articles", f"{site.home}/%")
        assert (articles > 40, elsewhere) == (True, 0)
        files = {name for (name,) in rows(folder, "select distinct filename from captures")}
        assert files == {f"{path.relative_to(folder)}" for path in (folder / "warc").rglob("*.warc.gz")}
        Lock(folder).release()


def imported(said: str) -> set[str]:
    """The modules that a process imported, by what PYTHONPROFILEIMPORTTIME has it say."""
    return {found[1] for line in said.splitlines() if (found := re.match(r"import time: .*\| +(\S+)$", line))}


@pytest.mark.parametrize("door", ["on", "404"])
def test_where_nothing_is_new_no_extractor_is_imported_and_no_worker_started(
    door: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DemoSite(rest=door) as site:
        crawl(site, folder, "pages=none", SWEEP_DAYS=0)
        crawl(site, folder, "pages=none", SWEEP_DAYS=0)
        monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
        run = scrapy_process("update", "-a", "pages=none", folder=folder, SWEEP_DAYS=0)
    assert (run.code, "nothing new" in run.out) == (0, True), run.lines[-3:]
    assert "crawler.spiders.site" in imported(run.err)
    assert not imported(run.err) & {*EXTRACTOR, *WORKERS}


def test_what_reads_pages_imports_no_store_and_no_database() -> None:
    code = "import sys, crawler.extract.page; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    assert "crawler.site" in names
    assert not [name for name in names if name.startswith(("archive.store", "archive.warc", "archive.db", "sqlite", "warcio", "scrapy"))]


def test_a_list_of_spiders_and_the_status_of_an_archive_import_no_extractor(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with remembered(folder, Bulletin(1, [])):
        monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
        listed = scrapy_process("list", folder=folder)
    assert "site" in listed.out.split()
    assert not imported(listed.err) & {*EXTRACTOR, *WORKERS}
    words = [command("list", folder=folder)[0], "-m", "archive", "status", "--archive-dir", str(folder)]
    status = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE)
    assert "bulletin-01" in status.stdout, status.stderr[-500:]
    assert not {
        name for name in imported(status.stderr) if name.startswith(("crawler", "scrapy", "lxml", "trafilatura", "babel", *WORKERS))
    }

"""What cannot work ends with one line that says what to do, the contract's exit code, and an archive as it was."""

from __future__ import annotations

import re
import resource
import shutil
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archive.db.lock import Lock
from archive.errors import ConfigurationError
from crawler.spiders.longwarjournal import LongWarJournalSpider
from crawler.spiders.site import SiteSpider
from tests.conftest import Steady
from tests.crawls import Run, content, crawl, finished, rows, scrapy, scrapy_process, start_crawl, until
from tests.demosite import DemoSite


def assert_refused(run: Run, code: int, *said: str) -> None:
    """One line on stderr, nothing on stdout, no stack of calls."""
    assert run.code == code, run
    assert run.out == ""
    assert len(run.err.splitlines()) == 1, run.err
    for words in said:
        assert words in run.err


@contextmanager
def answering(status: int, body: bytes = b"", **headers: str) -> Iterator[str]:
    """A server that gives one answer to everything but robots.txt, which it has not."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.path == "/robots.txt" else status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


# configuration: 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["crawl", "nosuchsite"], ["'nosuchsite'", "longwarjournal", "-a home="]),
        (["crawl"], ["name one site"]),
        (["crawl", "site"], ["-a home=https://example.org/"]),
        (["crawl", "site", "-a", "home=not a url"], ["'not a url'", "https://example.org/"]),
        (["crawl", "site", "-a", "home=http://127.0.0.1:9/", "-a", "pagse=all"], ["pagse", "home, images, limit, mode, pages"]),
    ],
)
def test_a_wrong_argument_names_itself_and_touches_nothing(folder: Path, arguments: list[str], said: list[str]) -> None:
    assert_refused(scrapy(*arguments, folder=folder), 2, *said)
    assert not folder.exists()


def test_the_process_exits_with_the_code_and_says_the_one_line(folder: Path) -> None:
    assert_refused(scrapy_process("crawl", "nosuchsite", folder=folder), 2, "'nosuchsite'")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"home": "ftp://example.org/"}, "'ftp://example.org/'"),
        ({"home": "http://"}, "'http://'"),
        ({"home": "http://[::1/"}, "no web address"),
        ({"home": "http://127.0.0.1:99999/"}, "no web address"),
        ({"home": "http://user:secret@example.org/"}, "no web address"),
        ({"home": "http://127.0.0.1:9/", "mode": "quick"}, "'quick' is unknown; write one of update, full"),
        ({"home": "http://127.0.0.1:9/", "pages": "some"}, "'some' is unknown; write one of all, budget, none"),
        ({"home": "http://127.0.0.1:9/", "images": "some"}, "'some' is unknown; write one of none, budget, all"),
        ({"home": "http://127.0.0.1:9/", "limit": "0"}, "'0'"),
        ({"home": "http://127.0.0.1:9/", "limit": "many"}, "'many'"),
        ({"home": "http://127.0.0.1:9/", "limit": "-1"}, "'-1'"),
    ],
)
def test_every_argument_is_checked_before_anything_is_opened(arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        SiteSpider.options(arguments)


def test_a_declared_site_takes_no_other_home() -> None:
    with pytest.raises(ConfigurationError, match="home"):
        LongWarJournalSpider.options({"home": "https://example.org/"})


def test_a_home_that_redirects_elsewhere_names_the_new_address(folder: Path) -> None:
    with answering(301, Location="http://elsewhere.example/") as home:
        run = scrapy("crawl", "site", "-a", f"home={home}", folder=folder)
    assert_refused(run, 2, home, "http://elsewhere.example/")
    assert rows(folder, "select count(*) from sites") == [(0,)]


def test_a_home_that_is_not_there_is_a_wrong_home(folder: Path) -> None:
    with answering(404) as home:
        run = scrapy("crawl", "site", "-a", f"home={home}", folder=folder)
    assert_refused(run, 2, home, "404")
    assert rows(folder, "select count(*) from sites") == [(0,)]


@pytest.mark.parametrize("body", [b"", b"<html><head><title>Hello</title></head><body><p>Nothing here.</p></body></html>", b"\x00\xff\xfe"])
def test_a_site_without_articles_says_so(folder: Path, body: bytes) -> None:
    with answering(200, body, **{"Content-Type": "text/html"}) as home:
        run = scrapy("crawl", "site", "-a", f"home={home}", folder=folder)
    assert_refused(run, run.code, home)
    assert run.code in (2, 5)
    assert rows(folder, "select count(*) from articles") == [(0,)]
    assert rows(folder, "select count(*) from sites") == [(0,)]


def test_a_wordpress_without_a_readable_article_is_complete_and_empty(site: DemoSite, folder: Path) -> None:
    for post in site.published():
        post.password = "secret"
    run = crawl(site, folder)
    assert (run.code, len(run.lines)) == (0, 1)
    assert "holds 0 articles" in run.out


def test_an_archive_of_a_newer_release_is_left_alone(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "limit=1", "pages=none")
    db = sqlite3.connect(folder / "archive.db")
    db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', 'm999_later', '2030-01-01')")
    db.commit()
    db.close()
    before = (folder / "archive.db").read_bytes()
    site.clear_requests()
    assert_refused(crawl(site, folder), 2, "m999_later", "newer")
    assert (folder / "archive.db").read_bytes() == before
    assert site.requests == []


def test_another_programs_database_is_left_alone(site: DemoSite, folder: Path) -> None:
    folder.mkdir()
    db = sqlite3.connect(folder / "archive.db")
    db.execute("create table recipes(name)")
    db.close()
    before = (folder / "archive.db").read_bytes()
    assert_refused(crawl(site, folder), 2, "another program")
    assert (folder / "archive.db").read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(site: DemoSite, folder: Path) -> None:
    folder.mkdir()
    (folder / "archive.db").write_text("Shopping list: flour, salt, and everything else that fits on a page. " * 20)
    before = (folder / "archive.db").read_bytes()
    assert_refused(crawl(site, folder), 2, "is not an archive")
    assert (folder / "archive.db").read_bytes() == before


# disk or database: 3


def test_a_folder_that_cannot_be_made_is_named(site: DemoSite, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert_refused(crawl(site, tmp_path / "file"), 3, str(tmp_path / "file"))
    assert_refused(crawl(site, Path("/proc/archive")), 3, "/proc/archive")
    assert site.requests == []


def test_a_damaged_database_is_said_to_be_damaged_in_one_line(steady: Steady, folder: Path) -> None:
    assert crawl(steady.site, folder).code == 0
    whole = (folder / "archive.db").read_bytes()
    for kept in (len(whole) // 20, len(whole) // 2):  # at its head, and behind what every run opens
        (folder / "archive.db").write_bytes(whole[:kept] + b"\xa5" * (len(whole) - kept))
        assert_refused(crawl(steady.site, folder, "mode=full"), 3, "is damaged", "backup")
    (folder / "archive.db").write_bytes(b"")
    assert_refused(crawl(steady.site, folder), 3, "is empty")


def test_lost_evidence_stops_no_run_and_no_file_takes_its_name(steady: Steady, folder: Path) -> None:
    assert crawl(steady.site, folder).code == 0
    before = {place.name for place in (folder / "warc").rglob("*.warc.gz")}
    shutil.rmtree(folder / "warc")
    assert crawl(steady.site, folder).code == 0
    assert before.isdisjoint(place.name for place in (folder / "warc").rglob("*.warc.gz"))


@pytest.mark.parametrize("size", [20_000, 150_000, 400_000])
def test_a_full_disk_ends_the_run_and_a_rerun_completes_it(steady: Steady, folder: Path, size: int) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    run = scrapy_process("crawl", "site", "-a", f"home={steady.site.home}/", folder=folder, before=limit)
    assert_refused(run, 3, str(folder))
    assert crawl(steady.site, folder).code == 0
    assert content(folder) == steady.content


# unreachable: 5


def test_a_home_where_nothing_answers_is_not_remembered(folder: Path) -> None:
    with socket.socket() as reserved:  # bound, not listening: connections are refused
        reserved.bind(("127.0.0.1", 0))
        home = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        run = scrapy("crawl", "site", "-a", f"home={home}", folder=folder)
    assert_refused(run, 5, home, "does not answer")
    assert rows(folder, "select count(*) from sites") == [(0,)]


def test_a_robots_txt_that_fails_means_keep_out(site: DemoSite, folder: Path) -> None:
    site.fault("^/robots.txt", status=503)
    assert_refused(crawl(site, folder), 5, "robots.txt", "503")
    assert {request.path for request in site.requests} == {"/robots.txt"}


def test_a_site_that_fails_half_way_keeps_what_was_read_and_the_next_run_completes_it(steady: Steady, folder: Path) -> None:
    steady.site.fault(r"/wp/v2/comments", status=503)
    run = crawl(steady.site, folder, PATIENCE=1)
    steady.site.clear_faults()
    assert_refused(run, 5, "503")
    assert rows(folder, "select count(*) from articles") == [(len(steady.content["articles"]),)]
    assert crawl(steady.site, folder).code == 0
    assert content(folder) == steady.content


# locked: 75


def test_a_second_crawl_asks_nothing(site: DemoSite, folder: Path) -> None:
    lock = Lock(folder)
    assert_refused(crawl(site, folder), 75, "another crawl", str(folder))
    assert site.requests == []
    lock.release()
    assert crawl(site, folder, "limit=1", "pages=none").code == 0


# interrupted: 130


@pytest.mark.parametrize(("number", "after"), [(signal.SIGINT, 2), (signal.SIGINT, 20), (signal.SIGTERM, 6)])
def test_a_signal_ends_the_run_cleanly_and_a_rerun_completes_it(steady: Steady, folder: Path, number: signal.Signals, after: int) -> None:
    steady.site.clear_requests()
    steady.site.fault("", delay=0.05)
    process = start_crawl(steady.site, folder)
    until(lambda: len(steady.site.requests) >= after, process)
    process.send_signal(number)
    run = finished(process)
    steady.site.clear_faults()
    assert_refused(run, 130, "stopped by a signal", "goes on from here")
    assert rows(folder, "select finished_at is not null, outcome, exit_code from crawls") == [(1, "interrupted", 130)]
    assert crawl(steady.site, folder).code == 0
    assert content(folder) == steady.content

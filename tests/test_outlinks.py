"""scrapy outlinks: which sources are asked, how politely, where it never goes, and when one counts as dead."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.merge.merge import merge
from archive.store.outlinks import OutlinkFinding, save_outlink
from archive.store.store import Store
from crawler.outlinks.guard import PublicResolver, is_global
from tests import inside
from tests.crawls import rows, scrapy
from tests.inside import AheadOfTime, Run
from tests.literal import HOME, Desk, article
from tests.publish_site import Site


@dataclass
class Source:
    """A site that articles link to: path -> status, headers, body; an answer to HEAD may be another."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    times: list[tuple[str, float]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    sent: int = 0  # bytes of bodies
    place: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.place}"


@pytest.fixture
def source() -> Iterator[Source]:
    yield from served()


@pytest.fixture
def other() -> Iterator[Source]:
    yield from served()


def served() -> Iterator[Source]:
    found = Source()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(f"{self.command} {self.path}")
            found.times.append((found.asked[-1], time.monotonic()))
            found.agents.add(self.headers["User-Agent"])
            status, headers, body = found.pages.get(self.path, (404, {}, b""))
            status = found.heads.get(self.path, status) if self.command == "HEAD" else status
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for start in range(0, len(body) if self.command == "GET" else 0, 65536):
                try:
                    self.wfile.write(body[start : start + 65536])
                except OSError:  # the other side has heard enough
                    return
                found.sent += 65536

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.place = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    before = AheadOfTime.later
    yield
    AheadOfTime.later = before


def archived(folder: Path, *urls: str) -> Path:
    """An archive of one article that links to these."""
    desk = Desk(folder)
    desk.see(article(links=[{"url": url, "text": f"source {n}", "position": n} for n, url in enumerate(urls)]))
    desk.close()
    return folder


def ask(folder: Path, source: Source, days_later: int = 0, **settings: object) -> Run:
    AheadOfTime.later = timedelta(days=days_later)
    run = scrapy("outlinks", folder=folder, OUTLINK_PRIVATE_HOSTS=source.place, **settings)
    assert run.code == 0, run.err + run.out
    return run


def states(folder: Path) -> dict[str, tuple[Any, ...]]:
    found = rows(folder, "select url, state, status, reason, location from outlinks")
    return {url.rpartition("/")[2]: tuple(rest) for url, *rest in found}


OK: tuple[int, dict[str, str], bytes] = (200, {}, b"a page")


def test_each_answer_is_kept_with_its_date_and_a_failure_is_asked_twice(folder: Path, source: Source) -> None:
    source.pages = {"/good": OK, "/shy": OK, "/wall": (403, {}, b""), "/broken": (503, {}, b"")}
    source.heads = {"/shy": 405}
    archived(folder, *(source.url + path for path in ("/good#part", "/shy", "/wall", "/broken", "/gone")))
    run = ask(folder, source)
    assert run.out == "outlinks: 5 addresses asked: 2 answer, 1 refuse, 2 do not answer; 0 dead in all\n"
    assert states(folder) == {
        "good": ("answers", 200, None, None),
        "shy": ("answers", 200, None, None),
        "wall": ("refused", 403, None, None),
        "broken": ("failing", 503, None, None),
        "gone": ("failing", 404, None, None),
    }
    assert source.asked[0] == "GET /robots.txt" and source.asked.count("GET /robots.txt") == 1
    asked = [line for line in source.asked if "robots" not in line]
    assert sorted(asked) == sorted(
        ["HEAD /good", "HEAD /shy", "GET /shy", "HEAD /wall", "GET /wall", "HEAD /broken", "GET /broken", "HEAD /gone", "GET /gone"]
    )
    assert all(agent.startswith("AnalysisArchive/") for agent in source.agents)


def test_one_failure_is_not_dead_and_a_second_one_at_another_day_is(folder: Path, source: Source) -> None:
    archived(folder, f"{source.url}/gone")
    ask(folder, source)
    assert states(folder)["gone"][0] == "failing"
    assert ask(folder, source).out == "outlinks: no source is due\n"
    assert "1 dead in all" in ask(folder, source, days_later=1).out
    assert states(folder)["gone"][0] == "dead"
    assert rows(folder, "select checks, outcome from outlink_checks") == [(2, "failing")]
    source.pages = {"/gone": OK}
    ask(folder, source, days_later=3)
    assert states(folder)["gone"][:2] == ("answers", 200)
    assert rows(folder, "select outcome, checks from outlink_checks order by id") == [("failing", 2), ("answers", 1)]
    source.pages = {}
    ask(folder, source, days_later=200)
    assert states(folder)["gone"][0] == "failing"


def test_another_failure_of_the_same_stretch_confirms_it(folder: Path, source: Source) -> None:
    source.pages = {"/page": (500, {}, b"")}
    archived(folder, f"{source.url}/page")
    ask(folder, source)
    source.pages = {"/page": (410, {}, b"")}
    ask(folder, source, days_later=2)
    [(state, since, checked)] = rows(folder, "select state, failing_since, checked_at from outlinks")
    assert state == "dead" and since < checked


def test_robots_txt_is_obeyed(folder: Path, source: Source) -> None:
    source.pages = {"/robots.txt": (200, {}, b"User-agent: *\nDisallow: /private/\n"), "/private/a": OK, "/b": OK}
    archived(folder, f"{source.url}/private/a", f"{source.url}/b")
    assert "1 not asked" in ask(folder, source).out
    assert states(folder)["a"] == ("not asked", None, "robots.txt of 127.0.0.1 forbids it", None)
    assert "HEAD /private/a" not in source.asked and "HEAD /b" in source.asked


def test_a_robots_txt_that_fails_means_keep_out(folder: Path, source: Source) -> None:
    source.pages = {"/robots.txt": (503, {}, b""), "/a": OK}
    archived(folder, f"{source.url}/a")
    ask(folder, source)
    assert states(folder)["a"] == ("not asked", None, "robots.txt of 127.0.0.1 answers 503, which means keep out", None)
    assert source.asked == ["GET /robots.txt"]


def test_a_robots_txt_that_is_too_long_keeps_out_and_is_no_failure(folder: Path, source: Source) -> None:
    source.pages = {"/robots.txt": (200, {}, b"#" * 600_000), "/a": OK}
    archived(folder, f"{source.url}/a")
    ask(folder, source)
    assert states(folder)["a"] == ("not asked", None, "robots.txt of 127.0.0.1 is too long to be read", None)


def test_the_delay_that_robots_txt_asks_for_is_kept(folder: Path, source: Source) -> None:
    source.pages = {"/robots.txt": (200, {}, b"User-agent: *\nCrawl-delay: 0.3\n"), "/a": OK, "/b": OK}
    archived(folder, f"{source.url}/a", f"{source.url}/b")
    ask(folder, source)
    times = [at for line, at in source.times if "robots" not in line]
    assert len(times) == 2 and times[1] - times[0] >= 0.25


def test_the_body_of_a_source_is_not_read(folder: Path, source: Source) -> None:
    source.pages, source.heads = {"/large": (200, {}, b"x" * 50_000_000)}, {"/large": 405}
    archived(folder, f"{source.url}/large")
    ask(folder, source)
    assert states(folder)["large"][:2] == ("answers", 200) and source.sent < 30_000_000


def test_a_redirect_is_followed_and_where_it_led_is_kept(folder: Path, source: Source) -> None:
    source.pages = {"/old": (301, {"Location": "/new"}, b""), "/new": OK, "/loop": (302, {"Location": "/loop"}, b"")}
    archived(folder, f"{source.url}/old", f"{source.url}/loop")
    ask(folder, source)
    assert states(folder)["old"] == ("answers", 200, None, f"{source.url}/new")
    assert states(folder)["loop"][:3] == ("failing", None, "it leads on and on, more than 5 times")


def test_nothing_in_a_private_network_is_asked_unless_it_is_named(folder: Path, source: Source, other: Source) -> None:
    inner = [
        f"{other.url}/a",
        "http://[::1]/b",
        "http://10.0.0.1/c",
        "http://printer.local/d",
        "http://169.254.169.254/latest",
        "http://intranet/e",
    ]
    archived(folder, *inner, f"{source.url}/f")
    source.pages = {"/f": OK}
    ask(folder, source)
    found = states(folder)
    assert other.asked == [] and found.pop("f")[0] == "answers"
    assert {state for state, *_ in found.values()} == {"not asked"}
    assert {reason for _, _, reason, _ in found.values()} == {"it is no place of the open internet"}


def test_a_redirect_into_a_private_network_is_not_followed(folder: Path, source: Source, other: Source) -> None:
    source.pages = {"/trap": (302, {"Location": f"{other.url}/secret"}, b"")}
    other.pages = {"/secret": OK}
    archived(folder, f"{source.url}/trap")
    ask(folder, source)
    assert states(folder)["trap"][:3] == ("not asked", None, "it is no place of the open internet")
    assert other.asked == []


@pytest.mark.parametrize("address", ["http://mail.example.com:25/", "http://example.com:22/"])
def test_ports_of_other_services_are_not_asked(folder: Path, source: Source, address: str) -> None:
    archived(folder, address)
    ask(folder, source)
    assert rows(folder, "select state, reason from outlinks") == [("not asked", "only http and https are asked")]


def test_a_name_that_leads_elsewhere_when_the_connection_is_made_leads_nowhere(
    folder: Path, source: Source, other: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = source.place.partition(":")[2]
    source.pages = {"/a": OK}
    archived(folder, f"http://rebinding.example.com:{port}/a", f"{source.url}/a")
    looked_up = socket.getaddrinfo
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **b: public if "rebinding" in str(host) else looked_up(host, *a, **b))
    monkeypatch.setattr(socket, "gethostbyname", lambda host: "127.0.0.1")
    ask(archived(tmp_path / "other", f"http://rebinding.example.com:{other.place.partition(':')[2]}/b", f"{other.url}/b"), other)
    assert other.asked.count("HEAD /b") == 2  # with Scrapy's own resolver; and the reactor is there from here on
    reactor = inside._reactor
    resolvers = reactor.resolver, reactor.nameResolver
    reactor.installResolver(PublicResolver(reactor, 0, 5.0, frozenset({"127.0.0.1"})))
    try:
        ask(folder, source)
    finally:
        reactor.resolver, reactor._nameResolver = resolvers[0], resolvers[1]
    assert [line for line in source.asked if "robots" not in line] == ["HEAD /a"]
    [(state, reason)] = rows(folder, "select state, reason from outlinks where url like '%rebinding%'")
    assert state == "failing" and "no results for hostname lookup" in reason


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:127.0.0.1", "0.0.0.0"]
)
def test_an_address_of_a_private_network_is_none_of_the_open_internet(address: str) -> None:
    assert not is_global(address) and is_global("93.184.215.14")


def test_a_run_asks_as_many_as_its_budget_and_the_next_one_goes_on(folder: Path, source: Source) -> None:
    source.pages = {f"/{n}": OK for n in range(5)}
    archived(folder, *(f"{source.url}/{n}" for n in range(5)))
    assert ask(folder, source, OUTLINK_BUDGET=3).out.endswith("; 2 left for the next run\n")
    assert ask(folder, source, OUTLINK_BUDGET=3).out.startswith("outlinks: 2 addresses asked: 2 answer")
    assert ask(folder, source).out == "outlinks: no source is due\n"
    assert ask(folder, source, days_later=91).out.startswith("outlinks: 5 addresses asked")


def test_what_nothing_answers_may_be_our_own_network_and_is_not_kept(folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    archived(folder, f"http://{place}/a")
    run = scrapy("outlinks", folder=folder, OUTLINK_PRIVATE_HOSTS=place)
    assert run.code == 5 and "no source answers, and nothing was kept: is this machine on the net?" in run.err
    assert states(folder) == {}


def test_the_sites_own_addresses_and_what_is_archived_are_no_sources(folder: Path, source: Source) -> None:
    archived(folder, f"{HOME}elsewhere", "mailto:a@example.com", "ftp://example.com/a")
    assert ask(folder, source).out == "outlinks: no source is due\n"


def test_no_archive_and_wrong_settings_are_one_line(folder: Path, tmp_path: Path) -> None:
    run = scrapy("outlinks", folder=tmp_path / "none")
    assert run.code == 2 and len(run.err.splitlines()) == 1 and not (tmp_path / "none").exists()
    archived(folder)
    run = scrapy("outlinks", folder=folder, OUTLINK_BUDGET="many")
    assert (run.code, run.err) == (2, "scrapy outlinks: OUTLINK_BUDGET is a whole number from 1 on, and not many\n")
    assert scrapy("outlinks", "x", folder=folder).code == 2


def finding(folder: Path, *findings: tuple[str, OutlinkFinding]) -> None:
    with closing(Store(folder)) as store:
        for at, found in findings:
            with store.transaction():
                save_outlink(store.db, found, at)


def test_merged_archives_have_the_checks_of_both(tmp_path: Path) -> None:
    first, second = (archived(tmp_path / name, "https://a.example.net/x") for name in ("one", "two"))
    gone = OutlinkFinding("https://a.example.net/x", "failing", 404)
    finding(first, ("2026-01-01T00:00:00Z", gone))
    finding(second, ("2026-01-01T00:00:00Z", gone), ("2026-01-03T00:00:00Z", gone))
    assert list(merge(first, [second]))
    assert rows(first, "select first_at, last_at, checks from outlink_checks") == [("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", 2)]
    assert rows(first, "select state from outlinks") == [("dead",)]


def test_the_reading_page_says_beside_a_source_that_it_did_not_answer(tmp_path: Path) -> None:
    folder = archived(tmp_path / "archive", "https://a.example.net/x", "https://b.example.net/y")
    finding(
        folder,
        ("2026-11-12T05:00:00Z", OutlinkFinding("https://a.example.net/x", "failing", 404)),
        ("2026-11-12T05:00:00Z", OutlinkFinding("https://b.example.net/y", "answers", 200)),
    )
    site = Site(folder)
    path = article()["url"].removeprefix("https:/")
    assert "a.example.net/x did not answer on 12 November 2026: 404" in site.text(path)
    finding(folder, ("2026-11-14T05:00:00Z", OutlinkFinding("https://a.example.net/x", "failing", 404)))
    shown = site.text(path)
    assert "dead: it has not answered since 12 November 2026, last asked 14 November 2026: 404" in shown
    site.close()

"""The project as a Scrapy project: Scrapy's own tools, items, limits and ways of running work, and the archive is what it is."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from archive.store.store import Store
from crawler.session.options import ARGUMENTS
from tests.conftest import Steady
from tests.crawls import PATIENCE, PROJECT, Run, content, crawl, finished, rows, scrapy, start_crawl, until
from tests.demosite import DemoSite


def address(site: DemoSite, number: int = 128) -> str:
    """An article's page."""
    return site.urls.post(site.post(number))


def title(site: DemoSite, number: int = 128) -> str:
    return site.post(number).title


def module(folder: Path, source: str) -> Path:
    """A folder with a module ``mine`` of a user."""
    folder.mkdir()
    (folder / "mine.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return folder


def script(source: str, folder: Path, *arguments: str) -> Run:
    """A user's own script, run in the project's folder; ``sys.argv`` has the archive's folder and the arguments."""
    words = [sys.executable, "-c", textwrap.dedent(source), str(folder), *arguments]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE)
    return Run(done.returncode, done.stdout, done.stderr)


PROCESS = """
    import sys
    from scrapy.crawler import CrawlerProcess
    from scrapy.utils.project import get_project_settings

    settings = get_project_settings()
    settings.update({"ARCHIVE_DIR": sys.argv[1], "DOWNLOAD_DELAY": 0, "RETRY_WAIT": 0.01, "LOG_LEVEL": "WARNING"}, priority="cmdline")
    """


# tools


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["shell", "{page}", "-c", "response.css('title::text').get()"], "{title}"),
        (["shell", "--spider=site", "{page}", "-c", "next(spider.parse(response)).title"], "{title}"),
        (["shell", "{file}", "-c", "response.css('title::text').get()"], "A file"),
        (["fetch", "{page}"], "{title}"),
        (["fetch", "--spider=site", "{page}"], "{title}"),
        (["parse", "--spider=site", "{page}"], "'title': '{title}'"),
        (["view", "{page}"], ""),
        (["check"], ""),
        (["bench", "-s", "CLOSESPIDER_TIMEOUT=1"], ""),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_scrapys_tools_work_and_archive_nothing(
    steady: Steady, folder: Path, command: list[str], shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "true")
    file = folder.with_name("page.html")
    file.write_text("<html><title>A file</title></html>", encoding="utf-8")
    names = {"page": address(steady.site), "title": title(steady.site), "file": str(file)}
    words = [word.format(**names) if "{" in word else word for word in command]
    run = scrapy(*words, folder=folder, LOG_LEVEL="ERROR")
    assert run.code == 0, run
    assert shown.format(**names) in run.out
    assert "Traceback" not in run.err and "ERROR" not in run.err
    assert not folder.exists()


def test_scrapy_parse_says_of_a_page_without_an_article_that_there_is_none(steady: Steady, folder: Path) -> None:
    run = scrapy("parse", "--spider=site", steady.site.home + "/archives/tag/smuggling", folder=folder, LOG_LEVEL="WARNING")
    assert (run.code, "no article at" in run.err, "'title'" in run.out) == (0, True, False), run


def test_the_help_of_crawl_and_update_names_every_argument() -> None:
    for command in ("crawl", "update"):
        done = subprocess.run([sys.executable, "-m", "scrapy", command, "--help"], cwd=PROJECT, capture_output=True, text=True)
        for name, argument in ARGUMENTS.items():
            assert f"-a {name}={'|'.join(argument.values)}" in done.stdout
            assert argument.meaning in done.stdout


# items


def test_every_saved_article_is_one_item_and_what_is_as_it_was_is_none(steady: Steady, folder: Path) -> None:
    feed = folder.with_name("items.jsonl")
    given = ["crawl", "site", "-a", f"home={steady.site.home}/", "-a", "_job=6487ec79947edab326d6db28a2d86511", "-O", str(feed)]
    assert scrapy(*given, folder=folder).code == 0
    items = {item["url"]: item for item in map(json.loads, feed.read_text(encoding="utf-8").splitlines())}
    assert len(items) == len(feed.read_text(encoding="utf-8").splitlines()), "an article that both doors show is one item"
    held = rows(folder, "select url, source_id, title, published_at, modified_at from articles")
    names = ("url", "source_id", "title", "published_at", "modified_at")
    assert sorted(held) == sorted(tuple(item[name] for name in names) for item in items.values())
    assert {(item["outcome"], item["revision"]) for item in items.values()} == {("new", 1)}
    records = dict(rows(folder, "select record_id, payload_digest from captures"))
    assert all(records[item["record_id"]] == item["payload_digest"] for item in items.values())
    bridge = items[address(steady.site)]
    assert len(bridge["text"].split()) >= bridge["word_count"] // 2 > 0
    assert scrapy(*given, folder=folder).code == 0
    assert feed.read_text(encoding="utf-8") == ""


PIPELINES = """
    import sqlite3
    from scrapy.exceptions import DropItem


    class Witness:
        def __init__(self, crawler):
            self.folder, self.stats = crawler.settings["ARCHIVE_DIR"], crawler.stats

        @classmethod
        def from_crawler(cls, crawler):
            return cls(crawler)

        def process_item(self, item):
            db = sqlite3.connect(f"file:{self.folder}/archive.db?mode=ro", uri=True)
            there = db.execute("select count(*) from articles where url = ?", [item.url]).fetchone()[0]
            with open(f"{self.folder}/seen", "a") as seen:
                print(there, item.source_id, file=seen)
            item.title = "spoiled"
            if int(item.source_id) % 2:
                raise DropItem("not wanted")
            raise RuntimeError("a bug of the user")
    """


def test_a_pipeline_that_raises_or_drops_gets_what_is_durable_and_hurts_nothing(steady: Steady, folder: Path) -> None:
    mine = module(folder.with_name("modules"), PIPELINES)
    pipelines = json.dumps({"mine.Witness": 300})
    run = scrapy("crawl", "site", "-a", f"home={steady.site.home}/", folder=folder, modules=mine, ITEM_PIPELINES=pipelines)
    assert run.code == 0, run
    seen = [line.split() for line in (folder / "seen").read_text().splitlines()]
    assert len(seen) == len({number for _, number in seen}) == rows(folder, "select count(*) from articles")[0][0]
    assert {there for there, _ in seen} == {"1"}
    assert content(folder) == steady.content


# limits


@pytest.mark.parametrize(
    ("limit", "settings"),
    [
        ("CLOSESPIDER_TIMEOUT", {"CLOSESPIDER_TIMEOUT": 1, "DOWNLOAD_DELAY": 0.3}),
        ("CLOSESPIDER_ITEMCOUNT", {"CLOSESPIDER_ITEMCOUNT": 1}),
        ("CLOSESPIDER_PAGECOUNT", {"CLOSESPIDER_PAGECOUNT": 5}),
        ("CLOSESPIDER_ERRORCOUNT", {"CLOSESPIDER_ERRORCOUNT": 1}),
        ("CLOSESPIDER_PAGECOUNT_NO_ITEM", {"CLOSESPIDER_PAGECOUNT_NO_ITEM": 3}),
        ("CLOSESPIDER_TIMEOUT_NO_ITEM", {"CLOSESPIDER_TIMEOUT_NO_ITEM": 1, "DOWNLOAD_DELAY": 0.3}),
        ("MEMUSAGE_LIMIT_MB", {"MEMUSAGE_LIMIT_MB": 10}),
        ("MEMUSAGE_LIMIT_MB", {"MEMUSAGE_LIMIT_MB": 10, "ADDONS": json.dumps({"mine.Late": 1})}),
        ("enough of it", {"ADDONS": json.dumps({"mine.Somebody": 1})}),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else ",".join(value),
)
def test_a_limit_ends_the_run_by_its_name_and_the_next_run_goes_on(
    site: DemoSite, folder: Path, limit: str, settings: dict[str, object]
) -> None:
    mine = module(folder.with_name("modules"), OTHERS)
    if limit == "CLOSESPIDER_ERRORCOUNT":
        site.fault(r"/archives/\d", status=500)
    given = ["crawl", "site", "-a", f"home={site.home}/"]
    run = scrapy(*given, folder=folder, modules=mine, **settings)
    assert run.code == 130, run
    assert limit in run.err and "the next run goes on" in run.err
    assert not re.search("bug|complete|Traceback|AssertionError", run.err + run.out), run
    if settings != {"MEMUSAGE_LIMIT_MB": 10}:
        ended = "select outcome, exit_code, finished_at is not null from crawls"
        assert rows(folder, ended) == [("interrupted", 130, 1)]
    site.clear_faults()
    assert scrapy(*given, folder=folder).code == 0
    assert rows(folder, "select count(*) from gaps where explained = 0") == [(0,)]
    assert len(rows(folder, "select 1 from articles")) == len([post for post in site.published() if not post.password])


OTHERS = """
    import asyncio
    from scrapy import signals
    from scrapy.extensions.memusage import MemoryUsage


    class LateMemory(MemoryUsage):
        def engine_started(self):
            self.tasks = []
            self.crawler.signals.connect(self.look, signals.response_received)

        def look(self):
            if self.crawler.stats.get_value("response_received_count") == 4:
                self._check_limit()


    class Late:
        def update_settings(self, settings):
            settings["EXTENSIONS"].update({"scrapy.extensions.memusage.MemoryUsage": None, "mine.LateMemory": 500})


    class Somebody:
        def update_settings(self, settings):
            settings["EXTENSIONS"]["mine.Enough"] = 500


    class Enough:
        @classmethod
        def from_crawler(cls, crawler):
            self = cls()
            self.crawler, self.seen = crawler, 0
            crawler.signals.connect(self.count, signals.response_received)
            return self

        def count(self):
            self.seen += 1
            if self.seen == 6:
                self.closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="enough of it"))
    """


# other ways of running


def test_two_crawls_of_one_process_share_the_archive_and_let_go_of_it(steady: Steady, site: DemoSite, folder: Path) -> None:
    source = """
    process = CrawlerProcess(settings)
    crawlers = [process.create_crawler("site") for _ in sys.argv[2:]]
    for crawler, home in zip(crawlers, sys.argv[2:]):
        process.crawl(crawler, home=home)
    process.start()
    for crawler in crawlers:
        print(crawler.stats.get_value("finish_reason"), crawler.stats.get_value("archive/exit_code"))
    """
    run = script(PROCESS + source, folder, steady.site.home + "/", site.home + "/")
    assert (run.out, run.err) == ("finished 0\n" * 2, "")
    assert rows(folder, "select count(*), sum(exit_code) from crawls") == [(2, 0)]
    of_each = "select count(*) from articles group by site_id"
    assert {count for (count,) in rows(folder, of_each)} == {len(steady.content["articles"])}
    Store(folder).close()


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ("", "{}", "which site?"),
        ("home=HOME, mode='quick'", "{}", "'quick' is unknown"),
        ("home=HOME", "{'HTTPCACHE_ENABLED': True}", "HTTPCACHE_ENABLED"),
        ("home=HOME", "{'IMAGE_HOSTS': 'no host'}", "'no host'"),
        ("home=HOME", "{'TWISTED_REACTOR': 'twisted.internet.epollreactor.EPollReactor'}", "needs asyncio"),
    ],
)
def test_a_script_that_asks_for_what_cannot_be_is_told_so_without_a_request(
    site: DemoSite, folder: Path, arguments: str, settings: str, said: str
) -> None:
    source = f"""
    HOME = sys.argv[2]
    settings.update({settings}, priority="cmdline")
    process = CrawlerProcess(settings)
    crawler = process.create_crawler("site")
    process.crawl(crawler, {arguments})
    process.start()
    print(crawler.stats.get_value("finish_reason"))
    """
    run = script(PROCESS + source, folder, site.home + "/")
    assert run.out == "refused\n", run
    assert len(run.err.splitlines()) == 1 and said in run.err, run
    assert site.requests == [] and not folder.exists()


def test_a_script_waits_for_no_lock(site: DemoSite, steady: Steady, folder: Path) -> None:
    site.fault("robots.txt", delay=2)
    under_way = start_crawl(site, folder)
    until(lambda: site.requests or (folder / "lock").exists(), under_way)
    source = """
    process = CrawlerProcess(settings)
    process.crawl("site", home=sys.argv[2])
    process.start()
    """
    before = len(steady.site.requests)
    run = script(PROCESS + source, folder, steady.site.home + "/")
    assert "another crawl is writing" in run.err and len(run.err.splitlines()) == 1, run
    assert len(steady.site.requests) == before
    assert finished(under_way).code == 0


# Scrapy's stats


def test_retries_and_robots_txt_stand_in_scrapys_stats(site: DemoSite, folder: Path) -> None:
    path = address(site).removeprefix(site.home)
    site.robots = f"User-agent: *\nDisallow: {path}\n"
    site.fault(r"wp/v2/posts\?", status=503, count=1)
    source = """
    process = CrawlerProcess(settings)
    crawler = process.create_crawler("site")
    process.crawl(crawler, home=sys.argv[2])
    process.start()
    names = ["retry/count", "retry/reason_count/503 Service Unavailable", "robotstxt/request_count", "robotstxt/response_status_count/200",
             "robotstxt/forbidden", "item_scraped_count"]
    print([crawler.stats.get_value(name) for name in names])
    """
    run = script(PROCESS + source, folder, site.home + "/")
    assert run.out == f"{[1, 1, 1, 1, 1, len(rows(folder, 'select 1 from articles'))]}\n", run


# evidence


def test_scrapys_http_cache_is_refused_before_anything_is_opened(site: DemoSite, folder: Path) -> None:
    for given in (["crawl", "site", "-a", f"home={site.home}/"], ["update"]):
        run = scrapy(*given, folder=folder, HTTPCACHE_ENABLED=1)
        assert (run.code, len(run.lines), "HTTPCACHE_ENABLED" in run.err) == (2, 1, True), run
    assert site.requests == [] and not folder.exists()


FORGERS = """
    from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
    from scrapy.http import HtmlResponse


    class Cache(HttpCacheMiddleware):
        def __init__(self, settings, stats):
            settings = settings.copy()
            settings.frozen = False
            settings.set("HTTPCACHE_ENABLED", True)
            super().__init__(settings, stats)


    class Forger:
        def process_request(self, request):
            return None if request.url.endswith("robots.txt") else HtmlResponse(request.url, body=b"<html>made up</html>", request=request)


    class Flagger:
        def process_response(self, request, response):
            return response.replace(flags=["cached"])
    """


@pytest.mark.parametrize(("forger", "captures"), [("Cache", 0), ("Forger", 1), ("Flagger", 0)])
def test_what_the_site_did_not_answer_is_never_captured(site: DemoSite, folder: Path, forger: str, captures: int) -> None:
    mine = module(folder.with_name("modules"), FORGERS)
    order = {"Cache": 900, "Forger": 800, "Flagger": 960}[forger]
    middlewares = {"crawler.http.capture.CaptureMiddleware": 950, f"mine.{forger}": order}
    addon = f"class Addon:\n    def update_settings(self, settings):\n        settings['DOWNLOADER_MIDDLEWARES'].update({middlewares!r})\n"
    (mine / "mine.py").write_text((mine / "mine.py").read_text() + addon)
    given = ["crawl", "site", "-a", f"home={site.home}/"]
    run = scrapy(*given, folder=folder, modules=mine, ADDONS=json.dumps({"mine.Addon": 1}), HTTPCACHE_DIR=folder.with_name("cache"))
    assert run.code == 2, run
    assert "HTTPCACHE_ENABLED" in run.err and "bug" not in run.err
    assert rows(folder, "select count(*) from captures") == [(captures,)] if folder.exists() else captures == 0


def test_a_table_of_middlewares_that_lacks_the_capture_is_refused_before_anything_is_opened(site: DemoSite, folder: Path) -> None:
    run = scrapy("crawl", "site", "-a", f"home={site.home}/", folder=folder, DOWNLOADER_MIDDLEWARES="{}")
    assert (run.code, len(run.lines), "DOWNLOADER_MIDDLEWARES" in run.err) == (2, 1, True), run
    assert site.requests == [] and not folder.exists()


SYNCHRONOUS = """
    class Delta:
        def process_spider_output(self, response, result):
            yield from result
    """


def test_a_component_with_which_scrapy_does_not_begin_is_no_success(site: DemoSite, folder: Path) -> None:
    """As scrapy-deltafetch 2.1, which has no asynchronous form."""
    mine = module(folder.with_name("modules"), SYNCHRONOUS)
    given = ["crawl", "site", "-a", f"home={site.home}/"]
    run = scrapy(*given, folder=folder, modules=mine, SPIDER_MIDDLEWARES=json.dumps({"mine.Delta": 100}))
    assert (run.code, "site: the crawl did not begin" in run.err) == (1, True), run
    assert site.requests == []


def test_only_gzip_is_asked_for(steady: Steady, folder: Path) -> None:
    assert crawl(steady.site, folder, "limit=1").code == 0
    records = b"".join(gzip.decompress(warc.read_bytes()) for warc in folder.glob("warc/*/*.warc.gz"))
    assert set(re.findall(rb"(?im)^Accept-Encoding: ([^\r]+)", records)) == {b"gzip"}

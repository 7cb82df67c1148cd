"""Limits of a public archive: requests per client, turns, sizes; and what of Datasette passes through ``serve``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from datasette import hookimpl
from datasette.plugins import pm
from datasette.utils.asgi import Response

from archive.__main__ import main as archive
from archive.errors import ConfigurationError
from archive.publish.redaction import weighed
from archive.publish.server import limits
from archive.publish.server.clients import client_of
from archive.publish.server.limits import Buckets
from archive.publish.server.serve import load_plugins
from archive.publish.server.service import Rate, Service, checked_rate
from archive.publish.server.turns import Turns
from tests.publish_archive import HOME, build_archive
from tests.publish_site import RAID, Site


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture
def served(folder: Path) -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def serve(**told: Any) -> Site:
        sites.append(Site(folder, service=Service(**told)))
        return sites[-1]

    yield serve
    for site in sites:
        site.close()


def test_a_bucket_gives_its_tokens_back_evenly() -> None:
    buckets = Buckets(Rate(3, 60))
    assert [buckets.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 20]
    assert buckets.take("b", 0.0) == 0
    assert buckets.take("a", 19.0) == pytest.approx(1)
    assert buckets.take("a", 20.0) == 0 and buckets.take("a", 20.0) == pytest.approx(20)
    assert [buckets.take("a", 500.0) for _ in range(4)] == [0, 0, 0, 20], "never more than it holds"


def test_buckets_remember_the_clients_who_asked_last() -> None:
    buckets = Buckets(Rate(1, 60), most=2)
    for client in "abc":
        buckets.take(client, 0.0)
    assert len(buckets._held) == 2 and buckets.take("c", 0.0) > 0


@pytest.mark.parametrize(("text", "rate"), [("60/minute", Rate(60, 60)), ("5/second", Rate(5, 1)), (" 1000 / hour", Rate(1000, 3600))])
def test_a_rate_is_a_number_and_a_time(text: str, rate: Rate) -> None:
    assert checked_rate(text) == rate


@pytest.mark.parametrize("text", ["", "60", "0/minute", "-1/minute", "60/day", "1e9/minute"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="write it as 60/minute"):
        checked_rate(text)


FORWARDED = [
    (0, "203.0.113.9", "192.0.2.1"),  # nobody is believed unless --proxy says so
    (1, "203.0.113.9", "203.0.113.9"),
    (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),  # the first was sent by the client itself
    (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
    (2, "203.0.113.9", "192.0.2.1"),  # a request that did not come through both
    (1, "", "192.0.2.1"),
    (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    (1, "::ffff:203.0.113.9", "203.0.113.9"),
    (1, "nonsense", "nonsense"),
]


@pytest.mark.parametrize(("proxies", "told", "client"), FORWARDED)
def test_a_client_is_whom_the_trusted_proxies_name(proxies: int, told: str, client: str) -> None:
    scope = {"client": ("192.0.2.1", 5), "headers": [(b"x-forwarded-for", told.encode())] if told else []}
    assert client_of(scope, proxies) == client


def test_who_asks_too_often_is_told_when_to_ask_again_and_others_are_answered(served: Callable[..., Site]) -> None:
    site = served(limit=Rate(2, 60), proxies=1)
    first, other = {"x-forwarded-for": "203.0.113.9"}, {"x-forwarded-for": "203.0.113.10"}
    assert [site.get("/about", headers=first).status_code for _ in range(3)] == [200, 200, 429]
    refused = site.get("/about", headers=first)
    assert 0 < int(refused.headers["retry-after"]) <= 30 and refused.headers["cache-control"] == "no-store"
    assert site.get("/about", headers=other).status_code == 200
    assert site.get("/static/site.css", headers=first).status_code == 200, "static files are free"


def test_an_invented_address_does_not_pass_the_limit(served: Callable[..., Site]) -> None:
    site = served(limit=Rate(1, 60))
    answers = [site.get("/about", headers={"x-forwarded-for": f"203.0.113.{number}"}).status_code for number in range(3)]
    assert answers == [200, 429, 429]


def test_behind_a_proxy_links_have_the_scheme_of_the_reader(served: Callable[..., Site]) -> None:
    headers = {"x-forwarded-proto": "https", "host": "archive.example.net"}
    assert "https://archive.example.net/" in served(proxies=1).get("/opensearch.xml", headers=headers).text
    assert "http://archive.example.net/" in served().get("/opensearch.xml", headers=headers).text


def test_a_large_body_is_refused(served: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LARGEST_BODY", 1000)
    site = served()
    assert site.ask("POST", "/-/messages", content=b"a=" + b"x" * 2000).status_code == 413


def test_turns_go_to_who_has_used_the_least() -> None:
    async def scene() -> list[str]:
        order: list[str] = []
        queue = Turns(1)
        assert await queue.begin("hostile")
        queue.end("hostile", 9.0)
        assert await queue.begin("hostile")

        async def ask(client: str) -> None:
            assert await queue.begin(client)
            order.append(client)
            queue.end(client, 0.01)

        waiting = [asyncio.create_task(ask(client)) for client in ("hostile", "hostile", "reader")]
        await asyncio.sleep(0)
        queue.end("hostile", 3.0)
        await asyncio.gather(*waiting)
        assert await queue.begin("later"), "the turn is free again"
        return order

    assert asyncio.run(scene()) == ["reader", "hostile", "hostile"]


def test_where_too_many_wait_the_one_who_used_the_most_is_sent_away() -> None:
    async def scene() -> None:
        queue = Turns(1, most_waiting=1)
        assert await queue.begin("hostile")
        queue.end("hostile", 9.0)
        assert await queue.begin("hostile")
        pushy = asyncio.create_task(queue.begin("hostile"))
        await asyncio.sleep(0)
        assert not await queue.begin("hostile")
        reader = asyncio.create_task(queue.begin("reader"))
        assert not await pushy
        queue.end("hostile", 1.0)
        assert await reader

    asyncio.run(scene())


def test_who_gives_up_waiting_takes_no_turn() -> None:
    async def scene() -> None:
        queue = Turns(1)
        assert await queue.begin("a")
        leaving = asyncio.create_task(queue.begin("b"))
        await asyncio.sleep(0)
        queue.end("a", 1.0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert queue.free == 1

    asyncio.run(scene())


def test_who_waits_too_long_is_told_to_ask_again(served: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Turns.__init__, "__defaults__", (0,))
    site = served(settings={"num_sql_threads": 1})

    async def together() -> list[int]:
        asked = [site.datasette.client.get("/archive.json?sql=select+1") for _ in range(3)]
        return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert sorted(site.run(together())) == [200, 503, 503]


COSTLY = [
    "with recursive c(x) as (select 1 union all select x + 1 from c limit 2000) select hex(zeroblob(400000)) from c",
    "select hex(zeroblob(6000000))",
    "select instr(hex(zeroblob(4000000)), 'x')",
    "select trim(hex(zeroblob(400000)), '0')",
    "select 1 where 'x' like '" + "%a" * 300 + "'",
    "select " + "(" * 2000 + "1" + ")" * 2000,
    "select '" + "x" * 50_000 + "'",
    "select * from (select 1" + " union all select 1" * 600 + ")",
]


@pytest.mark.parametrize("sql", COSTLY, ids=range(len(COSTLY)))
def test_sql_that_would_take_all_memory_or_time_is_refused(served: Callable[..., Site], sql: str) -> None:
    site = served()
    answer = site.get("/archive.json?sql=" + quote(sql))
    assert answer.status_code == 400 and answer.json()["ok"] is False, answer.text[:200]
    assert site.get("/archive.json?sql=select+1+as+one").json()["rows"] == [[1]], "the connection is as it was"


def test_rows_are_weighed_only_where_a_stranger_asks(served: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighed, "MOST_TOGETHER", 10)
    site = served()
    assert site.get(RAID).status_code == 200
    assert "too large together" in site.get("/archive.json?sql=select+text+from+revisions").json()["error"]


PACKED = [
    "/archive",
    "/archive/articles",
    "/archive/articles.json",
    "/archive/articles.csv?_stream=1",
    "/static/site.css",
    "/-/plugins.json?all=1",
]


@pytest.mark.parametrize("path", PACKED)
def test_datasettes_own_answers_are_compressed_too(served: Callable[..., Site], path: str) -> None:
    site = served()
    plain = site.get(path, headers={"accept-encoding": "identity"})
    packed = site.get(path, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    if "_stream" not in path:
        assert packed.num_bytes_downloaded < len(packed.content)
    assert "Accept-Encoding" in plain.headers["vary"] and "Accept-Encoding" in packed.headers["vary"]
    if "query_ms" not in packed.text and "Queries took" not in packed.text:  # how long it took
        assert packed.content == plain.content


def test_a_record_is_not_compressed_twice(served: Callable[..., Site]) -> None:
    answer = served().get("/search.json?q=marib", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and answer.json()["query"] == "marib"


def test_datasettes_metadata_goes_over_ours(served: Callable[..., Site]) -> None:
    told = {"title": "The Herald archive", "license": "CC0", "databases": {"archive": {"tables": {"articles": {"description": "Mine"}}}}}
    site = served(metadata=told)
    assert "CC0" in site.text("/about")
    page = site.text("/archive/articles")
    assert "Mine" in page and "title" in page
    assert site.get("/-/metadata.json").json()["databases"]["archive"]["queries"], "what is not named stays"


def test_datasettes_settings_go_over_ours(served: Callable[..., Site]) -> None:
    site = served(settings={"max_returned_rows": 3, "default_allow_sql": False})
    assert site.get("/-/settings.json").json()["max_returned_rows"] == 3
    assert site.get("/archive.json?sql=select+1").status_code == 403


def test_who_may_not_see_the_archive_sees_none_of_our_pages_either(served: Callable[..., Site]) -> None:
    site = served(metadata={"allow": {"id": "root"}}, secret="s")
    for path in ("/", RAID, "/search.json?q=marib", "/record/1", "/status.json", "/archive/articles"):
        assert site.get(path).status_code == 403, path
    cookie = site.datasette.sign({"a": {"id": "root"}}, "actor")
    assert site.get(RAID, headers={"cookie": f"ds_actor={cookie}"}).status_code == 200


def test_with_cors_scripts_of_other_servers_may_read(served: Callable[..., Site]) -> None:
    for site, allowed in ((served(cors=True), "*"), (served(), None)):
        for path in ("/search.json?q=marib", "/archive/articles.json", "/status.json", f"/cite.json?url={HOME}2014/03/raid"):
            assert site.get(path).headers.get("access-control-allow-origin") == allowed, path
        assert site.ask("OPTIONS", "/search.json").headers.get("access-control-allow-methods") == (allowed and "GET, HEAD")


class Chart:
    """A plugin as others make them: a page of its own, a route that ours would take, a script on Datasette's pages."""

    __name__ = "datasette_chart"

    @hookimpl
    def register_routes(self) -> list[tuple[str, Callable[[], Response]]]:
        return [(r"^/graphql$", lambda: Response.html("a plugin's page")), (r"^/www\.example\.org/chart$", lambda: Response.text("chart"))]


@pytest.fixture
def chart() -> Iterator[None]:
    pm.register(Chart(), name="chart")
    yield
    pm.unregister(name="chart")


def test_plugins_draw_on_datasettes_pages_and_not_on_ours(chart: None, served: Callable[..., Site]) -> None:
    site = served()
    assert site.get("/graphql").text == "a plugin's page" and site.get("/www.example.org/chart").text == "chart"
    for path in ("/archive/articles", "/graphql"):
        assert "'unsafe-eval'" in site.get(path).headers["content-security-policy"], path
    for path in ("/", RAID, "/search.json?q=marib", "/changes.atom"):
        assert "unsafe" not in site.get(path).headers["content-security-policy"], path


PLUGIN = """
from datasette import hookimpl
from datasette.utils.asgi import Response

@hookimpl
def register_routes():
    return [(r"^/own$", lambda datasette: Response.text(datasette.plugin_config("mine")["said"]))]
"""


def test_a_folder_of_plugins_is_loaded_with_its_options(served: Callable[..., Site], tmp_path: Path) -> None:
    (tmp_path / "mine_for_test.py").write_text(PLUGIN)
    try:
        assert served(plugins_dir=tmp_path, metadata={"plugins": {"mine": {"said": "hello"}}}).get("/own").text == "hello"
    finally:
        for plugin in [plugin for plugin in pm.get_plugins() if getattr(plugin, "__name__", "") == "mine_for_test.py"]:
            pm.unregister(plugin)


def test_a_plugin_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module")
    with pytest.raises(ConfigurationError, match=r"broken\.py cannot be loaded: No module named"):
        load_plugins(tmp_path)


def test_metadata_is_read_from_json_and_yaml(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.json").write_text(json.dumps([1]))
    assert archive(["serve", "--archive-dir", str(folder), "--metadata", str(tmp_path / "list.json")]) == 2
    assert "it has to be a mapping" in capsys.readouterr().err

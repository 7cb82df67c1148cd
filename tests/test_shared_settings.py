"""The settings of many crawls in one process: equal, and each crawl's own."""

from __future__ import annotations

import pytest
from scrapy.utils.project import get_project_settings

from crawler.extensions.shared_settings import SharedSettings, of_many_crawls

CHATTY = "scrapy.extensions.logstats.LogStats"  # any component that is not the product's own


def test_a_copy_has_all_values_and_priorities() -> None:
    settings = get_project_settings()
    settings.set("EXTENSIONS", {"some.Extension": 3}, priority="cmdline")
    copied = SharedSettings(settings).copy()
    assert copied.copy_to_dict() == settings.copy_to_dict()
    assert {name: copied.getpriority(name) for name in copied} == {name: settings.getpriority(name) for name in settings}
    copied.freeze()
    with pytest.raises(TypeError):
        copied.set("BOT_NAME", "other")


def test_what_one_copy_changes_no_other_sees() -> None:
    settings = get_project_settings()
    root = SharedSettings(settings)
    first, second = root.copy(), root.copy()
    first.set("BOT_NAME", "first", priority="cmdline")
    first["EXTENSIONS_BASE"]["some.Extension"] = 1
    first["DOWNLOADER_MIDDLEWARES"].update({"crawler.http.guard.GuardMiddleware": 7})
    first["RETRY_HTTP_CODES"].append(418)
    first.set("DOWNLOAD_DELAY", 9, priority="default")
    for other in (second, root, settings):
        assert other.copy_to_dict() == get_project_settings().copy_to_dict()
    assert (first["BOT_NAME"], first["DOWNLOAD_DELAY"]) == ("first", settings["DOWNLOAD_DELAY"])


def test_a_value_that_is_set_once_may_be_changed_in_place_by_each_copy_for_itself() -> None:
    root = SharedSettings(get_project_settings())
    root.set("OWN", [1])
    first, second = root.copy(), root.copy()
    first["OWN"].append(2)
    first.delete("RETRY_HTTP_CODES")
    assert (first["OWN"], second["OWN"], root["OWN"]) == ([1, 2], [1], [1])
    assert "RETRY_HTTP_CODES" not in first.copy()


@pytest.mark.parametrize("name", ["EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "ITEM_PIPELINES"])
def test_a_table_of_components_is_worked_out_once_for_all_crawls_that_have_it(name: str) -> None:
    settings = get_project_settings()
    root = SharedSettings(settings)
    first, second, other = root.copy(), root.copy(), root.copy()
    table = first.get_component_priority_dict_with_base(name)
    assert dict(table).items() <= dict(settings.get_component_priority_dict_with_base(name)).items()
    assert second.get_component_priority_dict_with_base(name) is table
    other[name]["crawler.extensions.progress.Progress"] = 7
    assert other.get_component_priority_dict_with_base(name)["crawler.extensions.progress.Progress"] == 7
    assert dict(first.get_component_priority_dict_with_base(name)) == dict(table)
    with pytest.raises(TypeError):
        table["other"] = 1


@pytest.mark.parametrize(
    ("table", "component", "settings"),
    [
        ("DOWNLOADER_MIDDLEWARES", "scrapy.downloadermiddlewares.cookies.CookiesMiddleware", {"COOKIES_ENABLED": True}),
        ("DOWNLOADER_MIDDLEWARES", "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware", {"DOWNLOADER_MIDDLEWARES": {CHATTY: 7}}),
        ("SPIDER_MIDDLEWARES", "scrapy.spidermiddlewares.start.StartSpiderMiddleware", {"SPIDER_MIDDLEWARES": {CHATTY: 7}}),
        ("EXTENSIONS", "scrapy.extensions.closespider.CloseSpider", {"CLOSESPIDER_ITEMCOUNT": "3"}),
        ("EXTENSIONS", "scrapy.extensions.feedexport.FeedExporter", {"FEEDS": {"items.jsonl": {"format": "jsonlines"}}}),
    ],
)
def test_a_component_of_scrapy_is_left_out_only_while_it_would_do_nothing(table: str, component: str, settings: dict[str, object]) -> None:
    plain, used = (of_many_crawls(get_project_settings()).copy() for _ in range(2))
    for name, value in settings.items():
        used.set(name, value, priority="spider")
    assert component not in plain.get_component_priority_dict_with_base(table)
    assert component in used.get_component_priority_dict_with_base(table)
    assert "scrapy.downloadermiddlewares.stats.DownloaderStats" in plain.get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")


def test_a_proxy_that_the_environment_names_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    component = "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware"
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert component not in of_many_crawls(get_project_settings()).get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3128")
    assert component in of_many_crawls(get_project_settings()).get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")


@pytest.mark.parametrize(("level", "dumped"), [("WARNING", False), ("INFO", True), ("DEBUG", True)])
def test_numbers_that_nobody_would_see_are_not_put_into_words(level: str, dumped: bool) -> None:
    settings = get_project_settings()
    settings.set("LOG_LEVEL", level, priority="cmdline")
    assert of_many_crawls(settings).getbool("STATS_DUMP") is dumped
    assert settings.getbool("STATS_DUMP")


def test_settings_of_another_origin_are_taken_in_as_scrapy_does() -> None:
    root = SharedSettings(get_project_settings())
    copied = root.copy()
    copied.set("BOT_NAME", "mine", priority="cmdline")
    copied.update(root)
    assert copied["BOT_NAME"] == "mine"
    copied.update({"CONTACT": "a@example.org"})
    assert (copied["CONTACT"], root["CONTACT"]) == ("a@example.org", "")

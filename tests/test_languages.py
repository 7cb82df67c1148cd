"""Languages of a WordPress site that its REST API hides unless it is asked for them: none is missing, none is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.wordpress.languages import alternates, beside, code_of, gives_all, read_languages, with_language
from tests.crawls import rows
from tests.othersites import ManyTypes
from tests.othersites.manytypes import Languages
from tests.type_lists import asked, crawl, held

HEAD = """
    <link rel="alternate" hreflang="en-GB" href="https://a.org/" />
    <link rel='alternate' hreflang='de-DE' href='https://a.org/de/' />
    <link href="https://a.org/?lang=zh-hans" hreflang="zh-Hans" rel="alternate">
    <link rel="alternate" hreflang="x-default" href="https://a.org/" />
    <link rel="alternate" type="application/rss+xml" href="https://a.org/feed/" />
    """


def test_the_languages_are_those_that_the_front_page_names() -> None:
    found = alternates(HEAD, "https://a.org/")
    assert found == {"en": "https://a.org/", "de": "https://a.org/de/", "zh-hans": "https://a.org/?lang=zh-hans"}


@pytest.mark.parametrize(
    ("hreflang", "address", "code"),
    [
        ("pt-BR", "https://a.org/pt-br/", "pt-br"),
        ("fr", "https://a.org/journal/fr/", "fr"),
        ("nb-NO", "https://a.org/?lang=no", "no"),
        ("ar", "https://ar.a.org/", "ar"),
    ],
)
def test_a_language_is_called_as_the_site_calls_it(hreflang: str, address: str, code: str) -> None:
    assert code_of(hreflang, address) == code


def test_polylangs_own_list_names_languages_too() -> None:
    assert read_languages(b'[{"slug": "fa", "home_url": "https://a.org/fa/"}, {"slug": 3}, "x"]') == {"fa": "https://a.org/fa/"}
    assert read_languages(b"<html>") == read_languages(b'{"code": "rest_no_route"}') == {}


def test_a_list_is_asked_for_in_a_language_or_below_its_front_page() -> None:
    for url in ("https://a.org/wp-json/wp/v2/posts", "https://a.org/?rest_route=/wp/v2/posts"):
        assert gives_all(with_language(url, "all"))
        assert not gives_all(with_language(url, "de"))
        assert beside(url, "https://a.org/de") == "https://a.org/de/wp-json/wp/v2/posts"


def both(languages: Languages) -> ManyTypes:
    """Five posts and two briefings in English, three and one in German, two posts in Persian; with two comments."""
    site = ManyTypes(languages=languages)
    site.register("briefing", "wp/v2/briefings")
    site.add("briefing", 2)
    german = site.add("post", 3, language="de")
    site.add("briefing", 1, language="de")
    site.add("post", 2, language="fa")
    site.remark(101, "In English.")
    site.remark(german[0], "Auf Deutsch.")
    return site


@pytest.mark.parametrize(
    ("languages", "requests"),
    [
        ("all", 4),  # robots.txt, posts, briefings, comments: all with lang=all
        ("one", 8),  # posts and briefings in two and three languages, comments in two
        ("every", 4),
        ("folder", 8),
    ],
)
def test_every_language_is_held_and_an_unchanged_night_stays_cheap(languages: Languages, requests: int, folder: Path) -> None:
    with both(languages) as site:
        run = crawl(site, folder)
        assert run.code == 0, run.lines
        assert rows(folder, "select count(*), count(distinct source_id) from articles") == [(13, 13)]
        assert rows(folder, "select reported, held from coverage where month = 'all' order by kind") == [(13, 13), (2, 2)]
        assert rows(folder, "select text from comments order by source_id") == [("In English.",), ("Auf Deutsch.",)]
        names = "select distinct name from tags join article_tags on tag_id = tags.id order by name"
        assert rows(folder, names) == [("Ports (de)",), ("Ports (en)",), ("Ports (fa)",)]
        for _ in range(2):
            run = crawl(site, folder)
            assert run.code == 0, run.lines
        assert len(site.requests) == requests


@pytest.mark.parametrize("languages", ["all", "one", "folder"])
def test_what_changes_in_a_hidden_language_is_noticed(languages: Languages, folder: Path) -> None:
    with both(languages) as site:
        assert crawl(site, folder).code == 0
        site.edit(108, "Ein Satz, der dazugekommen ist.")
        site.trash(109)
        [new] = site.add("post", 1, language="de")
        site.remark(new, "Neu.")
        run = crawl(site, folder)
        assert run.code == 0, run.lines
        assert rows(folder, "select source_id from articles where missing_since is not null") == [("109",)]
        assert rows(folder, "select source_id from revisions join articles on articles.id = article_id where number = 2") == [("108",)]
        assert rows(folder, "select text from comments where text = 'Neu.'") == [("Neu.",)]
        assert rows(folder, "select count(*) from articles where source_id = ?", str(new)) == [(1,)]


def test_all_languages_are_asked_for_where_nothing_says_which_there_are(folder: Path) -> None:
    with both("all") as site:
        site.tells_languages = False
        assert crawl(site, folder).code == 0
        assert rows(folder, "select count(*) from articles") == [(13,)]


def test_all_languages_are_found_where_no_answer_tells_how_many_posts_there_are(folder: Path) -> None:
    with both("all") as site:
        site.tells_languages = site.tells_totals = False
        run = crawl(site, folder)
        assert run.code == 0, run.lines
        assert rows(folder, "select count(*) from articles") == [(13,)]
        assert rows(folder, "select text from comments order by source_id") == [("In English.",), ("Auf Deutsch.",)]


def test_languages_that_are_opened_later_are_found_without_totals(folder: Path) -> None:
    with ManyTypes(languages="all") as site:
        site.tells_totals = False
        assert crawl(site, folder).code == 0
        german = site.add("post", 3, language="de")
        site.entry(german[0]).at = site.entry(101).at  # older than what is new
        assert crawl(site, folder, "mode=full").code == 0
        assert held(folder) == [("posts", 8)]


def test_languages_that_are_opened_later_are_found(folder: Path) -> None:
    with ManyTypes(languages="all") as site:
        assert crawl(site, folder).code == 0
        site.add("post", 3, language="de")
        assert crawl(site, folder, "mode=full").code == 0
        assert held(folder) == [("posts", 8)]
        assert crawl(site, folder).code == 0
        assert len(site.requests) == 3


def test_a_language_that_shows_what_is_not_translated_counts_nothing_twice(folder: Path) -> None:
    """The German list gives the English posts too, as long as nobody translates them: both lists count them."""
    with ManyTypes(languages="one") as site:
        site.add("post", 2, language="de")
        narrowed = site.in_language

        def falls_back(rows_: list[dict[str, object]], query: dict[str, str], folder_: str | None) -> list[dict[str, object]]:
            return rows_ if query.get("lang") == "de" else narrowed(rows_, query, folder_)

        site.in_language = falls_back  # type: ignore[method-assign]
        run = crawl(site, folder)
        assert run.code == 0, run.lines
        assert held(folder) == [("posts", 5), ("posts@de", 2)]
        assert rows(folder, "select ref from gaps") == []
        assert crawl(site, folder).code == 0
        assert len(site.requests) == 4
        site.trash(101)
        assert crawl(site, folder).code == 0
        assert rows(folder, "select source_id from articles where missing_since is not null") == [("101",)]
        assert not asked(site, "lang=all")

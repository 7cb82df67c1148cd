"""Mentions over time: what counts as one, in how many texts, as a share of what; spellings as one name; the chart and the files."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.publish.mentions.charts import STEP, largest_share
from archive.publish.mentions.spelling_proposals import how_alike, names_in
from archive.publish.mentions.terms import read_term, read_terms
from archive.publish.search.spellings import Vocabulary, other_spellings, with_names
from archive.store.decisions import DECISIONS, read_decisions
from tests.conftest import History
from tests.crawls import PROJECT
from tests.crawls import rows as archive_rows
from tests.literal import HOME, Desk, article, comment
from tests.publish_site import Site

TALKS = ("The Sahil Movement met the mayor.", "The government writes Saheel, foreign papers Sahel; the movement writes Sahil.")


def piece(number: int, title: str, published: str, *paragraphs: str, **fields: Any) -> dict[str, Any]:
    dates = {"published_at": f"{published}T08:00:00Z", "published_on": published}
    return article(paragraphs, source_id=str(number), url=f"{HOME}{number}", title=title, **dates, **fields)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four articles of three years, with a thread under the first."""
    folder = tmp_path_factory.mktemp("mentions") / "archive"
    desk = Desk(folder)
    desk.see(
        piece(1, "Talks begin", "2014-03-07", *TALKS),
        piece(2, "Saheel again", "2014-06-01", "=Saheel said no, and Saheel said it twice.", byline="Sahil Karim"),
        piece(3, "The harbour", "2016-02-03", "Nothing but a harbour."),
        piece(4, "The harbour again", "2016-03-03", "Iraqi ships in Iraq's harbour."),
    )
    desk.see(
        _1=[
            comment("1", "I was there.", author="Sahil Watcher", posted_at="2014-03-08T10:00:00Z"),
            comment("2", "Sahil is a spelling.\n\nSahil is a coast.", author="Reader", posted_at="2014-04-01T10:00:00Z"),
            comment("3", "Nothing to say.", author="Reader", posted_at="2016-01-01T00:00:00Z"),
            comment("4", "[…] the Sahil Movement […]", kind="pingback", author="A blog", posted_at="2014-04-02T10:00:00Z"),
            comment("5", "Sahil, some day.", author="Reader", posted_at=None, posted_precision=None),
        ]
    )
    desk.close()
    return folder


@pytest.fixture(scope="module")
def site(corpus: Path) -> Iterator[Site]:
    with Site(corpus) as opened:
        yield opened


@pytest.fixture
def own(corpus: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(corpus, tmp_path / "own"))


def label(folder: Path, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(commands, ["label", *arguments, "--archive-dir", str(folder)])
    assert done.exit_code == code, done.output
    return done.output


def answered(site: Site, query: str) -> Any:
    return json.loads(site.get(f"/mentions.json?{query}").text)


def table(site: Site, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site.get(f"/mentions.csv?{query}").text)))


def test_each_place_where_the_words_stand_is_a_mention_and_no_signature_byline_or_pingback_is(site: Site) -> None:
    found = [(row["kind"], row["date"], row["place"], row["keyword"], row["address"].partition("//")[2]) for row in table(site, "q=sahil")]
    assert found == [
        ("comment", "2014-04-01", "text", "Sahil", "localhost/www.example.org/1#c-2"),
        ("comment", "2014-04-01", "text", "Sahil", "localhost/www.example.org/1#c-2"),
        ("article", "2014-03-07", "text", "Sahil", "localhost/www.example.org/1#p-0"),
        ("article", "2014-03-07", "text", "Sahil", "localhost/www.example.org/1#p-1"),
        ("comment", "", "text", "Sahil", "localhost/www.example.org/1#c-5"),
    ]
    assert "Sahil Watcher" not in site.text("/mentions?q=sahil")


def test_a_mention_is_shown_between_the_words_around_it_and_leads_to_its_paragraph(site: Site) -> None:
    last = table(site, "q=sahil&in=articles")[-1]
    assert last["before"].endswith("the movement writes ") and (last["keyword"], last["after"]) == ("Sahil", ".")
    shown = site.get("/mentions?q=sahil&in=articles").text
    assert 'href="/www.example.org/1#p-1"' in shown and "writes <mark>Sahil</mark>." in shown
    assert 'id="p-1"' in site.get("/www.example.org/1").text


def test_articles_stand_beside_comments_as_a_share_of_what_was_published_then(site: Site) -> None:
    series = {row["period"]: row for row in table(site, "q=sahil&rows=series&per=year")}
    assert list(series) == ["2014", "2015", "2016"]
    assert series["2014"] == {
        "term": "sahil",
        "period": "2014",
        "period_start": "2014-01-01",
        "articles": "1",
        "all_articles": "2",
        "articles_share": "0.5",
        "comments": "1",
        "all_comments": "2",
        "comments_share": "0.5",
    }
    assert (series["2015"]["all_articles"], series["2015"]["articles_share"]) == ("0", "")
    assert (series["2016"]["comments"], series["2016"]["all_comments"], series["2016"]["comments_share"]) == ("0", "1", "0.0")


def test_what_has_no_date_is_counted_and_said_to_be_in_no_bar(site: Site) -> None:
    [term] = answered(site, "q=sahil")["terms"]
    assert (term["articles"], term["comments"], term["undated"]) == (1, 2, 1)
    assert (term["all_articles"], term["all_comments"]) == (4, 4)
    assert "2 comments of 4, 50 %. Without a date, and so in no bar: 1." in site.text("/mentions?q=sahil")


def test_the_page_its_table_and_its_files_say_the_same_numbers(site: Site) -> None:
    shown = site.get("/mentions?q=sahil&q=harbour&per=month").text
    told = dict(re.findall(r"<title>(\d{4}-\d\d): (.*?)</title>", shown.partition("harbour</h2>")[0]))
    series = [row for row in answered(site, "q=sahil&q=harbour&per=month")["series"] if row["term"] == "sahil"]
    assert [*told] == [row["period"] for row in series] == [f"20{14 + n // 12}-{n % 12 + 1:02}" for n in range(2, 27)]
    assert told["2014-03"] == "1 of 1 article, 100 %; 0 of 1 comment, 0 %"
    cells = re.search(r'<th scope="row">2014-04</th>(.*?)</tr>', shown)
    assert cells and re.sub("<[^>]+>", " ", cells[1]).split()[:8] == ["0", "0", "—", "1", "1", "100", "%", "0"]


def test_several_terms_are_compared_on_one_scale_and_a_term_asked_twice_is_one(site: Site) -> None:
    body = answered(site, "q=sahil&q=harbour&q=sahil&q=&per=year")
    assert [term["term"] for term in body["terms"]] == ["sahil", "harbour"]
    assert {row["term"] for row in body["mentions"]} == {"sahil", "harbour"}
    assert len(read_terms([f"word{n}" for n in range(9)], {})) == 5
    scales = re.findall(r'class="timeline scale".*?</svg>', site.get("/mentions?q=sahil&q=harbour").text)
    assert len(scales) == 2 and scales[0] == scales[1]


def test_a_bar_is_wide_enough_for_a_thumb_and_leads_to_its_mentions(site: Site) -> None:
    assert STEP >= 24
    shown = site.get("/mentions?q=sahil&per=month").text
    widths = {float(width) for width in re.findall(r'class="hit"[^>]* width="([\d.]+)"', shown)}
    assert widths == {STEP}
    assert "/mentions?q=sahil&amp;per=month&amp;when=2014-04#mentions" in shown
    assert [row["date"] for row in table(site, "q=sahil&when=2014-04")] == ["2014-04-01"] * 2
    assert [row["kind"] for row in table(site, "q=sahil&when=2014&in=articles")] == ["article"] * 2
    assert "The whole time" in site.text("/mentions?q=sahil&when=2014")


@pytest.mark.parametrize(("shares", "end"), [([0.003], 0.005), ([0.5], 0.5), ([0.51], 1.0), ([], 0.01), ([0.0], 0.01), ([0.12, None], 0.2)])
def test_the_scale_ends_at_a_round_share(shares: list[float | None], end: float) -> None:
    assert largest_share([[{"articles_share": share, "comments_share": None} for share in shares]]) == pytest.approx(end)


def test_a_phrase_a_choice_an_exclusion_and_a_beginning_are_asked_as_in_a_search(site: Site) -> None:
    counts = {query: answered(site, f"q={query}")["terms"][0]["articles"] for query in ("%22Sahil+Movement%22", "sahil+OR+harbour", "sah*")}
    assert counts == {"%22Sahil+Movement%22": 1, "sahil+OR+harbour": 3, "sah*": 2}
    assert answered(site, "q=harbour+-iraq")["terms"][0]["articles"] == 1


def test_a_field_is_named_and_not_used(site: Site) -> None:
    [term] = answered(site, "q=sahil+author:Reader")["terms"]
    assert term["notes"] == ["author: is not used here: mentions are counted everywhere"] and term["comments"] == 2
    assert "author: is not used here" in site.text("/mentions?q=sahil+author:Reader")
    [term] = answered(site, "q=sahil+title:talks+signed:x")["terms"]
    assert [note.partition(":")[0] for note in term["notes"]] == ["title", "signed"] and term["comments"] == 2
    assert answered(site, "q=-sahil&q=tag:x")["notes"][-1].endswith("there is no word in it to count")
    assert "there is no word in it to count" in site.text("/mentions?q=tag:x")


@pytest.mark.parametrize(
    "asked", ["", "q=", 'q="', "q=%00", "q=()", "q=-x", "q=%EF%BF%BD", "per=century&when=14&in=nowhere&page=x&q=sahil"]
)
def test_whatever_is_asked_is_answered(site: Site, asked: str) -> None:
    for path in ("/mentions", "/mentions.json", "/mentions.csv"):
        assert site.get(f"{path}?{asked}").status_code == 200


def test_other_spellings_are_proposed_with_the_command_that_a_person_may_give(site: Site) -> None:
    shown = site.text("/mentions?q=Sahil")
    assert "python -m archive label --spelling Sahil Saheel" in shown and "python -m archive label --spelling Sahil Sahel" in shown
    assert "--spelling Sahil Movement" not in shown
    assert "Also written so?" not in site.text("/mentions?q=harbour")


def test_accepted_spellings_count_as_one_name_and_the_decision_travels_with_the_records(own: Path) -> None:
    site = Site(own)
    assert [term["articles"] for term in answered(site, "q=Sahil")["terms"]] == [1]
    said = label(own, "--spelling", "Sahil", "Saheel", "--reason", "an article says so")
    assert said == "Sahil and Saheel are one name: 4 texts and 2 texts have them\n"
    [decision] = read_decisions(own)
    assert (decision["kind"], decision["ref"], decision["value"], decision["reason"]) == (
        "spelling",
        "Saheel = Sahil",
        "same",
        "an article says so",
    )
    assert (own / DECISIONS).is_file()
    [term] = answered(site, "q=sahil")["terms"]
    assert (term["spellings"], term["articles"]) == (["sahil", "Saheel"], 2)
    assert {row["keyword"] for row in answered(site, "q=Sahil&in=articles")["mentions"]} == {"Sahil", "Saheel"}
    assert "Counted as one name: Sahil, Saheel" in site.text("/mentions?q=Sahil")
    assert "--spelling Sahil Saheel" not in site.text("/mentions?q=Sahil")
    assert "2 articles" in site.text("/search?q=in:articles+name:sahil")
    assert [term["articles"] for term in answered(site, "q=Sahil&spellings=typed")["terms"]] == [1]
    label(own, "--spelling", "Saheel", "Sahil", "--undo")
    assert [term["articles"] for term in answered(site, "q=Sahil")["terms"]] == [1]
    site.close()


def test_a_refused_spelling_is_proposed_no_more_and_leaves_the_group_of_a_list(own: Path) -> None:
    (own / "spellings.txt").write_text("Sahil, Sahel, Saheel\n", encoding="utf-8")
    site = Site(own)
    assert answered(site, "q=Sahil")["terms"][0]["spellings"] == ["Sahil", "Sahel", "Saheel"]
    label(own, "--spelling", "Sahil", "Sahel", "--different")
    assert answered(site, "q=Sahil")["terms"][0]["spellings"] == ["Sahil", "Saheel"]
    assert "--spelling Sahil Sahel" not in site.text("/mentions?q=Sahil")
    assert label(own, "--list").splitlines()[-1].endswith("  Sahel = Sahil  different")
    site.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--spelling", "Sahil", "Sahhil"), "no article and no comment has Sahhil: is it written so?"),
        (("--spelling", "Sahil", "sahil"), "write two spellings that differ"),
        (("--spelling", "Sahil", "Sahel", "--undo"), "nobody decided on Sahel = Sahil: there is nothing to take back"),
        (("--spelling", "Sahil", "Sahel", "--list"), "write: label --spelling NAME OTHER"),
        (("--different",), "--different says something of two spellings"),
    ],
)
def test_a_spelling_that_cannot_be_decided_is_one_clear_line(own: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in label(own, *arguments, code=2)
    assert not (own / DECISIONS).exists()


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Sahil", "Saheel", True),
        ("Qaddafi", "Gadhafi", True),
        ("Abu Maysar", "Abou Meissar", True),
        ("Iraq", "Iraqi", False),
        ("Tamresh", "Tamreshi", False),
        ("Sahil", "Sahara", False),
        ("Shabaab", "Shabaab's", False),
        ("Mosul", "Marib", False),
    ],
)
def test_spellings_are_alike_by_sound_and_by_letters(one: str, other: str, alike: bool) -> None:
    assert bool(how_alike(one, other)) is alike


def test_a_larger_question_is_no_name(site: Site) -> None:
    groups = {"sahil": ("Sahil", "Sahel")}
    assert read_term("Sahil", groups).spellings == ("Sahil", "Sahel")
    assert read_term("Abu Maysar", groups) == replace(read_term('"Abu Maysar"', groups), asked="Abu Maysar")
    assert [read_term(text, groups).name for text in ("Sahil OR harbour", "sahil -harbour", "sah*", "name:Sahil", "two AND words")] == [
        ""
    ] * 5


def test_a_withheld_article_is_counted_nowhere(own: Path) -> None:
    done = CliRunner().invoke(commands, ["withhold", f"{HOME}1", "--archive-dir", str(own)])
    assert done.exit_code == 0, done.output
    site = Site(own)
    body = answered(site, "q=Sahil&per=year")
    assert (body["terms"][0]["articles"], body["terms"][0]["comments"], body["mentions"]) == (0, 0, [])
    assert sum(row["all_comments"] for row in body["series"]) == 0
    assert "Saheel</b>" not in site.get("/mentions?q=Sahil").text
    site.close()


def test_a_cell_is_no_formula_and_the_text_is_text(site: Site) -> None:
    [first, *_] = table(site, "q=Saheel&in=articles")
    assert first["keyword"] == "Saheel" and not any(value.startswith(("=", "+", "-", "@")) for value in first.values())


def test_long_lists_come_in_pages(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "long")
    desk.see(*(piece(n, f"Part {n}", f"2019-01-{n % 28 + 1:02}", "A convoy left.") for n in range(1, 41)))
    desk.close()
    site = Site(tmp_path / "long")
    first, second = (site.get(f"/mentions?q=convoy&page={page}").text for page in (1, 2))
    assert first.count("<mark>convoy</mark>") == 25 and second.count("<mark>convoy</mark>") == 15
    assert 'rel="next"' in first and 'rel="next"' not in second
    site.close()


def test_the_numbers_of_the_demo_are_those_of_its_tables(history: History) -> None:
    site = Site(history.full.folder)
    body = answered(site, "q=bridge&per=year")
    site.close()
    folder = history.full.folder
    articles = dict(archive_rows(folder, "select cast(year as text), count(*) from articles where year is not null group by 1"))
    comments = dict(
        archive_rows(
            folder, "select substr(posted_at, 1, 4), count(*) from comments where kind = 'comment' and posted_at is not null group by 1"
        )
    )
    assert {row["period"]: row["all_articles"] for row in body["series"] if row["all_articles"]} == articles
    assert {row["period"]: row["all_comments"] for row in body["series"] if row["all_comments"]} == comments
    signed = "select count(*) from comments where author like '%bridge%' and kind = 'comment' and text not like '%bridge%'"
    with_word = "select count(*) from comments where text like '%bridge%' and kind = 'comment'"
    assert archive_rows(folder, signed) > [(0,)]
    assert (
        body["terms"][0]["comments"]
        == archive_rows(folder, with_word)[0][0]
        == len({row["address"] for row in body["mentions"] if row["kind"] == "comment"})
    )


def test_pandas_reads_the_files_as_they_are(site: Site) -> None:
    pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed; .ci/run has it")
    series = pandas.read_csv(io.StringIO(site.get("/mentions.csv?q=sahil&rows=series&per=year").text), parse_dates=["period_start"])
    assert str(series["period_start"].dtype).startswith("datetime64") and series["articles_share"].dtype == float
    mentions = pandas.read_csv(io.StringIO(site.get("/mentions.csv?q=sahil").text), parse_dates=["date"])
    assert str(mentions["date"].dtype).startswith("datetime64") and list(mentions["keyword"]) == ["Sahil"] * 5


def test_duckdb_reads_the_files_as_they_are(site: Site, tmp_path: Path) -> None:
    duckdb: Any = import_module("duckdb")
    (tmp_path / "series.csv").write_text(site.get("/mentions.csv?q=sahil&rows=series&per=year").text, encoding="utf-8")
    found = duckdb.sql(f"select year(period_start), articles, all_articles from '{tmp_path}/series.csv' order by 1").fetchall()
    assert found == [(2014, 1, 2), (2015, 0, 0), (2016, 0, 2)]
    duckdb.sql(f"copy (from '{tmp_path}/series.csv') to '{tmp_path}/series.parquet'")  # as the docs have it
    assert duckdb.sql(f"select sum(articles) from '{tmp_path}/series.parquet'").fetchall() == [(1,)]


def test_a_name_with_an_ayn_before_its_capital_is_a_name() -> None:
    assert [*names_in("Yesterday \u02bfUmar met the mayor.", 1)] == ["Yesterday", "\u02bfUmar"] and how_alike("Umar", "\u02bfUmar") > 0.8
    held = Vocabulary(names=with_names({}, ["Talks with \u02bfAbdallah"]))
    assert other_spellings("Abdallah", {}, held) == ["\u02bfAbdallah"]


def test_a_name_that_stands_nowhere_gets_one_that_does(site: Site) -> None:
    shown = site.get("/mentions?q=harbuor&q=Sahil&per=year").text
    assert "It stands nowhere. Did you mean" in shown and 'href="/mentions?q=harbour&amp;q=Sahil&amp;per=year"' in shown
    assert "stands nowhere" not in site.text("/mentions?q=harbour")


def test_any_text_is_answered(site: Site) -> None:
    pieces = [
        '"',
        "(",
        ")",
        "*",
        "-",
        " OR ",
        " NOT ",
        "NEAR",
        "name:",
        "title:",
        "tag:",
        "^",
        "{",
        "'",
        "\\",
        "\x00",
        "sahil",
        "é",
        "|",
        "صنعاء",
        " ",
    ]
    choose = random.Random(7)
    for _ in range(80):
        asked = "".join(choose.choices(pieces, k=choose.randint(1, 8)))
        assert site.get(f"/mentions?{urlencode({'q': asked})}").status_code == 200, asked


def test_words_of_languages_that_need_an_index_of_their_own_are_counted_and_marked(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "languages")
    desk.see(
        piece(1, "大桥倒塌", "2019-01-01", "昨天有记者报道了大桥倒塌的消息。", "市长说大桥很旧。"),
        piece(
            2,
            "Мосты города",
            "2019-02-01",
            "Вчера сообщили, что мост через реку закрыт. Мосты города старые.",
            "Никто не знает, кто закрыл мост.",
        ),
        piece(3, "The bridge", "2019-03-01", "The bridge, called 大桥 by its builders, is closed."),
    )
    desk.see(_1=[comment("1", "我昨天在大桥上。", author="大桥", posted_at="2019-01-02T00:00:00Z")])
    desk.close()
    site = Site(tmp_path / "languages")
    body = answered(site, "q=大桥&per=year")
    assert (body["terms"][0]["articles"], body["terms"][0]["comments"]) == (2, 1)
    assert [(row["kind"], row["place"], row["keyword"]) for row in body["mentions"]] == [
        ("article", "text", "大桥"),
        ("comment", "text", "大桥"),
        ("article", "headline", "大桥"),
        ("article", "text", "大桥"),
        ("article", "text", "大桥"),
    ]
    assert body["mentions"][-1]["before"].endswith("市长说") and body["mentions"][-1]["address"].endswith("/1#p-1")
    found = [row["keyword"] for row in answered(site, "q=мосту&in=articles")["mentions"]]
    assert found == ["Мосты", "мост", "Мосты", "мост"]
    site.close()


def test_each_part_of_the_chart_has_a_colour() -> None:
    """A shape of SVG without one is black, over everything."""
    parts = set(re.findall(r'class="(?:timeline )?(\w+)', (PROJECT / "archive/publish/mentions/charts.py").read_text(encoding="utf-8")))
    sheet = (PROJECT / "archive/publish/static/site.css").read_text(encoding="utf-8")
    shapes = {"hit", "year", "count", "bar", "second"}
    assert parts >= shapes - {"bar", "second"}
    assert [one for one in shapes if not re.search(rf"\.timeline (?:text)?\.{one} {{ (?:fill|stroke): ", sheet)] == []

"""Datasette's own pages as a person reads them: cells that open, cards on a phone, charts of series, files that other programs read."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.publish import formats
from archive.publish.redaction import redacted
from archive.publish.search.full_texts import with_texts
from archive.publish.server import core_pages, table_markup
from archive.publish.server.service import Service
from tests.captured_site import build_captured
from tests.publish_archive import build_archive, open_archive
from tests.publish_site import Site

LONG = "A sentence that says something about the road to the pass. " * 40


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = build_captured(tmp_path_factory.mktemp("archive"))
    db = open_archive(folder)
    with db:
        db.execute("update comments set text = ? where id = 1", [LONG + "<b>& the end"])
        db.execute("update images set capture_id = 505 where article_id = 1")
    db.close()
    with Site(folder) as own:
        yield own


def cell_of(page: str, column: str) -> str:
    """The first cell of a column."""
    found = re.search(rf'<td class="col-{column}[^"]*">(.*?)</td>', page, re.S)
    assert found, column
    return found[1]


def test_a_long_cell_shows_its_start_and_opens(site: Site) -> None:
    cell = cell_of(site.get("/archive/comments?id=1").text, "text")
    start, rest = re.fullmatch(r'<details class="opens"><summary>(.*)</summary><div>(.*)</div></details>', cell, re.S).groups()  # type: ignore[union-attr]
    assert len(start) < 110 and start.startswith("A sentence that says") and rest.endswith("&lt;b&gt;&amp; the end")
    assert "<details" not in cell_of(site.get("/archive/comments?id=2").text, "text")


def test_a_cell_of_very_many_words_opens_to_a_part_and_its_row_has_all(site: Site) -> None:
    opened = str(table_markup.opening("word " * 5_000))
    assert len(opened) < 4_000 and "…</div>" in opened
    row = site.get("/archive/comments/1").text
    assert "&lt;b&gt;&amp; the end</td>" in row and '<details class="opens"' not in row and 'scope="row"' in row


def test_an_answer_opens_its_long_cells_too_and_stays_escaped(site: Site) -> None:
    page = site.get("/archive?sql=select+text,+'<script>alert(1)</script>'+||+text+as+bad+from+comments+where+id=1").text
    assert '<details class="opens"><summary>A sentence' in page and "<script>alert(1)" not in page
    assert table_markup.fold_escaped("x" * 200) == "x" * 200  # no blank to cut at


def test_a_table_keeps_what_datasettes_scripts_need(site: Site) -> None:
    page = site.get("/archive/articles?_sort=title").text
    assert 'data-column="title" data-column-type="text" data-column-not-null="1" data-is-pk="0">' in page
    assert "_sort_desc=title" in page and "title&nbsp;▼" in page and 'role="region" aria-label="Rows"' in page
    assert "0 records" in site.get("/archive/articles?year=1900").text


def test_columns_for_joining_are_left_out_of_cards_until_asked_for(site: Site) -> None:
    page = site.get("/archive/articles").text
    assert 'class="col-revision_id minor' in page and 'id="all-columns"' in page
    assert 'class="col-title type-str"' in page and not table_markup.is_minor("published_at")
    assert 'class="col-byline type-none empty"' in page


def test_a_captured_picture_and_links_to_others_stand_in_cells(site: Site) -> None:
    page = site.get("/archive/images?article_id=1").text
    assert '<img class="thumb" src="/picture/505" alt="A road" loading="lazy">' in page
    assert 'rel="noopener noreferrer nofollow"' in page and 'href="https://pictures.example.net/marib.jpg"' in page
    assert '<img class="thumb" src="/picture/505"' in site.get("/archive/captures?id=505").text
    assert "thumb" not in site.get("/archive/captures?id=506").text
    assert core_pages.outward("https://e.org/" + "x" * 100, None).endswith("xxx…</a>")


def test_a_canned_query_with_a_series_has_a_chart(site: Site) -> None:
    assert '<ol class="timeline"' in site.get("/archive/tag_per_month").text
    assert '<ol class="timeline' not in site.get("/archive/edited_articles").text


def test_an_allow_block_of_a_table_holds_though_it_is_remembered(site: Site) -> None:
    assert site.datasette._table_permission_allows("archive", "articles") == []
    site.datasette._allows.clear()
    site.datasette._metadata_local["databases"]["archive"]["tables"]["articles"]["allow"] = False
    assert site.get("/archive/articles").status_code == 403 and site.get("/archive/articles").status_code == 403
    del site.datasette._metadata_local["databases"]["archive"]["tables"]["articles"]["allow"]
    site.datasette._allows.clear()
    assert site.get("/archive/articles").status_code == 200


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    """An archive that a test may change, read by one thread."""
    with Site(build_archive(tmp_path), service=Service(settings={"num_sql_threads": 1})) as own:
        yield own


def test_what_is_counted_and_how_a_table_is_made_are_as_the_archive_stands(alone: Site, tmp_path: Path) -> None:
    def seen() -> tuple[str, str, bool]:
        page = alone.get("/archive/articles").text
        facet = re.search(r'data-column="kind">.*?</ul>', page, re.S)
        return re.findall(r"([\d,]+) rows", page)[0], re.sub(r"<[^>]+>|\s+", " ", facet[0] if facet else ""), 'data-column="mood"' in page

    before = seen()
    assert seen() == before and not before[2]
    db = open_archive(tmp_path)
    with db:
        db.execute("delete from articles where id = (select max(id) from articles where kind = 'link')")
    after = seen()
    assert int(after[0]) == int(before[0]) - 1 and after[1] != before[1]
    with db:
        db.execute("alter table articles add column mood text")
    db.close()
    assert seen() == (after[0], after[1], True)
    assert alone.get("/archive/articles?mood=dark").status_code == 200


def test_rows_that_a_search_of_a_table_finds_are_counted_once_and_anew_after_a_commit(alone: Site, tmp_path: Path) -> None:
    asked: list[str] = []

    def found() -> tuple[int, int]:
        """How many rows, and how many questions counted them, or those of a facet."""
        asked.clear()
        page = alone.get("/archive/articles?_search=the&_facet=kind").text
        return int(re.findall(r"([\d,]+) rows?", page)[0]), sum("count(*)" in sql for sql in asked)

    alone.run(alone.datasette.get_database("archive").execute_fn(lambda connection: connection.set_trace_callback(asked.append)))
    rows, questions = found()
    assert rows > 1 and questions > 1
    assert found() == (rows, 0)
    db = open_archive(tmp_path)
    with db:
        db.execute(
            "delete from articles where id = (select max(id) from articles where revision_id in (select rowid from revisions_fts('the')))"
        )
    db.close()
    assert found() == (rows - 1, questions)


@pytest.mark.parametrize(
    "where", ["id = random()", "id in (select rowid from a where a match :search and x = random())", "id in (select 1)"]
)
def test_a_count_in_which_more_is_asked_than_a_search_is_never_remembered(where: str) -> None:
    assert redacted.COUNTED.match("select count(*) from a where id in (select rowid from a where a match escape_fts(:search)) and b = :p0 ")
    assert not redacted.COUNTED.match(f"select count(*) from a where {where} ")


def test_a_table_that_is_asked_for_again_is_not_described_again(alone: Site) -> None:
    asked: list[str] = []

    def descriptions() -> list[str]:
        asked.clear()
        assert alone.get("/archive/comments").status_code == 200
        return [sql for sql in asked if "sqlite_master" in sql or "_info(" in sql or "foreign_key" in sql]

    database = alone.datasette.get_database("archive")
    for one in (database, database.tables):
        alone.run(one.execute_fn(lambda connection: connection.set_trace_callback(asked.append)))
    assert descriptions() and descriptions() == []


DAY, TIME = r"\d{4}-\d\d-\d\d", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def test_a_search_as_csv_has_whole_texts_and_one_form_of_date(site: Site) -> None:
    rows = list(csv.DictReader(io.StringIO(site.get("/search.csv?q=marib+OR+reply").text)))
    assert {row["kind"] for row in rows} == {"article", "comment"}
    for row in rows:
        assert re.fullmatch(DAY, row["date"]) and re.fullmatch(TIME, row["published_at"]) and re.fullmatch(TIME, row["seen_at"])
        assert int(row["words"]) == len(row["text"].split()) > 0
    raid = next(row for row in rows if row["title"] == "Drone strike kills five in Yemen")
    assert raid["text"].endswith("Officials named the commander as Abu Hurayra.") and "\n\n" in raid["text"]
    assert (raid["date"], raid["published_at"]) == ("2014-03-07", "2014-03-08T01:30:00Z")
    [long] = csv.DictReader(io.StringIO(site.get("/search.csv?q=in:comments+sentence").text))
    assert long["text"].endswith("<b>& the end") and len(long["snippet"]) <= 402
    assert site.get("/search.json?q=in:comments+sentence").json()["hits"][0]["text"].endswith("the end")


def test_what_has_no_known_zone_has_a_day_and_no_time(site: Site) -> None:
    rows = [{"comment_id": 7}, {"comment_id": 8}, {}]
    db = sqlite3.connect(":memory:")
    db.execute("create table comments(id, text, posted_at)")
    db.execute("create table revisions(id, text, published_at)")
    db.execute("create table document_states(id, text)")
    db.execute("insert into comments values (7, 'one two', '2014-03-08T03:00:00'), (8, 'x', '2014-03-08')")
    full = with_texts(db, rows)
    assert [(row["text"], row["words"], row["published_at"]) for row in full] == [("one two", 2, ""), ("x", 1, ""), ("", 0, "")]


def test_years_of_articles_and_comments_stand_beside_each_other(site: Site) -> None:
    rows = site.get("/archive/published_per_year.json?_shape=array").json()
    assert [(row["year"], row["articles"], row["comments"]) for row in rows] == [(2014, 2, 4), (2015, 1, 1), (2016, 3, 0)]
    assert '<ol class="timeline two"' in site.get("/archive/published_per_year").text


def test_every_size_of_type_is_one_of_seven() -> None:
    sheets = {name: (formats.STATIC / name).read_text() for name in ("palette.css", "site.css", "core.css")}
    named = re.findall(r"--(t\d): ([\d.]+rem)", sheets["palette.css"])
    assert len(named) == 7 and len({size for _, size in named}) == 7
    for name, sheet in sheets.items():
        on_screen = sheet.partition("@media print")[0]
        for value in re.findall(r"\bfont(?:-size)?:\s*([^;}]*)", on_screen):
            assert re.search(r"var\(--t\d\)|^inherit$", value), f"{name}: font {value}: use one of --t1 to --t7 of palette.css"


ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select max(x), :name from c"


def test_a_canned_question_that_was_stopped_keeps_its_words_and_a_table_its_conditions(tmp_path: Path) -> None:
    queries = {"databases": {"archive": {"queries": {"endless": {"sql": ENDLESS}}}}}
    own = Site(build_archive(tmp_path), service=Service(settings={"sql_time_limit_ms": 20}, metadata=queries))
    canned = own.get("/archive/endless?name=Yemen")
    assert canned.status_code == 400 and "select max(x), :name from c</textarea>" in canned.text
    assert 'name="name" value="Yemen"' in canned.text and '<form class="sql" action="/archive">' in canned.text
    table = own.get("/archive/articles?_where=unknown=1&year=2014")
    assert table.status_code == 400 and "_where=unknown=1&amp;year=2014" in table.text and "<textarea" not in table.text
    own.close()

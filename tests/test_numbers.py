"""Every number that is told has one name and one meaning, and no two tellings of it differ: pages, status, JSON, metrics, crawl's line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from archive.__main__ import main as archive
from archive.db.connection import open_for_reading, open_for_writing
from archive.publish.formats import STATIC
from archive.queries.counts import published_months, site_counts
from archive.queries.numbers import NUMBERS
from archive.store.coverage import held_in_all
from tests.conftest import History
from tests.publish_archive import HOME, build_archive
from tests.publish_site import PAGES, Site
from tests.told_numbers import differing, number, read_pages, read_programs, read_status, tell

TEMPLATES = STATIC.with_name("templates")


def test_no_two_numbers_of_the_demo_disagree(history: History) -> None:
    site = Site(history.full.folder)
    told = read_pages(site)
    read_programs(site, told)
    site.close()
    read_status(history.full.folder, told)
    [line] = re.findall(
        r"(\S+): complete;.*holds ([\d,]+) articles, ([\d,]+) comments \(([\d,]+) and ([\d,]+) no longer", history.full.run.out
    )
    values = dict(zip(("articles_held", "comments_held", "articles_missing", "comments_away"), map(number, line[1:]), strict=True))
    tell(told, "crawl", f"site/{line[0]}", **values)
    assert differing(told) == {}
    assert len(told) > 300 and sum(name == "articles.found" for name, _ in told) > 100
    assert told["comments.held", f"site/{line[0]}"].keys() == {str(values["comments_held"])}


@pytest.fixture
def folder_with_withheld(tmp_path: Path) -> Path:
    """Edits, removals, gaps, quarantine, pings; one article and one comment withheld, and a comment older than is shown."""
    folder = build_archive(tmp_path)
    db = open_for_writing(folder)
    with db.conn:
        refused = {"site_id": 1, "url": f"{HOME}2016/hostile", "captured_at": "2024-02-02T06:00:00Z", "reason": "challenge page"}
        db["quarantine"].insert(refused)
        ping = dict(next(db.query("select * from comments where id = 5")))
        db["comments"].insert(ping | {"id": 50, "source_id": "9050", "kind": "pingback", "position": 9})
        db.execute("update articles set comment_count = comment_count + 1 where id = ?", [ping["article_id"]])
    db.conn.close()
    for ref in (f"{HOME}2015/05/gone", f"{HOME}2016/hostile", "comment:2"):
        archive(["withhold", ref, "--archive-dir", str(folder)])
    return folder


def test_no_two_numbers_disagree_where_something_is_withheld(folder_with_withheld: Path) -> None:
    site = Site(folder_with_withheld)
    told = read_pages(site)
    read_programs(site, told)
    site.close()
    read_status(folder_with_withheld, told)
    assert differing(told) == {}
    assert told["articles.withheld", "site/example"].keys() == {"2"} and told["comments.withheld", "site/example"].keys() == {"1"}
    assert told["quarantine.waiting", "site/example"].keys() == {"2"} and told["comments.pings", "site/example"].keys() == {"1"}


@pytest.fixture
def all_counts(history: History, folder_with_withheld: Path) -> Iterator[list[tuple[Path, int, dict[str, int]]]]:
    found = []
    for folder in (history.first.folder, history.update.folder, history.full.folder, folder_with_withheld):
        db = open_for_reading(folder)
        found += [(folder, site_id, site_counts(db.conn, site_id)) for (site_id,) in db.execute("select id from sites").fetchall()]
        db.close()
    yield found


def test_the_sums_that_the_documentation_promises_hold(all_counts: list[tuple[Path, int, dict[str, int]]]) -> None:
    for folder, _, counts in all_counts:
        assert counts["articles.held"] == counts["articles.there"] + counts["articles.missing"], folder
        assert counts["articles.missing"] == counts["articles.unconfirmed"] + counts["articles.gone"], folder
        assert counts["comments.held"] == counts["comments.there"] + counts["comments.pings"] + counts["comments.away"], folder
        for kind in ("articles", "comments"):
            assert counts[f"{kind}.held"] == counts[f"{kind}.shown"] + counts[f"{kind}.withheld"], folder


def test_what_is_counted_by_sums_is_what_the_tables_hold(all_counts: list[tuple[Path, int, dict[str, int]]]) -> None:
    for folder, site_id, counts in all_counts:
        db = open_for_reading(folder)
        ours = "article_id in (select id from articles where site_id = ?)"
        whole = "select count(*), count(missing_since) from comments"
        held, missing = db.execute(f"{whole} where {ours}", [site_id]).fetchone()
        assert (counts["comments.held"], counts["comments.unconfirmed"] + counts["comments.gone"]) == (held, missing)
        assert counts["comments.there"] == held_in_all(db, site_id, "comment")
        assert counts["articles.there"] == held_in_all(db, site_id, "article")
        db.close()


def test_what_is_shown_is_what_the_tables_of_the_served_archive_show(folder_with_withheld: Path) -> None:
    site = Site(folder_with_withheld)
    for table, name in (("articles", "articles.shown"), ("comments", "comments.shown")):
        rows = site.get(f"/archive/{table}.json?_size=0").json()["filtered_table_rows_count"]
        counted = sum(one["counts"][name] for one in site.get("/status.json").json()["sites"])
        assert rows == counted, table
    months = site.run(site.datasette.get_database("archive").execute_fn(published_months))
    in_months = "/archive.json?sql=" + quote("select count(*) from comments join articles on articles.id = article_id where month <> ''")
    assert sum(month["comments"] for month in months) == site.get(in_months).json()["rows"][0][0]
    site.close()


NO_COUNTS = {  # what templates show with a filter for numbers, and is none: sizes, places, and numbers of pages
    "capture.length|number",
    "row.length|number",
    "captures|length|number",  # how many of them the page lists
    "characters|plural",
    "most_comments|number",
    "most_in_file|number",
    "rows|length - 12",
}


def test_no_template_shows_a_number_without_its_name() -> None:
    unnamed = []
    for template in sorted(TEMPLATES.glob("*.html")):
        for shown in re.findall(r"\{\{(.*?)\}\}", template.read_text(encoding="utf-8"), re.S):
            counted = re.search(r"\|\s*(number|plural|length)\b", shown) and not re.match(r"\s*(All )?count\(", shown)
            if counted and not any(one in shown for one in NO_COUNTS):
                unnamed.append(f"{template.name}: {{{{{shown}}}}}")
    assert unnamed == [], "write {{ count(value, name, of, noun) }}, with the name defined in archive/queries/numbers.py"


NOUNS = "articles?|comments?|pings?|pages?|changes?|revisions?|states?|captures?|topics?|authors?|gaps?|documents?|pictures?|records?|runs?"
PROSE = re.compile(rf"(?<![\w.:/-])\d[\d,]* (?:new |former )?(?:{NOUNS})\b")
QUOTED = re.compile(  # what sites and people wrote, and the sentences of alarms and runs
    r'(?s)<data .*?</data>|<(title|svg|figure|h3|time|code|form|option|pre)\b.*?</\1>|<section id="alarms">.*?</section>'
    r'|<(p|div) class="(?:diff|snippet|fold|note|by)[^"]*".*?</\2>|<dt>Last run</dt><dd>.*?</dd>|<table class="beside.*?</table>'
)


def test_no_page_tells_a_number_in_prose_without_its_name(history: History, folder_with_withheld: Path) -> None:
    for folder in (history.full.folder, folder_with_withheld):
        site = Site(folder)
        for path in (*PAGES, "/search?q=bridge", "/search?q=marib", "/changes?event=new", "/changes?said=silent", "/nowhere"):
            markup = site.get(path).text.partition("<main")[2].partition("</main>")[0]
            bare = " ".join(re.sub("<[^>]+>", " ", QUOTED.sub(" ", markup)).split())
            assert PROSE.findall(bare) == [], path
        site.close()


def test_every_definition_is_used_and_is_one_sentence() -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES.glob("*.html"), TEMPLATES.parent.parent / "queries/counts.py"])
    for name, meaning in NUMBERS.items():
        kind, _, part = name.partition(".")
        assert meaning.endswith(".") and meaning[0].isupper(), name
        assert f'"{name}"' in used or f'{kind}." ~' in used or f'"{part}"' in used or f"as {part}" in used or f's.{part}"' in used, name

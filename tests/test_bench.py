"""The benchmark's table and what it calls met, and that its invented pages are what the product reads whole."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crawler.extract.page import extract_page
from tests.bench.__main__ import MEASURES, as_json, measured
from tests.bench.archive_maker import generate
from tests.bench.bench import Bench
from tests.bench.processes import MeasureFailed, Memory, look, run
from tests.bench.profiles import profiled
from tests.bench.prose import Prose
from tests.bench.served_extras import LANGUAGES
from tests.bench.served_pages import pages
from tests.bench.site import Site
from tests.bench.sizes import SIZES
from tests.bench.storage import by_table, plainly, save_all
from tests.bench.table import Explanation, Goal, Row, explanations, missed_lines, table_lines

PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
AT_LEAST, AT_MOST = Goal("ratio", ">=", 0.45), Goal("ratio", "<=", 1.5)


@pytest.fixture(scope="module")
def prose() -> Prose:
    return Prose(1, sentences=500)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as closing:
        yield Bench(SIZES["smoke"], tmp_path, tmp_path / "served", closing)


@pytest.mark.parametrize(
    ("ours", "reference", "goal", "verdict"),
    [
        (45, 100, AT_LEAST, "met"),
        (44, 100, AT_LEAST, "missed"),
        (150, 100, AT_MOST, "met"),
        (151, 100, AT_MOST, "missed"),
        (6, None, Goal("ours", "<=", 6), "met"),
        (6.1, 1, Goal("ours", "<=", 6), "missed"),
        (0, None, Goal("ours", "<=", 0), "met"),
        (6.5, 1.5, Goal("excess", "<=", 5), "met"),
        (6.6, 1.5, Goal("excess", "<=", 5), "missed"),
        (6, 1, None, ""),
    ],
)
def test_a_goal_is_met_up_to_its_bound(ours: float, reference: float | None, goal: Goal | None, verdict: str) -> None:
    assert Row("speed", "ms", ours, reference, goal=goal).verdict == verdict


@pytest.mark.parametrize("goal", [AT_LEAST, AT_MOST, Goal("excess", "<=", 5)], ids=str)
def test_a_goal_beside_a_missing_reference_is_neither_met_nor_missed(goal: Goal) -> None:
    assert Row("speed", "ms", 6, None, goal=goal).verdict == "no reference"


def test_a_ratio_needs_a_reference_that_is_not_zero() -> None:
    assert Row("speed", "ms", 6, 4).ratio == 1.5
    assert Row("speed", "ms", 6).ratio is None
    assert Row("speed", "ms", 6, 0, goal=AT_MOST).verdict == "no reference"


def test_the_table_shows_figures_goals_and_references() -> None:
    rows = [
        Row("pipeline", "pages/s", 26.25, 1_178.6, "bare Scrapy", AT_LEAST, "38.1 ms a page"),
        Row("home", "ms p50", 12.34, goal=Goal("ours", "<=", 50)),
        Row("load", "errors", 0, goal=Goal("ours", "<=", 0)),
        Row("unchanged", "wall s", 2.5, 1.5, "Scrapy's start", Goal("excess", "<=", 5)),
    ]
    assert [re.sub(" {2,}", " | ", line) for line in table_lines(rows)] == [
        "measure | unit | ours | reference | ratio | goal | reference is; note",
        "pipeline | pages/s | 26.2 | 1,179 | 0.02 | >= 0.45 x | missed | bare Scrapy; 38.1 ms a page",
        "home | ms p50 | 12.3 | <= 50 | met",
        "load | errors | 0 | <= 0 | met",
        "unchanged | wall s | 2.50 | 1.50 | 1.67 | <= reference + 5 | met | Scrapy's start",
    ]


def test_what_explains_a_miss_is_told_once_and_only_for_misses() -> None:
    shared, other = Explanation("a crawl", lambda: ["50 % SQL"]), Explanation("an update", lambda: ["imports"])
    rows = [
        Row("rate", "pages/s", 1, 10, goal=AT_LEAST, explanation=shared),
        Row("waits", "ms", 30, goal=Goal("ours", "<=", 20), explanation=shared),
        Row("update", "s", 1, 1, goal=AT_MOST, explanation=other),
    ]
    assert explanations(rows) == [(shared, ["rate", "waits"])]


def test_each_goal_that_is_missed_is_told_with_its_limit() -> None:
    rows = [
        Row("rate", "pages/s", 1, 10, "bare Scrapy", AT_LEAST),
        Row("search", "ms p50", 130, goal=Goal("ours", "<=", 100), limit="every hit is ranked"),
        Row("home", "ms p50", 12, goal=Goal("ours", "<=", 50), limit="it has none"),
    ]
    assert missed_lines(rows) == [
        "missed: rate, pages/s: 1 (0.10 x), goal >= 0.45 x; see below where it goes",
        "missed: search, ms p50: 130, goal <= 100; every hit is ranked",
    ]


def test_a_measure_that_fails_is_named_and_stops_no_other(bench: Bench) -> None:
    def broken(bench: Bench) -> Iterator[Row]:
        yield Row("first", "ms", 1)
        raise MeasureFailed("the server ended")

    def whole(bench: Bench) -> Iterator[Row]:
        yield Row("second", "ms", 2, 4, "reference", AT_MOST)

    rows, failed = measured(bench, {"broken": broken, "whole": whole})
    assert [row.measure for row in rows] == ["first", "second"]
    assert list(failed) == ["broken"] and "the server ended" in failed["broken"]
    written = json.loads(json.dumps(as_json("smoke", rows, failed, {})))
    assert written["rows"][1] | {"measure": "second", "ratio": 0.5, "goal": "<= 1.5 x", "verdict": "met"} == written["rows"][1]
    assert "broken" in written["failed"]


def test_a_bench_that_is_ended_leaves_no_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench", "--size", "smoke", "--only", "storage"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}) as bench:
        assert bench.stderr is not None
        assert bench.stderr.readline() == b"storage ...\n" and [*tmp_path.iterdir()]
        bench.terminate()
        assert bench.wait(60) == 143
    assert [*tmp_path.iterdir()] == []


def test_every_measure_of_the_goals_is_there() -> None:
    assert list(MEASURES) == ["pipeline", "extraction", "reextract", "update", "storage", "words", "sites", "memory", "serving"]


def test_an_invented_page_is_read_whole(prose: Prose) -> None:
    site = Site("http://127.0.1.1:8000", 0, 30, prose)
    for number in (1, 17, 30):
        status, mime, body = site.answer(site.path(number))
        article = extract_page(body, site.home + site.path(number), content_type=mime)
        assert (status, article.kind, article.title) == (200, "article", site.title(number))
        assert len(article.comments or ()) == article.reported_comment_count
        assert set(site.texts(number)) <= {block.text for block in article.blocks if block.kind == "body"}
        assert not article.warnings
        assert site.answer(site.path(number))[2] == body
    assert site.answer("/wp-json/")[0] == 404


def test_invented_pages_have_the_size_that_the_goals_are_about(prose: Prose) -> None:
    site = Site("http://127.0.1.1:8000", 0, 60, prose)
    pages = [site.answer(site.path(number))[2] for number in range(1, 61)]
    assert 98_000 < sum(map(len, pages)) / len(pages) < 110_000
    assert len({site.path(number) for number in range(1, 61)}) == 60


def test_what_the_store_saves_is_written_again_row_by_row(tmp_path: Path, prose: Prose) -> None:
    text, _ = save_all(tmp_path / "stored", Site("https://www.journal.example.org", 1, 4, prose), 3)
    rows, _ = plainly(tmp_path / "stored" / "archive.db", tmp_path / "plain")
    stored, plain = (sqlite3.connect(tmp_path / name / "archive.db") for name in ("stored", "plain"))
    for table in ("articles", "revisions", "blocks", "comments", "comment_revisions"):
        sql = f"select * from {table} order by 1, 2"
        assert stored.execute(sql).fetchall() == plain.execute(sql).fetchall() != []
    sizes = "select (select sum(length(text)) from article_texts) + (select sum(length(text)) from comments)"
    assert stored.execute(sizes).fetchone() == (text,)  # the words are ASCII
    assert rows > 4 * (1 + 3)
    assert any("revisions" in line for line in by_table(tmp_path / "stored" / "archive.db"))


def test_the_archive_that_is_served_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    generate(tmp_path, 5, 20)
    db = sqlite3.connect(tmp_path / "archive.db")
    [(articles, longest)] = db.execute("select count(*), max(comment_count) from articles").fetchall()
    assert (articles, longest) == (5 + 5 * len(LANGUAGES), 300), "the first article has the long thread; five in each language follow"
    assert db.execute("select count(*) from comments_fts where comments_fts match 'the'").fetchone() > (0,), "what was left out is indexed"
    assert {page.name for page in pages(tmp_path)} >= {"home", "record", "search: japanese", "mentions: three words", "table comments"}


def test_a_process_is_measured_with_what_it_started() -> None:
    child = "import time; [n * n for n in range(300_000)]; print(time.process_time())"
    held = run([sys.executable, "-c", f"import subprocess, sys; bytearray(50_000_000); subprocess.run([sys.executable, '-c', {child!r}])"])
    assert held.cpu > float(held.said) > 0, "the child's time is counted too"
    with pytest.raises(MeasureFailed, match="ended with 3:\nno such site"):
        run([sys.executable, "-c", "import sys; print('no such site'); sys.exit(3)"])
    assert run([sys.executable, "-c", "import sys; sys.exit(4)"], allowed=(0, 4)).code == 4


def test_a_profile_names_the_busiest_functions_and_their_folders() -> None:
    lines = profiled(lambda: [os.fspath(json.dumps(list(range(2000)))) for _ in range(20)], units=20)
    assert lines[0].startswith("in all: ") and "json" in lines[0]
    assert any("json/encoder.py" in line and "1.0 calls" in line for line in lines[1:])


def test_memory_is_that_of_all_processes_of_a_command() -> None:
    child = "import sys; held = bytearray(60_000_000); sys.stdin.read(1)"
    parent = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdin=subprocess.PIPE)
held = bytearray(30_000_000)
while not any(line.startswith("VmRSS") and int(line.split()[1]) > 60_000 for line in open(f"/proc/{{child.pid}}/status")):
    pass
"""
    with subprocess.Popen([sys.executable, "-c", parent + "print(1, flush=True); sys.stdin.read(1)"], **PIPES) as process:  # type: ignore[call-overload]
        process.stdout.read(1)
        memory = Memory()
        look(process.pid, memory)
        process.stdin.write(b" ")
        process.stdin.close()
    assert memory.processes == 2
    assert 90_000_000 < memory.total < 250_000_000
    assert sum(size for _, size in memory.parts) == memory.total

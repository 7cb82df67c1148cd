"""The extractor's version changes with every rule and with nothing else, and a changed rule is never taken for an edit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import crawler.extract
from crawler.extract.version import extractor, rules_digest
from crawler.site import Site
from tests.literal import Desk

PACKAGE = Path(crawler.extract.__file__).parent
ROOT = PACKAGE.parent.parent
URL = "https://own.example/2014/07/quay.php"
PAGE = """<html><body class="single postid-12"><h1>The quay</h1><div class="entry-content">
<p>The quay was closed on Monday, and nobody at the harbour office would say for how long.</p>
<p>Two ferries were sent to the other shore, where the road is open to lorries again.</p>
<p>Harbour watchers may find the tide table of the desk at the usual place.</p></div>
<ol class="commentlist"><li class="comment" id="comment-31"><article id="div-comment-31" class="comment-body">
<footer class="comment-meta"><b class="fn">Wendell</b>
<a href="#comment-31"><time datetime="2014-07-09T19:40:00+00:00">9 July</time></a></footer>
<div class="comment-content"><p>I was there. Sent from my boat</p></div></article></li></ol></body></html>"""
# What a maintainer might add, without another number of the release: (module, line, what takes its place).
RULES = (
    (
        "boilerplate/rules.py",
        "    if is_follow_line(text):",
        '    if "tide table" in text:\n        return Label("chrome", "tide-table")\n    if is_follow_line(text):',
    ),
    (
        "comments/read.py",
        'return text_of(element, paragraph="\\n\\n", skip=skip)',
        'return text_of(element, paragraph="\\n\\n", skip=skip).replace(" Sent from my boat", "")',
    ),
)
COUNTED = """
import ast
from crawler.extract.version import extractor
parse, calls = ast.parse, []
ast.parse = lambda source: calls.append(source) or parse(source)
print(extractor(), len(calls), sep="\\n")
"""
READ = """
import json, sys
from dataclasses import asdict
from crawler.extract.page import extract_page
from crawler.extract.version import extractor
print(json.dumps([extractor(), asdict(extract_page(sys.stdin.buffer.read(), sys.argv[1]))]))
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    place = tmp_path / "extract"
    shutil.copytree(PACKAGE, place, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def change(file: Path, old: str, new: str) -> None:
    source = file.read_text()
    assert old in source
    file.write_text(source.replace(old, new, 1))


def test_the_version_names_release_rules_and_libraries() -> None:
    assert re.fullmatch(r"AnalysisArchive/0\.1\+[0-9a-f]{12} trafilatura/2\.\S+ lxml/6\.\S+", extractor())


def test_a_sites_own_rules_are_part_of_it_and_its_address_is_not() -> None:
    plain, other = Site("a", "https://a.example/"), Site("b", "https://b.example/", timezone="Asia/Kabul")
    ruled = Site("a", "https://a.example/", boilerplate=(("appeal", "^Give"),))
    assert extractor(plain) == extractor(other) == extractor()
    assert extractor(ruled).startswith(f"{extractor()} site/")
    assert extractor(ruled) != extractor(Site("a", "https://a.example/", container="main"))


def test_one_changed_rule_is_another_digest(copied: Path) -> None:
    before = rules_digest(copied)
    assert before == rules_digest(PACKAGE)
    change(copied / "boilerplate" / "appeals.py", "MAX_APPEAL = 900", "MAX_APPEAL = 901")
    assert rules_digest(copied) != before


def test_a_data_file_is_part_of_the_rules(copied: Path) -> None:
    before = rules_digest(copied)
    (copied / "dates" / "more.txt").write_text("januar\n")
    assert rules_digest(copied) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("boilerplate/appeals.py", "MAX_APPEAL = 900", "# a reason\nMAX_APPEAL  =  900  # characters"),
        ("page.py", '"""Takes', '"""It takes'),
        ("allowance.py", "MEMORY = 2 * 2**30", "MEMORY = 3 * 2**30"),
    ],
)
def test_comments_docstrings_and_the_workers_are_no_rules(copied: Path, name: str, old: str, new: str) -> None:
    before = rules_digest(copied)
    change(copied / name, old, new)
    assert rules_digest(copied) == before


def test_compiled_files_beside_the_source_are_not_looked_at(copied: Path) -> None:
    before = rules_digest(copied)
    (copied / "__pycache__").mkdir()
    (copied / "__pycache__" / "page.cpython-311.pyc").write_bytes(b"x")
    assert rules_digest(copied) == before


def test_a_zip_file_of_the_program_names_itself_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "program.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for folder in ("crawler", "archive"):
            for file in (ROOT / folder).rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, file.relative_to(ROOT))
    code = "import crawler.extract.version as version; print(version.__file__); print(version.extractor())"
    run = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(packed)}, cwd=tmp_path, capture_output=True, text=True)
    assert run.stderr == ""
    assert run.stdout.splitlines() == [f"{packed}/crawler/extract/version.py", extractor()]


def version_of(place: Path) -> tuple[str, int]:
    """(the extractor's version, how many modules were read as Python for it), as a copy of the program says that may keep things."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run([sys.executable, "-c", COUNTED], cwd=place, env=environment, capture_output=True, text=True)
    assert run.stderr == ""
    version, count = run.stdout.split("\n")[:2]
    return version, int(count)


def test_modules_are_read_as_python_once_for_each_state_of_the_sources(tmp_path: Path) -> None:
    place = program(tmp_path / "program")
    version, count = version_of(place)
    assert version == extractor() and count > 50
    assert version_of(place) == (version, 0)
    change(place / "crawler" / "extract" / "boilerplate" / "appeals.py", "MAX_APPEAL = 900", "MAX_APPEAL = 901")
    other, count = version_of(place)
    assert other != version and count > 50
    change(place / "archive" / "text" / "urls.py", '"""', '"""Again: ')
    assert version_of(place) == (other, count)
    [kept] = (place / "crawler" / "extract" / "__pycache__").glob("*.rules")
    kept.write_text("torn", encoding="ascii")
    assert version_of(place) == (other, count)


# a rule that was changed without a release


def program(place: Path, *rules: tuple[str, str, str]) -> Path:
    """A copy of the program with other rules."""
    for folder in ("crawler", "archive"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in rules:
        change(place / "crawler" / "extract" / name, old, new)
    return place


def read(place: Path, page: str) -> tuple[str, dict[str, Any]]:
    """(the extractor's version, the article) as that copy of the program reads a page."""
    run = subprocess.run([sys.executable, "-c", READ, URL], cwd=place, input=page.encode(), capture_output=True)
    assert run.stderr == b""
    version, article = json.loads(run.stdout)
    return version, article


def see(desk: Desk, version: str, article: dict[str, Any], at: str) -> dict[str, int]:
    return desk.see(article, at=at, extractor=version, _12=article["comments"])


def test_a_rule_changed_without_a_release_is_no_edit_and_the_change_is_recorded(desk: Desk, tmp_path: Path) -> None:
    before, after = program(tmp_path / "before"), program(tmp_path / "after", *RULES)
    old, new = read(before, PAGE), read(after, PAGE)
    assert old[0] != new[0] and old[0] == extractor()
    assert see(desk, *old, at="2026-01-01T00:00:00Z") == {"new": 2}
    cited = desk.rows("select digest from revisions union all select digest from comment_revisions")
    assert see(desk, *new, at="2026-02-01T00:00:00Z") == {"unchanged": 2}
    assert desk.rows("select number from revisions union all select number from comment_revisions") == [(1,), (1,)]
    assert desk.rows("select text like '%tide table%', extractor from revisions") == [(0, new[0])]
    assert desk.rows("select text from comment_revisions") == desk.rows("select text from comments") == [("I was there.",)]
    assert desk.rows("select event from changes where event = 'edited'") == []
    assert desk.rows("select digest from rereadings order by id") == cited
    assert desk.rows("select read_at, extractor, crawl_id from rereadings where revision_id is not null") == [
        ("2026-02-01T00:00:00Z", old[0], desk.crawl)
    ]
    assert see(desk, *new, at="2026-03-01T00:00:00Z") == {"unchanged": 2}
    assert desk.rows("select count(*) from rereadings") == [(2,)], "read once more by the same rules, there is nothing to record"


def test_an_edit_read_by_the_same_rules_is_still_an_edit(desk: Desk, tmp_path: Path) -> None:
    place = program(tmp_path / "program")
    see(desk, *read(place, PAGE), at="2026-01-01T00:00:00Z")
    edited = PAGE.replace("Two ferries", "Three ferries").replace("I was there", "I was not there")
    assert see(desk, *read(place, edited), at="2026-02-01T00:00:00Z") == {"revised": 2}
    assert desk.rows("select count(*) from rereadings") == [(0,)]


def test_how_documents_are_read_is_no_rule_of_articles(copied: Path) -> None:
    before = rules_digest(copied)
    (copied / "documents" / "pdf.py").write_text("PAGES = 3\n", encoding="utf-8")
    assert rules_digest(copied) == before

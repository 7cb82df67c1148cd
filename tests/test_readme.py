"""What the README names exists: commands, arguments, settings, tables, exit codes, files; its questions have the answers it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.__main__ import COMMANDS as ARCHIVE_COMMANDS
from archive.errors import ArchiveError, LockHeld
from crawler import settings
from crawler.session.outcome import COMPLETE, ORDER
from crawler.site import Site
from crawler.spiders.site import SiteSpider
from tests.conftest import History
from tests.crawls import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.strip().partition("  ")[0].partition(" #")[0] for line in README.splitlines() if line.startswith("    ")]
QUESTIONS = re.findall(r"\*\*(\d+)\. .+?```sql\n(.+?)```", README, re.S)

ANSWERS = {  # of those whose answer the README leaves out
    "3": ["Who blew up the Marrow bridge? Four accounts of one night | Shepherd | It was the bridge."],
    "5": [
        "Who blew up the Marrow bridge? Four accounts of one night | 71",
        "Tamresh arrests a refrigerator salesman, and perhaps a studio | 8",
        "Harakat al-Sahil claims the Port Essad ferry raid | 5",
    ],
    "7": [f"{year} | {number}" for year, number in Counter([2006, 2006, 2014, 2015, 2022, 2026, datetime.now(UTC).year]).items()],
    "9": ["interior.tamresh.example | 4", "defence.kharvania.example | 3", "orluk-observer.example | 2"],
    "10": ["Grain over the Marrow: the corridor that nobody guards | 1", "Grain over the Marrow: the corridor that nobody guards | 2"],
}


def test_there_are_ten_questions() -> None:
    assert [number for number, _ in QUESTIONS] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize(("number", "sql"), QUESTIONS)
def test_a_question_has_the_answer_that_is_shown(number: str, sql: str, history: History) -> None:
    shown = re.findall(r"^-- (.+)$", sql, re.M)
    assert bool(shown) != (number in ANSWERS), "the answer is either in the README or here"
    answer = [" | ".join(str(value) for value in row) for row in history.full.rows(sql)]
    assert answer == (shown or ANSWERS[number])


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")] + re.findall(r"`(make [a-z]+)`", README))
def test_make_knows_its_targets(command: str) -> None:
    done = subprocess.run([*shlex.split(command), "--dry-run"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_scrapy_knows_its_commands_and_spiders() -> None:
    used = re.findall(r"scrapy (\w+)(?: (\w+))?", "\n".join(COMMANDS) + README)
    listed = subprocess.run(["scrapy", "list"], cwd=PROJECT, capture_output=True, text=True, env=environment()).stdout.split()
    for command, spider in dict.fromkeys(used):
        if command == "crawl":
            assert spider in listed
        else:
            helped = subprocess.run(["scrapy", command, "--help"], cwd=PROJECT, capture_output=True, text=True, env=environment())
            assert helped.returncode == 0, command
            if command in ("update", "reextract"):  # those that cron runs
                assert "cron" in helped.stdout and "--quiet" in helped.stdout


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.mark.parametrize("arguments", re.findall(r"-a (\w+=\w+)", README))
def test_spiders_know_their_arguments(arguments: str) -> None:
    name, _, value = arguments.partition("=")
    if name != "home":
        SiteSpider.options({"home": "https://example.org/", name: value})


def test_the_archives_commands_exist() -> None:
    named = set(re.findall(r"python -m archive (\w+)", README))
    assert named and named <= archive_commands()


def test_the_defaults_that_are_told_are_the_defaults(history: History) -> None:
    told = dict(re.findall(r"^\| `-a (\w+)=(\w+)` \|.*\(the default\) \|$", README, re.M))
    options = SiteSpider.options({"home": "https://example.org/"})
    assert told == {name: getattr(options, name) for name in ("mode", "pages", "images")}
    assert history.full.value("select count(capture_id) from images") == 0


def archive_commands() -> set[str]:
    return set(ARCHIVE_COMMANDS)


def test_settings_exist_with_their_defaults() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \| (\S*) ?\|", README, re.M)
    assert len(table) >= 7
    for name, default in table:
        value = getattr(settings, name)
        assert value == (float(default) if re.fullmatch(r"[\d.]+", default) else default) or (name, value) == ("ARCHIVE_DIR", None)


def test_exit_codes_are_the_contracts() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \| ", README, re.M)}
    assert codes == {COMPLETE, *ORDER, LockHeld.exit_code}
    assert ArchiveError.exit_code in codes


def test_files_and_folders_exist() -> None:
    paths = re.findall(r"`([\w.]+/[\w/.]*)`|\]\(([\w/.-]+)\)", README)
    for path in {one or other for one, other in paths} - {"crawler/", "data/"}:
        assert (PROJECT / path).exists(), path
    for folder, rest in re.findall(r"^    (crawler|archive|tests)/ +(.+)$", README, re.M):
        for name in re.findall(r"[\w/]+\.py|\w+/", rest.partition(";")[0] if folder == "archive" else rest):
            if name not in ("crawler/",):
                assert (PROJECT / folder / name).exists(), f"{folder}/{name}"


def test_the_example_of_a_new_site_is_a_spider() -> None:
    [code] = re.findall(r"```python\n(.+?)```", README, re.S)
    names = {"Site": Site, "SiteSpider": SiteSpider}
    exec(code, names)
    spider = names["ExampleSpider"]
    assert spider.options({}).site.name == spider.name == "example"  # type: ignore[attr-defined]

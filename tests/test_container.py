"""Dockerfile, compose.yaml and the daily loop, checked without Docker: what they name exists, and a stop signal reaches the crawl."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from scrapy.cmdline import ScrapyArgumentParser
from scrapy.utils.project import get_project_settings

from archive.db.connection import open_for_writing
from archive.publish.commands.serve import command as serve
from tests.crawls import PATIENCE, PROJECT, until

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "analysis-archive"}
LOOP = PROJECT / "docker" / "crawl_daily.py"


def instructions(text: str) -> list[tuple[str, str]]:
    """A Dockerfile's instructions in order: (FROM, "python:3.13 AS build"), ..."""
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if line and not line.startswith("#")))
    return [(name.upper(), rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines())]


INSTRUCTIONS = instructions(DOCKERFILE)
FINAL = INSTRUCTIONS[max(index for index, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]
ENVIRONMENT = dict(pair.split("=", 1) for name, rest in FINAL if name == "ENV" for pair in shlex.split(rest))


def test_base_images_are_pinned_and_of_a_python_that_is_tested() -> None:
    images = [rest.split()[0] for name, rest in INSTRUCTIONS if name == "FROM"]
    minors = [re.fullmatch(r"python:(3\.\d+)-slim-[a-z]+", image) for image in images]
    classifiers = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    for minor in minors:
        assert minor and f"Programming Language :: Python :: {minor[1]}" in classifiers


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    assert "*" in ignored
    for name, rest in INSTRUCTIONS:
        if name == "COPY" and "--from=" not in rest:
            for source in rest.split()[:-1]:
                assert (PROJECT / source).exists(), source
                assert any(fnmatch(source, pattern) or source.startswith(f"{pattern}/") for pattern in let_in), f"{source} is not let in"


def test_nothing_is_fetched_from_a_place_that_is_written_down() -> None:
    assert "://" not in DOCKERFILE
    assert not re.search(r"index-url|trusted-host|\bADD\b|\bcurl\b|\bwget\b", DOCKERFILE)


def test_it_does_not_run_as_root() -> None:
    [user] = [rest for name, rest in FINAL if name == "USER"]
    made = re.search(r"useradd --uid (\d+)", DOCKERFILE)
    assert made and user == made[1] and int(user) >= 1000
    assert [name for name, _ in FINAL].index("USER") > max(i for i, (name, _) in enumerate(FINAL) if name == "RUN")


def test_settings_are_found_and_the_archive_lies_on_the_volume() -> None:
    assert import_module(ENVIRONMENT["SCRAPY_SETTINGS_MODULE"]).BOT_NAME
    [volume] = [rest for name, rest in FINAL if name == "VOLUME"]
    for service in OURS.values():
        name, _, target = service["volumes"][0].partition(":")
        assert name in COMPOSE["volumes"] and target == volume == ENVIRONMENT["ARCHIVE_DIR"]


def test_services_are_shut_in_and_end_in_time() -> None:
    for service in OURS.values():
        assert service["read_only"] and service["init"] and service["cap_drop"] == ["ALL"]
        assert "healthcheck" in service
    worker = COMPOSE["services"]["worker-1"]
    assert int(worker["stop_grace_period"].removesuffix("s")) > 30, "every slice is committed by then"
    assert int(COMPOSE["services"]["crawl"]["stop_grace_period"].removesuffix("s")) > import_module("crawler.settings").DOWNLOAD_TIMEOUT
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["serve"]["ports"])


def commands() -> list[list[str]]:
    """Every command that the two files name, as words."""
    found = [service["command"] for service in OURS.values()]
    found += [service["healthcheck"]["test"][1:] for service in OURS.values() if not service["healthcheck"].get("disable")]
    found += [shlex.split(rest.translate(str.maketrans("[],", "   "))) for name, rest in INSTRUCTIONS if name == "CMD"]
    comments = re.findall(r"docker compose run --rm crawl (.+)$", (PROJECT / "compose.yaml").read_text(), re.M)
    return found + [shlex.split(comment) for comment in comments]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_exist(words: list[str]) -> None:
    match words:
        case ["every", seconds, *rest]:
            assert float(seconds) > 0 and "every.py /usr/local/bin/every" in DOCKERFILE
            test_commands_exist(rest)
        case ["scrapy", "work" | "dispatch" | "cluster" as name, *rest]:
            command = import_module(f"crawler.commands.{name}").Command()
            command.settings = get_project_settings()
            parser = ScrapyArgumentParser(conflict_handler="resolve")
            command.add_options(parser)
            assert not parser.parse_known_args(rest)[1]
        case ["archive", *rest]:
            done = subprocess.run([sys.executable, "-m", "archive", *rest, "--help"], cwd=PROJECT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        case ["scrapy", "crawl", spider, *_]:
            assert (PROJECT / "crawler" / "spiders" / f"{spider}.py").exists()
        case ["crawl-daily", *rest]:
            assert os.access(LOOP, os.X_OK) and "crawl_daily.py /usr/local/bin/crawl-daily" in DOCKERFILE
            assert rest[0] == "-s"
            assert rest[1].partition("=")[0] in get_project_settings()
        case ["python", "-c", code]:
            compile(code, "healthcheck", "exec")
        case _:
            pytest.fail(f"nobody knows {words}")


def test_the_environment_of_the_served_archive_names_options_of_serve() -> None:
    known = {option.envvar for option in serve.params if isinstance(option, click.Option)}
    told = COMPOSE["services"]["serve"]["environment"]
    assert set(told) <= known and {"ARCHIVE_CONTACT", "ARCHIVE_LIMIT", "ARCHIVE_PROXY"} <= set(told)


def test_the_systemd_unit_starts_what_exists() -> None:
    text = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```ini\n# /etc/systemd/system/archive-serve\.service\n(.+?)```", text, re.S)
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd have capitals
    unit.read_string(block)
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/.venv/bin/python") and words[:3] == ["-m", "archive", "serve"]
    assert unit["Service"]["RestartPreventExitStatus"] == "2 3"
    assert serve.make_context("serve", words[3:], resilient_parsing=True).params["proxy"] == 1
    assert unit["Install"]["WantedBy"] and unit["Service"]["User"] != "root"


CRAWL = """#!/bin/sh
trap 'sleep 0.2; echo stopped >>"$LOG"; exit 130' TERM
echo "$@" >>"$LOG"
[ -z "$LONG" ] || while :; do sleep 0.05; done
exit 4
"""


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the loop: ``start(*arguments, **environment)``. It is ended with the test, however that goes."""
    with ExitStack() as ended:

        def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
            known = {**os.environ, **environment}
            loop = subprocess.Popen([LOOP, *arguments], cwd=PROJECT, env=known, stderr=subprocess.PIPE, text=True)
            ended.callback(loop.wait, timeout=PATIENCE)
            ended.callback(loop.terminate)
            return loop

        yield start


@pytest.fixture
def stand_in(tmp_path: Path) -> dict[str, str]:
    """The environment in which a stand-in is the crawl: the test decides its length and exit code; folder/log has what it was told."""
    (tmp_path / "scrapy").write_text(CRAWL)
    (tmp_path / "scrapy").chmod(0o755)
    (tmp_path / "log").touch()
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"), "LONG": "", "EVERY": "3600"}


def said(folder: Path) -> list[str]:
    return (folder / "log").read_text().splitlines()


def test_the_loop_passes_a_stop_on_and_waits_for_the_crawl_to_end(tmp_path: Path, start: Start, stand_in: dict[str, str]) -> None:
    loop = start("-s", "CONTACT=you@example.org", **stand_in | {"LONG": "yes"})
    until(lambda: said(tmp_path), loop)
    loop.send_signal(signal.SIGTERM)
    _, told = loop.communicate(timeout=PATIENCE)
    assert said(tmp_path) == ["update --quiet -s CONTACT=you@example.org", "stopped"]
    assert (loop.returncode, told) == (130, "scrapy update: exit code 130\n")


def test_the_loop_goes_on_after_an_alarm_and_says_so(tmp_path: Path, start: Start, stand_in: dict[str, str]) -> None:
    loop = start(**stand_in | {"EVERY": "0.05"})
    until(lambda: len(said(tmp_path)) >= 3, loop)
    loop.send_signal(signal.SIGTERM)
    _, told = loop.communicate(timeout=PATIENCE)
    assert "scrapy update: exit code 4\n" in told


def test_the_loop_ends_at_once_while_it_waits(start: Start, stand_in: dict[str, str]) -> None:
    loop = start(**stand_in)
    assert loop.stderr
    assert loop.stderr.readline() == "scrapy update: exit code 4\n"
    loop.send_signal(signal.SIGTERM)
    assert loop.wait(timeout=PATIENCE) == 0


def test_the_loop_runs_the_real_command(tmp_path: Path, start: Start) -> None:
    open_for_writing(tmp_path / "data").close()
    loop = start(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}", ARCHIVE_DIR=str(tmp_path / "data"))
    assert loop.stderr
    assert "no site is remembered yet" in loop.stderr.readline()
    assert loop.stderr.readline() == "scrapy update: exit code 2\n"
    loop.send_signal(signal.SIGTERM)
    assert loop.wait(timeout=PATIENCE) == 0

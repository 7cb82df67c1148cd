"""pyproject.toml: what is installed is the whole program, of one release, with the ranges of requirements.txt."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from crawler.identity import RELEASE
from tests.crawls import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("archive", "crawler")
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


def files() -> Iterator[Path]:
    """What the two packages consist of, relative to the project."""
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(PROJECT)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy: a build writes beside its sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, folder)
    done = subprocess.run([sys.executable, "-c", BUILD, str(folder / "dist")], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    [built] = (folder / "dist").glob("*.whl")
    return zipfile.ZipFile(built)


def described(wheel: zipfile.ZipFile, name: str) -> str:
    [path] = [path for path in wheel.namelist() if path.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode()


def test_every_data_file_is_declared() -> None:
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["*"]
    undeclared = [str(path) for path in files() if path.suffix != ".py" and not any(fnmatch(path.name, p) for p in patterns)]
    assert undeclared == [], "add their pattern to [tool.setuptools.package-data] in pyproject.toml"


def test_the_wheel_holds_every_file_of_both_packages(wheel: zipfile.ZipFile) -> None:
    held = {name for name in wheel.namelist() if name.startswith(tuple(f"{package}/" for package in PACKAGES))}
    assert held == {path.as_posix() for path in files()}


def test_the_packages_say_that_they_are_typed() -> None:
    assert all((PROJECT / package / "py.typed").is_file() for package in PACKAGES)


def test_the_release_stands_in_one_place(wheel: zipfile.ZipFile) -> None:
    assert f"\nVersion: {RELEASE}\n" in described(wheel, "METADATA")
    assert "version" not in PYPROJECT["project"]


def test_what_is_installed_has_the_ranges_of_requirements_txt(wheel: zipfile.ZipFile) -> None:
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    ranges = {Requirement(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()}
    assert ranges == {Requirement(text) for text in re.findall(r"^Requires-Dist: (.+)$", described(wheel, "METADATA"), re.M)}


def test_the_oldest_python_is_the_makefiles_and_the_linters() -> None:
    oldest = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in (PROJECT / "Makefile").read_text()
    assert (PYPROJECT["tool"]["ruff"]["target-version"], PYPROJECT["tool"]["mypy"]["python_version"]) == (
        f"py{oldest.replace('.', '')}",
        oldest,
    )


def _tested() -> list[str]:
    return [line.rsplit(" ", 1)[1] for line in PYPROJECT["project"]["classifiers"] if line.startswith("Programming Language :: Python :: ")]


def test_commands_and_entry_points_lead_to_something(wheel: zipfile.ZipFile) -> None:
    listed = described(wheel, "entry_points.txt")
    module, _, name = PYPROJECT["project"]["scripts"]["archive"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))
    assert f"archive = {module}:{name}" in listed
    assert importlib.import_module(PYPROJECT["project"]["entry-points"]["scrapy"]["settings"]).SPIDER_MODULES
    assert "[scrapy]\nsettings = crawler.settings" in listed


def test_the_wheel_is_tested_with_the_builder_that_builds_it() -> None:
    [declared] = PYPROJECT["build-system"]["requires"]
    tested = re.search(r"^setuptools(\S+)", (PROJECT / "requirements-test.txt").read_text(), re.M)
    assert tested and SpecifierSet(tested[1]) == Requirement(declared).specifier

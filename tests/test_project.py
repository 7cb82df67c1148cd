"""The project as a whole: which way it imports, what lies in it, and that its promises name things that exist."""

from __future__ import annotations

import ast
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import History
from tests.crawls import PROJECT

WEB = ("crawler", "scrapy", "lxml", "trafilatura", "parsel", "twisted")


def imports(path: Path) -> set[str]:
    """First names of the modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", sorted((PROJECT / "archive").rglob("*.py")), ids=lambda path: str(path.relative_to(PROJECT)))
def test_the_evidence_never_imports_the_web(path: Path) -> None:
    assert imports(path).isdisjoint(WEB)


FORBID = """
import sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names}:
            raise ImportError(name + " is the web's")

sys.meta_path.insert(0, Forbid())
sys.argv = ["archive", *sys.argv[1:]]
from archive.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def without_crawler(tmp_path: Path, history: History) -> Path:
    """The archive's code and an archive, and nothing that fetches."""
    shutil.copytree(PROJECT / "archive", tmp_path / "archive", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(history.full.folder, tmp_path / "data")
    (tmp_path / "run.py").write_text(FORBID.replace("{names}", repr(set(WEB))))
    return tmp_path


def test_without_the_crawler_the_archive_still_tells_its_state(without_crawler: Path) -> None:
    done = subprocess.run([sys.executable, "run.py", "status"], cwd=without_crawler, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "articles" in done.stdout


SERVE = """
import asyncio, sys
from pathlib import Path
exec(Path("run.py").read_text().split("sys.argv =")[0])
from archive.publish.server.serve import build_server

async def main():
    served = build_server(Path("data"))
    print([(await served.client.get(path)).status_code for path in sys.argv[1:]])

asyncio.run(main())
"""


def test_without_the_crawler_the_archive_is_still_read(without_crawler: Path) -> None:
    [(url,)] = sqlite3.connect(without_crawler / "data" / "archive.db").execute("select url from articles limit 1")
    (without_crawler / "serve.py").write_text(SERVE)
    paths = ["/", "/search?q=bridge", "/status", url.removeprefix("http:/")]
    done = subprocess.run([sys.executable, "serve.py", *paths], cwd=without_crawler, capture_output=True, text=True)
    assert done.stdout.strip() == "[200, 200, 200, 200]", done.stderr[-2000:]


def test_no_file_is_called_after_nothing() -> None:
    odd = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
    assert [path for package in ("archive", "crawler", "tests") for path in (PROJECT / package).rglob("*.py") if path.stem in odd] == []


def test_requirements_are_capped_and_each_has_its_reason() -> None:
    for line in (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement, _, reason = line.partition("#")
            assert "<" in requirement and reason.strip(), line


def test_no_test_module_imports_another() -> None:
    """What several tests need stands in a module of its own, or is a fixture: a test can be read, moved and dropped by itself."""
    for path in (PROJECT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named: list[str | None] = []
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                named = [node.module, *(alias.name for alias in node.names)]
            assert not [name for name in named if name and name.rpartition(".")[2].startswith("test_")], path

"""What the documents name exists, and what is generated is current. Each failure says what mends it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.__main__ import COMMANDS
from archive.db.describe import schema_page
from archive.db.schema import migrate
from archive.queries.numbers import numbers_page
from tests.crawls import PROJECT

DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
HAND_WRITTEN = [path for path in DOCUMENTS if path.name not in ("schema.md", "numbers.md", "CHANGELOG.md")]


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.fixture(scope="module")
def schema() -> str:
    db = Database(memory=True)
    migrate(db)
    return schema_page(db)


def test_the_schemas_page_is_current(schema: str) -> None:
    written = (PROJECT / "docs" / "schema.md").read_text(encoding="utf-8")
    assert written == schema, "docs/schema.md is out of date: run `make docs` and commit what it writes"


def test_the_page_of_numbers_is_current() -> None:
    written = (PROJECT / "docs" / "numbers.md").read_text(encoding="utf-8")
    assert written == numbers_page(), "docs/numbers.md is out of date: run `make docs` and commit what it writes"


def test_the_schemas_page_has_a_section_for_every_table_and_view(schema: str) -> None:
    db = Database(memory=True)
    migrate(db)
    own = {name for name in [*db.table_names(), *db.view_names()] if "_fts" not in name and not name.startswith(("sqlite_", "_sqlite"))}
    assert set(re.findall(r"^### (\w+)$", schema, re.M)) == own


def test_the_schemas_page_says_where_a_column_points_and_what_is_indexed(schema: str) -> None:
    assert "| `parent_id` | integer | comments.id | the comment it answers |" in schema
    assert "- index `captures_place`: unique `filename`, `offset`" in schema
    assert "- index `articles_missing`: `missing_since`, where `missing_since is not null`" in schema


@pytest.mark.parametrize("document", HAND_WRITTEN, ids=name_of)
def test_files_and_folders_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:archive|crawler|tests|docs|\.github|\.ci)/[\w./-]*\w[\w./-]*)`", text))
    named |= set(re.findall(r"`((?:archive|crawler|tests)/[\w./-]+\.\w+):\w+`", text))
    linked = {link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link and not link.startswith("mailto:")}
    missing = [name for name in sorted(named) if not (PROJECT / name).exists()]
    missing += [link for link in sorted(linked) if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("document", HAND_WRITTEN, ids=name_of)
def test_functions_and_classes_that_a_document_names_exist(document: Path) -> None:
    """A document writes them as `folder/file.py:name`."""
    lost = []
    for path, name in re.findall(r"`((?:archive|crawler|tests)/[\w/]+\.py):(\w+)`", document.read_text(encoding="utf-8")):
        source = (PROJECT / path).read_text(encoding="utf-8") if (PROJECT / path).exists() else ""
        if not re.search(rf"^\s*(?:async )?(?:def|class) {name}\b|^\s*{name}\b.*=", source, re.M):
            lost.append(f"{path}:{name}")
    assert lost == []


@pytest.mark.parametrize("document", HAND_WRITTEN, ids=name_of)
def test_commands_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^(?:    |`)make ([a-z]+)|`make ([a-z]+)", text, re.M))
    known = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.M))
    assert {one or other for one, other in targets} <= known
    named = set(re.findall(r"python -m archive ([a-z]+)", text))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))  # a page may say what `archive` alone stands for
    named |= set(re.findall(r"(?:`|^(?:ARCHIVE_DIR=\S+ )?)archive ([a-z]+)\b(?!/)", code, re.M))
    assert named <= COMMANDS.keys()
    for module in re.findall(r"python -m ((?:archive|crawler)\.[\w.]*\w)", text):
        path = PROJECT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.mark.parametrize("document", HAND_WRITTEN, ids=name_of)
def test_programs_that_a_document_names_are_there_after_an_installation(document: Path) -> None:
    named = set(re.findall(r"\.venv/bin/([a-z]\w*)", document.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if not (Path(sys.executable).parent / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_document_has_one_title(document: Path) -> None:
    prose = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.S)
    assert len(re.findall(r"^# ", prose, re.M)) == 1


def test_links_to_headings_lead_to_one() -> None:
    for document in DOCUMENTS:
        for target, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", document.read_text(encoding="utf-8")):
            text = ((document.parent / target) if target else document).read_text(encoding="utf-8")
            headings = {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall(r"^#+ (.+)$", text, re.M)}
            assert anchor in headings, f"{document.name}: {target}#{anchor}"


def test_make_docs_writes_the_schemas_page_and_the_served_descriptions() -> None:
    done = subprocess.run(["make", "--dry-run", "docs"], cwd=PROJECT, capture_output=True, text=True)
    assert "archive.db.describe docs/schema.md" in done.stdout, done.stderr
    assert "archive.publish.metadata.build" in done.stdout, "the served descriptions come from the same schema"

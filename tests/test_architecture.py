"""The drawing in docs/architecture.md, held against the code: imports run down the list of layers, nothing runs in a circle,
and modules, functions and names keep the sizes and manners that a reader relies on. Every failure names file and line.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.crawls import PROJECT

# From what a person starts down to what everything stands on. A room imports only rooms below its own line; rooms on one line
# know nothing of each other. A module belongs to the longest name here that its own name begins with.
LAYERS = (
    "crawler.commands",
    "crawler.cluster",
    "crawler.imports",
    "crawler.rebuild",
    "crawler.command",
    "crawler.spiders",
    "crawler.extensions",
    "crawler.reextract",
    "crawler.outlinks",
    "crawler.wordpress crawler.pages crawler.linked",  # the doors
    "crawler.discover",
    "crawler.absence crawler.admission crawler.http",
    "crawler.session",
    "crawler.parse",
    "crawler.sources",
    "crawler.extract.__main__",
    "crawler.extract",  # page, rest: one answer becomes one article
    "crawler.extract.article",
    "crawler.extract.comments",
    "crawler.extract.documents",
    "crawler.extract.boilerplate",
    "crawler.extract.dates",
    "crawler.extract.dom",
    "crawler.settings",
    "crawler.identity",
    "crawler.errors",
    "crawler.items",
    "crawler.site crawler.addresses crawler.sequences",
    "archive.__main__",
    "archive.publish.commands",
    "archive.publish.plugins",
    "archive.publish.as_files",
    "archive.publish.server",
    "archive.publish.records",
    "archive.publish.overview archive.publish.reading archive.publish.notebook",
    "archive.publish.changes",
    "archive.publish.mentions",
    "archive.publish.search",
    "archive.publish.cite",
    "archive.publish.redaction archive.publish.metadata",
    "archive.publish.formats",
    "archive.cli",
    "archive.doctor",
    "archive.alarms",
    "archive.merge",
    "archive.verify archive.export",
    "archive.depot archive.seal",
    "archive.queries",
    "archive.store",
    "archive.db archive.warc",
    "archive.text",
    "archive.errors archive.clock archive.spawned archive.whole_file",
)
LONGEST = 320  # lines of a file
LONG = re.compile(r"archive/db/(schema|migrations/m\d+_\w+)\.py")  # the data, table by table, is read as one text
MOST_COMPLEX = 12
SAME_NAME = {  # public names that several modules of one package have, and why
    "run": "every command has one",
    "command": "every command has one",
    "add_arguments": "every command has one",
    "Command": "Scrapy finds its commands by this name",
    "main": "what python -m runs",
}


@dataclass(frozen=True)
class Import:
    importer: str
    imported: str
    line: int


def module_name(path: Path) -> str:
    """``archive/db/lock.py`` -> ``archive.db.lock``; a package has the name of its folder."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for package in ("archive", "crawler") for path in sorted((PROJECT / package).rglob("*.py"))}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> tuple[Import, ...]:
    """The project's own modules that a module imports, wherever in it; those for types alone too: a reader meets them as well."""
    found = []
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found += [Import(module, alias.name, node.lineno) for alias in node.names if alias.name in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found += [Import(module, name if name in MODULES else node.module, node.lineno) for name in sorted(named)]
    return tuple(found)


@cache
def layer(module: str) -> tuple[int, str]:
    """The line of LAYERS on which a module's room stands, counted from the top, and the room."""
    rooms = [(index, room) for index, line in enumerate(LAYERS) for room in line.split()]
    within = [(index, room) for index, room in rooms if module == room or module.startswith(f"{room}.")]
    assert within, f"{module}: no line of LAYERS has a room for it; add its folder there and to docs/architecture.md"
    return max(within, key=lambda pair: len(pair[1]))


def where(module: str, line: int) -> str:
    return f"{MODULES[module].relative_to(PROJECT)}:{line}"


def check(violations: Iterable[str]) -> None:
    """Fails with every violation, ``path:line: what``, that is not pending."""
    found = sorted(set(violations))
    assert not found, "\n" + "\n".join(found)


def parents(module: str) -> bool:
    return module in ("archive", "crawler", "archive.publish")


def test_every_import_runs_down_the_layers() -> None:
    def upward() -> Iterator[str]:
        for module in MODULES:
            for arrow in imports(module) if not parents(module) else ():
                (above, room), (below, other) = layer(module), layer(arrow.imported)
                if room != other and above >= below:
                    yield f"{where(module, arrow.line)}: imports {arrow.imported}, which stands no lower"

    check(upward())


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected parts of more than one node (Tarjan), each sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph.get(node, ()):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            part = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(part) > 1:
                found.append(sorted(part))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {module: {arrow.imported for arrow in imports(module)} - {module} for module in MODULES}
    check(f"{MODULES[part[0]].relative_to(PROJECT)}: a circle of files: {' '.join(part)}" for part in circles(graph))


def test_a_folder_is_one_room() -> None:
    """With it, imports that run down the layers make no circle of folders either."""
    rooms: dict[Path, set[str]] = defaultdict(set)
    for module, path in MODULES.items():
        if not parents(module) and path.stem != "__main__":
            rooms[path.parent].add(layer(module)[1])
    mixed = {str(folder.relative_to(PROJECT)): found for folder, found in rooms.items() if len(found) > 1}
    assert mixed.keys() <= {"archive", "crawler", "archive/publish"}, mixed


def test_the_evidence_never_imports_the_web() -> None:
    check(
        f"{where(module, arrow.line)}: archive imports crawler ({arrow.imported})"
        for module in MODULES
        for arrow in imports(module)
        if module.startswith("archive") and arrow.imported.startswith("crawler")
    )


def test_only_publish_imports_publish() -> None:
    """The table of commands names its modules as text: a command is imported when it is run."""
    check(
        f"{where(module, arrow.line)}: {module} imports publish ({arrow.imported})"
        for module in MODULES
        for arrow in imports(module)
        if not module.startswith("archive.publish") and arrow.imported.startswith("archive.publish")
    )


def test_extraction_knows_no_session_no_store_and_no_scrapy() -> None:
    forbidden = ("scrapy", "twisted", "archive.store", "archive.db", "crawler.session", "crawler.http")
    check(
        f"{where(module, node.lineno)}: extract imports {name}"
        for module in MODULES
        if module.startswith("crawler.extract")
        for node in ast.walk(tree(module))
        for name in imported_names(node)
        if name in forbidden or name.startswith(tuple(f"{one}." for one in forbidden))
    )


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


SQL = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert (or \w+ )?into\b|\bupdate \w+ set\b|\bdelete from\b|\bcreate (table|index|view)\b", re.I | re.S
)


def documentation(module: str) -> set[int]:
    """The ids of the nodes that are docstrings."""
    homes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree(module)) if isinstance(node, homes) and node.body]
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def test_the_crawler_has_no_sql() -> None:
    def statements() -> Iterator[str]:
        for module in MODULES:
            if not module.startswith("crawler"):
                continue
            docstrings = documentation(module)
            for node in ast.walk(tree(module)):
                if isinstance(node, ast.Attribute) and node.attr == "db" and ast.unparse(node.value).endswith("store"):
                    yield f"{where(module, node.lineno)}: reaches through the store: {ast.unparse(node)}"
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("execute", "executemany"):
                    yield f"{where(module, node.lineno)}: executes SQL"
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and SQL.search(node.value):
                    yield f"{where(module, node.lineno)}: SQL: {node.value.split()[0]}"

    check(statements())


def test_every_module_says_what_it_takes_and_gives() -> None:
    def silent() -> Iterator[str]:
        for module in MODULES:
            said = ast.get_docstring(tree(module)) or ""
            if len(said.split()) < 3:
                yield f"{where(module, 1)}: no docstring"

    check(silent())


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    def long() -> Iterator[str]:
        for path in MODULES.values():
            name, lines = str(path.relative_to(PROJECT)), len(path.read_text(encoding="utf-8").splitlines())
            if lines > LONGEST and not LONG.fullmatch(name):
                yield f"{name}:{lines}: more than {LONGEST} lines"

    check(long())


def test_no_function_is_more_complex_than_twelve() -> None:
    words = [
        "check",
        "--isolated",
        "--select",
        "C901",
        "--config",
        f"lint.mccabe.max-complexity={MOST_COMPLEX}",
        "--output-format",
        "concise",
    ]
    ruff = Path(sys.executable).parent / "ruff"
    done = subprocess.run([ruff, *words, "archive", "crawler"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    check(f"{place}: {said}" for place, said in re.findall(r"^(\S+?:\d+):\d+: C901 (.+?) \(", done.stdout, re.M))


def package(module: str) -> str:
    """The folder whose names a reader keeps in mind together: archive.store, archive.publish, crawler.extract, ..."""
    return ".".join(module.split(".")[:2])


def test_a_public_name_stands_once_in_its_package() -> None:
    """Classes stand once in the whole project."""
    places: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for module in MODULES:
        for node in tree(module).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                home = "the project" if isinstance(node, ast.ClassDef) else package(module)
                places[home, node.name].append((module, node.lineno))
    check(
        f"{where(module, line)}: {name} stands {len(stands)} times in {home}"
        for (home, name), stands in places.items()
        if len(stands) > 1 and name not in SAME_NAME
        for module, line in stands
    )


def test_the_page_names_every_folder() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = {f"{path.parent.relative_to(PROJECT)}/" for path in MODULES.values()} - {"archive/", "crawler/", "archive/publish/"}
    assert [name for name in sorted(folders) if f"`{name}`" not in page] == [], "name them in docs/architecture.md"


def test_the_page_shows_the_layers_as_they_are() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```layers\n(.+?)```", page, re.S)
    assert [line.strip() for line in shown.strip().splitlines()] == list(LAYERS), "copy LAYERS of tests/test_architecture.py to the page"

"""What SECURITY.md answers stays true: trusted text and other programs stand where they were looked at, versions are the listed ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from tests import pins
from tests.crawls import PROJECT

FILES = sorted(path for package in ("archive", "crawler") for path in (PROJECT / package).rglob("*.py"))
LOOKED_AT = {  # (file, function) that calls something trusted markup -> why it is
    ("archive/export/evidence.py", "revision_html"): "cleaned by safe_markup",
    ("archive/publish/reading/search_marks.py", "with_search_marks"): "the block's own cleaned markup, with mark elements put in between",
    ("archive/publish/cite/linked_data.py", "as_script"): "JSON whose <, > and & are escaped",
    ("archive/publish/formats.py", "time_tag"): "both parts are escaped",
    ("archive/publish/formats.py", "time_tags"): "all parts are escaped",
    ("archive/publish/formats.py", "between"): "made of what time_tags gives",
    ("archive/publish/formats.py", "count"): "a number, a name of our own with its escaped definition; the rest is escaped",
    ("archive/publish/formats.py", "absence"): "words of our own; the times are formatted",
    ("archive/publish/mentions/charts.py", "period_bar"): "href and title are escaped, the rest are numbers",
    ("archive/publish/mentions/charts.py", "share_chart"): "lines, periods and shares, all made of numbers; the label is formatted",
    ("archive/publish/overview/charts.py", "timeline"): "labels, titles and addresses are escaped, the rest are numbers",
    ("archive/publish/overview/charts.py", "answer_chart"): "the names of columns are escaped",
    ("archive/publish/reading/article.py", "with_archived_links"): "safe markup, in which addresses are replaced by escaped ones",
    ("archive/publish/reading/article.py", "with_headings_from_two"): "safe markup, in which a digit changes",
    ("archive/publish/reading/embedded.py", "not_held_here"): "safe markup, in which a link becomes a formatted sentence",
    ("archive/publish/reading/footnotes.py", "with_notes"): "safe markup, in which links get numbers for names",
    ("archive/publish/reading/pictures.py", "block_markup"): "cleaned by safe_markup; pictures are formatted",
    ("archive/publish/server/core_pages.py", "mended"): "a page of Datasette's own templates",
    ("archive/publish/server/table_markup.py", "rows_table"): "made of escaped parts, and of cells that Datasette or core_pages made",
    ("archive/publish/server/table_markup.py", "one_row"): "the same",
    ("archive/publish/server/table_markup.py", "head"): "made of escaped parts",
    ("archive/publish/server/table_markup.py", "opening"): "made of escaped parts",
    (
        "archive/publish/server/table_markup.py",
        "with_long_cells_folded",
    ): "a page of Datasette's own templates; texts between tags are escaped already",
    ("archive/publish/server/service.py", "read_policy"): "Markdown of the operator's own file, rendered with HTML off, or escaped text",
    ("archive/text/markup.py", "paragraphs"): "made of escaped parts",
    ("archive/text/markup.py", "linked"): "made of escaped parts",
    ("archive/text/markup_diff.py", "inserted"): "the text is escaped",
    ("archive/text/markup_diff.py", "deleted"): "the text is escaped",
    ("archive/text/markup_diff.py", "fold_line"): "a number and a noun of our own",
    ("archive/text/markup_diff.py", "line_markup"): "made of what render_line and fold_line give",
    ("archive/text/markup_diff.py", "beside_markup"): "made of what render_line and fold_line give",
}
NEVER = {  # call -> what it does
    "eval": "runs text",
    "exec": "runs text",
    "pickle.load": "runs what it reads",
    "pickle.loads": "runs what it reads",
    "marshal.loads": "runs what it reads",
    "yaml.load": "may run what it reads; safe_load does not",
    "os.system": "asks a shell",
    "os.popen": "asks a shell",
    "tempfile.mktemp": "names a file that another may make first",
}
PROCESSES = {"archive/seal/openssl.py"}  # that start another program


def calls() -> Iterator[tuple[str, str, str, ast.Call]]:
    """(file, the function around it, what is called, the call)."""
    for path in FILES:
        name = path.relative_to(PROJECT).as_posix()
        for function, node in within(ast.parse(path.read_text(encoding="utf-8")), ""):
            yield name, function, ast.unparse(node.func), node


def within(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not function else function
        if isinstance(child, ast.Call):
            yield function, child
        yield from within(child, inner)


def test_markup_is_trusted_only_where_that_was_looked_at() -> None:
    trusted = {
        (name, function)
        for name, function, called, node in calls()
        if called == "Markup" and node.args and not isinstance(node.args[0], ast.Constant)
    }
    assert trusted <= LOOKED_AT.keys(), "say in LOOKED_AT why this markup can be trusted, or give the pieces to Markup.format"
    assert LOOKED_AT.keys() <= trusted, "this place trusts no markup any more: take it out of LOOKED_AT"


def test_nothing_runs_text_or_asks_a_shell() -> None:
    assert [f"{name}:{node.lineno}: {called} {NEVER[called]}" for name, _, called, node in calls() if called in NEVER] == []
    shells = [f"{name}:{node.lineno}" for name, _, _, node in calls() for given in node.keywords if given.arg == "shell"]
    assert shells == []


def test_other_programs_are_started_in_one_place() -> None:
    started = {name for name, _, called, _ in calls() if called.startswith("subprocess.") or called in ("os.spawnv", "os.execv")}
    assert started == PROCESSES


def test_every_finding_that_is_passed_over_is_answered() -> None:
    [skipped] = re.findall(r"\[tool\.bandit\].*\nskips = \[(.*)\]", (PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    answers = (PROJECT / "SECURITY.md").read_text(encoding="utf-8").partition("## What a scanner says")[2]
    assert [code for code in re.findall(r"B\d+", skipped) if code not in answers] == []
    assert "# nosec" not in "".join(path.read_text(encoding="utf-8") for path in FILES)


# dependencies


def listed() -> dict[str, tuple[str, str]]:
    return pins.pinned(pins.CONSTRAINTS.read_text(encoding="utf-8"))


def test_the_list_of_versions_has_the_majors_that_are_installed() -> None:
    apart = {name: (version, metadata.version(name)) for name, (version, _) in listed().items() if is_installed(name)}
    differ = {name: pair for name, pair in apart.items() if major(pair[0]) != major(pair[1])}
    assert differ == {}, "renew constraints.txt: its first lines say how"


def is_installed(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def major(version: str) -> str:
    return version.partition(".")[0]


def test_the_list_names_all_that_is_installed_for_the_program() -> None:
    assert sorted(pins.versions().keys() - listed().keys()) == [], "renew constraints.txt: its first lines say how"


def test_the_list_lies_within_the_ranges() -> None:
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    ranges = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    versions = listed()
    outside = [str(one) for one in ranges if not one.specifier.contains(versions[pins.canonicalize_name(one.name)][0], prereleases=True)]
    assert outside == []


def test_a_day_is_kept_while_the_version_is_the_same(tmp_path: Path) -> None:
    held = metadata.version("lxml")
    text = pins.written({}, f"lxml=={held}  # 2026-01-31\nclick==0.1  # 2020-01-01\n")
    assert pins.pinned(text)["lxml"] == (held, "2026-01-31") and pins.pinned(text)["click"][1] == ""

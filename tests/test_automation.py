"""The public workflow and the commit hooks run the same commands as people do, on every Python that is promised."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from typing import Any

import yaml

from tests.crawls import PROJECT

WORKFLOW: dict[str, Any] = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_the_workflow_tests_every_python_that_is_promised() -> None:
    classifiers = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    promised = re.findall(r"Programming Language :: Python :: (3\.\d+)", "\n".join(classifiers))
    assert WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"] == promised


def test_the_workflow_runs_the_readmes_commands() -> None:
    ran = [step["run"] for step in STEPS if step.get("run", "").startswith("make ")]
    assert ran == ["make install", "make lint", "make test"]
    for command in ran:
        assert subprocess.run([*shlex.split(command), "--dry-run"], cwd=PROJECT, capture_output=True).returncode == 0


def test_the_workflow_has_no_rights_and_its_actions_are_pinned() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    for step in STEPS:
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_hooks_are_the_linters_of_make_lint_and_come_from_here() -> None:
    assert [repo["repo"] for repo in HOOKS] == ["local"]
    hooks = HOOKS[0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    entries = " && ".join(hook["entry"] for hook in hooks)
    lint = re.search(r"^lint:.*\n\t@(.+)$", (PROJECT / "Makefile").read_text(), re.M)
    assert lint
    for command in lint[1].split(" && "):
        tool = " ".join(word for word in shlex.split(command) if word not in ("--check", "."))
        assert tool in entries

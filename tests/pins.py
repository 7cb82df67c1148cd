"""``python -m tests.pins [FOLDER]``: writes constraints.txt, the versions with which the tests passed, each with the day it was built.

Takes what is installed, from requirements.txt on down. The day is the newest one inside the wheel, where FOLDER has it
(``pip download -r requirements.txt -d FOLDER``) and its builder wrote one; else the day that the file before this one said.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

PROJECT = Path(__file__).parents[1]
CONSTRAINTS = PROJECT / "constraints.txt"
HEAD = """\
# The versions with which the tests passed last, and the day each was built where its wheel says so. For two things:
#   pip install -r requirements.txt -c constraints.txt      the same program again, years later
#   pip-audit -r constraints.txt --no-deps --disable-pip    are any of these known to be unsafe? Asks the network
# Renew it with every release and when a dependency mends a hole:
#   pip install --upgrade -r requirements-test.txt && make test && pip download -r requirements.txt -d WHEELS && python -m tests.pins WHEELS
"""
LEFT_OUT = ("pip", "setuptools")  # Datasette names them; they are the environment's, and what installs is not installed anew
NO_DAY = (1980, 2016, 2020)  # years that builders write who want the same file each time


def wanted() -> Iterator[str]:
    """The names that requirements.txt begins with."""
    for line in (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if text := line.partition("#")[0].strip():
            yield Requirement(text).name


def versions() -> dict[str, str]:
    """Name -> installed version, of what requirements.txt names and of what that needs on this machine."""
    found: dict[str, str] = {}
    waiting = [*wanted()]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found or name in LEFT_OUT:
            continue
        found[name] = metadata.version(name)
        needs = [Requirement(text) for text in metadata.requires(name) or []]
        waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return dict(sorted(found.items()))


def pinned(text: str) -> dict[str, tuple[str, str]]:
    """Name -> (version, day or ''), as constraints.txt says."""
    return {name: (version, day or "") for name, version, day in re.findall(r"^([\w.-]+)==(\S+)(?: +# (\S+))?$", text, re.M)}


def built(folder: Path) -> dict[tuple[str, str], str]:
    """(name, version) -> day on which the wheel in a folder was built; without those that do not say."""
    days = {}
    for path in folder.glob("*.whl"):
        name, version, *_ = parse_wheel_filename(path.name)
        newest = max(entry.date_time[:3] for entry in zipfile.ZipFile(path).infolist())
        if newest[0] not in NO_DAY:
            days[str(name), str(version)] = "{:04}-{:02}-{:02}".format(*newest)
    return days


def written(days: dict[tuple[str, str], str], before: str) -> str:
    """The text of constraints.txt."""
    known = {(name, version): day for name, (version, day) in pinned(before).items() if day} | days
    lines = []
    for name, version in versions().items():
        day = known.get((name, version))
        lines.append(f"{f'{name}=={version}':<34}  # {day}" if day else f"{name}=={version}")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    before = CONSTRAINTS.read_text(encoding="utf-8") if CONSTRAINTS.is_file() else ""
    CONSTRAINTS.write_text(written(built(Path(sys.argv[1])) if sys.argv[1:] else {}, before), encoding="utf-8")

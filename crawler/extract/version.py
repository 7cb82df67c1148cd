"""The extractor's version: takes the source and the rule data of this package, and a site's own rules, and gives one name.

Every record of a reading keeps that name. Where it differs from the last one, a changed text may be the extractor's doing and is
never called an edit. So the name changes with every rule, and stays when only comments, docstrings or the layout change.

To read all modules as Python takes a sixth of a second. So what that gave is kept beside the compiled modules, and holds as long as
no byte of the sources differs.
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import cache_from_source
from pathlib import Path

from crawler.identity import NAME, RELEASE
from crawler.site import Site

_NAMED = ("trafilatura", "lxml")  # libraries whose versions stand in the name itself
_LIBRARIES = (  # further ones that decide what is read
    "ada-url",
    "charset-normalizer",
    "convertdate",
    "dateparser",
    "hijridate",
    "json-repair",
    "nh3",
    "w3lib",
    "webencodings",
)
_NO_RULES = frozenset({"__main__.py", "allowance.py", "version.py", "workers.py", "documents", "used_files.py"})
"""They start extraction and print what it gives, or read what is no article."""
_COMPARED = ("content_key.py", "urls.py")  # of archive/text
_DIGITS = 12  # of the digest, in hexadecimal


def extractor(site: Site | None = None) -> str:
    """``AnalysisArchive/0.1+0a1b2c3d4e5f trafilatura/2.3.1 lxml/6.1.3``, and ``site/DIGEST`` where the site declares rules of its own."""
    declared = (site.container, site.boilerplate) if site else ()
    return f"{_extractor()} site/{_short(repr(declared).encode())}" if any(declared) else _extractor()


@lru_cache(maxsize=1)
def _extractor() -> str:
    libraries = "".join(f" {name}/{_version(name)}" for name in _LIBRARIES)
    digest = _short(f"{_kept_meaning()}{libraries}".encode())
    return " ".join((f"{NAME}/{RELEASE}+{digest}", *(f"{name}/{_version(name)}" for name in _NAMED)))


def _version(library: str) -> str:
    """As ``importlib.metadata.version``, which parses the whole description for it."""
    found = distribution(library)
    said = re.match(r"(?:(?!Version:).+\n)*Version: *(\S+)", found.read_text("METADATA") or "")
    return said[1] if said else found.version


def _kept_meaning() -> str:
    """What ``_all_meaning`` gives, worked out once for each state of the sources."""
    sources = sha256(files("crawler.extract").joinpath(Path(__file__).name).read_bytes())
    texts = [(name, file) for name, file in sorted(_files(files("archive.text"))) if name in _COMPARED]
    for name, file in (*sorted(_files(files("crawler.extract"))), *texts):
        content = file.read_bytes()
        sources.update(f"{name} {len(content)}\n".encode() + content)
    kept = Path(cache_from_source(__file__)).with_suffix(".rules")
    with contextlib.suppress(OSError, ValueError):
        of, meaning = kept.read_text("ascii").split("\n")
        if of == sources.hexdigest():
            return meaning
    meaning = _all_meaning()
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):  # where nothing may be written, as in a zip file, nothing is kept
            _write(kept, f"{sources.hexdigest()}\n{meaning}")
    return meaning


def _write(file: Path, text: str) -> None:
    """Whole or not at all, for other processes too."""
    file.parent.mkdir(exist_ok=True)
    made = file.with_suffix(f".{os.getpid()}")
    made.write_text(text, "ascii")
    made.replace(file)


def _all_meaning() -> str:
    texts = files("archive.text")  # in what form readings are compared
    return f"{rules_digest(files('crawler.extract'))} {''.join(_meaning((texts / name).read_bytes()) for name in _COMPARED)}"


def rules_digest(package: Traversable) -> str:
    """sha256 in hexadecimal over all modules and data files of a package. It may lie in a folder or in a zip file; a module
    without source counts by its bytecode. Raises SyntaxError for a module that is no Python."""
    total = sha256()
    for name, file in sorted(_files(package)):
        content = file.read_bytes()
        total.update(f"{name}\n{_meaning(content) if name.endswith('.py') else sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def _files(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{path}{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__" and name not in _NO_RULES:
                yield from _files(entry, f"{name}/")
        elif name not in _NO_RULES:
            yield name, entry


def _meaning(source: bytes) -> str:
    """A digest of a module's syntax tree without docstrings. ``ast.dump`` would differ between releases of Python."""
    parts: list[str] = []
    _describe(ast.parse(source), parts)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _describe(node: ast.AST, parts: list[str]) -> None:
    parts.append(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        if name == "body" and isinstance(value, list):
            value = value[_has_docstring(node) :]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                parts.append(name)
                _describe(item, parts)
            elif item is not None:
                parts.append(f"{name}={item!r}")
    parts.append("end")


def _has_docstring(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    if not body or not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str)


def _short(content: bytes) -> str:
    return sha256(content).hexdigest()[:_DIGITS]

"""The extractor's version: takes the source and the rule data of this package, and a site's own rules, and gives one name.

Every record of a reading keeps that name. Where it differs from the last one, a changed text may be the extractor's doing and is
never called an edit. So the name changes with every rule, and stays when only comments, docstrings or the layout change.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

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
_DIGITS = 12  # of the digest, in hexadecimal


def extractor(site: Site | None = None) -> str:
    """``AnalysisArchive/0.1+0a1b2c3d4e5f trafilatura/2.3.1 lxml/6.1.3``, and ``site/DIGEST`` where the site declares rules of its own."""
    declared = (site.container, site.boilerplate) if site else ()
    return f"{_extractor()} site/{_short(repr(declared).encode())}" if any(declared) else _extractor()


@lru_cache(maxsize=1)
def _extractor() -> str:
    libraries = "".join(f" {name}/{version(name)}" for name in _LIBRARIES)
    texts = files("archive.text")  # in what form readings are compared
    compared = "".join(_meaning((texts / name).read_bytes()) for name in ("content_key.py", "urls.py"))
    digest = _short(f"{rules_digest(files('crawler.extract'))} {compared}{libraries}".encode())
    return " ".join((f"{NAME}/{RELEASE}+{digest}", *(f"{name}/{version(name)}" for name in _NAMED)))


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

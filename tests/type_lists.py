"""What the tests of types and languages share: a run at a site of many types, and what its archive and its requests say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.crawls import Run, rows, scrapy
from tests.othersites import ManyTypes


def crawl(site: ManyTypes, folder: Path, *arguments: str, **settings: object) -> Run:
    words = [word for argument in ("pages=none", *arguments) for word in ("-a", argument)]
    site.requests.clear()
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *words, folder=folder, **settings)


def lists(folder: Path) -> dict[str, Any]:
    """Name of a REST list -> why it is closed."""
    return dict(rows(folder, "select name, closed from lists where door = 'rest' and name not in ('users', 'categories', 'tags', 'types')"))


def held(folder: Path) -> list[tuple[Any, ...]]:
    return rows(folder, "select list, count(*) from articles where missing_since is null group by list order by list")


def asked(site: ManyTypes, words: str) -> list[str]:
    return [path for path in site.requests if words in path]


# what the API says of its types

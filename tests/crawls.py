"""Running the crawler and asking the archive it leaves behind. ``crawl`` and ``scrapy`` run in the test's own process;
``crawl_process`` and ``scrapy_process`` in one of its own, where exits, signals, kills, limits or the command line are asked about."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from archive import clock
from tests.demosite import DemoSite
from tests.inside import Run, begin_after, real_now, run_inside

PROJECT = Path(__file__).parent.parent
EXTRACT_WORKERS = 1
PATIENCE = 180  # seconds after which what a test waits for will not happen, however slow the machine is


def words(*arguments: str, folder: Path, **settings: object) -> list[str]:
    """The words after ``scrapy``, with the archive in ``folder``, without delay, with one process that reads pages: to start another one
    costs more than such a small site has to read."""
    named = {"ARCHIVE_DIR": folder, "DOWNLOAD_DELAY": 0, "RETRY_WAIT": 0.01, "EXTRACT_WORKERS": EXTRACT_WORKERS} | settings
    return [*arguments, *(word for name, value in named.items() for word in ("-s", f"{name}={value}"))]


def of_site(site: DemoSite, arguments: Iterable[str]) -> list[str]:
    """A crawl of the demo site; ``arguments`` are such as "mode=full"."""
    return ["crawl", "site", "-a", f"home={site.home}/", *(word for argument in arguments for word in ("-a", argument))]


def scrapy(*arguments: str, folder: Path, modules: Path | None = None, **settings: object) -> Run:
    """A command to its end: ours in this process, Scrapy's own in one of its own. ``modules`` is a folder of further Python modules."""
    if arguments[0] not in ("crawl", "update", "reextract", "import", "probe", "outlinks"):
        return scrapy_process(*arguments, folder=folder, modules=modules, **settings)
    begin_after(last_run(folder))
    return run_inside(words(*arguments, folder=folder, **settings), modules)


def last_run(folder: Path) -> str:
    """When the last run of an archive ended. An archive tells its runs apart by whole seconds, and tests run many in one second."""
    if (folder / "archive.db").is_file():
        with contextlib.suppress(sqlite3.DatabaseError):  # what is damaged has no runs to tell apart
            [(ended,)] = rows(folder, "select max(finished_at) from crawls")
            return ended or ""
    return ""


def let_the_second_pass(folder: Path) -> None:
    """Wait until a process of its own has a later time than the last run, whose clock may have been ahead."""
    ended = last_run(folder)
    if ended and clock.later(real_now(), minutes=1) > ended:
        until(lambda: real_now() > ended)


def crawl(site: DemoSite, folder: Path, *arguments: str, **settings: object) -> Run:
    """One run at the demo site, in this process; ``arguments`` are such as "mode=full"."""
    return scrapy(*of_site(site, arguments), folder=folder, **settings)


def command(*arguments: str, folder: Path, **settings: object) -> list[str]:
    """The command line of a process."""
    return [sys.executable, "-m", "scrapy", *words(*arguments, folder=folder, **settings)]


def scrapy_process(
    *arguments: str, folder: Path, before: Callable[[], None] | None = None, modules: Path | None = None, **settings: object
) -> Run:
    """As ``scrapy``, in a process of its own. ``before`` runs in the new process, to set limits."""
    environment = {**os.environ, "PYTHONPATH": str(modules)} if modules else None
    let_the_second_pass(folder)
    line = command(*arguments, folder=folder, **settings)
    done = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE, preexec_fn=before, env=environment)
    return Run(done.returncode, done.stdout, done.stderr)


def crawl_process(site: DemoSite, folder: Path, *arguments: str, **settings: object) -> Run:
    """As ``crawl``, in a process of its own."""
    return scrapy_process(*of_site(site, arguments), folder=folder, **settings)


def start_crawl(site: DemoSite, folder: Path, *arguments: str, **settings: object) -> subprocess.Popen[str]:
    """A run under way, in a process of its own."""
    let_the_second_pass(folder)
    line = command(*of_site(site, arguments), folder=folder, **settings)
    return subprocess.Popen(line, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> Run:
    out, err = process.communicate(timeout=PATIENCE)
    return Run(process.returncode, out, err)


def until(condition: Callable[[], object], process: subprocess.Popen[str] | None = None, seconds: float = PATIENCE) -> None:
    """Wait for a condition. Fails when it does not come true in time, or when the process that should bring it about has ended."""
    end = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def rows(folder: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query answers, read only."""
    db = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def dump(folder: Path, tables: Iterable[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables, as stored."""
    return {table: sorted(rows(folder, f"select * from {table}"), key=repr) for table in tables}


WRITTEN = ["articles", "revisions", "blocks", "readings", "comments", "comment_revisions", "absences", "urls", "links", "images", "gaps"]
"""The tables that an unchanged site leaves as they are."""

CONTENT = {
    "articles": """
        select source_id, url, kind, title, byline, published_at, published_on, published_precision, modified_at, year, month,
               word_count, comment_count, reported_comment_count, missing_since is null, gone_at is null, comments_checked_at is null
        from articles
        """,
    "revisions": """
        select articles.source_id, number, change, declared, door, revisions.title, revisions.byline, tags, text, digest, content_key
        from revisions join articles on articles.id = article_id
        """,
    "blocks": """
        select articles.source_id, number, position, blocks.kind, blocks.text, html, rule, fingerprint
        from blocks join revisions on revisions.id = blocks.revision_id join articles on articles.id = article_id
        """,
    "parts": """
        select distinct articles.source_id, number, part, captures.url
        from revision_captures join revisions on revisions.id = revision_captures.revision_id
        join articles on articles.id = revisions.article_id join captures on captures.id = capture_id
        """,
    "authors": "select source_id, name, url from authors",
    "article_authors": """
        select articles.source_id, name, position
        from article_authors join articles on articles.id = article_id join authors on authors.id = author_id
        """,
    "article_tags": """
        select articles.source_id, tags.kind, name, slug
        from article_tags join articles on articles.id = article_id join tags on tags.id = tag_id
        """,
    "images": "select source_id, position, images.url, caption, alt, digest from images join articles on articles.id = article_id",
    "links": """
        select citing.source_id, position, links.url, host, text, cited.source_id
        from links join articles as citing on citing.id = article_id left join articles as cited on cited.id = target_article_id
        """,
    "comments": """
        select articles.source_id, comments.source_id, parents.source_id, comments.source_parent_id, comments.position, comments.depth,
               comments.kind, comments.author, comments.author_url, comments.posted_at, comments.posted_precision, comments.text,
               comments.door, comments.missing_since is null, comments.gone_at is null
        from comments join articles on articles.id = comments.article_id left join comments as parents on parents.id = comments.parent_id
        """,
    "comment_revisions": """
        select comments.source_id, number, comment_revisions.author, comment_revisions.text, digest, content_key
        from comment_revisions join comments on comments.id = comment_id
        """,
    "urls": "select url, kind from urls",
    "gaps": "select kind, ref, reason, explained from gaps",
    "coverage": "select kind, month, reported, held from coverage",
    "quarantine": "select url, reason from quarantine",
    "differences": "select source_id, field, rest, page from differences join articles on articles.id = article_id",
}


def content(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What an archive holds, without our ids and without the times at which it was seen: equal for equal crawls."""
    return {name: sorted(rows(folder, sql), key=repr) for name, sql in CONTENT.items()}


def copied(folder: Path, to: Path) -> Path:
    """The archive as it is now, kept aside."""
    shutil.copytree(folder, to)
    return to

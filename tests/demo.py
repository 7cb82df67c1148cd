"""make demo: an invented news site is archived, changes, and is archived again, within nine days that take a minute; then the
archive is served, with its history."""

from __future__ import annotations

import argparse
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.__main__ import main as archive
from archive.queries.addresses import reading_path
from tests.demosite import DemoSite

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "demo"
SITE_PORT = 8002


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--port", type=int, default=8001, help="where the archive is served")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the archive is made; what is there is replaced")
    arguments = parser.parse_args()
    if not free(arguments.port):
        print(f"Port {arguments.port} is taken, perhaps by another demo. Stop it, or choose another: make demo PORT=8011", file=sys.stderr)
        return 2
    folder = arguments.folder.resolve()
    try:
        exit_code = build(folder)
        if exit_code:
            return exit_code
        print("\nThe site is switched off now; all of this comes from the archive:\n")
        for label, path in sights(folder):
            print(f"  {label:<44} http://127.0.0.1:{arguments.port}{path}")
        print(f"\nCtrl-C ends it. The archive is one folder, {folder.name}/: archive.db beside the WARC files.\n", flush=True)
        archive(["serve", "--archive-dir", str(folder), "--port", str(arguments.port)])
    except KeyboardInterrupt:
        pass
    return 0


def free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except (OSError, OverflowError):
        return False
    return True


def build(folder: Path) -> int:
    """Crawl, let the site change, crawl again: nine days in a minute. Returns the first exit code that is not 0."""
    shutil.rmtree(folder, ignore_errors=True)
    today = datetime.now(UTC)
    changed = today - timedelta(days=4)  # the site's own clock, for what happens to it
    with DemoSite(now=lambda: changed).start(SITE_PORT if free(SITE_PORT) else 0) as site:
        print(f"The Harrow Desk, an invented WordPress site, runs at {site.home}/. NOW sets the clock of a run: nine days take a minute.")
        if exit_code := crawl(folder, site, "Nine days ago it was archived for the first time", today - timedelta(days=9)):
            return exit_code
        print("\nThen the site changed, as sites do:")
        for sentence in site.change():
            print(f"  - {sentence}")
        return crawl(
            folder, site, "Two days ago an update asked for what had changed, and noticed what was missing", today - timedelta(days=2)
        ) or crawl(folder, site, "Today a full run reads everything again: what is still missing is gone", today, "-a", "mode=full")


def crawl(folder: Path, site: DemoSite, what: str, day: datetime, *more: str) -> int:
    """One run of the crawler, as a user would start it, on that day."""
    now = f"NOW={day:%Y-%m-%dT%H:%M:%SZ}"
    arguments = [
        "crawl",
        "site",
        "-a",
        f"home={site.home}/",
        "-a",
        "images=all",
        *more,
        "-s",
        f"ARCHIVE_DIR={folder}",
        "-s",
        "DOWNLOAD_DELAY=0",
        "-s",
        now,
    ]
    print(f"\n{what}:\n  $ scrapy {' '.join(arguments).replace(str(folder), folder.name)}\n  ", end="", flush=True)
    process = subprocess.Popen([sys.executable, "-m", "scrapy", *arguments], cwd=PROJECT)
    try:
        return process.wait()
    except KeyboardInterrupt:  # the crawler got it too: let it stop cleanly
        process.wait()
        raise


def sights(folder: Path) -> Iterator[tuple[str, str]]:
    """(what to look at, its path on the served archive), found by asking the archive."""
    yield "the archive", "/"
    db = sqlite3.connect(folder / "archive.db")
    for label, sql in SIGHTS:
        row = db.execute(sql).fetchone()
        if row:
            yield label, reading_path(row[0])
    db.close()
    yield "search: bridge", "/search?q=bridge"
    yield "everything that happened", "/changes"
    yield "what is held, what is missing", "/status"
    yield "the data, for questions in SQL", "/archive"
    yield "  for instance: who cites whom", "/archive/citations"


SIGHTS = [
    (
        "an article with a declared correction",
        "select url from edits join articles on articles.id = article_id where declared = 1",
    ),
    (
        "an article edited without a word",
        "select url from edits join articles on articles.id = article_id where declared = 0 and change = 'number'",
    ),
    ("an article that is gone from the site", "select url from articles where missing_since is not null"),
    (
        "a thread: one comment removed, one reworded",
        "select url from comments join articles on articles.id = article_id where comments.missing_since is not null",
    ),
    (
        "a picture out of the archive",
        "select articles.url from images join articles on articles.id = article_id where capture_id is not null order by published_at desc",
    ),
]

if __name__ == "__main__":
    sys.exit(main())

"""make screenshots: eight kinds of page out of the demo's archive, wide, narrow and dark; those of the README go into docs/.

The others lie in screenshots/, which git ignores: they are for the eyes of whoever changes a template, and change with it.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from archive.queries.addresses import dated_path, reading_path
from tests import demo

ALL = demo.PROJECT / "screenshots"
README = {"reading-page", "changes"}
VIEWS = {"": (1180, 930, "light"), "-narrow": (390, 844, "light"), "-dark": (1180, 930, "dark")}


@dataclass(frozen=True)
class Shot:
    name: str
    path: str
    place: str = ""  # what is scrolled to


def shots(folder: Path) -> list[Shot]:
    """The eight kinds, and two that show what only an archive has."""
    db = sqlite3.connect(folder / "archive.db")
    [gone] = db.execute("select url from articles where missing_since is not null").fetchone()
    edited, seen_at = db.execute(
        "select url, (select min(seen_at) from revisions where article_id = edits.article_id) "
        "from edits join articles on articles.id = article_id where declared = 0"
    ).fetchone()
    [thread] = db.execute("select url from articles order by comment_count desc limit 1").fetchone()
    db.close()
    return [
        Shot("home", "/"),
        Shot("reading-page", reading_path(gone)),
        Shot("edited-page", reading_path(edited)),
        Shot("revisions", reading_path(edited), "#revisions"),
        Shot("former-state", dated_path(edited, seen_at)),
        Shot("thread", reading_path(thread), "#comments"),
        Shot("search", "/search?q=bridge"),
        Shot("changes", "/changes?event=changed"),
        Shot("status", "/status"),
        Shot("table", "/archive/articles"),
    ]


def take(home: str, wanted: list[Shot], chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    ALL.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"])
        for suffix, (width, height, scheme) in VIEWS.items():
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page = context.new_page()
            for shot in wanted:
                page.goto(home + shot.path)
                if shot.place:
                    page.locator(shot.place).evaluate("element => element.scrollIntoView()")
                folder = demo.PROJECT / "docs" if shot.name in README and not suffix else ALL
                picture = folder / f"{shot.name}{suffix}.png"
                page.screenshot(path=picture)
                print(f"{picture.relative_to(demo.PROJECT)}  {picture.stat().st_size:,} bytes")
            context.close()
        browser.close()


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is missing: apt install chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        if exit_code := demo.build(folder):
            return exit_code
        command = [sys.executable, "-m", "archive", "serve", "--archive-dir", str(folder), "--port", "0"]
        with subprocess.Popen(command, cwd=demo.PROJECT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            try:
                take(server.stdout.readline().split(" at ")[1].split("/ until")[0], shots(folder), chromium)
            finally:
                server.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())

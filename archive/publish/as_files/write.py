"""Writes the reading site as files: asks the pages of the served archive for each, and keeps them with links from file to file."""

from __future__ import annotations

import asyncio
import hashlib
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.errors import StorageError
from archive.export.course import ExportCourse
from archive.export.package import DAMAGED, chunks_of
from archive.publish.as_files.places import ORIGIN, FilePlaces
from archive.publish.reading.captured_pictures import SHOWN
from archive.publish.redaction.open_redacted import redacted
from archive.publish.server.responses import DATABASE
from archive.publish.server.serve import build_server
from archive.publish.server.service import Service
from archive.queries.addresses import reading_path

BOX = '<form class="find" action="{up}search.html" role="search">\n<input type="search" name="q" aria-label="Search articles" placeholder="Search articles" maxlength="1000">\n<button>Search</button>\n</form>'  # noqa: E501
SEARCH_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Search</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="static/palette.css">
<link rel="stylesheet" href="static/site.css">
<script src="static/search.js" defer></script>
</head>
<body>
<header class="site-head"><nav aria-label="Archive"><a class="home" href="index.html">Archive</a></nav>
{box}
</header>
<main id="main"><h1>Search</h1><p id="found" role="status">Write words to search for.</p><ol id="hits" data-copy="{copy}"></ol></main>
</body>
</html>
"""
FILES_OF_PAGES = Path(__file__).parent.parent / "static"
PAGE = "page"  # kind of a note: a page is written, and these are the addresses that it led to first
ENDS = {mime: "." + mime.removeprefix("image/").replace("jpeg", "jpg") for mime in SHOWN}


def write_static_site(
    folder: Path, course: ExportCourse, base_url: str | None, progress: Callable[[int], object], author_urls: bool = False
) -> int:
    """Write the site into the folder that a course makes. Returns how many files it has. What an earlier command wrote is gone on with.

    ``base_url``: address of a database that Datasette serves, such as https://data.example.org/public; the search box asks there.
    ``author_urls``: with the addresses that people gave with their names.
    Raises NoArchive, StorageError.
    """
    with redacted(folder) as db:

        def article_of(comment: int) -> int | None:
            row = db.execute("select article_id from comments where id = ?", [comment]).fetchone()
            return row[0] if row else None

        return asyncio.run(_write(folder, course, (base_url or "").rstrip("/"), progress, author_urls, article_of))


async def _write(
    folder: Path,
    course: ExportCourse,
    copy: str,
    progress: Callable[[int], object],
    author_urls: bool,
    article_of: Callable[[int], int | None],
) -> int:
    datasette = build_server(folder, ORIGIN, Service(author_urls=author_urls))
    await datasette.invoke_startup()
    made = course.made
    try:
        places = await _places(datasette, article_of)
        start = ["/", "/topics", "/changes", *places.articles]
        for address in start:
            if file := places.file_of(address):
                places.want(address, file)
        done = written_before(course, places, progress)
        for address in places.order:  # which grows
            file = places.wanted[address]
            if file not in done:
                done.add(file)
                known = len(places.order)
                digest = await _write_file(datasette, places, made, address, copy)
                new = [(path, places.wanted[path]) for path in places.order[known:]]
                course.note(PAGE, {"file": file, "sha256": digest, "new": new})
                progress(1)
    finally:
        for database in datasette.databases.values():
            database.close()
    if copy:
        (made / "search.html").write_text(SEARCH_PAGE.format(box=BOX.format(up=""), copy=html.escape(copy)), encoding="utf-8")
        (made / "static").mkdir(exist_ok=True)
        (made / "static" / "search.js").write_bytes((FILES_OF_PAGES / "search.js").read_bytes())
    return sum(path.is_file() for path in made.rglob("*"))


def written_before(course: ExportCourse, places: FilePlaces, progress: Callable[[int], object]) -> set[str]:
    """The files that an earlier command wrote, or found to be none; what their pages led to is wanted again. None of them counts where
    one is not as it was noted."""
    done = set[str]()
    for said in course.notes(PAGE):
        path = course.made / said["file"]
        if (digest_of(path) if path.is_file() else None) != said["sha256"]:
            course.begin_anew(DAMAGED)
            return set()
        done.add(said["file"])
        progress(1)
    for said in course.notes(PAGE):
        for address, file in said["new"]:
            places.want(address, file)
    return done


def digest_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    for chunk in chunks_of(path):
        digest.update(chunk)
    return digest.hexdigest()


async def _places(datasette: Any, article_of: Callable[[int], int | None]) -> FilePlaces:
    shown = datasette.get_database(DATABASE)
    articles = await shown.execute_fn(lambda db: db.execute("select id, url from articles order by id").fetchall())
    pictures = "select id, mime from captures where door = 'image' and status = 200"
    kinds = await shown.execute_fn(lambda db: {i: ENDS[mime] for i, mime in db.execute(pictures) if mime in ENDS})
    return FilePlaces({reading_path(url): i for i, url in articles}, article_of, kinds)


async def _write_file(datasette: Any, places: FilePlaces, made: Path, address: str, copy: str) -> str | None:
    """One page, picture or style. Returns the SHA-256 of its file. A page that is no page (a state that is not held) is left out, as a
    broken link would be, and has none."""
    file = places.wanted[address]
    answer = await datasette.client.get(address, follow_redirects=True)
    if answer.status_code >= 500:
        raise StorageError(f"{address} cannot be shown ({answer.status_code}); look at it with python -m archive serve")
    if answer.status_code != 200:
        return None
    body: bytes = answer.content
    if answer.headers.get("content-type", "").startswith("text/html"):
        up = "../" * file.count("/")
        body = places.rewritten(answer.text, file, BOX.format(up=up) if copy else "").encode("utf-8", "replace")
    target = made / file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    return hashlib.sha256(body).hexdigest()

"""Writes the reading site as files: asks the pages of the served archive for each, and keeps them with links from file to file."""

from __future__ import annotations

import asyncio
import html
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.errors import StorageError
from archive.publish.as_files.places import ORIGIN, FilePlaces
from archive.publish.reading.captured_pictures import SHOWN
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
ENDS = {mime: "." + mime.removeprefix("image/").replace("jpeg", "jpg") for mime in SHOWN}


def write_static_site(folder: Path, made: Path, base_url: str | None, progress: Callable[[int], object], author_urls: bool = False) -> int:
    """Write the site into ``made``, an empty folder. Returns how many files it has.

    ``base_url``: address of a database that Datasette serves, such as https://data.example.org/public; the search box asks there.
    ``author_urls``: with the addresses that people gave with their names.
    Raises NoArchive, StorageError.
    """
    return asyncio.run(_write(folder, made, (base_url or "").rstrip("/"), progress, author_urls))


async def _write(folder: Path, made: Path, copy: str, progress: Callable[[int], object], author_urls: bool) -> int:
    datasette = build_server(folder, ORIGIN, Service(author_urls=author_urls))
    await datasette.invoke_startup()
    try:
        places = await _places(datasette)
        start = ["/", "/topics", "/changes", *places.articles]
        places.wanted |= {address: file for address in start if (file := places.file_of(address))}
        waiting, written = deque(places.wanted), set[str]()
        while waiting:
            address = waiting.popleft()
            file = places.wanted[address]
            if file not in written:
                written.add(file)
                known = len(places.wanted)
                await _write_file(datasette, places, made, address, copy)
                waiting.extend(list(places.wanted)[known:])
                progress(1)
    finally:
        for database in datasette.databases.values():
            database.close()
    if copy:
        (made / "search.html").write_text(SEARCH_PAGE.format(box=BOX.format(up=""), copy=html.escape(copy)), encoding="utf-8")
        (made / "static").mkdir(exist_ok=True)
        (made / "static" / "search.js").write_bytes((FILES_OF_PAGES / "search.js").read_bytes())
    return sum(path.is_file() for path in made.rglob("*"))


async def _places(datasette: Any) -> FilePlaces:
    shown = datasette.get_database(DATABASE)
    articles = await shown.execute_fn(lambda db: db.execute("select id, url from articles order by id").fetchall())
    pictures = "select id, mime from captures where door = 'image' and status = 200"
    kinds = await shown.execute_fn(lambda db: {i: ENDS[mime] for i, mime in db.execute(pictures) if mime in ENDS})
    comments = await shown.execute_fn(lambda db: dict(db.execute("select id, article_id from comments").fetchall()))
    return FilePlaces({reading_path(url): i for i, url in articles}, comments.get, kinds)


async def _write_file(datasette: Any, places: FilePlaces, made: Path, address: str, copy: str) -> None:
    """One page, picture or style. A page that is no page (a state that is not held) is left out, as a broken link would be."""
    file = places.wanted[address]
    answer = await datasette.client.get(address, follow_redirects=True)
    if answer.status_code >= 500:
        raise StorageError(f"{address} cannot be shown ({answer.status_code}); look at it with python -m archive serve")
    if answer.status_code != 200:
        return
    body: bytes = answer.content
    if answer.headers.get("content-type", "").startswith("text/html"):
        up = "../" * file.count("/")
        body = places.rewritten(answer.text, file, BOX.format(up=up) if copy else "").encode("utf-8", "replace")
    target = made / file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)

"""Articles and comments saved by the product's store, one answer after the other: how large the database is, and how fast it grows
beside the same rows written by sqlite3's executemany into the same tables.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from html import escape
from pathlib import Path

from archive.db.connection import FILENAME, open_for_writing
from archive.store.seen import Seen
from archive.store.store import Store
from archive.warc.place import Place, sha256
from archive.warc.records import Exchange
from crawler.extract.version import extractor
from crawler.items import Article, Author, Block, Comment, Image, Link, Term
from tests.bench.bench import Bench
from tests.bench.prose import Prose
from tests.bench.site import Site
from tests.bench.table import Explanation, Goal, Row

HOME = "https://www.journal.example.org"
AT = "2026-01-01T00:00:00Z"


def measure(bench: Bench) -> Iterator[Row]:
    articles, comments = bench.size.stored
    folder = bench.folder / "stored"
    each = comments // articles
    site = Site(HOME, 1, articles, Prose(9))
    text, seconds = save_all(folder, site, each)
    database = folder / FILENAME
    rows, plain = plainly(database, bench.folder / "plain")
    size = database.stat().st_size
    where = Explanation("bytes of the database", lambda: by_table(database))
    of = f"{articles:,} articles, {comments:,} comments"
    told = f"{size / 1e6:.1f} MB; text and comments {text / 1e6:.1f} MB"
    goal = Goal("ours", "<=", 3.0)
    yield Row(f"database, {of}", "bytes a byte of text", size / text, None, "", goal, told, where, parts_of(database, text))
    yield Row("the store", "rows/s", rows / seconds, rows / plain, "executemany, one transaction", None, f"{rows:,} rows")


def save_all(folder: Path, site: Site, comments: int) -> tuple[int, float]:
    """Save every article of a site, each with so many comments, as pages are saved. Returns the bytes of their texts, and seconds."""
    text, seconds = 0, 0.0
    store = Store(folder)
    site_id = store.ensure_site("journal", f"{HOME}/")["id"]
    crawl_id = store.start_crawl(site_id, "full")
    for number in range(1, site.pages + 1):
        article, thread = reading(site, number), thread_of(site, number, comments)
        text += len(article.text.encode()) + sum(len(comment.text.encode()) for comment in thread)
        start = time.perf_counter()
        save(store, crawl_id, site_id, article, thread)
        seconds += time.perf_counter() - start
    start = time.perf_counter()
    store.finish_crawl(crawl_id, "complete", 0, site.pages, 0, "")
    store.close()
    return text, seconds + time.perf_counter() - start


def save(store: Store, crawl_id: int, site_id: int, article: Article, thread: list[Comment]) -> None:
    """One answer, as the crawler hands it over; its WARC record is not written."""
    exchange = Exchange(article.url, AT, "GET", [], 200, "OK", [], b"")
    offset = int(article.source_id or 0) * 20_000
    place = Place("journal-202601-001.warc.gz", offset, 17_500, f"<urn:uuid:{offset}>", sha256(b"%d" % offset), sha256(b"%d." % offset))
    capture = store.add_capture(crawl_id, "page", exchange, "text/html", place)
    key = article.source_id or ""
    threads = {key: [asdict(comment) for comment in thread]}
    seen = Seen(AT, ((capture, "page"),), extractor())
    store.save_answer(
        crawl_id, site_id, seen, articles=[asdict(article)], threads=threads, thread_door="page", whole_threads=[key], pages_alone=True
    )


def reading(site: Site, number: int) -> Article:
    """What is read of a page: most paragraphs are plain, some have a link; a caption, and the tags' line."""
    chance, at = random.Random(number), site.at(number)
    texts = site.texts(number)
    links = [f"{site.home}{site.path(chance.randint(1, number))}" if place % 2 else f"https://news.example/{place}" for place in range(5)]
    blocks = [Block("body", text, f"<p>{escape(text)}</p>", "container", "text") for text in texts]
    for place, link in enumerate(links):
        text = texts[place * 2]
        blocks[place * 2] = Block("body", text, f'<p>{text[:20]}<a href="{link}">{text[20:45]}</a>{text[45:]}</p>', "container", "text")
    caption = f"The road, {at:%B %Y}"
    blocks.insert(2, Block("caption", caption, f"<figcaption>{caption}</figcaption>", "media", "chrome"))
    blocks.append(Block("tags", "Tags: Yemen", '<p>Tags: <a href="/tag/yemen/">Yemen</a></p>', "tags-line", "chrome"))
    name = f"Author {number % 20}"
    return Article(
        url=f"{site.home}{site.path(number)}",
        door="page",
        kind="article",
        title=site.title(number),
        source_id=str(number),
        byline=name,
        authors=(Author(name),),
        published_at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        published_on=f"{at:%Y-%m-%d}",
        published_precision="second",
        terms=(Term("tag", "Yemen", "yemen"), Term("category", f"Topic {number % 40}", f"topic-{number % 40}")),
        blocks=tuple(blocks),
        images=(Image(f"{site.home}/files/{number}.jpg", caption),),
        links=tuple(Link(link, "a report") for link in links),
    )


def thread_of(site: Site, number: int, count: int) -> list[Comment]:
    chance, first = random.Random(-number), number * 100
    rows = []
    for place in range(count):
        parent = str(first + chance.randrange(place)) if place and chance.random() < 0.4 else None
        at = site.at(number) + timedelta(minutes=17 * place)
        rows.append(
            Comment(
                source_id=str(first + place),
                source_parent_id=parent,
                position=place,
                depth=2 if parent else 1,
                kind="comment",
                author=site.prose.name(chance),
                author_url="",
                posted_at=f"{at:%Y-%m-%dT%H:%M:00Z}",
                posted_precision="minute",
                text=site.prose.paragraph(chance, 4),
            )
        )
    return rows


def plainly(database: Path, folder: Path) -> tuple[int, float]:
    """Write the rows of an archive into an empty one, table by table, in one transaction. Returns how many, and seconds."""
    source = sqlite3.connect(database)
    into = open_for_writing(folder).conn
    into.execute("pragma foreign_keys = off")  # tables refer to each other in a circle
    written, seconds = 0, 0.0
    into.execute("begin")
    for table in own_tables(source):
        sql, columns = insert_into(source, table)
        rows = source.execute(f"select {columns} from {table}").fetchall()
        written += len(rows)
        start = time.perf_counter()
        into.executemany(sql, rows)
        seconds += time.perf_counter() - start
    start = time.perf_counter()
    into.execute("commit")
    into.execute("pragma wal_checkpoint(truncate)")
    seconds += time.perf_counter() - start
    into.close()
    source.close()
    return written, seconds


def insert_into(db: sqlite3.Connection, table: str) -> tuple[str, str]:
    """The statement that inserts a row of all columns, and the columns in its order."""
    columns = [name for _, name, *_ in db.execute(f"pragma table_info({table})")]
    named = ", ".join(columns)
    return f"insert into {table}({named}) values ({', '.join('?' * len(columns))})", named


def own_tables(db: sqlite3.Connection) -> list[str]:
    """The tables of rows: without those that full-text search, counting and migrations keep for themselves."""
    named = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
    return [name for name in named if "_fts" not in name and not name.startswith(("sqlite_", "_sqlite", "table_changes"))]


PARTS = {  # what a table or index is counted to, by how its name begins; the first that fits
    "words' indexes": ("revisions_fts", "comments_fts", "documents_fts", "revision_words", "comment_words", "document_words"),
    "articles with their text": ("revisions", "articles"),
    "comments with their text": ("comments",),
    "digests and states of comments": ("comment_states",),
    "blocks": ("block_spans",),
    "links": ("links",),
    "captures": ("captures", "revision_captures"),
    "readings": ("readings",),
}


def parts_of(database: Path, text: int) -> str:
    """What the bytes of the database are for, each part in bytes a byte of text; indexes of rows are one part."""
    db = sqlite3.connect(database)
    try:
        tables = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
        sizes = db.execute("select name, sum(pgsize), sum(unused) from dbstat group by name").fetchall()
    except sqlite3.OperationalError as error:  # SQLite was built without this table
        return f"not told: {error}"
    finally:
        db.close()
    parts = Counter({"the text itself": text})
    for name, size, _ in sizes:
        parts[part_of(name, name in tables)] += size
    with_text = parts.pop("articles with their text") + parts.pop("comments with their text") - text
    parts["other columns of articles and comments"] = with_text
    parts["of these, room that pages leave empty"] = sum(unused for *_, unused in sizes)
    return ", ".join(f"{name} {size / text:.2f}" for name, size in parts.most_common())


def part_of(name: str, is_table: bool) -> str:
    if not is_table:
        return "indexes of rows"
    return next((part for part, begins in PARTS.items() if name.startswith(begins)), "all else")


def by_table(database: Path) -> list[str]:
    """``24 %  12.1 MB  5 % empty  blocks``: what takes the most room, indexes and full-text search by their own names."""
    db = sqlite3.connect(database)
    try:
        sql = "select name, sum(pgsize), sum(unused) from dbstat group by name order by 2 desc limit 12"
        found = db.execute(sql).fetchall()
    except sqlite3.OperationalError as error:  # SQLite was built without this table
        return [f"not told: {error}"]
    finally:
        db.close()
    whole = database.stat().st_size
    return [f"{size / whole:4.0%} {size / 1e6:8.1f} MB {unused / size:4.0%} empty  {name}" for name, size, unused in found]

"""What an invented archive has beside articles and comments: takes its database, adds texts in other languages, links to other hosts,
how those answered, and captures of its pages, one of them with its record on disk.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db.words import fill_all_due
from archive.warc.records import Exchange
from archive.warc.write import WarcWriter
from tests.bench.search_words import pieces_of
from tests.search_corpus import ARTICLES as CORPUS

LANGUAGES = ("german", "russian", "arabic", "chinese", "japanese")
WORDS = 400  # of one article
AT = "2024-05-01T06:30:00Z"
CAPTURED = "2024-05-01T06:31:00Z"
HOSTS = [f"www.source{number}.example" for number in range(300)]


def add_extras(db: Database, folder: Path, home: str) -> None:
    """Add all of it to an archive that has none of it yet, and read the words of all texts. Commits."""
    articles, comments = db.execute("select (select max(id) from articles), (select coalesce(max(id), 0) from comments)").fetchone()
    chance = random.Random(7)
    db.execute("begin")
    add_sources(db, chance, articles)
    add_captures(db, folder, articles // 2)
    for place, name in enumerate(LANGUAGES):
        title, text, _ = CORPUS[name]
        each = max(5, articles // 40)
        add_texts(db, chance, home, name, pieces_of(f"{title} {text}"), articles + place * each, comments + place * each, each)
    db.execute("commit")
    fill_all_due(db)


def words_sought(language: str) -> str:
    """A word of a language that its texts have."""
    title, text, _ = CORPUS[language]
    return pieces_of(f"{title} {text}")[1].strip("،,.。:")


def add_texts(db: Database, chance: random.Random, home: str, name: str, pieces: list[str], article: int, comment: int, count: int) -> None:
    """Articles with a comment each, their words drawn from those of a text."""
    between = "" if name in ("chinese", "japanese") else " "
    [revision] = db.execute("select max(id) from revisions").fetchone()
    for number in range(article + 1, article + count + 1):
        revision += 1
        comment += 1
        published = f"{2005 + number % 19}-03-{1 + number % 28:02}"
        url = f"{home}{name}/{number}/"
        title = between.join(chance.choices(pieces, k=5))
        seen = {"first_seen_at": AT, "last_seen_at": AT, "checked_at": AT}
        dates = {"published_at": f"{published}T08:00:00Z", "published_on": published, "published_precision": "second"}
        dates |= {"year": int(published[:4]), "month": published[:7]}
        row = {"id": number, "site_id": 1, "source_id": str(number), "url": url, "kind": "article", "title": title, "byline": ""}
        insert(db, "articles", row | dates | seen | {"word_count": WORDS, "comment_count": 1})
        text = between.join(chance.choices(pieces, k=WORDS))
        row = {"id": revision, "article_id": number, "number": 1, "seen_at": AT, "last_seen_at": AT, "door": "page", "title": title}
        made = {"digest": f"sha256:{number:064x}", "content_key": f"sha256:{number:064x}", "extractor": "bench", "extracted_at": AT}
        insert(db, "revisions", row | {"byline": "", "text": text} | made)
        db.execute("update articles set revision_id = ? where id = ?", [revision, number])
        insert(db, "urls", {"url": url, "article_id": number, "kind": "current", "first_seen_at": AT})
        row = {"id": comment, "article_id": number, "source_id": str(comment), "kind": "comment", "author": "Ann", "door": "page"}
        row |= {"posted_at": dates["published_at"], "text": between.join(chance.choices(pieces, k=40))}
        insert(db, "comments", row | {"first_seen_at": AT, "last_seen_at": AT})
        insert(db, "comment_states", {"comment_id": comment, "number": 1, "seen_at": AT, "digest": b"0" * 32, "content_key": b"0" * 32})


def add_sources(db: Database, chance: random.Random, articles: int) -> None:
    """Two links to other hosts in every article, and how one address in three answered."""
    for number in range(1, articles + 1):
        for position in (10, 11):
            host = HOSTS[int(len(HOSTS) * chance.random() ** 3)]
            url = f"https://{host}/report/{number}-{position}"
            insert(
                db, "links", {"article_id": number, "position": position, "url": url, "host": host.removeprefix("www."), "text": "a report"}
            )
            if chance.random() < 0.3:
                outcome, status = chance.choice([("answers", 200), ("answers", 200), ("failing", 404)])
                row = {"url": url, "first_at": AT, "last_at": "2024-06-01T06:30:00Z", "checks": 2, "outcome": outcome, "status": status}
                insert(db, "outlink_checks", row)


def add_captures(db: Database, folder: Path, held: int) -> None:
    """A capture of each article's page; that of article ``held`` has its record on disk."""
    writer = WarcWriter(folder, "journal", "bench")
    [url] = db.execute("select url from articles where id = ?", [held]).fetchone()
    place = writer.write(Exchange(url, CAPTURED, "GET", [], 200, "OK", [("Content-Type", "text/html; charset=utf-8")], captured_page()))
    writer.close()
    for number, address, revision in db.execute("select id, url, revision_id from articles").fetchall():
        row = {"id": number, "crawl_id": 1, "article_id": number, "door": "page", "url": address, "captured_at": CAPTURED, "status": 200}
        row |= {"mime": "text/html", "filename": "warc/journal/journal-202405-900.warc.gz", "offset": number * 20_000, "length": 17_500}
        row |= dict.fromkeys(("payload_digest", "record_digest"), f"sha256:{number:064x}")
        row["record_id"] = f"<urn:uuid:00000000-0000-4000-8000-{number:012}>"
        if number == held:
            row |= {name: getattr(place, name) for name in ("filename", "offset", "length", "record_id", "payload_digest", "record_digest")}
        insert(db, "captures", row)
        insert(db, "revision_captures", {"revision_id": revision, "capture_id": number, "part": "page"})


def captured_page() -> bytes:
    """A page of 100 KB."""
    return f"<!doctype html><title>A page</title><body>{''.join(paragraphs())}</body>".encode()


def paragraphs() -> Iterator[str]:
    for number in range(400):
        yield f'<p class="text">{number} {"The convoy was attacked near the border. " * 5}<a href="/archives/{number}">more</a></p>\n'


def insert(db: Database, table: str, row: dict[str, Any]) -> None:
    db.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))

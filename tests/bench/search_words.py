"""The second index of words, language by language: how much room it takes beside the texts, and how long the texts take to be read."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from archive.db.connection import open_for_writing
from archive.db.words import fill_all_due
from archive.publish.search.results import search
from archive.queries.search_query import parse_query
from tests.bench.bench import Bench
from tests.bench.table import Goal, Row
from tests.search_corpus import ARTICLES, HOME

SAMPLES = ("german", "russian", "arabic", "persian", "chinese", "japanese", "thai", "korean", "hindi", "strike")
WORDS = 400  # of one article
MOST = 5.0  # bytes of words and their index a byte of text: a pair of Chinese characters and its blank take seven where one takes three


def measure(bench: Bench) -> Iterator[Row]:
    articles = max(20, bench.size.stored[0] // 40)
    for name in SAMPLES:
        title, text, _ = ARTICLES[name]
        yield from _rows_of(bench, name, pieces_of(f"{title} {text}"), articles)


def pieces_of(text: str) -> list[str]:
    """Words; of a text without spaces, runs of two and three characters."""
    words = text.split()
    if len(words) > 5:
        return words
    return [text[at : at + length] for at in range(len(text) - 3) for length in (2, 3)]


def _rows_of(bench: Bench, name: str, pieces: list[str], articles: int) -> Iterator[Row]:
    chance = random.Random(5)
    between = " " if " " in ARTICLES[name][1].strip() and len(ARTICLES[name][1].split()) > 5 else ""
    db = open_for_writing(bench.folder / f"words-{name}")
    db["sites"].insert({"id": 1, "name": "words", "home": HOME})
    text_bytes = 0
    db.execute("begin")
    for number in range(1, articles + 1):
        text = between.join(chance.choices(pieces, k=WORDS))
        text_bytes += len(text.encode())
        seen = {"first_seen_at": "2026", "last_seen_at": "2026", "checked_at": "2026", "published_at": f"20{number % 90 + 10}"}
        db["articles"].insert({"id": number, "site_id": 1, "url": f"{HOME}{number}", "kind": "article", "title": name} | seen)
        row = {"id": number, "article_id": number, "number": 1, "seen_at": "2026", "last_seen_at": "2026", "door": "page", "title": name}
        row |= {"text": text, "digest": "", "content_key": "", "extractor": "", "extracted_at": ""}
        db["revisions"].insert(row)
        db["articles"].update(number, {"revision_id": number})
    db.execute("commit")
    [before] = db.execute("pragma page_count").fetchone()
    start = time.process_time()
    fill_all_due(db)
    took = time.process_time() - start
    [after] = db.execute("pragma page_count").fetchone()
    [size] = db.execute("pragma page_size").fetchone()
    extra = (after - before) * size
    goal = Goal("ours", "<=", MOST if name != "strike" else 0.05)
    told = f"{articles:,} articles, {text_bytes / 1e6:.1f} MB of text"
    language = "english" if name == "strike" else name
    yield Row(f"words twice: {language}", "bytes a byte of text", extra / text_bytes, goal=goal, note=told)
    yield Row(f"words read: {language}", "ms an article", took / articles * 1000)
    query = parse_query(pieces[0].strip("،,.。:") + " OR " + pieces[1].strip("،,.。:"))
    search(db.conn, query)  # the first one reads the rules of its language
    start = time.process_time()
    search(db.conn, query)
    yield Row(f"search: {language}", "ms", (time.process_time() - start) * 1000, goal=Goal("ours", "<=", 100))
    db.conn.close()

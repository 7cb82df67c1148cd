# ruff: noqa: E501
"""How fast the pages are over a large invented archive, with Datasette's stock settings beside them.

    python -m tests.bench_publish [--articles 20000] [--comments 1000000] [--folder DIR]

A folder that holds an archive already is measured as it is. The 8 clients run while another process commits.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive.db.connection import FILENAME, open_for_writing

ROOT = Path(__file__).parent.parent
HOME = "https://www.journal.example.org/"
FIRST, LAST = "2024-05-01T06:30:00Z", "2024-06-01T06:00:00Z"
PLACES = [
    "Marib",
    "Aden",
    "Raqqa",
    "Mosul",
    "Kandahar",
    "Helmand",
    "Mogadishu",
    "Kismayo",
    "Timbuktu",
    "Gao",
    "Derna",
    "Sirte",
    "Idlib",
    "Aleppo",
    "Swat",
    "Quetta",
    "Kunar",
    "Sanaa",
]
GROUPS = [
    "Taliban",
    "Al Qaeda",
    "Shabaab",
    "Islamic State",
    "Haqqani Network",
    "Boko Haram",
    "Hezbollah",
    "Ansar al Sharia",
    "Nusrah Front",
]
VERBS = ["captures", "attacks", "claims raid on", "releases video from", "loses commander in", "denies losing"]
PLAIN = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "that",
    "was",
    "for",
    "on",
    "by",
    "with",
    "as",
    "from",
    "at",
    "were",
    "his",
    "its",
    "an",
    "is",
    "said",
    "which",
    "have",
    "been",
    "it",
    "be",
    "after",
    "who",
    "are",
    "he",
    "forces",
    "fighters",
    "government",
    "military",
    "officials",
    "security",
    "group",
    "attack",
    "killed",
    "province",
    "district",
    "commander",
    "leader",
    "statement",
    "released",
    "video",
    "claimed",
    "operation",
    "strike",
    "airstrike",
    "troops",
    "army",
    "police",
    "militants",
    "insurgents",
    "border",
    "area",
    "region",
    "control",
    "town",
    "village",
    "city",
    "base",
    "convoy",
    "suicide",
    "bomber",
]


def generate(folder: Path, articles: int, comments: int) -> None:
    """An archive of this size: words by Zipf's law, long threads for a few articles, a revision in 3 % of them."""
    db = open_for_writing(folder).conn
    db.execute("pragma synchronous = off")
    chance = random.Random(6)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
    words = PLAIN + ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(60_000)]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    maker = Maker(db, chance, words, weights, articles, comments)
    with db:
        db.execute("begin")
        maker.site()
        for number in range(1, articles + 1):
            maker.article(number)
            if number % 2000 == 0:
                print(f"  {number:,} articles, {maker.comment_id:,} comments", flush=True)
        db.execute("commit")
    db.execute("analyze")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


class Maker:
    """Writes one article after the other."""

    def __init__(
        self, db: sqlite3.Connection, chance: random.Random, words: list[str], weights: list[float], articles: int, comments: int
    ) -> None:
        self.db, self.chance, self.words, self.weights, self.articles = db, chance, words, weights, articles
        self.authors = [f"{first} {last}" for first in ("Ann", "Ben", "Caleb", "Dina", "Eve") for last in ("Doe", "Lund", "Weiss", "Hale")]
        self.names = ["".join(chance.choices(words[100:], k=1)).capitalize() for _ in range(4000)]
        self.tags = GROUPS + PLACES + [f"Topic {number}" for number in range(400)]
        self.threads = [0] * (articles + 1)
        for _ in range(comments):
            self.threads[1 + int(articles * chance.random() ** 2.2)] += 1
        self.threads[1] = 300
        self.comment_id = self.revision_id = 0
        self.urls: list[str] = []

    def insert(self, table: str, **values: Any) -> None:
        self.db.execute(f"insert into {table} ({', '.join(values)}) values ({', '.join('?' * len(values))})", list(values.values()))

    def site(self) -> None:
        self.insert("sites", id=1, name="journal", home=HOME, title="The Conflict Journal", timezone="America/New_York")
        self.insert("crawls", site_id=1, started_at=FIRST, finished_at=LAST, mode="full", outcome="complete", exit_code=0)
        for number, name in enumerate(self.authors, 1):
            self.insert("authors", id=number, site_id=1, name=name)
        for number, name in enumerate(self.tags, 1):
            self.insert("tags", id=number, site_id=1, kind="tag", name=name)

    def sentences(self, count: int) -> list[str]:
        drawn = iter(self.chance.choices(self.words, cum_weights=self.weights, k=count * 15))
        return [" ".join(itertools.islice(drawn, 15)).capitalize() + "." for _ in range(count)]

    def article(self, number: int) -> None:
        chance = self.chance
        published = datetime(2004, 1, 5) + timedelta(days=7400 * number / self.articles)
        at = published.strftime("%Y-%m-%dT%H:%M:%SZ")
        title = f"{chance.choice(GROUPS)} {chance.choice(VERBS)} {chance.choice(PLACES)}"
        url = f"{HOME}archives/{at[:4]}/{at[5:7]}/{re.sub('[^a-z]+', '-', title.lower())}-{number}.php"
        self.urls.append(url)
        signed = chance.sample(range(1, len(self.authors) + 1), chance.choice([1, 1, 1, 2]))
        byline = " and ".join(self.authors[author - 1] for author in signed)
        self.insert(
            "articles", id=number, site_id=1, source_id=str(number), url=url, kind="article", title=title, byline=byline, published_at=at,
            published_on=at[:10], published_precision="second", year=int(at[:4]), month=at[:7], word_count=600, comment_count=self.threads[number],
            first_seen_at=FIRST, last_seen_at=LAST, checked_at=LAST,
        )  # fmt: skip
        paragraphs = [" ".join(self.sentences(3)) for _ in range(chance.randint(6, 20))]
        for state in range(1, 3 if chance.random() < 0.03 else 2):
            self.revision(number, state, title, byline, at, [*paragraphs[: len(paragraphs) - state], *self.sentences(1)])
        self.db.execute("update articles set revision_id = ? where id = ?", [self.revision_id, number])
        self.insert("urls", url=url, article_id=number, kind="current", first_seen_at=FIRST)
        for position, author in enumerate(signed):
            self.insert("article_authors", article_id=number, author_id=author, position=position)
        for tag in {chance.randint(1, len(self.tags)) for _ in range(5)}:
            self.insert("article_tags", article_id=number, tag_id=tag)
        for position in range(chance.randint(0, 5)):
            target = chance.randint(1, number)
            self.insert(
                "links",
                article_id=number,
                position=position,
                url=self.urls[target - 1],
                host="journal.example.org",
                target_article_id=target,
            )
        self.thread(number, published)

    def revision(self, article: int, number: int, title: str, byline: str, at: str, paragraphs: list[str]) -> None:
        self.revision_id += 1
        seen = FIRST if number == 1 else f"2024-06-01T06:00:{self.chance.randint(10, 59)}Z"
        text = "\n\n".join(paragraphs)
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        self.insert(
            "revisions", id=self.revision_id, article_id=article, number=number, seen_at=seen, last_seen_at=LAST,
            change="wording" if number > 1 else None, door="rest", title=title, byline=byline, published_at=at, tags="tag: Topic 1", text=text,
            digest=digest, content_key=digest, extractor="bench", extracted_at=seen,
        )  # fmt: skip
        rows = [(self.revision_id, place, "body", one, f"<p>{one}</p>", "bench", "f") for place, one in enumerate(paragraphs)]
        self.db.executemany("insert into blocks values (?, ?, ?, ?, ?, ?, ?)", rows)

    def thread(self, article: int, published: datetime) -> None:
        parents: list[tuple[int, int]] = []
        for position in range(self.threads[article]):
            self.comment_id += 1
            parent = self.chance.choice(parents) if parents and self.chance.random() < 0.45 else (None, 0)
            self.insert(
                "comments", id=self.comment_id, article_id=article, source_id=str(self.comment_id), parent_id=parent[0], position=position,
                depth=parent[1] + 1, kind="comment", author=self.names[int(4000 * self.chance.random() ** 3)], door="rest",
                posted_at=(published + timedelta(minutes=7 * position)).strftime("%Y-%m-%dT%H:%M:%SZ"), posted_precision="second",
                text=" ".join(self.sentences(self.chance.randint(1, 6))), first_seen_at=FIRST, last_seen_at=LAST,
            )  # fmt: skip
            parents.append((self.comment_id, parent[1] + 1))
            self.states(self.comment_id, parent[0])

    def states(self, comment: int, parent: int | None) -> None:
        """Every comment's first state, and one in two thousand edited."""
        [(author, text)] = self.db.execute("select author, text from comments where id = ?", [comment]).fetchall()
        for number in range(1, 3 if comment % 2000 == 0 else 2):
            digest = "sha256:" + hashlib.sha256(f"{comment} {number}".encode()).hexdigest()
            self.insert(
                "comment_revisions", comment_id=comment, number=number, seen_at=FIRST if number == 1 else LAST, digest=digest,
                content_key=digest, author=author, text=text if number == 1 else f"{text} Edited.", parent_id=parent,
            )  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What is measured, and how fast it has to be: milliseconds at the median and the 95th percentile."""

    name: str
    path: str
    p50: int | None = None
    p95: int | None = None


def pages(folder: Path) -> list[Page]:
    db = sqlite3.connect(folder / FILENAME)
    [(thread,), (article,)] = db.execute("select url from articles where id in (1, (select max(id) / 2 from articles))").fetchall()
    db.close()
    return [
        Page("home", "/", 50, 120),
        Page("reading page", article.removeprefix("https:/"), 50, 120),
        Page("thread of 300", thread.removeprefix("https:/"), 50, 120),
        Page("tag page", "/search?q=tag:%22Topic+7%22", 50, 120),
        Page("author page", "/search?q=author:%22Ann+Doe%22", 50, 120),
        Page("topics and authors", "/topics", 50, 120),
        Page("changes", "/changes", 100),
        Page("changes: removals", "/changes?event=removed", 100),
        Page("status", "/status", 100),
        Page("search: two words", "/search?q=taliban+convoy", 100),
        Page("search: a phrase", "/search?q=%22suicide+bomber%22", 100),
        Page("search: half the archive", "/search?q=convoy", 100),
        Page("search: by date", "/search?q=taliban+convoy&sort=newest", 100),
        Page("search: author, year", "/search?q=convoy+author:%22Ann+Doe%22+year:2012", 100),
        Page("search: comments", "/search?q=in:comments+convoy", 100),
        Page("search: comments, year", "/search?q=in:comments+convoy+year:2014", 100),
        Page("search: comments, rare", "/search?q=in:comments+%22suicide+bomber%22", 100),
        Page("search: former states", "/search?q=in:history+convoy", 100),
        Page("table articles", "/archive/articles", 60),
        Page("table articles, a facet", "/archive/articles?year=2012", 60),
        Page("table comments", "/archive/comments", 60),
        Page("table revisions", "/archive/revisions", 60),
        Page("view changes", "/archive/changes"),  # Datasette counts the rows of every branch: what it costs is told, no goal is set
        Page("one row", "/archive/articles/77", 60),
    ]


def ask(address: str) -> float:
    """Milliseconds until the whole answer was there."""
    start = time.perf_counter()
    urllib.request.urlopen(address, timeout=60).read()
    return (time.perf_counter() - start) * 1000


def measure(address: str, rounds: int = 30) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, after two answers that warm up."""
    taken = [ask(address) for _ in range(rounds + 2)][2:]
    return statistics.median(taken), statistics.quantiles(taken, n=20)[18]


@contextmanager
def served(command: list[str], port: int) -> Iterator[str]:
    """A server as a process; its address as soon as it answers."""
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(300):
                try:
                    ask(address + "/-/versions.json")
                    break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.2)
            yield address
        finally:
            server.kill()  # a terminated one would wait for an answer that nobody reads


def under_load(address: str, folder: Path, paths: list[str], seconds: float = 15) -> str:
    """8 clients on all pages while a writer commits a headline 20 times a second; every other answer is asked whether it is older
    than what had been committed before the question."""
    db = sqlite3.connect(folder / FILENAME)
    [(revision, url)] = db.execute("select revision_id, url from articles where id = (select max(id) / 2 from articles)").fetchall()
    db.close()
    taken: list[float] = []
    errors, stale, written = [0], [0], [0]
    end = time.monotonic() + seconds

    def write() -> None:
        writer = sqlite3.connect(folder / FILENAME, isolation_level=None, timeout=60)
        while time.monotonic() < end:
            writer.execute("update revisions set title = ? where id = ?", [f"State {written[0] + 1}", revision])
            written[0] += 1
            time.sleep(0.05)

    def read(number: int) -> None:
        own = url.removeprefix("https:/")
        for path in itertools.islice(itertools.cycle([asked for one in paths for asked in (own, one)]), number * 5, None):
            if time.monotonic() > end:
                return
            least, start = written[0], time.perf_counter()
            try:
                body = urllib.request.urlopen(address + path, timeout=60).read().decode()
            except (urllib.error.URLError, ConnectionError):
                errors[0] += 1
                continue
            taken.append((time.perf_counter() - start) * 1000)
            state = re.search(r"<h1[^>]*>State (\d+)", body)
            stale[0] += path == own and (state is None or int(state[1]) < least) and least > 0

    threads = [threading.Thread(target=write), *(threading.Thread(target=read, args=[number]) for number in range(8))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (
        f"8 clients for {seconds:.0f} s, {written[0]} commits meanwhile: {len(taken)} answers, p50 {statistics.median(taken):.0f} ms, "
        f"p95 {statistics.quantiles(taken, n=20)[18]:.0f} ms, {errors[0]} errors, {stale[0]} stale"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_publish", description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the archive here")
    parser.add_argument("--port", type=int, default=8051)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / FILENAME).is_file():
            print(f"An archive of {given.articles:,} articles and {given.comments:,} comments is made, once", flush=True)
            generate(folder, given.articles, given.comments)
        report(folder, given.port)


def measured_stock(address: str) -> str:
    try:
        return "{:6.0f} {:6.0f}".format(*measure(address, 10))
    except OSError as error:
        return f"no answer: {error}"


def report(folder: Path, port: int) -> None:
    measured = pages(folder)
    stock: dict[str, str] = {}
    with served([sys.executable, "-m", "datasette", str(folder / FILENAME), "--port", str(port + 1)], port + 1) as address:
        for page in measured:
            if page.path.startswith("/archive/"):
                stock[page.name] = measured_stock(address + page.path)
    print(f"{'ms':<26} {'p50':>6} {'p95':>6}   {'goal':<9} stock Datasette: p50, p95")
    with served([sys.executable, "-m", "archive", "serve", "--archive-dir", str(folder), "--port", str(port)], port) as address:
        for page in measured:
            p50, p95 = measure(address + page.path)
            goal = "/".join(str(one) for one in (page.p50, page.p95) if one)
            missed = " missed" if p50 > (page.p50 or p50) or p95 > (page.p95 or p95) else ""
            print(f"{page.name:<26} {p50:6.0f} {p95:6.0f}   {goal:<9} {stock.get(page.name, '')}{missed}", flush=True)
        print(under_load(address, folder, [page.path for page in measured]))


if __name__ == "__main__":
    main()

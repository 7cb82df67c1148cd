"""The pages of the reading site that are measured, each with its goal: takes an archive's folder, gives their addresses."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from archive.db.connection import FILENAME
from tests.bench.served_extras import LANGUAGES, words_sought

EDITED = "select article_id from revisions where number = 2 order by article_id desc limit 1 offset 3"
EXPORTED = "select url from articles where id between 100 and 102"
MANY_HITS = "all hits are ranked anew: 11,000 articles, 35 ms, and their years, authors and topics counted where they are others, 35 ms"
LIMITS = {  # of what is asked for the first time after a headline was edited
    "a beginning": "FTS5 joins the lists of all words that begin so: 40 ms; an index of beginnings of three letters would add 0.64 bytes a "
    "byte of text. 17,500 hits are ranked and told: 50 ms",
    "half the archive": MANY_HITS,
    "NOT": MANY_HITS,
    "text:": MANY_HITS,
    "seen:": MANY_HITS,
    "words:": MANY_HITS,
    "comments:>20": MANY_HITS,
    "status": "what the records hold and what is not held is counted at each commit: 40 ms",
    "changes: phrase": "the two states of 850 edits are read and compared: 30 ms, after the stories of all changes are read: 35 ms",
    "notebook: what is new": "all articles that have the word are listed by date: 30 ms",
}


@dataclass(frozen=True)
class Page:
    """What is measured, and how fast it has to be: milliseconds at the median and the 95th percentile. ``limit``: see ``Row``."""

    name: str
    path: str
    p50: int | None = None
    p95: int | None = None
    limit: str = ""


def pages(folder: Path) -> list[Page]:
    """A page is answered within 50 ms at the median and 120 at the 95th percentile, a search within 100, a stock table within 60."""
    db = sqlite3.connect(folder / FILENAME)
    [(thread,), (article,)] = db.execute("select url from articles where id in (1, (select max(id) / 2 from articles))").fetchall()
    [url] = db.execute("select url from articles where id = coalesce((" + EDITED + "), 1)").fetchone()
    [record, captured] = db.execute("select id, url from captures where filename not like '%-900.%'").fetchone() or (1, article)
    exported = "&".join(f"url={quote(one, safe='')}" for (one,) in db.execute(EXPORTED))
    [host] = db.execute("select host from links where url like 'https://www.source%' limit 1").fetchone() or ("",)
    db.close()
    return [
        *[Page(name, path, 50, 120, LIMITS.get(name, "")) for name, path in reading(thread, article)],
        *[Page(name, path, 50, 120) for name, path in evidence(url, record, captured)],
        *[Page(name, path, 50, 120, LIMITS.get(name, "")) for name, path in desk(host, article)],
        *[
            Page(f"search: {name}", f"/search?q={quote(query, safe=':')}{more}", 100, None, LIMITS.get(name, ""))
            for name, query, more in searches()
        ],
        *[Page(name, path, 100) for name, path in questions(host, exported)],
        *[Page(name, path, 60) for name, path in tables()],
        Page("view changes", "/archive/changes"),  # Datasette counts the rows of every branch: what it costs is told, no goal is set
    ]


def reading(thread: str, article: str) -> list[tuple[str, str]]:
    """Pages that readers read in."""
    own = article.removeprefix("https:/")
    return [
        ("home", "/"),
        ("reading page", own),
        ("thread of 300", thread.removeprefix("https:/")),
        ("reading page, marked", f"{own}?marks=convoy+OR+taliban"),
        ("as seen in 2024", f"/20240601000000{own}"),
        ("tag page", "/search?q=tag:%22Topic+7%22"),
        ("author page", "/search?q=author:%22Ann+Doe%22"),
        ("topics and authors", "/topics"),
        ("status", "/status"),
        ("numbers", "/numbers"),
        ("about", "/about"),
        ("search: how to", "/search/help"),
        ("ledger", "/ledger"),
    ]


def evidence(edited: str, record: int, captured: str) -> list[tuple[str, str]]:
    """Pages of what proves a text."""
    return [
        ("compare", f"/compare?url={quote(edited, safe='')}"),
        ("record", f"/record/{record}"),
        ("record, its text", f"/record/{record}/text"),
        ("replayed page", f"/web/20240501063100/{captured}"),
        ("captures of an address", f"/web/*/{captured}"),
        ("timemap", f"/timemap/{captured}"),
        ("timemap of captures", f"/timemap/link/{captured}"),
        ("cdx", f"/cdx?url={quote(captured, safe='')}"),
        ("cdx of a host, 100", "/cdx?url=www.journal.example.org&matchType=host&limit=100"),
    ]


def desk(host: str, article: str) -> list[tuple[str, str]]:
    """Pages of lists, and what is taken along."""
    changes = [
        ("", ""),
        ("edited", "event=edited"),
        ("removals", "event=removed"),
        ("new", "event=new"),
        ("first", "event=first"),
        ("silent", "said=silent"),
        ("kind", "edit=wording"),
        ("author", "author=Ann+Doe"),
        ("topic", "topic=Topic+7"),
        ("of comments", "of=comment"),
        ("published", "published_from=2012&published_to=2013"),
        ("seen", "seen_from=2024-06"),
        ("side by side", "view=side"),
        ("phrase", "phrase=convoy"),
        ("words", "q=taliban"),
        ("run", "run=1"),
    ]
    since = "2024-05-15T00:00:00Z"
    return [
        *[(f"changes{name and ': '}{name}", f"/changes{asked and '?'}{asked}") for name, asked in changes],
        ("changes: feed", "/changes.atom"),
        ("sources", "/sources"),
        ("sources: a host", f"/sources?host={host}"),
        ("sources: dead", "/sources?state=dead"),
        ("notebook", "/notebook"),
        ("notebook: what is new", f"/notebook/new.json?of=url:{quote(article, safe='')}&since={since}&of=q:convoy&since={since}"),
        ("search: feed", "/search.atom?q=taliban+convoy"),
    ]


def searches() -> list[tuple[str, str, str]]:
    """Each operator, field and language: name, query, further parameters."""
    return [
        ("two words", "taliban convoy", ""),
        ("a phrase", '"suicide bomber"', ""),
        ("half the archive", "convoy", ""),
        ("by date", "taliban convoy", "&sort=newest"),
        ("author, year", 'convoy author:"Ann Doe" year:2012', ""),
        ("comments", "in:comments convoy", ""),
        ("comments, year", "in:comments convoy year:2014", ""),
        ("comments, rare", 'in:comments "suicide bomber"', ""),
        ("NOT", "convoy NOT taliban", ""),
        ("brackets, NOT", "convoy NOT (taliban OR bomber)", ""),
        ("near", "NEAR(convoy bomber, 5)", ""),
        ("a beginning", "milit*", ""),
        ("title:", "title:kandahar", ""),
        ("text:", "text:convoy", ""),
        ("signed:", 'signed:"Ann Doe"', ""),
        ("a field or words", 'title:convoy OR tag:"Topic 7"', ""),
        ("numbers, dates", "published:2012..2013-06 comments:>50", ""),
        ("comments:>20", "convoy comments:>20", ""),
        ("words:", "convoy words:>500", ""),
        ("is:silent", "is:silent convoy", ""),
        ("is:edited", "is:edited", ""),
        ("seen:", "convoy seen:2024-05..", ""),
        ("language", "lang:en taliban convoy", ""),
        ("text of comments", "in:comments text:convoy published:2014", ""),
        ("former states", "in:history convoy", ""),
        ("cites:", "cites:source7.example", ""),
        ("nothing found", "qzxv taliban", ""),
        *[(language, words_sought(language), "") for language in LANGUAGES],
    ]


def questions(host: str, exported: str) -> list[tuple[str, str]]:
    """What is counted over the whole archive, and files of it."""
    return [
        ("mentions: one word", "/mentions?q=taliban"),
        ("mentions: two words", "/mentions?q=convoy&q=bomber"),
        ("mentions: three words", "/mentions?q=convoy&q=bomber&q=taliban"),
        ("mentions: of one month", "/mentions?q=taliban&per=month&when=2012-05"),
        ("mentions: table", "/mentions.csv?q=taliban&rows=series"),
        ("three articles as a book", f"/articles.epub?{exported}"),
        ("sources: a host, table", f"/sources.csv?host={host}"),
    ]


def tables() -> list[tuple[str, str]]:
    """Datasette's own pages."""
    return [
        ("table articles", "/archive/articles"),
        ("table articles, a facet", "/archive/articles?year=2012"),
        ("table comments", "/archive/comments"),
        ("table revisions", "/archive/revisions"),
        ("one row", "/archive/articles/77"),
    ]

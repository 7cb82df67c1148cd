"""A small archive in many languages: each article has a name by which the tests know it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from archive.db.connection import FILENAME, open_for_writing
from archive.db.words import fill_all_due
from archive.publish.redaction.withholding import Reader
from tests.publish_archive import insert_rows

HOME = "https://corpus.example/"
TIMES = {"first_seen_at": "2026-10-05T06:00:00Z", "last_seen_at": "2026-11-01T06:00:00Z", "checked_at": "2026-11-01T06:00:00Z"}
ARTICLES: dict[str, tuple[str, str, dict[str, Any]]] = {  # name -> headline, text, other columns
    "bridge": (
        "A bridge falls at dawn",
        "The bridge at Marrow was tired.\n\nA drone circled the convoy for an hour before it went down.",
        {"published_on": "2014-03-07", "byline": "Jane Doe", "comment_count": 4, "word_count": 18},
    ),
    "strike": (
        "Drone strike on the convoy",
        "Officials said that the strike hit five trucks near the crossing. It's a multi-agent inquiry.",
        {"published_on": "2014-11-02", "byline": "John Roe", "comment_count": 0, "word_count": 16},
    ),
    "ferry": (
        "The ferry leaves",
        "The ferry has left the port of Essad.\n\nCorrection: an earlier version said that the ferry was lost.",
        {"published_on": "2015-06-01", "byline": "Jane Doe", "missing_since": "2026-10-20T06:00:00Z", "gone_at": "2026-10-22T06:00:00Z"},
    ),
    "link": ("Elsewhere: a report on roads", "", {"published_on": "2015-12-31", "kind": "link"}),
    "picture": ("The wardrobe of the pass", "A picture from the archive of the museum.", {"published_on": "2016-01-01", "kind": "picture"}),
    "french": ("Le café de l’été", "Le café est fermé pour l’été et les rues de la ville sont vides.", {"published_on": "2017-02-03"}),
    "german": (
        "Der Sicherheitsrat berät über Drohnenangriffe",
        "Der Sicherheitsrat tagt in München. Die Häuser an der Grenze sind leer und der Waffenstillstand ist nicht sicher.",
        {"published_on": "2018-01-01"},
    ),
    "russian": (
        "Переговоры о мире",
        "Президент провёл переговоры о прекращении войны. Беспилотники больше не летают над городами, и это всё.",
        {"published_on": "2019-05-09"},
    ),
    "arabic": (
        "مَجْلِسُ الأَمْنِ يَجْتَمِعُ",
        "عَقَدَ مَجْلِسُ الأَمْنِ جَلْسَةً طَارِئَةً فِي الْمَدِينَةِ، وَقَالَ إِنَّ الْحُكُومَةَ تَنْتَظِرُ.",
        {"published_on": "2020-02-02"},
    ),
    "persian": (
        "گفتگو در تهران",
        "شورای امنیت روز چهارشنبه نشست دارد و نمایندگان به خانه می‌روند. کتاب‌ها چاپ شده‌اند.",
        {"published_on": "2020-03-03"},
    ),
    "chinese": ("联合国安理会举行紧急会议", "联合国安理会周三举行紧急会议，讨论中东局势。记者会随后开始。", {"published_on": "2021-04-04"}),
    "japanese": (
        "国連安保理の緊急会合",
        "国連安全保障理事会は水曜日、緊急会合を開いた。ﾐｻｲﾙは発射されていない。",
        {"published_on": "2021-05-05"},
    ),
    "thai": ("ประชุมฉุกเฉิน", "คณะมนตรีความมั่นคงแห่งสหประชาชาติจัดประชุมฉุกเฉินเมื่อวันพุธ", {"published_on": "2022-06-06"}),
    "korean": ("유엔 안보리 긴급회의", "유엔 안전보장이사회는 수요일에 긴급회의를 열었다.", {"published_on": "2022-07-07"}),
    "hindi": ("सुरक्षा परिषद की बैठक", "सुरक्षा परिषद ने बुधवार को आपात बैठक बुलाई।", {"published_on": "2023-08-08"}),
}
FORMER = {
    "strike": "Officials said that the strike hit four trucks near the crossing. It's a multi-agent inquiry.",
    "ferry": "The ferry was lost.",
}
COMMENTS = {  # name -> article, signature, text
    "weigher": ("bridge", "Bridge Weigher", "I have weighed it myself, and twice."),
    "bill": ("bridge", "Bill", "The bridge was closed for weeks."),
    "ivan": ("bridge", "Иван", "Война закончилась, мосты целы, и все вернулись домой."),
    "li": ("bridge", "李明", "安理会没有决定任何事情。"),
}
IDS = {name: number for number, name in enumerate(ARTICLES, 1)}
COMMENT_IDS = {name: number for number, name in enumerate(COMMENTS, 1)}


def build_corpus(folder: Path) -> Path:
    """Write the archive into ``folder``, and read its words. Returns the folder."""
    db = open_for_writing(folder)
    with db.conn:
        db["sites"].insert({"id": 1, "name": "corpus", "home": HOME, "title": "The Corpus"})
        for name, number in {"Jane Doe": 1, "John Roe": 2}.items():
            db["authors"].insert({"id": number, "site_id": 1, "name": name})
        for number, name in enumerate(("Roads", "Drones"), 1):
            db["tags"].insert({"id": number, "site_id": 1, "kind": "tag", "name": name})
        for name in ARTICLES:
            _insert_article(db, name)
        db["article_tags"].insert_all(
            {"article_id": IDS[name], "tag_id": tag} for name, tag in (("bridge", 1), ("link", 1), ("bridge", 2), ("strike", 2))
        )
        db["links"].insert(
            {"article_id": IDS["link"], "position": 0, "url": "https://report.example.org/roads", "host": "report.example.org"}
        )
        for number, (article, author, text) in enumerate(COMMENTS.values(), 1):
            row = {"id": number, "article_id": IDS[article], "source_id": str(number), "kind": "comment", "author": author, "text": text}
            times = {"posted_at": f"2014-03-{10 + number}T06:00:00Z", "first_seen_at": TIMES["first_seen_at"]}
            db["comments"].insert(row | times | {"last_seen_at": TIMES["last_seen_at"], "door": "rest"})
    fill_all_due(db)
    db.conn.execute("pragma wal_checkpoint(truncate)")
    db.conn.close()
    return folder


def _insert_article(db: Any, name: str) -> None:
    title, text, more = ARTICLES[name]
    number, day = IDS[name], more["published_on"]
    row = {"id": number, "site_id": 1, "url": f"{HOME}{name}", "kind": "article", "title": title, "published_at": f"{day}T06:00:00Z"}
    db["articles"].insert(TIMES | row | {"year": int(day[:4]), "month": day[:7]} | more)
    db["urls"].insert({"url": row["url"], "article_id": number, "kind": "current", "first_seen_at": TIMES["first_seen_at"]})
    states = [FORMER[name], text] if name in FORMER else [text]
    for state, said in enumerate(states, 1):
        revision = {"article_id": number, "number": state, "seen_at": f"2026-10-{4 + state:02}T06:00:00Z", "door": "page", "title": title}
        revision |= {"last_seen_at": TIMES["last_seen_at"], "text": said, "byline": more.get("byline")}
        revision |= {"digest": f"sha256:{number}-{state}", "content_key": f"sha256:{number}-{state}", "extractor": "", "extracted_at": ""}
        db["revisions"].insert(revision | {"declared": None if state == 1 else int(name == "ferry")})
        db["articles"].update(number, {"revision_id": db.execute("select max(id) from revisions").fetchone()[0]})
        insert_rows(db, "blocks", _blocks(db.execute("select max(id) from revisions").fetchone()[0], said))
    if "byline" in more:
        db["article_authors"].insert({"article_id": number, "author_id": 1 if more["byline"] == "Jane Doe" else 2, "position": 0})


def _blocks(revision_id: int, text: str) -> list[dict[str, Any]]:
    block = {"revision_id": revision_id, "kind": "body", "rule": "", "vote": None}
    return [
        block | {"position": number, "text": paragraph, "html": f"<p>{paragraph}</p>", "fingerprint": f"{revision_id}-{number}"}
        for number, paragraph in enumerate(filter(None, text.split("\n\n")))
    ]


def reader(folder: Path) -> sqlite3.Connection:
    """A connection as the served pages have it."""
    return sqlite3.connect(f"file:{folder / FILENAME}?mode=ro", uri=True, isolation_level=None, factory=Reader)

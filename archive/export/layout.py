"""An export as a plain folder, a zip file of the same, or a bag: texts, records, digests, and how a stranger checks them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup
from sqlite_utils import Database

from archive.export.course import ExportCourse
from archive.export.evidence import article_files, gone_text, index_html, offline_page
from archive.export.notes import (
    CHECK,
    INDEX,
    LEFT_OUT,
    LEFT_OUT_FILE,
    OF_MANY,
    OF_ONE,
    PROVEN,
    PROVEN_FILE,
    README,
    RECORDS,
    SUMS,
)
from archive.export.package import FolderPackage, Package, Progress, chunks_of, sums, write_file
from archive.export.places import left_out_table, places_table
from archive.export.proofs import has_seals, proof_lines, seal_files
from archive.export.records import ChosenRecords
from archive.export.selection import Selection, chosen_articles
from archive.queries.revision_pair import described_revision, revisions_of
from archive.text.markup import plain
from archive.text.plaintext import counted, one_line

Row = dict[str, Any]
BAG = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"  # RFC 8493, 2.1.1


ARTICLE = "article"  # kind of a note: all files of an article are written


def write_folder(package: Package, db: Database, root: Path, selection: Selection, progress: Progress) -> None:
    """Write all files of an export. Raises StorageError when a record is not what was written."""
    course = package.course
    for article in chosen_articles(db, course.last.get(ARTICLE, {"id": -1})["id"]):
        top = "" if selection.single else f"articles/{article['id']}/"
        for name, content in article_files(db, article):
            package.write(top + name, [content])
        course.note(ARTICLE, {"id": article["id"]})
    records = ChosenRecords(db, root, selection, RECORDS, course, package.note_part, progress)
    for name, chunks in records.files():
        package.write(name, chunks, stored=True, large=records.is_large)
    package.write("records.csv", places_table(db))
    if records.left_out:
        package.write("left-out.csv", left_out_table(db))
    write_proofs(package, db, root, selection, "proofs.jsonl", lambda name: f"seals/{name}")
    package.write("check.py", [CHECK.encode()])
    package.write("README.txt", [readme(package, db, selection, records, course.at).encode("utf-8", "replace")])
    package.write(INDEX, index_page(package, db, selection))
    package.write(SUMS, sums(package.files.items()))


def write_proofs(package: Package, db: Database, root: Path, selection: Selection, table: str, place: Callable[[str], str]) -> None:
    """The proofs of time, and the seals, where there are any. ``place``: where a seal's file goes by its name."""
    if has_seals(root):
        package.write(table, proof_lines(db, root))
        for name, path in seal_files(root, selection.whole):
            package.write(place(name), chunks_of(path))


def readme(package: Package, db: Database, selection: Selection, records: ChosenRecords, at: str) -> str:
    """What this is, and how a stranger checks it."""
    warc = next((name for name in package.files if name.endswith(".warc.gz")), f"{RECORDS}.warc.gz")
    more = LEFT_OUT.format(count=counted(records.left_out, "record")) if records.left_out else ""
    files = LEFT_OUT_FILE if records.left_out else ""
    if "proofs.jsonl" in package.files:
        more += PROVEN.format(number=6 if records.left_out else 5)
        files += PROVEN_FILE
    head = head_of_one(db, selection.single, warc) if selection.single else head_of_many(selection, records, warc)
    return README.format(head=head, at=at, warc=warc, more=more, files=files, sums=SUMS)


def head_of_one(db: Database, article: Row, warc: str) -> str:
    """What an export of one article is of."""
    states = "\n".join(f"  {described_revision(row)}" for row in revisions_of(db, article["id"]))
    sql = """
        select captured_at, part, url
        from captures
        join chosen_captures using (id)
        where id in (select capture_id from placed_records)
        order by captured_at, id
    """
    shown = "\n".join(f"  {captured_at}  {part}: {url}" for captured_at, part, url in db.execute(sql))
    title, url = one_line(article["title"]), one_line(article["url"])
    return OF_ONE.format(title=title, url=url, gone=gone_text(article), states=states, shown=shown, warc=warc)


def head_of_many(selection: Selection, records: ChosenRecords, warc: str) -> str:
    """What an export of several articles is of."""
    articles, written = counted(selection.articles, "article"), counted(records.written, "record")
    return OF_MANY.format(title=one_line(selection.title), articles=articles, records=written, index=INDEX, warc=warc)


def index_page(package: Package, db: Database, selection: Selection) -> Iterator[bytes]:
    """The first page: of one article its states and files, else a list of the articles."""
    if selection.single:
        title = one_line(selection.single["title"])
        names = sorted(package.files)
        yield offline_page(title, index_html(selection.single, revisions_of(db, selection.single["id"]), names))
        return
    yield offline_page(one_line(selection.title), Markup("<h1>{}</h1>\n<p>Start with README.txt.</p>").format(plain(selection.title)))
    yield b"<ul>\n"
    for article in chosen_articles(db):
        last = max((row["number"] for row in revisions_of(db, article["id"])), default=1)
        link = Markup("<li><a href='articles/{}/revision-{}.html'>{}</a> <span class=facts>{} {}</span></li>\n")
        line = link.format(article["id"], last, plain(one_line(article["title"])), article["published_on"] or "", article["url"])
        yield line.encode("utf-8", "replace")
    yield b"</ul>\n"


def write_bag(course: ExportCourse, db: Database, root: Path, selection: Selection, progress: Progress) -> bool:
    """The same files as the payload of a bag, with its tag files. RFC 8493. Returns whether records were left out."""
    payload = FolderPackage(course.made / "data", course, progress)
    write_folder(payload, db, root, selection, progress)
    size = sum(written.size for written in payload.files.values())
    about = {
        "Bagging-Date": course.at[:10],
        "Bag-Software-Agent": "analysis-archive",
        "External-Description": one_line(selection.title),
        "Payload-Oxum": f"{size}.{len(payload.files)}",
    }
    tags: dict[str, Iterable[bytes]] = {
        "bagit.txt": [BAG.encode()],
        "bag-info.txt": [f"{label}: {value}\n".encode("utf-8", "replace") for label, value in about.items()],
        "manifest-sha256.txt": sums((f"data/{name}", written) for name, written in payload.files.items()),
    }
    written = [(name, write_file(course.made / name, content)) for name, content in tags.items()]
    write_file(course.made / "tagmanifest-sha256.txt", sums(written))
    return "left-out.csv" in payload.files

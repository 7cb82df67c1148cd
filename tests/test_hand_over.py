"""Everything that leaves the archive, read back by other programs, and searched, byte by byte and unpacked, for what is withheld."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import resource
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from click.testing import CliRunner
from fastwarc.warc import ArchiveIterator

from archive.__main__ import commands
from archive.warc.read import whole_members
from tests.conftest import History
from tests.crawls import PROJECT
from tests.literal import HOME, Desk, article, comment
from tests.quarry import OTHER, URL, Quarry

COMMENT = "A harvest of stones is what we had in Lower Kessel, and nobody may tell me otherwise."
SECRETS = ("Tarrabas", "brother-in-law", "council was told", "eleven months", "Lower Kessel", "the-quarry")
FORMS = ("all.wacz", "all.bag", "all.zip", "all")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive in which an article and one comment under another are withheld."""
    desk = Desk(tmp_path / "archive")
    quarry = Quarry(desk)
    page = f"<p>{OTHER[0]}</p><b>Cora Deep</b><p>{COMMENT}</p>".encode()
    both = quarry.capture("page", HOME + "2020/05/harvest/", gzip.compress(page), "text/html", ("Content-Encoding", "gzip"))
    shown = article(OTHER, url=HOME + "2020/05/harvest/", source_id="13", title="A good harvest", door="page")
    quarry.see(both, "page", shown, _13=[comment("3", COMMENT, author="Cora Deep"), comment("4", "So it was.", author="Dan")])
    desk.store.decide("withhold", URL, "withheld", "a court")
    desk.store.decide("withhold", "comment:3", "withheld", "a court")
    desk.warc.close()
    desk.store.close()
    return tmp_path / "archive"


def export(folder: Path, to: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands, ["export", "--archive-dir", str(folder), *arguments, "--to", str(to)])
    return done.exit_code, done.output


def exported(folder: Path, to: Path, *arguments: str) -> Path:
    code, said = export(folder, to, *arguments)
    assert code == 0, said
    return to


def unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file as it is, each entry of a zip file, each gzip member, and each compressed body of a record."""
    yield name, content
    if content.startswith(b"PK"):
        packed = zipfile.ZipFile(io.BytesIO(content))
        for entry in packed.namelist():
            yield from unpacked(f"{name}/{entry}", packed.read(entry))
    elif content.startswith(b"\x1f\x8b"):
        for record in ArchiveIterator(io.BytesIO(content), parse_http=True) if "warc" in name else ():
            body = record.reader.read()
            yield name, str(record.headers.asdict()).encode() + str(record.http_headers and record.http_headers.asdict()).encode()
            yield name, gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
        yield name, gzip.decompress(content)


def told(made: Path) -> set[str]:
    files = [made] if made.is_file() else [path for path in made.rglob("*") if path.is_file()]
    contents = [part.lower() for path in files for _, part in unpacked(path.name, path.read_bytes())]
    return {word for word in SECRETS for part in contents if word.lower().encode() in part}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", [("--all",), ("--site", "example"), ("--search", "harvest"), ("--article", "2")], ids=" ".join)
def test_no_byte_of_an_export_tells_what_is_withheld(folder: Path, tmp_path: Path, form: str, what: tuple[str, ...]) -> None:
    assert told(folder) == set(SECRETS)
    made = exported(folder, tmp_path / form, *what)
    assert told(made) == set()
    texts = b"".join(
        part for path in ([made] if made.is_file() else made.rglob("*.*")) for _, part in unpacked(path.name, path.read_bytes())
    )
    assert b"nobody will have to sell a cow" in texts


def test_records_that_hold_it_and_other_texts_are_left_out_and_named(folder: Path, tmp_path: Path) -> None:
    code, said = export(folder, tmp_path / "all", "--all")
    assert code == 0 and "records that hold what is withheld are left out: left-out.csv names them" in said
    listed = (tmp_path / "all" / "left-out.csv").read_text().splitlines()
    assert len(listed) == 4 and "left-out.csv" in (tmp_path / "all" / "README.txt").read_text()
    assert all(line.startswith("<urn:uuid:") and "withheld" in line for line in listed[1:])


def test_a_withheld_article_is_not_handed_over(folder: Path, tmp_path: Path) -> None:
    for arguments in (("--article", "1"), ("--article", URL), ("--search", "quarry")):
        code, said = export(folder, tmp_path / "one", *arguments)
        assert code == 2 and ("is withheld" in said or "finds nothing" in said)
    assert not (tmp_path / "one").exists()


# other programs


def test_a_wacz_file_is_what_its_programs_expect(history: History, tmp_path: Path) -> None:
    made = exported(history.full.folder, tmp_path / "site.wacz", "--all")
    checked = subprocess.run([Path(sys.executable).parent / "wacz", "validate", "-f", made], capture_output=True, text=True)
    assert checked.returncode == 0 and "the passed WACZ is valid" in checked.stdout, checked.stdout + checked.stderr
    packed = zipfile.ZipFile(made)
    kinds = {entry.filename: entry.compress_type for entry in packed.infolist()}
    assert kinds["archive/data.warc.gz"] == kinds["indexes/index.cdx.gz"] == zipfile.ZIP_STORED
    whole = made.read_bytes()  # ReplayWeb.page takes it that a file's own header has no more fields than the list of files has
    assert {whole[entry.header_offset + 28 :][:2] for entry in packed.infolist()} == {b"\0\0"}
    head, *pages = [json.loads(line) for line in packed.read("pages/pages.jsonl").splitlines()]
    assert head["format"] == "json-pages-1.0" and head["hasText"]
    articles = history.full.value("select count(*) from articles")
    assert len({page["id"].split("-")[1] for page in pages}) == articles
    assert {*pages[0]} == {"id", "url", "ts", "title", "text"} and len({page["id"] for page in pages}) == len(pages)
    described = json.loads(packed.read("datapackage.json"))
    assert described["wacz_version"] == "1.1.1"
    assert {row["path"]: (row["hash"], row["bytes"]) for row in described["resources"]} == {
        name: (f"sha256:{hashlib.sha256(packed.read(name)).hexdigest()}", len(packed.read(name)))
        for name in packed.namelist()
        if not name.startswith("datapackage")
    }


def test_the_index_is_that_of_cdxj_indexer(history: History, tmp_path: Path) -> None:
    packed = zipfile.ZipFile(exported(history.full.folder, tmp_path / "site.wacz", "--all"))
    warc = tmp_path / "data.warc.gz"
    warc.write_bytes(packed.read("archive/data.warc.gz"))
    program = Path(sys.executable).parent / "cdxj-indexer"
    theirs = subprocess.run([program, "--sort", warc], capture_output=True, text=True, check=True).stdout.splitlines()
    theirs = [line for line in theirs if '"urn:crawl:' not in line]  # notes of runs are no pages
    index = packed.read("indexes/index.cdx.gz")
    lines = gzip.decompress(index).decode().splitlines()
    assert [json.loads(line.split(" ", 2)[2]) for line in sorted(lines)] == [json.loads(line.split(" ", 2)[2]) for line in sorted(theirs)]
    assert [line.split(" ")[:2] for line in lines] == [line.split(" ")[:2] for line in theirs]
    _, *blocks = packed.read("indexes/index.idx").decode().splitlines()
    for block in blocks:
        key, place = block.rsplit(" {", 1)[0], json.loads("{" + block.rsplit(" {", 1)[1])
        part = index[place["offset"] : place["offset"] + place["length"]]
        assert gzip.decompress(part).decode().startswith(key) and place["digest"] == f"sha256:{hashlib.sha256(part).hexdigest()}"


def test_every_record_is_read_by_another_reader_and_is_the_archives_own(history: History, tmp_path: Path) -> None:
    made = exported(history.full.folder, tmp_path / "site", "--all")
    kinds: dict[str, int] = {}
    with open(made / "evidence.warc.gz", "rb") as file:
        for record in ArchiveIterator(file, verify_digests=True):
            kind = record.headers["WARC-Type"]
            kinds[kind] = kinds.get(kind, 0) + 1
    captures = history.full.value("select count(*) from captures")
    assert kinds["response"] + kinds["revisit"] == kinds["request"] == captures
    digests = {hashlib.sha256(data).hexdigest() for _, data, _ in whole_members(made / "evidence.warc.gz")}
    assert {digest.removeprefix("sha256:") for (digest,) in history.full.rows("select record_digest from captures")} <= digests
    assert subprocess.run([sys.executable, "check.py"], cwd=made, capture_output=True).returncode == 0
    assert subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=made, capture_output=True).returncode == 0


def test_a_bag_is_valid(history: History, tmp_path: Path) -> None:
    bag = bagit.Bag(str(exported(history.full.folder, tmp_path / "site.bag", "--all")))
    assert bag.is_valid() and bag.version == "1.0" and bag.info["Payload-Oxum"].endswith(f".{len(list(bag.payload_files()))}")
    (tmp_path / "site.bag" / "data" / "README.txt").write_text("other")
    assert not bag.is_valid()


def test_days_bound_what_is_handed_over(history: History, tmp_path: Path) -> None:
    folder = history.full.folder
    [(first, last)] = history.full.rows("select min(captured_at), max(captured_at) from captures")
    day = first[:10]
    made = exported(folder, tmp_path / "day", "--all", "--since", day, "--until", last[:10])
    assert len((made / "records.csv").read_text().splitlines()) == history.full.value("select count(*) from captures") + 1
    code, said = export(folder, tmp_path / "none", "--all", "--until", "2001-01-01")
    assert code == 2 and "nothing is held of the whole archive" in said


# the public copy and the files


ASKED = """
import asyncio, json, sys
from pathlib import Path
from datasette.app import Datasette
from datasette.utils import parse_metadata

async def answers(database, *paths):
    datasette = Datasette([database], metadata=parse_metadata(Path(database).with_suffix(".metadata.json").read_text()))
    await datasette.invoke_startup()
    found = [await datasette.client.get(path) for path in paths]
    return [(answer.status_code, answer.text) for answer in found]

print(json.dumps(asyncio.run(answers(*sys.argv[1:]))))
"""


def asked(database: Path, *paths: str) -> list[str]:
    """What a stock Datasette answers, in a process without the archive's plugin."""
    run = subprocess.run([sys.executable, "-I", "-c", ASKED, database, *paths], capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    assert [status for status, _ in found] == [200] * len(paths), run.stderr
    return [text for _, text in found]


def test_a_public_copy_has_nothing_withheld_in_any_page_of_its_file(folder: Path, tmp_path: Path) -> None:
    made = exported(folder, tmp_path / "public.db", "--public")
    assert told(made) == set() and b"a court" not in made.read_bytes()
    db = sqlite3.connect(made)
    assert db.execute("select title from articles").fetchall() == [("A good harvest",)]
    assert db.execute("select author from comments").fetchall() == [("Dan",)]
    assert db.execute("pragma freelist_count").fetchone() == (0,) and db.execute("pragma integrity_check").fetchone() == ("ok",)
    names = {name for (name,) in db.execute("select name from sqlite_master")}
    assert not names & {"decisions", "checkpoints", "lists", "quarantine", "expunged", "readings", "_sqlite_migrations"}
    for index, words in (("revisions_fts", "tarrabas"), ("comments_fts", "kessel"), ("revisions_fts", "council")):
        assert db.execute(f"select count(*) from {index} where {index} match ?", [words]).fetchone() == (0,)
    assert db.execute("select count(*) from revisions_fts where revisions_fts match 'cow'").fetchone()[0] > 0
    db.close()


def test_stock_datasette_serves_and_searches_the_public_copy(history: History, tmp_path: Path) -> None:
    made = exported(history.full.folder, tmp_path / "public.db", "--public")
    home, hits, page = asked(made, "/public", "/public/articles.json?_search=bridge&_shape=array", "/public/articles")
    assert json.loads(hits) and 'name="_search"' in page and "most_discussed" in home
    questions = re.findall(r'href="(/public/\w+)" title', home)
    assert asked(made, *questions)


def test_the_reading_site_as_files_leads_from_page_to_page(history: History, tmp_path: Path) -> None:
    made = exported(history.full.folder, tmp_path / "site", "--static", "--base-url", "https://data.example.org/public")
    pages = list(made.rglob("*.html"))
    assert len([page for page in pages if page.name == "index.html"]) > history.full.value("select count(*) from articles")
    for page in pages:
        text = page.read_text()
        links = re.findall(r"""\s(?:href|src|action)=["']([^"']*)["']""", text)
        for link in links:
            target = link.split("#")[0].split("?")[0]
            assert not link.startswith("/"), (page, link)
            if target and not re.match(r"[a-z]+:", link):
                assert (page.parent / target).is_file(), (page, link)
        assert "address.invalid" not in text and "localhost" not in text
    assert 'data-copy="https://data.example.org/public"' in (made / "search.html").read_text()
    plain = exported(history.full.folder, tmp_path / "plain", "--static")
    assert "search" not in {path.stem for path in plain.iterdir()} and "<form" not in (plain / "index.html").read_text()


def test_the_files_tell_nothing_of_what_is_withheld(folder: Path, tmp_path: Path) -> None:
    made = exported(folder, tmp_path / "site", "--static")
    assert told(made) == set()
    assert "A good harvest" in (made / "index.html").read_text()


# bad input


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--all", "--site", "example"], "give one of"),
        ([], "give one of"),
        (["--site", "nowhere"], "no site is called 'nowhere'; known are: example"),
        (["--article", "99"], "no article has the id 99"),
        (["--search", "nonsenseword"], "finds nothing"),
        (["--search", "  "], "asks for nothing"),
        (["--all", "--since", "2026-02-01", "--until", "2026-01-01"], "comes after"),
        (["--all", "--since", "yesterday"], "is no date"),
        (["--public", "--since", "2026-01-01"], "go with"),
        (["--static", "--base-url", "data"], "is no origin"),
    ],
)
def test_what_cannot_be_meant_is_one_line(folder: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    code, output = export(folder, tmp_path / "made", *arguments)
    assert code == 2 and said in output and len(output.strip().splitlines()) == 1
    assert not list(tmp_path.glob("*made*"))


@pytest.mark.parametrize("arguments", [["--all"], ["--public"], ["--static"]])
def test_what_is_there_already_stays(folder: Path, tmp_path: Path, arguments: list[str]) -> None:
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    code, output = export(folder, taken, *arguments)
    assert code == 2 and "is there already" in output and taken.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "taken.db"]


def limited() -> None:
    """As on a full disk: no file may grow beyond what SQLite needs to read."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


@pytest.mark.parametrize(
    ("form", "what"), [("a.wacz", "--all"), ("a.bag", "--all"), ("a.zip", "--all"), ("a", "--all"), ("a.db", "--public")]
)
def test_a_full_disk_leaves_nothing(history: History, tmp_path: Path, form: str, what: str) -> None:
    folder = history.full.folder
    line = [sys.executable, "-m", "archive", "export", "--archive-dir", str(folder), what, "--to", str(tmp_path / form)]
    done = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, preexec_fn=limited)
    assert done.returncode == 3 and "cannot write" in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    code, output = export(folder, tmp_path / "file" / "made.wacz", "--all")
    assert code == 3 and "cannot write" in output and len(output.strip().splitlines()) == 1


@pytest.mark.parametrize("form", FORMS)
def test_what_a_killed_export_left_behind_is_no_harm(folder: Path, tmp_path: Path, form: str) -> None:
    left = tmp_path / f".{form}.unfinished"
    if form in ("all.wacz", "all.zip"):
        left.write_bytes(b"half of it")
    else:
        (left / "data").mkdir(parents=True)
        (left / "data" / "README.txt").write_text("half of it")
    made = exported(folder, tmp_path / form, "--all")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["archive", made.name])

"""Documents that articles link: captured once each, hashed, their text read in a worker process and searchable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.__main__ import main as archive
from archive.text.documents import document_format, file_name
from archive.warc.place import sha256
from crawler.extract.documents.read import document_text
from crawler.extract.documents.text import DocumentText
from tests.crawls import rows, scrapy
from tests.inside import Run
from tests.othersites import files
from tests.othersites.files import PDF
from tests.othersites.library import LibrarySite

REPORT = files.pdf("The harbour register of 2019", "It names four crews", title="Harbour register")
STATE = """
    select number, title, document_states.text, note, bytes, digest, document_states.mime
    from document_states join documents on documents.id = document_id
    where url like ? order by number
    """
GAPS = "select ref, reason, explained from gaps where kind = 'document' order by ref"


@pytest.fixture
def site() -> Iterator[LibrarySite]:
    with LibrarySite() as site:
        yield site


def put(site: LibrarySite, path: str, content: bytes, mime: str = PDF, piece: int = 0) -> None:
    """A file that an article links."""
    site.files[path] = (200, mime, content)
    link(site, path, piece)


def link(site: LibrarySite, address: str, piece: int = 0) -> None:
    number = site.pieces[piece].number
    site.links[number] = f'{site.links.get(number, "")}<p>See <a href="{address}">the register</a> of the harbour office.</p>'


def read(site: LibrarySite, folder: Path, *arguments: str, **settings: object) -> Run:
    site.requests.clear()
    words = [word for argument in ("documents=all", *arguments) for word in ("-a", argument)]
    run = scrapy("crawl", "site", "-a", f"home={site.home}/", *words, folder=folder, **settings)
    assert run.code == 0, run
    return run


def test_a_linked_document_is_captured_once_with_its_text(site: LibrarySite, folder: Path) -> None:
    put(site, "/files/register.pdf", REPORT)
    link(site, "/files/register.pdf#page=2", piece=1)
    assert "documents: 1 captured" in read(site, folder).out
    assert site.asked() == ["/files/register.pdf"]
    text = "The harbour register of 2019\n\nIt names four crews"
    assert rows(folder, STATE, "%register.pdf") == [(1, "Harbour register", text, None, len(REPORT), sha256(REPORT), PDF)]
    assert rows(folder, "select count(*) from article_documents") == [(2,)]
    assert rows(folder, "select door, status from captures where url like '%register.pdf'") == [("document", 200)]
    found = "select documents.name from documents_fts join documents on state_id = documents_fts.rowid where documents_fts match ?"
    assert rows(folder, found, "crew") == [("register.pdf",)]
    read(site, folder)
    assert site.asked() == []


def test_without_being_told_to_no_document_is_asked_for(site: LibrarySite, folder: Path) -> None:
    put(site, "/files/register.pdf", REPORT)
    run = read(site, folder, "documents=none")
    assert site.asked() == []
    assert "documents" not in run.out


def test_other_bytes_at_the_address_are_a_further_state_and_a_404_says_missing(site: LibrarySite, folder: Path) -> None:
    put(site, "/register.pdf", REPORT)
    read(site, folder)
    site.files["/register.pdf"] = (200, PDF, files.pdf("The register of 2020"))
    assert "documents: 1 replaced" in read(site, folder, "mode=full").out
    states = [(number, text) for number, _, text, *_ in rows(folder, STATE, "%register.pdf")]
    assert states == [(1, "The harbour register of 2019\n\nIt names four crews"), (2, "The register of 2020")]
    del site.files["/register.pdf"]
    for gone in (False, True):
        read(site, folder, "mode=full", GONE_AFTER=0)
        missing = "select missing_since is not null, gone_at is not null, state_id is not null from documents"
        assert rows(folder, missing) == [(1, int(gone), 1)]
    site.files["/register.pdf"] = (200, PDF, REPORT)
    read(site, folder, "mode=full")
    assert rows(folder, "select missing_since, gone_at from documents") == [(None, None)]
    assert rows(folder, "select count(*) from document_states") == [(3,)]


def test_a_document_is_looked_at_again_within_the_sweep_and_a_missing_one_until_it_is_gone(site: LibrarySite, folder: Path) -> None:
    put(site, "/register.pdf", REPORT)
    read(site, folder)
    site.files["/register.pdf"] = (200, PDF, files.pdf("The register of 2020"))
    read(site, folder, SWEEP_DAYS=0)
    assert site.asked() == []
    made_older(folder, days=31)
    assert "documents: 1 replaced" in read(site, folder).out
    read(site, folder)
    assert site.asked() == []
    del site.files["/register.pdf"]
    for gone in (False, True):
        made_older(folder, days=31)
        read(site, folder)
        assert rows(folder, "select missing_since is not null, gone_at is not null from documents") == [(1, int(gone))]
    made_older(folder, days=31)
    read(site, folder)
    assert site.asked() == []


def made_older(folder: Path, days: int) -> None:
    """As if all documents had been looked at so many days earlier."""
    with closing(sqlite3.connect(folder / "archive.db", isolation_level=None)) as db:
        for column in ("checked_at", "missing_since"):
            db.execute(f"update documents set {column} = strftime('%Y-%m-%dT%H:%M:%SZ', {column}, ?)", [f"-{days} days"])


def test_what_is_not_obtained_is_a_gap_with_its_reason(site: LibrarySite, folder: Path) -> None:
    link(site, "/gone.pdf")
    put(site, "/page.pdf", b"<!doctype html><html><body>Log in first", piece=0)
    put(site, "/login.pdf", b"<!doctype html><html><body>Log in first", mime="text/html")
    put(site, "/large.pdf", files.pdf(*["many words"] * 2000))
    site.files["/moved.pdf"] = (302, PDF, "http://127.0.0.1:9/secret.pdf")
    link(site, "/moved.pdf")
    run = read(site, folder, DOCUMENT_MAXSIZE=100_000)
    found = {ref.removeprefix(site.home): (reason, explained) for ref, reason, explained in rows(folder, GAPS)}
    assert found == {
        "/gone.pdf": ("answers 404", 1),
        "/page.pdf": ("is a page, though it is called application/pdf", 1),
        "/login.pdf": ("is no document, but a page", 1),
        "/large.pdf": ("larger than DOCUMENT_MAXSIZE", 1),
        "/moved.pdf": ("leads to 127.0.0.1:9, which is not asked", 1),
    }
    assert "documents: 5 not obtained" in run.out
    read(site, folder)
    assert site.asked("/gone.pdf", "/large.pdf") == []


def test_documents_on_another_host_are_not_asked_for_unless_it_is_named(site: LibrarySite, folder: Path) -> None:
    with LibrarySite() as other:
        other.files["/afar.pdf"] = (200, PDF, REPORT)
        link(site, f"{other.home}/afar.pdf")
        host = other.home.removeprefix("http://")
        assert f"documents: 1 on hosts that DOCUMENT_HOSTS does not name ({host}: 1)" in read(site, folder).out
        assert other.requests == []
        assert "documents: 1 captured" in read(site, folder, DOCUMENT_HOSTS=host).out
        assert other.requests == ["/robots.txt", "/afar.pdf"]


def test_a_budget_leaves_the_others_for_the_next_run(site: LibrarySite, folder: Path) -> None:
    for number in range(3):
        put(site, f"/{number}.pdf", files.pdf(f"number {number}"), piece=number)
    assert "documents: 2 captured, 1 left for the next run" in read(site, folder, "documents=budget", DOCUMENT_BUDGET=2).out
    assert "documents: 1 captured" in read(site, folder, "documents=budget", DOCUMENT_BUDGET=2).out


def test_a_reading_that_takes_too_long_is_cut_off_and_the_document_is_kept(site: LibrarySite, folder: Path) -> None:
    bomb = files.pdf_bomb(64 << 20)
    put(site, "/bomb.pdf", bomb)
    put(site, "/register.pdf", REPORT)
    read(site, folder, EXTRACT_SECONDS=1)
    [(number, _, text, note, size, digest, _)] = rows(folder, STATE, "%bomb.pdf")
    assert (number, text, size, digest) == (1, "", len(bomb), sha256(bomb))
    assert note
    assert [text for _, _, text, *_ in rows(folder, STATE, "%register.pdf")] != [""]


def test_what_a_killed_run_captured_is_taken_and_not_asked_for_again(site: LibrarySite, folder: Path) -> None:
    put(site, "/register.pdf", REPORT)
    read(site, folder)
    before = rows(folder, STATE, "%register.pdf")
    change(folder, "update documents set state_id = null", "delete from document_states", "delete from captures where door = 'document'")
    read(site, folder)
    assert site.asked() == []
    assert rows(folder, STATE, "%register.pdf") == before


def test_what_other_code_read_is_read_again_out_of_the_record(site: LibrarySite, folder: Path) -> None:
    put(site, "/register.pdf", REPORT)
    read(site, folder)
    before = rows(folder, STATE, "%register.pdf")
    change(folder, "update document_states set text = 'old', extractor = 'documents 0'")
    read(site, folder)
    assert site.asked() == []
    assert rows(folder, STATE, "%register.pdf") == before
    assert rows(folder, "select count(*) from documents_fts where documents_fts match 'crews'") == [(1,)]


def test_verify_finds_a_digest_that_is_not_the_documents(site: LibrarySite, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(site, "/register.pdf", REPORT)
    site.head = '<link rel="stylesheet" href="/main.css">'
    site.files["/main.css"] = (200, "text/css", "p { margin: 0 }")
    read(site, folder, "assets=all")
    assert archive(["verify", "--archive-dir", str(folder)]) == 0
    capsys.readouterr()
    change(folder, "update document_states set digest = 'sha256:0'", "update assets set digest = 'sha256:0'")
    assert archive(["verify", "--archive-dir", str(folder)]) != 0
    said = capsys.readouterr().out
    assert "document state 1: the digest is not that of capture" in said
    assert "asset 1: the digest is not that of capture" in said


def change(folder: Path, *statements: str) -> None:
    db = sqlite3.connect(folder / "archive.db", isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()


# the text of files


@pytest.mark.parametrize(
    ("form", "content", "shown"),
    [
        ("pdf", REPORT, DocumentText("Harbour register", "The harbour register of 2019\n\nIt names four crews", None)),
        ("pdf", files.encrypted(REPORT, ""), DocumentText("Harbour register", "The harbour register of 2019\n\nIt names four crews", None)),
        ("pdf", files.encrypted(REPORT, "secret"), DocumentText(note="it is encrypted")),
        ("pdf", files.pdf(""), DocumentText(note="it holds no text: its pages may be pictures")),
        ("pdf", b"GIF89a", DocumentText(note="it is no PDF file")),
        ("docx", files.docx("One", "Two & three", title="A report"), DocumentText("A report", "One\nTwo & three", None)),
        ("pdf", files.docx("One"), DocumentText("", "One", None)),
        ("docx", files.docx_bomb(80 << 20), DocumentText(note="it unpacks to more than 64 MB")),
        ("docx", files.zipped({"word/document.xml": "<w:p"}), DocumentText(note="it is broken: XMLSyntaxError")),
        ("docx", b"PK\x03\x04 and nothing", DocumentText(note="it is broken: BadZipFile")),
        ("zip", files.zipped({"a.jpg": b"picture"}), DocumentText(note="no text is read in files of this format")),
        ("odt", files.odt("One", "Two<text:s/>three"), DocumentText("", "One\nTwo three", None)),
        ("xlsx", files.xlsx(["Port", "Crews"], ["Ansel", "4"]), DocumentText("", "Port\tCrews\nAnsel\t4", None)),
        ("pptx", files.pptx("First slide", "Second slide"), DocumentText("", "First slide\nSecond slide", None)),
        ("epub", files.epub("First chapter", "Second chapter"), DocumentText("", "First chapter\nSecond chapter", None)),
        ("txt", "\ufeffÅland".encode(), DocumentText("", "Åland", None)),
        ("csv", "Hafen;Boote\nÖland;4\n".encode("windows-1252") * 20, DocumentText("", ("Hafen;Boote\nÖland;4\n" * 20).strip(), None)),
        ("txt", b"\0\1\2", DocumentText(note="it is no text, though its name says so")),
        ("doc", b"\xd0\xcf\x11\xe0", DocumentText(note="no text is read in files of this format")),
    ],
)
def test_each_format_gives_its_text_or_says_why_not(form: str, content: bytes, shown: DocumentText) -> None:
    assert document_text(content, form, 10) == shown


def test_a_broken_pdf_says_so() -> None:
    for content in (b"%PDF-1.7", REPORT[:300], b"%PDF-1.4\n" + b"\0" * 500, REPORT.replace(b"/Type /Pages", b"/Type /Nothi")):
        read = document_text(content, "pdf", 10)
        assert read.note is not None or read.text, content


def test_of_a_pdf_that_takes_too_long_the_first_pages_are_read() -> None:
    read = document_text(files.pdf(*["a page of many"] * 5000), "pdf", 0.05)
    assert read.text.startswith("a page of many")
    assert read.note is not None and read.note.endswith("of 5,000 pages: the others would have taken too long")


def test_entities_of_office_files_are_not_followed() -> None:
    secret = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "yyyy">]>'
    bad = files.zipped(
        {"word/document.xml": f'{secret}<w:document xmlns:w="{files.W}"><w:p><w:t>a</w:t><w:t>&x;&y;</w:t></w:p></w:document>'}
    )
    assert document_text(bad, "docx", 10).text == "a"


@pytest.mark.parametrize(
    ("url", "form", "name"),
    [
        ("https://example.org/files/Report%202019.PDF?v=2#page=3", "pdf", "Report 2019.PDF"),
        ("https://example.org/download.php?file=tables/list.xlsx&x=1", "xlsx", "download.php"),
        ("https://example.org/report.pdf/", "pdf", "report.pdf"),
        ("https://example.org/2019/about-pdf", "", "about-pdf"),
        ("mailto:a@example.org?subject=a.pdf", "", "a@example.org"),
        ("https://[bad/x.pdf", "", ""),
    ],
)
def test_an_address_says_which_format_it_names(url: str, form: str, name: Any) -> None:
    assert document_format(url) == form
    if form:
        assert file_name(url) == name

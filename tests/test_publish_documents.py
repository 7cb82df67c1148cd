"""Documents and embedded players on the pages: what is held is found and named, what is not is named too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.__main__ import main as archive
from archive.db.connection import open_for_writing
from archive.text.embeds import embed_in
from tests.publish_archive import HOME, SHA, build_archive
from tests.publish_site import RAID, Site

AT = "2024-01-01T06:00:00Z"
FILM = (
    '<p><a href="https://www.youtube.com/embed/x?a=1&amp;b=2" rel="noopener nofollow">https://www.youtube.com/embed/x?a=1&amp;b=2</a></p>'
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = build_archive(tmp_path_factory.mktemp("documents"))
    db = open_for_writing(folder)
    for number, name in ((1, "register.pdf"), (2, "secret.docx")):
        db.execute(
            "insert into captures select ?, crawl_id, null, 'document', ?, captured_at, 200, 'application/pdf', 'd', ?, 'r', filename, ?,"
            " 9, null from captures where id = 12",
            [950 + number, HOME + name, f"id {number}", 950 + number],
        )
    document = "insert into documents(id, site_id, url, name, first_seen_at, last_seen_at, missing_since) values (?, 1, ?, ?, ?, ?, ?)"
    for row in ((1, "register.pdf", None), (2, "secret.docx", AT), (3, "gone.pdf", None)):
        db.execute(document, [row[0], HOME + row[1], row[1], AT, AT, row[2]])
    state = """insert into document_states(id, document_id, number, seen_at, last_seen_at, capture_id, digest, bytes, title, text, note,
               extractor, extracted_at) values (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, 'x', ?)"""
    db.execute(state, [7, 1, AT, AT, 951, SHA, 2048, "Harbour register", "It names four zeppelins.", "3 of 9 pages cannot be read", AT])
    db.execute(state, [8, 2, AT, AT, 952, SHA, 4096, "", "A zeppelin over Marib, unpublished.", None, AT])
    db.execute("update documents set state_id = id + 6 where id < 3")
    for article, number in ((1, 1), (2, 1), (1, 2), (1, 3)):
        db.execute("insert into article_documents values (?, ?, ?)", [article, number, AT])
    db.execute(
        f"insert into gaps(site_id, kind, ref, reason, explained, since) values (1, 'document', '{HOME}gone.pdf', 'answers 404', 1, '')"
    )
    db.execute("insert into links values (2, 77, 'https://afar.example/table.xlsx#a', 'afar.example', 'table', null)")
    [revision] = db.execute("select revision_id from articles where id = 2").fetchone()
    db.execute(
        "insert into blocks(revision_id, position, kind, text, html, rule, fingerprint) values (?, 90, 'caption', '', ?, 'media', 'f')",
        [revision, FILM],
    )
    db.conn.close()
    return folder


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with closing(Site(folder)) as site:
        yield site


CHARTER = "/www.example.org/2014/04/charter"


def test_the_page_of_an_article_names_its_documents(site: Site) -> None:
    text = site.text(RAID)
    assert "Harbour register register.pdf, 2 kB, captured 1 January 2024" in text
    assert "3 of 9 pages cannot be read" in text
    assert "missing from its site since" in text
    assert "gone.pdf not captured: answers 404" in text
    assert 'href="/record/951"' in site.get(RAID).text
    assert "table.xlsx not captured: it was not asked for" in site.text(CHARTER)


def test_documents_are_found_by_their_text_and_lead_to_their_record(site: Site) -> None:
    page = site.get("/search?q=in:documents+zeppelin").text
    assert 'href="/record/951"' in page and 'href="/record/952"' in page
    assert "2 documents" in site.text("/search?q=in:documents+zeppelin")
    assert site.get("/search?q=in:documents+zeppel*").text.count("<mark>") == page.count("<mark>") > 0
    assert "In documents" in site.text("/search?q=zeppelin")
    assert "1 document " in site.text("/search?q=in:documents+is:missing")
    assert "secret.docx" not in site.text("/search?q=in:documents+zeppelin+-unpublished")
    assert "2 documents" in site.text("/search?q=in:documents")
    rows = site.get("/search.json?q=in:documents+zeppelins").json()["hits"]
    assert sorted((row["kind"], row["title"], row["original"]) for row in rows) == [
        ("document", "Harbour register", f"{HOME}register.pdf"),
        ("document", "secret.docx", f"{HOME}secret.docx"),
    ]
    assert site.get("/search.csv?q=in:documents+zeppelin").text.count("/record/95") == 2
    assert site.get("/archive/documents.json?_search=zeppelin&_shape=array").json()[0]["name"]


def test_a_player_that_is_not_held_is_named_at_its_place(site: Site) -> None:
    assert "Here the site embeds a video from youtube.com. This archive does not hold it." in site.text(CHARTER)
    assert 'href="https://www.youtube.com/embed/x?a=1&amp;b=2"' in site.get(CHARTER).text


def test_status_counts_what_is_not_held(site: Site, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = "1 of 3 documents, 1 embedded video or post"
    assert said in site.text("/status")
    archive(["status", "--archive-dir", str(folder)])
    assert "pictures, 1 of 3 documents, 1 embedded video or post" in capsys.readouterr().out


def test_a_document_that_only_a_withheld_article_links_is_withheld_with_it(site: Site, folder: Path) -> None:
    assert archive(["withhold", f"{HOME}2014/03/raid", "--reason", "a court", "--archive-dir", str(folder)]) == 0
    try:
        for path in (
            "/search?q=in:documents+zeppelin",
            "/search.json?q=in:documents",
            "/archive/documents.json",
            "/archive/document_states.json",
        ):
            answer = site.get(path).text
            assert "register" in answer and "unpublished" not in answer and "secret.docx" not in answer, path
        sql = "select count(*) from documents_fts where documents_fts match 'unpublished'"
        assert site.get(f"/archive.json?_shape=arrayfirst&sql={sql}").json() == [0]
        assert site.get("/archive/captures.json?url=" + f"{HOME}secret.docx&_shape=array").json() == []
        assert "gone.pdf" not in site.get("/archive/gaps.json").text
    finally:
        assert archive(["withhold", f"{HOME}2014/03/raid", "--undo", "--archive-dir", str(folder)]) == 0


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://player.vimeo.com/video/1", "video"),
        ("https://example.org/film.mp4", "video"),
        ("https://example.org/film.mp4?x=1", "video"),
        ("https://w.soundcloud.com/player/?url=x", "audio"),
        ("https://t.me/durov/43", "post"),
        ("https://www.facebook.com/plugins/video.php?href=x", "video"),
        ("https://www.facebook.com/plugins/post.php?href=x", "post"),
        ("https://notx.com/a", "content"),
        ("https://example.org/report.pdf", "document"),
        ("javascript:alert(1)", None),
    ],
)
def test_what_is_embedded_is_called_by_its_kind(address: str, kind: str | None) -> None:
    embed = embed_in("caption", "media", f'<p><a href="{address}" rel="x">{address}</a></p>')
    assert (embed.kind if embed else None) == kind
    assert embed_in("body", "container", f'<p><a href="{address}" rel="x">{address}</a></p>') is None

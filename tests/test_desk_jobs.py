"""Six jobs that people come with, done in a real browser from the home page on, and counted in clicks.

Skipped where Playwright or a Chromium is missing.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import CHROMIUM, served

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def address(captured: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = shutil.copytree(captured, tmp_path_factory.mktemp("archive") / "captured")
    (folder / "spellings.txt").write_text("Maareb, Marib\n", encoding="utf-8")
    with served(folder) as running:
        yield running


class Reader:
    """A person before the home page. ``clicks``: how often they clicked, or sent what they typed."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks = page, 0
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto("/")

    def click(self, name: str, within: str = "body", role: str = "link", which: int = 0) -> None:
        self.page.locator(within).get_by_role(role, name=name).nth(which).click()
        self.clicks += 1

    def open(self, summary: str) -> None:
        self.page.get_by_text(summary, exact=True).click()
        self.clicks += 1

    def ask(self, label: str, words: str) -> None:
        field = self.page.get_by_label(label, exact=True)
        field.fill(words)
        field.press("Enter")
        self.clicks += 1

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())


@pytest.fixture
def reader(browser: Any, address: str) -> Iterator[Reader]:
    context = browser.new_context(base_url=address, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Reader(context.new_page())
    context.close()


def test_a_journalist_cites_a_silent_edit_before_and_after_in_four_clicks(reader: Reader) -> None:
    reader.click("Silent edits")
    assert "Drone strike kills" in reader.text and "not declared by the article" in reader.text
    reader.click("Compare and cite")
    assert "a number changed, not declared" in reader.text and not reader.faults
    reader.click("Copy", within="#cite", role="button")
    reader.page.get_by_role("button", name="Copied").wait_for()
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert "/compare/20240101060010..20240201060010/www.example.org/2014/03/raid" in copied and "sha256:" in copied
    assert reader.clicks <= 4


def test_a_lawyer_has_the_record_that_says_that_a_comment_is_missing_in_four_clicks(reader: Reader) -> None:
    reader.click("All removals")
    assert "This comment was removed." in reader.text and "not yet confirmed" in reader.text
    reader.click("record", within="article.change")
    with reader.page.expect_download() as download:
        reader.click("WARC record")
    assert gzip.decompress(Path(download.value.path()).read_bytes()).startswith(b"WARC/1.")
    assert reader.clicks <= 4


def test_an_editor_learns_when_a_phrase_was_removed_in_three_clicks(reader: Reader) -> None:
    reader.click("Changes", within=".site-head")
    reader.open("Phrase and dates")
    reader.ask("Added or removed this phrase", "kills four")
    assert (
        "The phrase was removed here." in reader.text and "between 1 January 2024, 06:00 UTC and 1 February 2024, 06:00 UTC" in reader.text
    )
    assert reader.clicks <= 3


def test_a_historian_finds_what_is_asked_and_not_its_opposite_in_two_clicks(reader: Reader) -> None:
    reader.ask("Search articles and comments", "marib NOT drone")
    assert "Charter of a new emirate" in reader.text and "Drone strike kills five" not in reader.text
    reader.click("Charter of a new emirate")
    assert "The charter, published on Sunday" in reader.text and reader.clicks <= 2


def test_a_librarian_sees_what_lacks_and_why_in_one_click(reader: Reader) -> None:
    told = reader.page.locator(".coverage").first.inner_text()
    reader.click("How complete is this?", within=".site-foot")
    assert re.search(r"\d+ of \d+", told) and reader.page.locator(".coverage").first.inner_text() == told
    assert "failed unexplained" in reader.text and "password explained" in reader.text and reader.clicks <= 1


def test_an_operator_sees_what_was_refused_and_how_to_answer_in_two_clicks(reader: Reader) -> None:
    reader.click("Status", within=".site-head")
    reader.click("compare it with what is held")
    assert "python -m archive accept" in reader.text and reader.clicks <= 2


def test_a_researcher_takes_the_attention_to_a_name_into_a_frame_in_three_clicks(reader: Reader) -> None:
    pandas: Any = pytest.importorskip("pandas", reason="pandas is not installed; .ci/run has it")
    reader.click("Mentions", within=".site-head")
    reader.ask("Term 1", "Maareb")
    assert "Counted as one name: Maareb, Marib" in reader.text
    with reader.page.expect_download() as download:
        reader.click("The numbers as CSV")
    frame = pandas.read_csv(download.value.path(), parse_dates=["period_start"])
    assert {"articles", "all_articles", "comments", "all_comments"} <= {*frame.columns} and reader.clicks <= 3
    assert frame[frame.period_start.dt.year == 2014].articles.sum() == 2, "both articles write Marib"


def test_a_number_says_what_it_counts_when_it_is_tapped(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address, has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/status")
    page.locator("data.count[data-count='comments.there']").first.tap()
    page.get_by_role("status").get_by_text("without pings").wait_for()
    context.close()

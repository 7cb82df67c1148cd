"""Spellings accepted and refused on the page by who is logged in: kept beside the archive, used at once, and joined with the command's."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.errors import StorageError
from archive.publish.mentions.spelling_book import SpellingBook
from archive.publish.server.serve import build_server
from archive.publish.server.service import Service
from archive.queries.spelling_decisions import (
    DIFFERENT,
    SAME,
    SPELLING_BOOK,
    SpellingDecision,
    decided_on_pages,
    pair_ref,
    standing_decisions,
)
from tests.browsing import CHROMIUM, launched, served, violations
from tests.literal import HOME, Desk, article
from tests.publish_site import Site

FORM = {"name": "Sahil", "other": "Saheel", "value": "same", "back": "q=Sahil&per=year"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spellings") / "archive"
    desk = Desk(folder)
    for number, text in enumerate(("The Sahil Movement met. The government writes Saheel.", "Saheel said no. Sahel is another."), 1):
        desk.see(
            article((text,), source_id=str(number), url=f"{HOME}{number}", published_at="2014-03-07T08:00:00Z", published_on="2014-03-07")
        )
    desk.warc.close()
    desk.store.close()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "archive"))


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    site = Site(folder, service=Service(spellings=True))
    yield site
    site.close()


class Person:
    """A browser that is logged in, or not."""

    def __init__(self, site: Site, name: str | None = "ann") -> None:
        self.site = site
        self.cookies = {"ds_actor": site.datasette.sign({"a": {"id": name}}, "actor")} if name else {}
        self.token = ""

    def look(self, query: str = "q=Sahil&per=year") -> httpx.Response:
        answer = self.site.get(f"/mentions?{query}", cookies=self.cookies)
        self.cookies |= dict(answer.cookies)
        found = re.search(r'name="csrftoken" value="([^"]+)"', answer.text)
        self.token = found[1] if found else ""
        return answer

    def decide(self, **changed: str) -> httpx.Response:
        sent = FORM | {"csrftoken": self.token} | changed
        return self.site.ask("POST", "/mentions/spelling", data=sent, cookies=self.cookies)


def spellings(site: Site, name: str = "Sahil") -> list[str]:
    body: dict[str, Any] = site.get(f"/mentions.json?q={name}").json()
    return list(body["terms"][0]["spellings"])


def test_an_accepted_spelling_counts_at_once_for_everyone_and_the_archive_is_not_written(site: Site, folder: Path) -> None:
    archive = (folder / "archive.db").read_bytes()
    ann = Person(site)
    page = ann.look().text
    assert 'aria-label="The same name: Sahil and Saheel"' in page and "python -m archive label" not in page
    answer = ann.decide()
    assert (answer.status_code, answer.headers["location"]) == (303, "/mentions?q=Sahil&per=year#spellings")
    assert spellings(site) == ["Sahil", "Saheel"] and spellings(site, "saheel") == ["saheel", "Sahil"]
    assert "2 articles" in site.text("/search?q=in:articles+name:sahil")
    shown = Person(site, None).look().text
    assert "Counted as one name: Sahil, Saheel" in shown and "are one name" in shown and "ann" not in re.sub("<[^>]+>", " ", shown).split()
    assert '<form class="decide"' not in shown and "by ann" in ann.look().text
    assert (folder / "archive.db").read_bytes() == archive and SPELLING_BOOK not in {*site.datasette.databases}
    assert site.get(f"/{SPELLING_BOOK}").status_code == 404


def test_a_refused_spelling_is_proposed_no_more_and_a_decision_is_taken_back(site: Site) -> None:
    ann = Person(site)
    ann.look()
    proposal = 'aria-label="The same name: Sahil and Saheel"'
    ann.decide(value="different")
    page = ann.look().text
    assert proposal not in page and "are different names" in page
    ann.decide(value="undone")
    assert proposal in ann.look().text
    ann.decide()
    ann.decide(name="Saheel", other="Sahil", value="undone")
    assert spellings(site) == ["Sahil"]


def test_nobody_decides_who_is_not_logged_in_or_comes_from_another_site(site: Site, folder: Path) -> None:
    ann, nobody = Person(site), Person(site, None)
    ann.look()
    nobody.look()
    assert nobody.token == "" and nobody.decide().status_code == 403
    token = ann.token
    assert ann.decide(csrftoken="guessed").status_code == 403
    ann.cookies.pop("ds_csrftoken")
    assert ann.decide(csrftoken=token).status_code == 403
    bare = site.ask("POST", "/mentions/spelling", data=FORM, cookies=ann.cookies)
    assert bare.status_code == 403
    assert site.get("/mentions/spelling", cookies=ann.cookies).status_code == 405
    assert decided_on_pages(folder) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"other": "Sahhil"}, "No article and no comment has Sahhil: is it written so?"),
        ({"other": "SAHIL"}, "Write two spellings that differ"),
        ({"other": "   "}, "Write two spellings that differ"),
        ({"other": "a = b"}, "Write two spellings that differ"),
        ({"other": "x" * 300}, "Write two spellings that differ"),
        ({"other": "<script>alert(1)</script>"}, "is it written so?"),
        ({"value": "maybe"}, "A decision is same, different or undone."),
    ],
)
def test_what_the_command_would_refuse_is_refused_with_its_reason(site: Site, folder: Path, changed: dict[str, str], said: str) -> None:
    ann = Person(site)
    ann.look()
    answer = ann.decide(**changed)
    assert answer.status_code == 400 and said in answer.text and "<script>alert" not in answer.text
    assert decided_on_pages(folder) == []


def test_the_way_back_leads_nowhere_else(site: Site) -> None:
    ann = Person(site)
    ann.look()
    for back in ("//evil.example/", "q=a\r\nset-cookie: x=1", "https://evil.example/?q=1"):
        answer = ann.decide(back=back)
        assert answer.headers["location"].startswith("/mentions?") and "\n" not in answer.headers["location"]
        assert "set-cookie" not in answer.headers


def test_what_is_answered_to_who_is_logged_in_is_kept_by_no_cache(site: Site) -> None:
    assert "private" in Person(site).look().headers["cache-control"]
    assert site.get("/mentions").headers["cache-control"] == "no-cache"


def test_without_the_operators_word_nobody_decides_on_a_page(folder: Path) -> None:
    site = Site(folder, service=Service(notebook=True))
    ann = Person(site)
    assert "python -m archive label --spelling Sahil Saheel" in ann.look().text and ann.token == ""
    assert ann.decide().status_code == 403 and not (folder / SPELLING_BOOK).exists()
    site.close()


def test_of_two_decisions_the_later_one_counts_wherever_it_was_given() -> None:
    ref = pair_ref("Sahil", "Saheel")
    early, late = SpellingDecision(ref, SAME, "2026-01-01T00:00:00Z", "ann"), SpellingDecision(ref, DIFFERENT, "2026-02-01T00:00:00Z")
    assert standing_decisions([early, late]) == standing_decisions([late, early]) == [late]
    assert standing_decisions([early, late._replace(value="undone")]) == []
    assert standing_decisions([early, late._replace(decided_at=early.decided_at)])[0].value == DIFFERENT


def label(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(commands, ["label", *arguments, "--archive-dir", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_lists_and_takes_back_what_was_decided_on_a_page(folder: Path) -> None:
    book = SpellingBook(folder)
    book.create()
    book.decide("ann", "Sahil", "Saheel", SAME)
    assert label(folder, "--list").splitlines()[-1].endswith("  Saheel = Sahil  same  (on a page, by ann)")
    site = Site(folder)  # a server that takes no decisions uses those that were taken
    assert spellings(site) == ["Sahil", "Saheel"]
    label(folder, "--spelling", "Sahil", "Saheel", "--undo")
    assert spellings(site) == ["Sahil"]
    site.close()


LOGIN = """
from datasette import hookimpl

@hookimpl
def actor_from_request(request):
    return {"id": request.headers["x-test-user"]} if "x-test-user" in request.headers else None
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_person_accepts_a_spelling_in_one_click_without_a_script(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "login.py").write_text(LOGIN)
    with served(folder, "--spellings", "--plugins-dir", str(tmp_path / "plugins")) as home, launched() as browser:
        for scripts in (False, True):
            page = browser.new_context(base_url=home, extra_http_headers={"x-test-user": "ann"}, java_script_enabled=scripts).new_page()
            faults: list[str] = []
            page.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
            page.goto("/mentions?q=Sahil")
            page.get_by_role("button", name="The same name: Sahil and Saheel").click()
            assert page.get_by_text("Counted as one name: Sahil, Saheel").is_visible() and page.url.endswith("#spellings")
            assert faults == [] and (not scripts or violations(page) == [])
            page.get_by_role("button", name="Take back: Saheel and Sahil").click()
            page.context.close()


def test_a_book_that_cannot_be_written_is_one_line_and_nothing_is_served(folder: Path) -> None:
    (folder / SPELLING_BOOK).mkdir()
    with pytest.raises(StorageError, match=r"cannot use .*spellings\.db"):
        build_server(folder, service=Service(spellings=True))

"""What is new in what a reader keeps, the notebooks of accounts, and which footnote belongs to which mark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from markupsafe import Markup

from archive.errors import StorageError
from archive.publish.notebook import accounts
from archive.publish.reading.footnotes import with_notes
from archive.publish.server.serve import build_server
from archive.publish.server.service import Service
from tests.publish_archive import HOME, build_archive
from tests.publish_site import Site


@pytest.fixture
def site(example: Site) -> Site:
    return example


def news(site: Site, *asked: tuple[str, str]) -> list[str]:
    query = "&".join(f"of={quote(about)}&since={since}" for about, since in asked)
    told = site.get(f"/notebook/new.json?{query}").json()["new"]
    assert isinstance(told, list)
    return told


def test_news_are_told_in_the_order_of_the_questions(site: Site) -> None:
    long_ago, between, late = "2023-01-01T00:00:00Z", "2024-01-15T00:00:00Z", "2025-01-01T00:00:00Z"
    raid = f"url:{HOME}2014/03/raid"
    assert news(site, (raid, long_ago), (raid, between), (raid, late)) == ["4 new comments, 1 edit", "1 edit", ""]
    assert news(site, (f"url:{HOME}2015/05/gone", between)) == ["missing from its site"]
    assert news(site, ("q:marib", between), ("q:in:comments convoy", long_ago)) == ["1 new or edited article", "1 new comment"]
    assert news(site, ("url:nonsense", long_ago), ("q:marib", "yesterday"), ("", long_ago)) == ["", "", ""]
    assert news(site) == []


def test_no_more_searches_are_made_than_one_question_may_cost(site: Site) -> None:
    told = news(site, *[("q:marib", "2023-01-01T00:00:00Z")] * 25)
    assert sum(map(bool, told)) == 20


def test_footnotes_are_tied_to_their_marks_by_the_names_that_sites_give() -> None:
    def tied(mark: str, back: str) -> bool:
        blocks = [Markup(f'<p>x <a href="{mark}">1</a></p>'), Markup(f'<ol><li><p>note <a href="{back}">↩</a></p></li></ol>')]
        first, second = with_notes(blocks, "https://e.org/a")
        return 'id="mark-1" href="#note-1"' in first and '<li id="note-1"><p>note <a class="note-back" href="#mark-1"' in second

    for mark_name, back_name in (
        ("#fn-1", "#fnref-1"),
        ("#_ftn2", "#_ftnref2"),
        ("https://e.org/a#footnote-3", "https://e.org/a/#footnote-ref-3"),
        ("#4be2-aa", "#4be2-aa-link"),
        ("#easy-footnote-bottom-1-77", "#easy-footnote-1-77"),
        ("#fn:note", "#fnref:note"),
        ("#cite_note-1", "#cite_ref-1"),
        ("#sdfootnote1sym", "#sdfootnote1anc"),
    ):
        assert tied(mark_name, back_name), mark_name
    for mark_name, back_name in (("#fn-1", "#fnref-2"), ("#fn-1", "#fn-1"), ("https://other.org/a#fn-1", "#fnref-1"), ("#top", "#bottom")):
        assert not tied(mark_name, back_name), mark_name


ITEM = {"id": "/search?q=x", "kind": "search", "path": "/search?q=x", "title": "x", "note": "“why?”"}


class Account:
    """A browser that is logged in, or not."""

    def __init__(self, site: Site, name: str | None) -> None:
        self.site = site
        self.cookies = {"ds_actor": site.datasette.sign({"a": {"id": name}}, "actor")} if name else {}

    def get(self, path: str = "/notebook.json") -> httpx.Response:
        answer = self.site.get(path, cookies=self.cookies)
        self.cookies |= dict(answer.cookies)
        return answer

    def post(self, body: object, **headers: str) -> httpx.Response:
        sent = {"content-type": "application/json"} | headers
        return self.site.ask("POST", "/notebook.json", content=json.dumps(body), headers=sent, cookies=self.cookies)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(build_archive(tmp_path_factory.mktemp("shared")), service=Service(notebook=True)) as own:
        yield own


def test_an_account_has_a_notebook_of_its_own_beside_the_archive(shared: Site) -> None:
    folder = Path(shared.datasette.get_database("archive").path).parent
    archive = (folder / "archive.db").read_bytes()
    ann, bob = Account(shared, "ann"), Account(shared, "bob")
    token = ann.get().json()["csrf"]
    assert ann.post({"put": [ITEM, ITEM | {"id": "2"}], "drop": []}, **{"x-csrftoken": token}).status_code == 200
    assert ann.post({"put": [ITEM | {"note": "because"}], "drop": ["2"]}, **{"x-csrftoken": token}).status_code == 200
    told = ann.get().json()
    assert (told["account"], told["items"]) == ("ann", [ITEM | {"note": "because"}])
    assert bob.get().json()["items"] == [] and "under your account <b>ann</b>" in ann.get("/notebook").text
    assert (folder / "archive.db").read_bytes() == archive and (folder / "notebook.db").exists()
    assert shared.get("/notebook.db").status_code == 404 and "notebook" not in shared.datasette.databases


def test_nobody_else_can_change_a_notebook(shared: Site) -> None:
    ann = Account(shared, "ann")
    token = ann.get().json()["csrf"]
    before = ann.get().json()["items"]
    for headers in ({}, {"x-csrftoken": "guessed"}, {"x-csrftoken": token, "content-type": "text/plain"}):
        assert ann.post({"put": [ITEM | {"id": "3"}]}, **headers).status_code == 403, headers
    ann.cookies.pop("ds_csrftoken")
    assert ann.post({"put": [ITEM | {"id": "3"}]}, **{"x-csrftoken": token}).status_code == 403
    assert Account(shared, "ann").get().json()["items"] == before
    stranger = Account(shared, None)
    assert stranger.get().status_code == 403 and stranger.post({"put": [ITEM]}).status_code == 403
    assert "no-store" in stranger.get().headers["cache-control"]
    assert shared.ask("PUT", "/notebook.json", cookies=ann.cookies).status_code in (403, 405)


@pytest.mark.parametrize(
    "put",
    [
        [1],
        [{**ITEM, "path": "//evil.example/"}],
        [{**ITEM, "path": "javascript:x"}],
        [{**ITEM, "kind": "script"}],
        [{**ITEM, "id": ""}],
        [{**ITEM, "title": None}],
        [ITEM, {**ITEM, "note": "x" * 30_000}],
        [{**ITEM, "id": str(number)} for number in range(accounts.MOST_ITEMS + 1)],
        7,
    ],
)
def test_what_is_no_notebook_is_refused_whole(shared: Site, put: object) -> None:
    cay = Account(shared, "cay")
    token = cay.get().json()["csrf"]
    answer = cay.post({"put": put}, **{"x-csrftoken": token})
    assert answer.status_code == 400 and answer.json()["error"].startswith("Not kept: ") and cay.get().json()["items"] == []


def test_without_the_operators_word_nothing_is_kept_here(site: Site) -> None:
    assert Account(site, "ann").get().status_code == 403
    page = site.get("/notebook").text
    assert "They live in this browser only" in page and "data-notebook" not in page
    assert not (Path(site.datasette.get_database("archive").path).parent / "notebook.db").exists()


def test_a_notebook_that_cannot_be_written_is_one_line_and_nothing_is_served(tmp_path: Path) -> None:
    folder = build_archive(tmp_path)
    (folder / "notebook.db").mkdir()
    with pytest.raises(StorageError, match=r"cannot use .*notebook\.db"):
        build_server(folder, service=Service(notebook=True))

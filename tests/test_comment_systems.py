"""Threads of other systems than WordPress, and lists that are no threads: a page each in pages/threads, in our own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.extract.comments.read import read_thread
from crawler.extract.dom.document import Document
from crawler.extract.dom.parsing import parse
from tests.pages.threads.rewrite import ADDRESS, AROUND, shown, thread

THREADS = Path(__file__).parent / "pages" / "threads"
EXPECTED = json.loads((THREADS / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(path.stem for path in THREADS.glob("*.html")))
def test_thread_is_read_in_the_markup_of(name: str) -> None:
    found = thread((THREADS / f"{name}.html").read_text(encoding="utf-8"))
    assert [shown(comment) for comment in found] == EXPECTED.get(name, [])


def test_every_expectation_has_its_page() -> None:
    assert {name for name in EXPECTED if not (THREADS / f"{name}.html").exists()} == set()
    assert all(EXPECTED.get(path.stem) for path in THREADS.glob("*.html") if not path.stem.startswith("none-"))


def test_comment_without_a_number_keeps_its_made_up_one_when_another_comes_before_it() -> None:
    item = (
        '<li class="comment"><b class="author">{0}</b><span class="date">{1} May 2017</span><div class="text"><p>Says {0}.</p></div></li>'
    )
    around = '<ul class="comment-list">%s</ul>'
    first = thread(around % item.format("Ada", 3))
    both = thread(around % (item.format("Ben", 2) + item.format("Ada", 3)))
    assert [comment.source_id for comment in both][1:] == [comment.source_id for comment in first]


def test_made_up_number_does_not_hang_on_the_time_of_the_capture() -> None:
    page = AROUND % (
        '<ul class="comment-list"><li class="comment"><b class="author">Ada</b><span class="date">2 weeks ago</span>'
        '<div class="text"><p>Said.</p></div></li></ul>'
    )
    root = parse(page)
    assert root is not None
    numbers = {
        read_thread(Document(root), ADDRESS, language="en", captured_at=at).comments[0].source_id
        for at in ("2023-01-01T00:00:00Z", "2023-01-03T00:00:00Z")
    }
    assert len(numbers) == 1


def test_a_box_that_a_script_fills_in_is_no_comment() -> None:
    box = "<div class='comment'><span class='comment-author'>in reply to</span><div class='comment-text'>%s</div>%s</div>"
    found = thread(f"<div class='comments-list'>{box % ('', '')}{box % ('I was there.', '<time>May 3, 2019</time>')}</div>")
    assert [comment.text for comment in found] == ["I was there."]

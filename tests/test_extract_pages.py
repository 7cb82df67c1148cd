"""Own-made pages in the markup of real themes, with what should come out beside them (tests/pages/rewrite.py rewrites it)."""

from __future__ import annotations

import json

import pytest

from crawler.extract.page import extract_page
from crawler.site import Site
from tests.pages.rewrite import ADDRESSES, PAGES, expected


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_page_gives_what_its_golden_file_says(name: str) -> None:
    golden = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    assert expected(name) == golden


@pytest.mark.parametrize("name", ["journal_classes", "journal_bare", "journal_breaks"])
def test_journal_page_is_clean_with_and_without_class_names(name: str) -> None:
    article = expected(name)
    body = "\n".join(article["body"])
    assert article["byline"] and article["title"] and article["comments"]
    for word in ("donation", "gift", "Tags:", "Foundation", "says:", "Far Coast Journal", "Islamic state"):
        assert word not in body.replace("raised donations", "")
    kinds = {line.split(" ")[0] for line in article["cut"]}
    assert {"bio", "appeal", "tags"} <= kinds
    assert all(" | " in image and image.split(" | ")[1] for image in article["images"])


LINK = b"""<html><head><title>Five held in Tarn - Far Coast Journal</title></head><body class="single postid-9"><div class="post-9 hentry">
<h4>Today in</h4><h2 class="entry-title"><a href="https://wire.example/tarn">Five held in Tarn</a></h2>
<div class="meta">By Mara Lindqvist | May 2, 2008</div>
<div class="entry"><p>Mara Lindqvist is the editor of Far Coast Journal.</p>
<p>Support our work today: please consider a small donation.</p><p>Tags: , , ,</p></div>
</div></body></html>"""


def test_headline_that_only_points_elsewhere_is_a_link_without_text() -> None:
    article = extract_page(LINK, "https://journal.example/archives/2008/05/five_held_in_tarn.php")
    assert (article.kind, article.text, article.title) == ("link", "", "Five held in Tarn")
    assert [block.kind for block in article.blocks] == ["bio", "appeal", "tags"]


def test_sites_own_selector_and_rules_come_first() -> None:
    page = b"""<html><body class="single"><h1>Title here</h1>
    <div class="entry-content"><p>Teaser text that is long enough to be taken for the body of it.</p></div>
    <div id="real"><p>The body is here, and it is the text that counts.</p><p>Powered by a pod host.</p></div></body></html>"""
    site = Site("own", "https://own.example/", container="#real", boilerplate=(("appeal", "^Powered by"),))
    article = extract_page(page, "https://own.example/a", site=site)
    assert article.text == "The body is here, and it is the text that counts."
    assert [(block.kind, block.rule) for block in article.blocks] == [("body", "container"), ("appeal", "site:^Powered by")]


def test_empty_mark_does_not_hide_a_body_elsewhere() -> None:
    text = "".join(
        f"<p>Paragraph {i} of a text that the page builder put outside of the marked element, as such builders do.</p>" for i in range(9)
    )
    page = f'<html><body class="single"><h1>Title</h1><div class="entry-content"></div><div class="builder">{text}</div></body></html>'
    article = extract_page(page.encode(), "https://own.example/a")
    assert article.text.count("page builder") == 9


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", "empty"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>', "rss"),
        (b'<html><head><title>Page not found</title></head><body class="error404"><p>Nothing here.</p></body></html>', "does not exist"),
        (b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>", "challenge"),
        (b'<html><body class="archive category"><h1>Category</h1><article><p>Teaser</p></article></body></html>', "listing"),
        (
            b'<html><body class="page page-id-2"><h1>About</h1><div class="entry-content"><p>About us.</p></div></body></html>',
            "page of the site",
        ),
    ],
)
def test_page_that_is_no_article_says_why(page: bytes, reason: str) -> None:
    article = extract_page(page, "https://own.example/some/page")
    assert article.kind == "none"
    assert reason in article.warnings[0]


def test_article_over_several_pages_names_the_others_and_its_first() -> None:
    pager = "".join(f'<a href="https://own.example/2012/long.php/{n}" class="post-page-numbers">{n}</a>' for n in (2, 4))
    page = (
        f'<html><body class="single"><h1>Long</h1><div class="entry-content"><p>Text.</p>'
        f'<p class="post-nav-links">Pages: 1 {pager}</p></div></body></html>'
    )
    article = extract_page(page.encode(), "https://own.example/2012/long.php")
    assert article.next_pages == tuple(f"https://own.example/2012/long.php/{n}" for n in (2, 3, 4))
    assert article.text == "Text."


def test_pages_of_a_thread_are_counted_down_from_the_highest_number_seen() -> None:
    comment = (
        '<li class="comment depth-1" id="comment-9"><cite class="fn">A</cite>'
        '<a href="https://own.example/a/comment-page-4#comment-9">May 2, 2010</a><p>x</p></li>'
    )
    page = (
        f'<html><body class="single"><h1>T</h1><div class="entry-content"><p>Text.</p></div>'
        f'<ol class="commentlist">{comment}</ol><a href="https://own.example/a/comment-page-3#comments">'
        f"Older</a></body></html>"
    )
    article = extract_page(page.encode(), "https://own.example/a")
    assert article.comment_pages == tuple(f"https://own.example/a/comment-page-{n}" for n in (1, 2, 3))

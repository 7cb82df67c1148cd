"""REST answers to Articles and Comments; the same text as through the page."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.extract.page import extract_page
from crawler.extract.rest import UnreadRow, extract_comment, extract_comments, extract_post, extract_posts
from crawler.items import Author, Term

BODY = """
<figure class="wp-caption"><img src="/a.jpg" alt=""><figcaption>Caption.</figcaption></figure>
<p>First paragraph of the article, with a <a href="https://wire.example/1">link</a>.</p>
<h2>Part two</h2>
<p>Short line</p>
<ul><li>One</li><li>Two</li></ul>
<p><em>Ines Moor is an editor at the Nena Institute.</em></p>
<p>Thank you for reading. A small monthly contribution pays for maps.</p>
<p class="post-tags">Tags: <a href="/tag/a" rel="tag">A</a></p>
"""


def post(**changes: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "date": "2014-07-09T18:05:09",
        "date_gmt": "2014-07-09T22:05:09",
        "modified": "2014-07-10T08:00:00",
        "modified_gmt": "2014-07-10T12:00:00",
        "link": "https://own.example/2014/07/a.php",
        "title": {"rendered": "Q&#038;A: the &#8216;quay&#8217;"},
        "content": {"rendered": BODY, "protected": False},
        **changes,
    }


def comment(**changes: Any) -> dict[str, Any]:
    return {
        "id": 31,
        "post": 7,
        "parent": 0,
        "author_name": "Wendell &amp; co",
        "author_url": "https://w.example/",
        "date": "2014-07-09T19:40:00",
        "date_gmt": "2014-07-09T23:40:00",
        "type": "comment",
        "content": {"rendered": "<p>One.</p>\n<p>Two,<br />\nline <img class='wp-smiley' alt=':)'></p>\n"},
        **changes,
    }


def test_both_doors_give_the_same_body_blocks() -> None:
    page = (
        f'<html><body class="single postid-7"><h1>Q&amp;A: the ‘quay’</h1><div class="meta">By Ines Moor</div>'
        f'<div class="entry-content">{BODY}<p class="post-nav-links">Pages: 1 2</p></div>'
        f'<div class="author-box">x</div></body></html>'
    )
    through_page = extract_page(page.encode(), "https://own.example/2014/07/a.php")
    through_rest = extract_post(post(), authors=[Author("Ines Moor")], terms=[])
    bodies = [[(b.text, b.html) for b in article.blocks if b.kind == "body"] for article in (through_page, through_rest)]
    assert bodies[0] == bodies[1]
    assert through_rest.text.split("\n\n")[1:] == ["Part two", "Short line", "One\nTwo"]
    assert through_page.title == through_rest.title == "Q&A: the ‘quay’"
    assert through_page.images == through_rest.images


def test_post_becomes_an_article() -> None:
    article = extract_post(post(), authors=[Author("A"), Author("B")], terms=[Term("tag", "T")], timezone="America/New_York")
    assert (article.source_id, article.door, article.kind, article.byline) == ("7", "rest", "article", "A and B")
    assert (article.published_at, article.published_on, article.published_precision) == ("2014-07-09T22:05:09Z", "2014-07-09", "second")
    assert article.modified_at == "2014-07-10T12:00:00Z"
    assert article.comments is None and article.terms == (Term("tag", "T"),)


def test_local_date_is_trusted_in_the_hour_where_date_gmt_is_wrong() -> None:
    spring = post(date="2015-03-08T03:30:00", date_gmt="2015-03-08T08:30:00")
    article = extract_post(spring, authors=[], terms=[], timezone="America/New_York")
    assert article.published_at == "2015-03-08T07:30:00Z"


def test_password_article_has_no_blocks_and_says_so() -> None:
    article = extract_post(post(content={"rendered": "", "protected": True}), authors=[], terms=[])
    assert article.blocks == () and "password" in article.warnings[0]


def test_comment_keeps_paragraphs_lines_and_smilies() -> None:
    post_id, found = extract_comment(comment(), timezone="America/New_York")
    assert post_id == "7"
    assert (found.source_id, found.source_parent_id, found.author, found.text) == ("31", None, "Wendell & co", "One.\n\nTwo,\nline :)")
    assert (found.posted_at, found.posted_precision) == ("2014-07-09T23:40:00Z", "second")


def test_nameless_comment_stays_nameless() -> None:
    assert extract_comment(comment(author_name="", author_url=""))[1].author == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "7"}, "id"),
        ({"link": None}, "link"),
        ({"link": None, "content": {}}, "link"),
        ({"title": None, "content": {"rendered": None}}, "title"),
    ],
)
def test_malformed_post_is_an_error_that_names_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        extract_post(post(**changes), authors=[], terms=[])


@pytest.mark.parametrize("field", ["id", "post", "content"])
def test_comment_without_a_field_is_an_error_that_names_it(field: str) -> None:
    broken = comment()
    del broken[field]
    with pytest.raises(ValueError, match=field):
        extract_comment(broken)


# whole answers


def test_a_number_that_is_written_as_a_string_is_one() -> None:
    source_id, answer = extract_comment(comment(post="7", parent="31"))
    assert (source_id, answer.source_parent_id) == ("7", "31")


def test_a_malformed_comment_stops_none_of_the_others() -> None:
    rows = [comment(), comment(id=32, parent="x"), comment(id=33), "no object"]
    first, second, third, last = extract_comments(rows, timezone="America/New_York")
    assert first == extract_comment(comment(), timezone="America/New_York")
    assert second == UnreadRow("comment 32: parent is str, not an integer", "site")
    assert isinstance(third, tuple) and third[1].source_id == "33"
    assert isinstance(last, UnreadRow) and last.fault == "site"


def test_a_malformed_post_stops_none_of_the_others() -> None:
    rows = [(post(), [Author("A")], [Term("tag", "T")]), (post(id=8, link=None), [], []), (post(id=9), [], [])]
    first, second, third = extract_posts(rows)
    assert first == extract_post(post(), authors=[Author("A")], terms=[Term("tag", "T")])
    assert second == UnreadRow("post 8: link is NoneType, not a string", "site")
    assert not isinstance(third, UnreadRow) and third.source_id == "9"


def test_a_fault_of_our_own_is_told_apart_from_the_sites() -> None:
    [row] = extract_comments([comment()], timezone="Nowhere/City")
    assert isinstance(row, UnreadRow) and row.fault == "bug" and "Nowhere/City" in row.reason

"""Threads in other markup than the golden pages'."""

from __future__ import annotations

from crawler.extract.comments import extract_comments
from crawler.extract.thread import reported_count
from crawler.extract.tree import parse
from crawler.items import Comment


def thread(html: str, **options: str) -> list[Comment]:
    root = parse(f"<html><body><h1>T</h1>{html}</body></html>")
    assert root is not None
    return list(extract_comments(root, "https://own.example/a", **options).comments)  # type: ignore[arg-type]


def test_flat_list_is_nested_by_its_depth_classes() -> None:
    items = "".join(
        f'<div class="comment depth-{d}" id="comment-{i}"><b class="fn">N{i}</b><p>Text {i}</p></div>'
        for i, d in enumerate((1, 2, 3, 2, 1), 1)
    )
    assert [(c.source_id, c.source_parent_id, c.depth) for c in thread(items)] == [
        ("1", None, 1),
        ("2", "1", 2),
        ("3", "2", 3),
        ("4", "1", 2),
        ("5", None, 1),
    ]


def test_widget_with_the_same_ids_is_left_out() -> None:
    html = (
        '<ol class="commentlist"><li class="comment depth-1" id="comment-1"><cite class="fn">A</cite><p>Real.</p></li></ol>'
        '<aside class="widget_recent_comments"><ol class="commentlist">'
        '<li class="comment depth-1" id="li-comment-8"><cite class="fn">B</cite><p>Elsewhere …</p></li></ol>'
        "</aside>"
    )
    assert [c.source_id for c in thread(html)] == ["1"]


def test_page_with_nothing_but_such_a_widget_has_no_comments() -> None:
    html = (
        '<div class="widget-area"><ul class="recent-comments"><li id="comment-8"><b class="fn">B</b>'
        ' on <a href="/other#comment-8">Other</a></li></ul></div>'
    )
    assert thread(html) == []


def test_one_comment_with_several_ids_is_one() -> None:
    html = (
        '<ol><li id="li-comment-5" class="comment depth-1"><div id="comment-5">'
        '<div id="div-comment-5" class="comment-body"><cite class="fn">A</cite> says: <p>Once.</p></div>'
        "</div></li></ol>"
    )
    assert [(c.source_id, c.author, c.text) for c in thread(html)] == [("5", "A", "Once.")]


def test_bem_names_and_id_on_an_inner_element() -> None:
    def item(number: int, inside: str = "") -> str:
        return (
            f'<li class="comment depth-1"><article id="comment-{number}" class="c-article">'
            f'<header class="comment__meta"><span class="comment__author-name">N{number}</span>'
            f'<time class="comment__time" datetime="2020-08-11T10:39:09+02:00">then</time></header>'
            f'<section class="comment__content"><p>T{number}</p></section></article>{inside}</li>'
        )

    found = thread(f'<ol class="list">{item(1, "<ul class=children>" + item(2) + "</ul>")}{item(3)}</ol>')
    assert [(c.source_id, c.source_parent_id, c.author, c.text) for c in found] == [
        ("1", None, "N1", "T1"),
        ("2", "1", "N2", "T2"),
        ("3", None, "N3", "T3"),
    ]
    assert found[0].posted_at == "2020-08-11T08:39:09Z"


def test_author_after_the_text() -> None:
    html = (
        '<ol id="commentlist"><li id="comment-4"><p>The text.</p><p><cite>'
        'Comment by <a href="http://x.example">Xaver</a> — 17.07, 2011 @ <a href="#comment-4">13:04</a>'
        "</cite></p></li></ol>"
    )
    (found,) = thread(html)
    assert (found.author, found.author_url, found.posted_at, found.text) == (
        "Xaver",
        "http://x.example",
        "2011-07-17T13:04:00",
        "The text.",
    )


def test_pings_are_in_the_thread_as_pings() -> None:
    html = (
        '<ol class="commentlist"><li class="trackback depth-1" id="comment-1">Trackback: <a href="https://o.example/x">Other</a></li></ol>'
        '<ol class="pinglist"><li id="comment-2"><a href="https://p.example/y">Third</a> - […] said so […]</li></ol>'
    )
    assert [(c.kind, c.author, c.author_url) for c in thread(html)] == [
        ("trackback", "Other", "https://o.example/x"),
        ("pingback", "Third", "https://p.example/y"),
    ]


def test_like_and_report_widgets_are_not_in_the_text() -> None:
    html = (
        '<ol><li class="comment depth-1" id="comment-1"><b class="fn">A</b><div class="comment-content"><p>'
        'Mine.<span class="report-link" id="comment-report-1"><a>Report</a></span></p>'
        '<p class="comment-likes" id="comment-like-1"><a>Like</a> 2 people</p></div><div class="reply"><a>'
        "Reply</a></div></li></ol>"
    )
    assert thread(html)[0].text == "Mine."


def test_broken_machine_date_falls_back_to_the_written_one() -> None:
    html = (
        '<ol><li class="comment depth-1" id="comment-1"><b class="fn">A</b><time datetime="comment_date">'
        'March 10, 2017 at 2:56 AM</time><div class="comment-content"><p>x</p></div></li></ol>'
    )
    assert thread(html)[0].posted_at == "2017-03-10T02:56:00"


def test_names_that_end_in_a_little_word_stay_whole() -> None:
    for name in ("Danielle", "Cameron", "Pat", "Malcolm", "Von Neumann fan"):
        assert (
            thread(
                f'<ol><li class="comment" id="comment-1"><cite class="fn">{name}</cite> <span class="says">says:</span><p>x</p></li></ol>'
            )[0].author
            == name
        )


def test_page_states_its_number_of_comments() -> None:
    for heading, number in (
        ("3 Comments", 3),
        ("One response to “T”", 1),
        ("1,204 thoughts on “T”", 1204),
        ("Comments (12)", 12),
        ("Kein Kommentar", None),
        ("Leave a comment", None),
    ):
        root = parse(f'<html><body><h3 id="comments">{heading}</h3></body></html>')
        assert root is not None
        assert reported_count(root, frozenset()) == (0 if heading.startswith("Kein") else number)

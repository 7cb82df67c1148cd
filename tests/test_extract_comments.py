"""Threads in other markup than the golden pages'."""

from __future__ import annotations

import pytest

from crawler.extract.comments.count import reported_count
from crawler.extract.comments.read import read_thread
from crawler.extract.dom.document import Document
from crawler.extract.dom.parsing import parse
from crawler.items import Comment


def thread(html: str, **options: str) -> list[Comment]:
    root = parse(f"<html><body><h1>T</h1>{html}</body></html>")
    assert root is not None
    return list(read_thread(Document(root), "https://own.example/a", **options).comments)  # type: ignore[arg-type]


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
        assert reported_count(Document(root), frozenset()) == (0 if heading.startswith("Kein") else number)


FAMILIES = {
    "movable-type-footer": (
        (
            '<div class="comments"><div class="comment" id="comment-1234"><div class="comment-content"><p>'
            'Text one.</p><p>Two.</p></div><p class="comment-footer">Posted by: <a href="http://x.example">'
            'Soldier\'s Dad</a> | <a href="#comment-1234">July 3, 2007 05:14 PM</a></p></div>'
            '<p class="comment-footer">Posted by: Neo | <a href="#c1235">July 4, 2007 05:14 PM</a></p></div>'
            "</div>"
        ),
        ("1234", "Soldier's Dad", "2007-07-03T17:14:00", "Text one.\n\nTwo."),
    ),
    "movable-type-anchor": (
        (
            '<div class="comments-body" id="comments"><a id="c77"></a><div class="comment"><p>Hello text.</p>'
            '<span class="comments-post">Posted by: Bob at August 1, 2005 09:10 AM</span></div></div>'
        ),
        ("77", "Bob", "2005-08-01T09:10:00", "Hello text."),
    ),
    "movable-type-4": (
        (
            '<div id="comment-99" class="comment"><div class="inner"><div class="comment-header">'
            '<div class="user-pic"></div><span class="byline"><span class="vcard author">Anna</span>'
            ' | <a href="#comment-99"><abbr class="published" title="2009-05-01T10:11:12-05:00">'
            'May 1, 2009 10:11 AM</abbr></a> | <a href="x">Reply</a></span></div>'
            '<div class="comment-content"><p>Txt</p></div></div></div>'
        ),
        ("99", "Anna", "2009-05-01T15:11:12Z", "Txt"),
    ),
    "kubrick": (
        (
            '<ol class="commentlist"><li class="alt" id="comment-3"><cite>'
            '<a href="http://k.example" rel="external nofollow">Kay</a></cite> Says:<br />'
            '<small class="commentmetadata"><a href="#comment-3" title="">July 3rd, 2007 at 10:15 am</a>'
            " </small><p>Para</p><p>More</p></li></ol>"
        ),
        ("3", "Kay", "2007-07-03T10:15:00", "Para\n\nMore"),
    ),
    "k2": (
        (
            '<ol id="commentlist"><li id="comment-9" class="c1">'
            '<a href="#comment-9" class="counter" title="Permanent Link">1</a> <span class="commentauthor">'
            'Lee</span> <small class="comment-meta"><a href="#comment-9" title="3 years ago">'
            'Mar 4th, 2008 at 3:04 pm</a></small><div class="comment-content"><p>K2 txt</p></div></li></ol>'
        ),
        ("9", "Lee", "2008-03-04T15:04:00", "K2 txt"),
    ),
    "genesis": (
        (
            '<ol class="comment-list"><li class="comment depth-1" id="comment-8">'
            '<article itemprop="comment" itemscope itemtype="http://schema.org/Comment">'
            '<header class="comment-header"><p class="comment-author" itemprop="author" itemscope>'
            '<img class="avatar"><span itemprop="name">'
            '<a href="http://g.example" class="comment-author-link" itemprop="url">Gen</a></span>'
            ' <span class="says">says</span></p><p class="comment-meta">'
            '<time class="comment-time" datetime="2016-03-03T11:12:13+00:00" itemprop="datePublished">'
            '<a href="#comment-8" class="comment-time-link">March 3, 2016 at 11:12 am</a></time></p></header>'
            '<div class="comment-content" itemprop="text"><p>Gtext</p></div></article></li></ol>'
        ),
        ("8", "Gen", "2016-03-03T11:12:13Z", "Gtext"),
    ),
    "table": (
        ('<table><tr id="comment-21"><td class="author">Bo<br>2011-05-06 10:11</td><td class="text"><p>in a table</p></td></tr></table>'),
        ("21", "Bo", "2011-05-06T10:11:00", "in a table"),
    ),
    "number-only-in-the-reply-link": (
        (
            '<ul class="commentlist"><li class="comment depth-1"><div class="vcard"><b class="fn">Zed</b>'
            '</div><time datetime="2016-03-03T11:12:13+00:00"></time><div class="comment-text"><p>No id</p>'
            '</div><a class="comment-reply-link" href="/a?replytocom=44#respond">Reply</a></li></ul>'
        ),
        ("44", "Zed", "2016-03-03T11:12:13Z", "No id"),
    ),
    "name-says-without-classes": (
        (
            '<h3>2 Comments</h3><ul class="commentlist"><li id="comment-140"><div id="div-comment-140"><p>'
            "<strong>Paul D</strong> says:</p><p>July 23, 2014 at 2:14 am</p><p>What now?</p></div></li></ul>"
        ),
        ("140", "Paul D", "2014-07-23T02:14:00", "What now?"),
    ),
}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_comment_is_read_in_the_markup_of(family: str) -> None:
    html, expected = FAMILIES[family]
    (found,) = thread(html)
    assert (found.source_id, found.author, found.posted_at, found.text) == expected


def test_definition_list_is_a_thread() -> None:
    html = "".join(
        f'<dt id="comment-{n}"><span class="comment_author">N{n}</span> June {n}, 2010 at 4:05 pm</dt><dd><p>T{n}</p></dd>' for n in (1, 2)
    )
    found = [(c.author, c.posted_at, c.text) for c in thread(f"<dl>{html}</dl>")]
    assert found == [("N1", "2010-06-01T16:05:00", "T1"), ("N2", "2010-06-02T16:05:00", "T2")]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("<div>{name}</div><div>19. Juni 2018 um 15:28 Uhr - Antworten</div>", ""),
        ("<div>Profile {name} 12.29.14 at 9:14 pm</div>", "<div>Like<span>Liked by 1 person</span></div><div>Reply »</div>"),
        ("<p>{name} • 4 years ago</p>", "<div>26 abril 2022 a las 14:02 / Responder</div>"),
    ],
)
@pytest.mark.parametrize("said", ["We waited for the ferry until nine.", "52.", "❤️", "?", "Reply was none.\n\nOn Monday: none."])
def test_byline_and_buttons_without_any_class_are_no_words_of_the_comment(above: str, below: str, said: str) -> None:
    text = "".join(f"<p>{part}</p>" for part in said.split("\n\n"))
    name = "Ferry Clerk"
    html = f"<div><div id='comment-7'>{above.format(name=f'<cite>{name}</cite>')}{text}{below}</div></div>"
    assert [(comment.author, comment.text) for comment in thread(html, captured_at="2026-01-01T00:00:00Z")] == [(name, said)]


def test_a_number_behind_the_id_says_which_comment_is_answered_and_zero_that_none_is() -> None:
    html = "".join(
        f'<div class="wpd-comment" id="wpd-comm-{said}"><b class="fn">N</b><p class="wpd-comment-text">T{said}</p></div>'
        for said in ("70_0", "71_70", "72_0")
    )
    assert [(c.source_id, c.source_parent_id) for c in thread(html)] == [("70", None), ("71", "70"), ("72", None)]


def test_a_number_in_an_attribute_alone_makes_a_comment_only_of_what_is_called_one() -> None:
    def item(tag: str, name: str, number: str) -> str:
        return f'<{tag} class="{name}" data-comment-id="{number}"><b class="fn">N</b><p>Text {number}</p></{tag}>'

    for tag in ("li", "article", "div", "section"):
        html = f'<div class="thread">{item(tag, "c-comment", "4")}{item(tag, "c-comment", "not one")}{item(tag, "c-teaser", "5")}</div>'
        assert [c.source_id for c in thread(html)] == ["4"], tag

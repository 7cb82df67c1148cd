"""Pages in the markup of themes that put things elsewhere than most: small pages in our own words."""

from __future__ import annotations

import pytest

from crawler.extract.comments.count import reported_count
from crawler.extract.dates.parse import parse_written
from crawler.extract.dom.document import Document
from crawler.extract.dom.parsing import parse
from crawler.extract.page import extract_page
from crawler.items import Article

URL = "https://own.example/2015/01/ferry"
HEAD = '<title>Ferry stopped at Orm</title><link rel="canonical" href="https://own.example/2015/01/ferry">'
TEXT = "The ferry at Orm was stopped on Monday, the harbour office said. Two lorries waited at the pier until the evening."


def read(body: str, *, classes: str = "single single-post postid-5", head: str = "") -> Article:
    return extract_page(f'<html lang="en"><head>{HEAD}{head}</head><body class="{classes}">{body}</body></html>'.encode(), URL)


def body_of(article: Article) -> list[str]:
    return [block.text for block in article.blocks if block.kind == "body"]


def terms_of(article: Article, kind: str) -> list[str]:
    return [term.name for term in article.terms or () if term.kind == kind]


def test_short_article_is_not_lost_among_teasers_of_longer_ones() -> None:
    teaser = (
        '<article class="loop-entry post-{0} post type-post hentry"><h3><a href="/x{0}">Other {0}</a></h3>'
        '<div class="entry-summary"><p>{1}</p></div></article>'
    )
    others = "".join(teaser.format(number, "A long teaser about quite another harbour, " * 8) for number in (6, 7, 8))
    page = (
        f'<main><article class="post-5 post type-post hentry"><h1>Ferry stopped at Orm</h1>'
        f'<div class="entry-content"><p>{TEXT}</p></div></article>'
    )
    assert body_of(read(f"{page}<div class='similar'>{others}</div></main>")) == [TEXT]


def test_picture_without_text_is_not_outweighed_by_the_bio_of_its_author() -> None:
    page = (
        '<article class="post-5 post type-post hentry"><h1>Ferry stopped at Orm</h1>'
        '<div class="entry-content"><p><img src="/pier.png" alt="Pier"></p></div></article>'
        f'<div class="author-bio"><h4>Ines Moor</h4><p>{"Ines Moor writes about harbours and ferries in the north. " * 6}</p></div>'
    )
    article = read(page)
    assert (article.kind, [image.url for image in article.images]) == ("picture", ["https://own.example/pier.png"])


def test_body_is_found_under_a_name_with_a_prefix_of_the_theme() -> None:
    page = (
        '<div class="cm-posts"><h1>Ferry stopped at Orm</h1><div class="cm-post-content"><p class="cm-info">Ports</p>'
        f'<div class="cm-entry-summary"><p>{TEXT}</p><h2>Why</h2><p>{TEXT} Again.</p></div></div></div>'
    )
    assert body_of(read(page)) == [TEXT, "Why", f"{TEXT} Again."]


def test_name_repeated_below_the_text_for_machines_is_no_text() -> None:
    page = (
        f'<h1>Ferry stopped at Orm</h1><div class="entry-content"><p>{TEXT}</p>'
        f'<div class="extra-hatom-entry-title"><span class="entry-title">Ferry stopped at Orm</span></div>'
        f"</div>"
    )
    assert body_of(read(page)) == [TEXT]


def test_byline_below_the_text_is_no_text() -> None:
    page = f'<h1>Ferry stopped at Orm</h1><div class="entry-content"><p>{TEXT}</p><p>This post was written by Ines Moor</p></div>'
    assert body_of(read(page)) == [TEXT]


def test_sentence_that_begins_with_by_is_text() -> None:
    page = f'<h1>Ferry stopped at Orm</h1><div class="entry-content"><p>By Friday the pier was open again</p><p>{TEXT}</p></div>'
    assert body_of(read(page)) == ["By Friday the pier was open again", TEXT]


def article(header: str, footer: str = "") -> Article:
    return read(
        f'<article class="post-5 post type-post hentry"><header>'
        f'<h1 class="entry-title">Ferry stopped at Orm</h1>{header}</header><div class="entry-content">'
        f"<p>{TEXT}</p></div>{footer}</article>"
    )


def test_two_people_in_one_link_are_two_authors() -> None:
    found = article('<span class="byline">by <a href="/author/ines" rel="author">Ines Moor and Pia van Holm</a></span>')
    assert [author.name for author in found.authors or ()] == ["Ines Moor", "Pia van Holm"]


def test_account_of_two_people_and_an_institute_stay_one_author() -> None:
    for name in ("David Dahl & Ahmad Sand", "Institute for Peace and Security Studies"):
        found = article(f'<span class="byline">by <a href="/author/x" rel="author">{name}</a></span>')
        assert [author.name for author in found.authors or ()] == [name]


def test_date_and_category_that_follow_a_name_without_a_blank_are_no_names() -> None:
    found = article(
        '<div class="entry-meta"><span class="byline">By <a href="/author/ines">Ines Moor</a></span>'
        '<span class="posted-on"><time datetime="2015-01-29T12:04:35Z">'
        'January 29, 2015</time></span><span class="cat-links"><a href="/category/ports" rel="category tag">Ports Desk</a></span></div>'
    )
    assert [author.name for author in found.authors or ()] == ["Ines Moor"]


def test_layout_with_a_sidebar_does_not_hide_the_byline() -> None:
    page = (
        f'<div class="content-sidebar-wrap sidebar-right"><article class="hentry post-5">'
        f'<h1>Ferry stopped at Orm</h1><p class="meta">By <a href="/author/ines">Ines Moor</a></p>'
        f'<div class="entry-content"><p>{TEXT}</p></div></article></div>'
    )
    assert [author.name for author in read(page).authors or ()] == ["Ines Moor"]


def test_date_of_publication_stands_beside_that_of_the_update_in_one_line() -> None:
    found = article(
        '<div class="entry-meta"><span class="published">January 29, 2015</span>'
        '<span class="entry-meta_updated">/ Last updated : <span class="updated">May 3, 2016</span></span>'
        "</div>"
    )
    assert (found.published_at, found.modified_at) == ("2015-01-29", "2016-05-03")


def test_date_of_a_comment_in_microdata_is_not_that_of_the_article() -> None:
    comment = (
        '<ol class="comment-list"><li class="comment depth-1" id="comment-7"><article itemscope itemtype="https://schema.org/Comment">'
        '<cite class="fn" itemprop="author">Ada</cite><time datetime="2015-02-03T15:23:50Z" itemprop="datePublished">February 3</time>'
        '<div class="comment-content" itemprop="text"><p>Said.</p></div></article></li></ol>'
    )
    found = article(
        '<ul class="meta"><li class="meta-date"><time datetime="2015-01-29T12:04:35Z">January 29, 2015</time></li></ul>', comment
    )
    assert found.published_at == "2015-01-29T12:04:35Z"


def test_categories_without_marks_are_those_nearest_to_the_headline() -> None:
    found = article(
        '<div class="cats"><a href="/category/ports">Ports</a> <a href="/category/north">North</a></div>',
        '<div class="more"><h3>Related Post</h3><a href="/category/roads">Roads</a></div>',
    )
    assert terms_of(found, "category") == ["Ports", "North"]


def test_categories_stand_beside_their_word() -> None:
    found = article("", '<div class="row"><div><p> Categories: </p></div><div><a href="/category/ports">Ports</a></div></div>')
    assert terms_of(found, "category") == ["Ports"]


def test_widget_with_all_categories_says_nothing_of_the_article() -> None:
    found = article(
        "",
        (
            '<ul><li class="cat-item"><a href="/category/ports">Ports</a></li><li class="cat-item">'
            '<a href="/category/roads">Roads</a></li></ul>'
        ),
    )
    assert terms_of(found, "category") == []


def test_list_called_post_tags_needs_no_marks_on_its_links() -> None:
    found = article(
        "", '<footer><ul class="post-tags"><li><a href="/tags/ports/">Ports</a></li><li><a href="/tags/north/">North</a></li></ul></footer>'
    )
    assert terms_of(found, "tag") == ["Ports", "North"]


UNREADABLE = (
    '<div id="comments"><h3>2 Comments</h3><section class="x1"><div class="q"><p>The first of two remarks, in markup that says nothing '
    "about what it is.</p></div><div class=q><p>The second of the remarks, which is as long as the first one was.</p></div></section></div>"
)


def test_comments_that_only_trafilatura_reads_are_a_warning() -> None:
    assert article("", UNREADABLE).warnings == (
        "comments: page says 2, read 0",
        "comments: trafilatura reads 2 paragraphs that are in none of them",
    )


def test_heading_of_the_thread_is_no_missed_comment() -> None:
    thread = (
        '<div id="comments"><h3>2 thoughts on “Ferry stopped at Orm and the lorries waited until the evening”</h3><ol class="comment-list">'
        '<li class="comment" id="comment-7"><b class="fn">Ada</b><div class="comment-content"><p>The only remark shown.</p></div></li>'
        "</ol></div>"
    )
    assert article("", thread).warnings == ("comments: page says 2, read 1",)


def test_thread_that_agrees_with_its_own_count_is_not_looked_at_twice() -> None:
    thread = (
        '<div id="comments"><h3>1 Comment</h3><ol class="comment-list"><li class="comment" id="comment-7"><b class="fn">Ada</b>'
        '<div class="comment-content"><p>The only remark, long enough to be found by anybody who looks.</p></div></li></ol></div>'
    )
    assert article("", thread).warnings == ()


def test_comments_that_are_only_data_are_read_from_there() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry stopped at Orm", "comment": [{"@type": "Comment",'
        '"@id": "https://own.example/2015/01/ferry#comment-7", "text": "Said <b>so</b>.", "dateCreated": "2015-01-30T03:04:05Z",'
        '"author": {"@type": "Person", "name": "Ada", "url": "https://ada.example"}, "comment": {"@type": "Comment", "text": "Indeed.",'
        '"author": {"name": "Bo"}}}]}</script>'
    )
    found = (
        read(f'<h1>Ferry stopped at Orm</h1><div class="entry-content"><p>{TEXT}</p></div><div id="app"></div>', head=head).comments or ()
    )
    assert [(c.source_id, c.source_parent_id, c.depth, c.author, c.posted_at, c.text) for c in found] == [
        ("7", None, 1, "Ada", "2015-01-30T03:04:05Z", "Said so."),
        (found[1].source_id, "7", 2, "Bo", None, "Indeed."),
    ]
    assert found[1].source_id.startswith("~")


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "3 pensamientos en «T»",
            "3 pensieri su “T”",
            "3 коментарі",
            "Комментарии (3)",
            "3 تعليقات",
            "3 أفكار عن “T”",
            "۳ دیدگاه",
            "“T” üzerine 3 yorum",
        ),
        *(
            "3 svar på ”T”",
            "3 komentar",
            "3件のコメント",
            "コメント (3)",
            "共有 3 条评论",
            "3 komentáře",
            "3 kommenttia",
            "3 hozzászólás",
            "3 σχόλια",
        ),
        *("3 תגובות", "댓글 3개", "3 bình luận", "3 comentarii", "Komentarze: 3", "3 Gedanken zu „T“", "3 réponses à « T »"),
    ],
)
def test_count_of_comments_is_read_in_the_language_of(heading: str) -> None:
    root = parse(f'<html><body><h3 class="comments-title">{heading}</h3></body></html>')
    assert root is not None
    assert reported_count(Document(root), frozenset()) == 3


@pytest.mark.parametrize(
    "written", ["5 مارس، 2019", "٥ مارس ٢٠١٩", "5 آذار 2019", "5 марта 2019 г.", "1er mars 2019", "2019年3月5日", "5 Mart 2019"]
)
def test_day_is_read_in_the_language_of(written: str) -> None:
    moment = parse_written(written)
    assert moment is not None
    assert moment.day.isoformat() == ("2019-03-01" if "1er" in written else "2019-03-05")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Von <b>Anna Beck</b> am 5. März 2019", "Anna Beck"),
        ("Por Ana Lima em 5 de março de 2019", "Ana Lima"),
        ("Door Anna Bakker op 5 maart 2019", "Anna Bakker"),
        ("Автор: Анна Петрова", "Анна Петрова"),
        ("Yazan: Ayşe Demir", "Ayşe Demir"),
        ("بقلم أحمد منصور", "أحمد منصور"),
        ("نویسنده: علی رضایی", "علی رضایی"),
        ("Oleh Budi Santoso", "Budi Santoso"),
        ("作者：王小明", "王小明"),
        ("著者: 山田太郎", "山田太郎"),
        ("by Ann Lee, Staff Writer", "Ann Lee"),
        ("<span>March 5, 2019</span> · 2 min · Ann Lee", "Ann Lee"),
        ("Ann Lee · March 5, 2019 · 4 min read", "Ann Lee"),
    ],
)
def test_byline_is_read_in_the_wording_of(line: str, name: str) -> None:
    page = f'<article><h1>Ferry stopped at Orm</h1><p class="meta">{line}</p><div class="entry-content"><p>{TEXT * 3}</p></div></article>'
    assert [author.name for author in read(page, classes="").authors or ()] == [name]


def test_section_beside_a_date_is_no_author() -> None:
    line = '<p class="meta">March 5, 2019 | Middle East</p>'
    page = f'<article><h1>Ferry stopped at Orm</h1>{line}<div class="entry-content"><p>{TEXT * 3}</p></div></article>'
    assert read(page, classes="").authors == ()

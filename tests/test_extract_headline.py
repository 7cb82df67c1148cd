"""Title and byline beside what looks like them: the theme's header, a heading that begins with "By"."""

from __future__ import annotations

import pytest

from crawler.extract.page import extract_page

TEXT = "The convoy crossed the river in the night and stayed on the northern bank. " * 6


def page(title: str, *, byline: str = "", tag: str = "Maps", header: str = "<h1>The Harrow Desk</h1>") -> bytes:
    return (
        f"<html><head><title>{title} - The Harrow Desk</title></head><body>{header}<main><article class='post hentry'><header>"
        f"<h2 class='entry-title'>{title}</h2><div class='entry-meta'>{byline}</div>"
        f"<div class='entry-meta'><a rel='category tag' href='/category/x/'>{tag}</a></div></header>"
        f"<div class='entry-content'><p>{TEXT}</p></div></article></main></body></html>"
    ).encode()


@pytest.mark.parametrize("title", ["Kharvania", "Annex B, found", "By the Numbers"])
@pytest.mark.parametrize("header", ["<h1>The Harrow Desk</h1>", "<h1 class='site-title'><a href='/'>The Harrow Desk</a></h1>"])
def test_short_title_wins_over_the_name_in_the_header(title: str, header: str) -> None:
    assert extract_page(page(title, header=header), "https://desk.example/2020/01/a/").title == title


def test_category_that_begins_with_by_names_nobody() -> None:
    assert not extract_page(page("Kharvania", tag="By the Numbers"), "https://desk.example/2020/01/a/").authors


def test_desk_that_signs_with_an_article_is_an_author() -> None:
    article = extract_page(page("Kharvania", byline="By the Editorial Board"), "https://desk.example/2020/01/a/")
    assert [author.name for author in article.authors or ()] == ["the Editorial Board"]


def bare(byline: str) -> bytes:
    return (
        "<html lang='en'><head><title>Annex B, found - The Harrow Desk</title></head><body><header><span>May 1, 2026</span></header>"
        f"<main><h1>Annex B, found</h1><section>{'<div>Share this page with your friends.</div>' * 30}</section><div>{byline}</div>"
        f"<div class='entry-content'><p>{TEXT}</p></div></main>"
        "<aside><div>June 2, 2025</div></aside><footer><p>July 3, 2024</p></footer></body></html>"
    ).encode()


@pytest.mark.parametrize(
    "byline",
    [
        "<p>Written by <a href='/u/7'>Edda Kroll and Jon Vey</a></p><p>April 8, 2024</p>",
        "<div>Written by <b>Edda Kroll</b> and <b>Jon Vey</b></div><small>8 April 2024</small>",
        "<div>Written by Edda Kroll, Jon Vey</div><div><time class='entry-date published' datetime='2024-04-08'>Monday</time></div>",
    ],
)
def test_byline_and_date_without_marks_are_found_far_from_the_headline(byline: str) -> None:
    article = extract_page(bare(byline), "https://desk.example/annex-b/")
    assert ([author.name for author in article.authors or ()], article.published_at) == (["Edda Kroll", "Jon Vey"], "2024-04-08")


def test_dates_of_header_sidebar_and_footer_are_not_those_of_the_article() -> None:
    article = extract_page(bare("<div>Four minutes to read, from April to May</div>"), "https://desk.example/annex-b/")
    assert article.published_at is None


def seo(title: str, headings: str, more: str = "") -> str:
    """The title of a page whose head says something else than its headings."""
    head = f'<title>{title}</title><meta property="og:title" content="{title}"><meta property="og:site_name" content="The Harrow Desk">'
    body = f"<main><article>{headings}<div class='article-content'><p>{TEXT}</p>{more}<p>{TEXT}</p></div></article></main>"
    return extract_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "https://desk.example/annex-b/").title


@pytest.mark.parametrize(
    ("said", "section"),
    [
        ("What are border maps? Guide | The Harrow Desk", "What are border maps?"),
        ("7 border maps and their makers", "Border maps and makers"),
        ("Grenzkarten im Vergleich", "Grenzkarten: ein Vergleich"),
    ],
)
def test_the_only_h1_is_the_headline_though_a_section_is_more_like_the_head(said: str, section: str) -> None:
    own = {"Grenzkarten im Vergleich": "Was Grenzkarten taugen: sieben Werke im Test"}.get(
        said, "An introduction to border maps: who drew them, and why"
    )
    assert seo(said, f"<h1>{own}</h1>", f"<h2>{section}</h2>") == own


def test_an_h1_that_speaks_of_something_else_is_no_headline() -> None:
    assert seo("Annex B, found", "<h1>Our blog about everything</h1><h2>Annex B, found</h2>") == "Annex B, found"
    assert seo("Annex B, found", "<h1>The Harrow Desk</h1><h2>Annex B, found at last</h2>") == "Annex B, found at last"


@pytest.mark.parametrize("below", ["<br>Posted on July 1, 2024 by admin", "<span><br>July 1, 2024</span>", "<p>By Edda Kroll</p>"])
def test_date_and_byline_within_the_heading_are_no_part_of_the_title(below: str) -> None:
    assert seo("Annex B, found", f"<h1>Annex B, found{below}</h1>") == "Annex B, found"


def test_a_title_in_two_lines_is_one() -> None:
    assert seo("Annex B, found: what it says", "<h1>Annex B, found:<br>what it says</h1>") == "Annex B, found: what it says"


def test_a_menu_that_was_never_closed_does_not_hide_the_headline() -> None:
    article = f"<article><h1>Annex B, found in maps</h1><p>{TEXT}</p><p>{TEXT}</p></article>"
    page = f"<html><head><title>Annex B found: maps</title></head><body><nav><ul><li>Home{article}"
    assert extract_page(page.encode(), "https://desk.example/annex-b/").title == "Annex B, found in maps"


@pytest.mark.parametrize(
    "box",
    [
        "<div class='meta'>Written by: <a href='/author/e/'>Edda Kroll</a> <b>Head of Maps, Border Desk</b></div>",
        "<div class='by-share-div'><div class='by-div'><p>By: Edda Kroll</p></div><div class='share-div'>Share</div></div>",
        "<div class='facts'><h6>Author(s)</h6><ul><li><a href='/library/?_author=Edda%20Kroll'>Edda Kroll</a></li></ul></div>",
    ],
)
def test_the_author_stands_in_boxes_of_many_shapes(box: str) -> None:
    page = (
        f"<html><head><title>Annex B</title></head><body><main><h1>Annex B</h1>{box}<div class='entry-content'><p>{TEXT}</p></div></main>"
    )
    assert [author.name for author in extract_page(page.encode(), "https://desk.example/annex-b/").authors or ()] == ["Edda Kroll"]


def test_a_box_below_the_text_names_the_author_where_nothing_else_does() -> None:
    box = "<div class='x-author-box'><h4 class='x-author-box__name'>Edda Kroll</h4><p>She draws maps.</p></div>"
    page = f"<html><head>{{}}<title>Annex B</title></head><body><h1>Annex B</h1><div class='entry-content'><p>{TEXT}</p></div>{box}"
    alone, stated = (page.replace("{}", more) for more in ("", "<meta name='author' content='Jon Vey'>"))
    assert [extract_page(one.encode(), "https://desk.example/b/").byline for one in (alone, stated)] == ["Edda Kroll", "Jon Vey"]

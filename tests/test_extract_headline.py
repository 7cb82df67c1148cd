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

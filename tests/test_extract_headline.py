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

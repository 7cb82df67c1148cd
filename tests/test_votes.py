"""trafilatura is asked of every text through both doors; its vote stands beside the label of each block."""

from __future__ import annotations

import pytest

from crawler.extract.__main__ import article_json
from crawler.extract.article.body import Content, extract_fragment
from crawler.extract.boilerplate.trafilatura_words import Verdict
from crawler.extract.page import extract_page
from crawler.items import Article

TEXT = [
    "The dredger came back to the basin after dusk, and the lock keeper wrote its number on the wrong side of the ledger.",
    "Four carters, heard one by one, remembered four different cargoes and one and the same broken wheel by the gate.",
    "Between the two entries lies a gap of nineteen days, and in it the crane, the scales and the customs shed were sold.",
    "Twice the office called it a repair, and twice the mason said that nobody had ever asked him for a single stone.",
]
LONG = "".join(f"<p>{text}</p>" for text in TEXT)
INLINE = {
    "a ticker that begins with its time": ("<p><time>14:05</time> Schute drei liegt fest.</p>", "14:05 Schute drei liegt fest."),
    "a ticker that ends with it": ("<p>Barge four is in. <time datetime='2021-03-02'>2 March</time></p>", "Barge four is in. 2 March"),
    "a day in the middle of a sentence": ("<p>Le <time>3 mai 2019</time> l’écluse ferma.</p>", "Le 3 mai 2019 l’écluse ferma."),
    "a figure that a script computes": ("<p>Всего <output>15</output> барж в порту.</p>", "Всего 15 барж в порту."),
    "a word in a label": ("<p>The clerk counted <label>seven</label> carts.</p>", "The clerk counted seven carts."),
}


def page(inside: str, before: str = "", mark: str = "article-content") -> Article:
    html = f"<html><head><title>The lock</title></head><body><article><h1>The lock</h1>{before}<div class='{mark}'>{inside}</div></article>"
    return extract_page(html.encode(), "https://own.example/lock")


def votes(content: Content | Article) -> dict[str, str | None]:
    return {block.text: block.vote for block in content.blocks}


@pytest.mark.parametrize("name", INLINE)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_short_paragraph_with_something_that_trafilatura_deletes_is_text(name: str, place: int) -> None:
    html, text = INLINE[name]
    paragraphs = [f"<p>{one}</p>" for one in TEXT]
    read = page("".join([*paragraphs[:place], html, *paragraphs[place:]]))
    assert read.text.split("\n\n") == [*TEXT[:place], text, *TEXT[place:]]
    assert votes(read)[text] == "text"


def test_the_reading_of_ruby_makes_no_chrome_of_its_paragraph() -> None:
    short = "<p><ruby>運河<rt>うんが</rt></ruby>は閉じた。</p>"
    read = page(LONG + short + LONG)
    assert len(read.text.split("\n\n")) == 9
    assert {block.vote for block in read.blocks if block.kind == "body"} == {"text"}


def test_a_time_alone_is_text_between_two_paragraphs_and_none_above_the_first() -> None:
    entry = "<p><time>14:05</time></p>"
    read = page(f"<p><time>Posted 3 May</time></p><p>{TEXT[0]}</p>{entry}<p>{TEXT[1]}</p><p>{TEXT[2]}</p>")
    assert read.text.split("\n\n") == [TEXT[0], "14:05", TEXT[1], TEXT[2]]
    assert votes(read)["14:05"] is None  # it could not be asked: it sees no word there


def test_each_block_of_a_rest_fragment_has_a_vote_that_changes_no_label() -> None:
    content = extract_fragment(f"{LONG}<aside><p>Buy the yearbook of the port.</p></aside>", "https://own.example/lock")
    assert [block.vote for block in content.blocks] == ["text"] * 4 + ["chrome"]
    assert [block.kind for block in content.blocks] == ["body"] * 5


def test_a_page_of_wordpress_and_its_rest_text_get_the_same_votes() -> None:
    box = "<div class='sharedaddy'><p>Share this: Twitter</p></div>"
    html = f"{LONG}<h2>The gap</h2><p>Nobody asked.</p>{box}<ul><li>Crane</li><li>Scales</li></ul>"
    whole = page(f"{html}<!-- wp-content/ -->", mark="entry-content wp-content/")
    assert votes(extract_fragment(html, "https://own.example/lock")) == votes(whole)


def test_a_text_that_trafilatura_gives_up_on_has_no_votes_and_stays_text() -> None:
    content = extract_fragment("<p>—</p>", "https://own.example/lock")
    assert [(block.kind, block.vote) for block in content.blocks] == [("body", None)]
    assert extract_fragment("", "https://own.example/lock").blocks == ()


def test_the_json_of_the_command_names_the_vote() -> None:
    blocks = article_json(page(LONG))["blocks"]
    assert [block["vote"] for block in blocks if block["kind"] == "body"] == ["text"] * 4


def test_words_are_compared_and_not_letters() -> None:
    verdict = Verdict("The committee met in the harbour office.\nBridges")
    assert verdict.keeps("The committee met in the harbour office.")
    assert verdict.keeps("bridges")
    assert not verdict.keeps("Ridges")  # its letters stand in "Bridges"
    assert not verdict.keeps("The office")
    assert not Verdict("").keeps("Bridges") and not Verdict("")


def test_of_a_short_text_that_trafilatura_gives_in_one_line_headings_and_lists_are_found() -> None:
    content = extract_fragment(
        "<p>The lock is shut.</p><h2>Why</h2><p>Nobody says.</p><ul><li>Crane</li><li>Scales</li></ul>", "https://own.example/"
    )
    assert {block.vote for block in content.blocks} == {"text"}


def test_a_list_of_links_into_the_same_page_is_its_authors_table_of_contents() -> None:
    contents = "<ul><li><a href='#a'>The ledger</a></li><li><a href='#b'>The crane</a></li></ul>"
    teasers = "<ul><li><a href='/salt'>Who owns the salt pans</a></li><li><a href='/keepers'>Keepers go unpaid</a></li></ul>"
    content = extract_fragment(f"{contents}{LONG}{teasers}", "https://own.example/lock")
    assert [block.kind for block in content.blocks] == ["body"] * 5 + ["related"]


def test_a_numbered_heading_below_links_is_the_next_item_and_no_related_article() -> None:
    item = "<h3>{}</h3><p>{}</p>"
    box = "<h3>Related</h3><p><a href='/salt'>Who owns the salt pans</a></p>"
    third = f"<h3><a href='https://pier.example/'>3. The long pier</a></h3><p>{TEXT[2]}</p>"
    content = extract_fragment(
        item.format("1. The lock", TEXT[0]) + item.format("2. The crane", TEXT[1]) + box + third, "https://own.example/lock"
    )
    assert {block.text: block.kind for block in content.blocks}["3. The long pier"] == "body"
    assert {block.text: block.kind for block in content.blocks}["Who owns the salt pans"] == "related"


@pytest.mark.parametrize(
    "notice",
    [
        "This site uses cookies. By continuing to browse the site you are agreeing; with every page you accept our use of cookies.",
        "Our website uses cookies to improve your experience.",
        "This web site uses cookies, and if you go on you consent to all of them.",
    ],
)
def test_a_cookie_notice_is_no_text(notice: str) -> None:
    content = extract_fragment(f"{LONG}<p>{notice}</p>", "https://own.example/lock")
    assert [(block.kind, block.rule) for block in content.blocks][-1] == ("chrome", "notice")

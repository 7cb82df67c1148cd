"""What is looked up once a page is the same as what a walk over the tree would find."""

from __future__ import annotations

from urllib.parse import urldefrag

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.boilerplate.trafilatura_words import Verdict, words_of
from crawler.extract.dates.language import date_language
from crawler.extract.dom.document import Document
from crawler.extract.dom.head import head_of
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import Element, without_fragment

PARTS = (
    "<div class='a b' id=x>",
    "</div>",
    "<p>",
    "</p>",
    "<a rel=next href='/2'>",
    "</a>",
    "<a name=c5>",
    "<li>",
    "<b itemprop=name>",
    "w",
)
URL = "https://example.org/2020/01/a-report/"


def tree_of(html: str) -> Element:
    root = parse(f"<html><body>{html}</body></html>")
    assert root is not None
    return root


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=40))
def test_lists_of_a_page_hold_what_its_tree_holds(parts: list[str]) -> None:
    root = tree_of("".join(parts))
    page = Document(root)
    assert page.of({"a", "p", "b"}) == list(root.iter("a", "p", "b"))
    assert [anchor for anchor, _ in page.anchors] == list(root.iter("a"))
    assert page.related == {anchor: anchor.get("rel") for anchor in root.iter("a") if anchor.get("rel")}
    assert page.microdata == [element for element in root.iter() if element.get("itemprop")]
    assert page.marked == [e for e in root.iter() if e.get("id") or (e.tag == "a" and e.get("name"))]
    assert page.named({"a"}) == [e for e in root.iter() if "a" in (e.get("class") or "").split()]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=40))
def test_inside_holds_an_element_and_all_within_it_and_nothing_more(parts: list[str]) -> None:
    page = Document(tree_of("".join(parts)))
    for element in page.elements:
        assert {inner for inner in page.elements if inner in page.inside([element])} == set(element.iter())


@pytest.mark.parametrize(
    "url",
    (
        "https://example.org/a/#comment-5",
        "https://example.org/a/?#top",
        "https://example.org/a;#top",
        "https://example.org/a;b=1#top",
        "https://example.org#top",
        "mailto:ann@example.org#top",
        "http://user@example.org:8000/a b#c#d",
        "https://example.org/дом#верх",
        "HTTPS://example.org/a#top",
        "https://example.org/a",
        "#top",
        "",
    ),
)
def test_an_address_without_its_fragment_is_the_one_of_the_standard_library(url: str) -> None:
    assert without_fragment(url) == urldefrag(url)[0]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "eps"]), max_size=14), st.text("ab cd e", max_size=60))
def test_a_text_is_kept_where_half_of_its_runs_of_three_words_were_and_only_there(said: list[str], other: str) -> None:
    kept = f"alpha beta gamma delta eps alpha gamma\n{other}\nbeta beta gamma"
    words, known = said, words_of(kept)
    runs = set(zip(known, known[1:], known[2:], strict=False))
    own = list(zip(words, words[1:], words[2:], strict=False))
    lines = {"".join(words_of(line)) for line in kept.split("\n")}
    if len(words) > 3:
        assert Verdict(kept).keeps(" ".join(said)) == (sum(run in runs for run in own) * 2 >= len(own) or "".join(words) in lines)


def test_text_of_another_language_outweighs_a_declared_english_and_little_of_it_does_not() -> None:
    german = "<p>Der Bericht und die Karte sind nicht von dem Amt, das sich mit den Grenzen auf der Insel befasst.</p>"
    for html, language in (
        (german * 3, "de"),
        ("<p>Der Bericht und die Karte.</p>", "en"),
        ("<p>The map of the island is by the office.</p>" * 5, "en"),
    ):
        root = parse(f'<html lang="en"><body>{html}</body></html>')
        assert root is not None
        assert date_language(Document(root), head_of(root, URL), URL) == language


def test_a_long_style_is_no_overloaded_tag_and_an_overloaded_tag_is_thinned() -> None:
    style = tree_of(f"<style>{'.a{margin:0} ' * 4000}</style><p id=here>Text.</p>")
    assert [e.text for e in style.iter("p")] == ["Text."]
    attributes = " ".join(f"data-{number}=x" for number in range(5000))
    thinned = tree_of(f"<div {attributes}><p>Text.</p></div>")
    [div] = thinned.iter("div")
    assert len(div.keys()) == 200 and [e.text for e in thinned.iter("p")] == ["Text."]


def test_markup_behind_the_first_end_of_a_page_is_read() -> None:
    more = "<p>" + "More words. " * 40 + "</p>"
    for end in ("</html>", "</HTML>"):
        root = parse(f"<html><body><p>First.</p></body>{end}{more}</body></html>")
        assert root is not None
        assert len(list(root.iter("p"))) == 2

"""Patterns without regard to case: the fast way finds what Python's own way finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.boilerplate.appeals import asks_for_support
from crawler.extract.boilerplate.wording import any_of, examples_of, lines_of
from crawler.extract.dom.anycase import AnyCase
from crawler.extract.dom.sanitise import _CLEANER, _simple

PATTERNS = (
    r"\b(?:sign up|köln|подпис\w+|sırala|tüm|σας)\b",
    r"\W*(?:share|İ|kelvin|ſet)\W*",
    r"(?:A|[^a-z ]+)\d\S",
    r"\u0041b|k\Z",
    r"by (?-i:[A-Z])",
)
LETTERS = st.text(st.sampled_from("abkskıİiſKKßẞσςΣöÖüяЯ ẛµ1.\n"), max_size=12)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(
    "text",
    [
        "SIGN UP now",
        "In KÖLN",
        "ПОДПИСКА",
        "SIRALA",
        "sırala",
        "ΣΑΣ",
        "\u212aelvin",
        "\u017fhare",
        "İ",
        "Set",
        "A1x",
        "AB",
        "k",
        "BY Ann",
        "by ann",
        "",
    ],
)
def test_a_pattern_finds_in_any_case_what_python_finds(pattern: str, text: str) -> None:
    own, exact = AnyCase(pattern), re.compile(pattern, re.I)
    assert own.found_in(text) == (exact.search(text) is not None)
    assert own.begins(text) == (exact.match(text) is not None)
    assert own.is_all(text) == (exact.fullmatch(text) is not None)


@given(LETTERS, LETTERS)
def test_a_word_is_found_whatever_letters_it_has(word: str, text: str) -> None:
    assert AnyCase(re.escape(word)).found_in(text + word.upper()) == (re.search(re.escape(word), text + word.upper(), re.I) is not None)


def test_every_wording_is_found_in_capitals_as_in_small_letters() -> None:
    for file in ("appeals", "lines", "calls", "bios"):
        for example in examples_of(file):
            if "(?-i:" not in example.line:
                exact = re.compile(example.line, re.I)
                for text in (example.text, example.text.upper()):
                    assert AnyCase(example.line).found_in(text) == (exact.search(text) is not None), (example.line, text)


def test_what_an_appeal_needs_is_in_each_of_its_wordings() -> None:
    exact = re.compile(rf"\b{any_of('appeals', 'asks')}\b", re.I)
    assert lines_of("appeals", "asks")
    for example in examples_of("appeals"):
        assert asks_for_support(example.text) == (exact.search(example.text) is not None), example.text


@pytest.mark.parametrize(
    "html",
    [
        "<p>Nine &lt;boats&gt; &amp; a \xa0 mole.</p>",
        '<h2 class="title" id="a">The mole</h2>',
        '<p lang="fa">متن</p>',
        '<p style="direction:rtl" dir="rtl">متن</p>',
        "<p>Nine &copy; boats</p>",
        "<p>Nine <em>boats</em></p>",
        "<p>Nine <em class='x'>boats</em><br></p>",
        "<p>Nine <em>boats <b>left</b></em></p>",
        '<p><a href="https://a.example/a?b=1&amp;c=2">Nine</a>, <a class="x" href="http://b.example:8080" target="_blank">two</a></p>',
        '<p><a href="https://example.org/a" title="boats">Nine</a></p>',
        '<p><a data-href="https://example.org/a" href="/b">Nine</a></p>',
        '<p><a href="https://1.2.3.4/">Nine</a> <a href="https://xn--a.example/">boats</a></p>',
        '<p><a href="https://example.org:99999/">Nine</a> <a href="https://a..example/">boats</a></p>',
        '<p><a href="https://example.org/a"><img src="https://example.org/a.jpg"></a></p>',
        '<p><a href="https://example.org/a" lang="de">Nine</a> <a>boats</a></p>',
        "<figure>Boats</figure>",
        "<h1>Boats</h1>",
        "<p>Nine\rboats</p>",
    ],
)
def test_a_lone_paragraph_is_what_the_sanitiser_makes_of_it(html: str) -> None:
    assert (_simple(html) or _CLEANER.clean(html)) == _CLEANER.clean(html)


def test_a_plain_paragraph_needs_no_sanitiser() -> None:
    assert _simple('<p class="x">Nine boats</p>') == "<p>Nine boats</p>"
    linked = '<p>Nine <a href="https://example.org/">boats</a></p>'
    assert _simple(linked) == linked.replace('/">', '/" rel="noopener nofollow">')
    assert not _simple(f"<p>{'Nine boats ' * 2000}<span>left</span></p>")  # and is told so in no time

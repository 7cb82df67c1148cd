"""The wordings of boilerplate are data: every line finds the example below it, and neither it nor its rule finds the counter-example."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from crawler.extract.boilerplate import bios, calls, phrases, regions
from crawler.extract.boilerplate.appeals import appeal_cues, asks_for_support
from crawler.extract.boilerplate.wording import Example, examples_of, lines_of, sections_of

FILES = ("appeals", "bios", "boxes", "calls", "lines")
EXAMPLES = [(file, example) for file in FILES for example in examples_of(file)]
# What else must say yes to an example: the function that the section is for.
ASKED: dict[tuple[str, str], Callable[[str], bool]] = {
    ("appeals", "asks"): asks_for_support,
    ("bios", "heading"): bios.is_bio_heading,
    **{("boxes", section): regions.is_box for section in sections_of("boxes")},
    ("calls", "newsletter: asked to"): calls.is_newsletter,
    ("calls", "newsletter: for what"): calls.is_newsletter,
    ("calls", "newsletter: words"): calls.is_newsletter,
    ("calls", "newsletter: certain"): calls.is_newsletter,
    ("calls", "paywall"): lambda text: calls.call_kind(text) == "paywall-wording",
    ("calls", "rating: asked to"): lambda text: calls.call_kind(text) == "rating-wording",
    ("calls", "rating: begins with"): lambda text: calls.call_kind(text) == "rating-wording",
    ("calls", "offer"): lambda text: calls.call_kind(text) == "offer-wording",
    ("lines", "share"): phrases.is_share_line,
    ("lines", "networks"): phrases.is_share_line,
    ("lines", "related heading"): phrases.is_related_heading,
    ("lines", "related line"): phrases.is_related_line,
    ("lines", "related sentence"): phrases.is_related_line,
    ("lines", "tags"): lambda text: phrases.is_tags_line(text, 0.0),
    ("lines", "heading of a box"): phrases.heads_box,
    ("lines", "follow: asked to"): phrases.is_follow_line,
    ("lines", "follow: where"): phrases.is_follow_line,
    ("lines", "disclosure"): phrases.is_disclosure,
    ("lines", "meta"): phrases.is_meta_line,
    ("lines", "notice"): phrases.is_notice,
}


WHOLE = {("bios", "heading"), ("lines", "share"), ("lines", "networks"), ("lines", "related heading"), ("lines", "meta")}
BEGINNING = {("calls", "paywall"), ("calls", "rating: begins with"), ("lines", "notice"), ("lines", "related sentence")}
WORDS = {
    ("bios", "role"),
    ("bios", "organisation"),
    ("appeals", "asks"),
    ("calls", "newsletter: asked to"),
    ("calls", "newsletter: for what"),
}
WORDS |= {("lines", section) for section in ("heading of a box", "follow: asked to", "follow: where", "disclosure")}


def finds(file: str, example: Example) -> bool:
    """Whether the line alone finds the text, looked for as its rule does."""
    where, line = (file, example.section), f"(?:{example.line})"
    if file == "boxes":
        return re.fullmatch(line, example.text) is not None
    if where in WHOLE:
        return re.fullmatch(rf"\W*{line}\W*", example.text, re.I) is not None
    if where in BEGINNING:
        return re.match(rf"\W*{line}", example.text, re.I) is not None
    if where == ("lines", "tags"):
        return re.match(rf"\W*{line}\s*(?:[:：|»→-]|$)", example.text, re.I) is not None
    if where == ("lines", "related line"):
        return re.match(rf"\W*{line}\s*[:|–—-]\s*\S", example.text, re.I) is not None
    return re.search(rf"\b{line}\b" if where in WORDS else line, example.text, re.I) is not None


def test_a_line_finds_its_example() -> None:
    lost = [(file, example) for file, example in EXAMPLES if example.found and not finds(file, example)]
    assert lost == []
    asked = [(ASKED.get((file, example.section)), file, example) for file, example in EXAMPLES if example.found]
    assert [(file, example) for rule, file, example in asked if rule and not rule(example.text)] == [], "the rule says no"


def test_neither_a_line_nor_its_rule_finds_the_counter_example() -> None:
    found = [(file, example) for file, example in EXAMPLES if not example.found and finds(file, example)]
    assert found == []
    asked = [(ASKED.get((file, example.section)), file, example) for file, example in EXAMPLES if not example.found]
    assert [(file, example) for rule, file, example in asked if rule and rule(example.text)] == [], "the rule says yes"


@pytest.mark.parametrize("file", FILES)
def test_every_line_is_a_regular_expression_with_an_example_and_a_counter_example(file: str) -> None:
    shown = {(example.section, example.line, example.found) for example in examples_of(file)}
    for section in sections_of(file):
        lines = lines_of(file, section)
        assert lines and len(set(lines)) == len(lines), f"{file}.txt [{section}] has a line twice, or none"
        bare = [line for line in lines if not {(section, line, True), (section, line, False)} <= shown]
        assert bare == [], f"{file}.txt [{section}]: write an example after '>' and a counter-example after '<' below each of these: {bare}"
        for line in lines:
            re.compile(line)


def test_two_cues_that_meet_are_an_appeal_and_reported_speech_is_none() -> None:
    assert appeal_cues("Donate today and help us pay for the maps.") > 1
    assert appeal_cues("“Donate today and help us pay for the maps,” she said.") == 0


def test_a_section_or_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        lines_of("appeals", "nothing")
    with pytest.raises(OSError):
        sections_of("nothing")


def test_no_wording_is_read_before_a_page_is() -> None:
    code = "import crawler.extract.page; from crawler.extract.boilerplate import wording; print(wording._read.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"

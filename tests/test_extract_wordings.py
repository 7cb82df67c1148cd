"""The wordings of boilerplate are data: each file is read as it is written, and every line finds the example below it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from crawler.extract.boilerplate import bios, calls, phrases
from crawler.extract.boilerplate.appeals import appeal_cues, asks_for_support
from crawler.extract.boilerplate.wording import Example, examples_of, lines_of, sections_of

FILES = ("appeals", "bios", "boxes", "calls", "lines")
EXAMPLES = [(file, example) for file in FILES for example in examples_of(file)]
# What else must say yes to an example: the function that the section is for.
ASKED: dict[tuple[str, str], Callable[[str], bool]] = {
    ("appeals", "asks"): asks_for_support,
    ("bios", "heading"): bios.is_bio_heading,
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
    ("lines", "tags"): lambda text: phrases.is_tags_line(text, 0.0),
    ("lines", "heading of a box"): phrases.heads_box,
    ("lines", "follow: asked to"): phrases.is_follow_line,
    ("lines", "follow: where"): phrases.is_follow_line,
    ("lines", "disclosure"): phrases.is_disclosure,
    ("lines", "meta"): phrases.is_meta_line,
    ("lines", "notice"): phrases.is_notice,
}


@pytest.mark.parametrize(("file", "example"), EXAMPLES, ids=[f"{file} {example.text}" for file, example in EXAMPLES])
def test_a_line_finds_its_example(file: str, example: Example) -> None:
    find = re.fullmatch if file == "boxes" else re.search
    found = find(example.line, example.text, 0 if file == "boxes" else re.I)
    assert found, f"{file}.txt [{example.section}]: {example.line} does not find its example, {example.text!r}"
    asked = ASKED.get((file, example.section))
    assert asked is None or asked(example.text), f"{file}.txt [{example.section}]: the rule says no to {example.text!r}"


@pytest.mark.parametrize("file", FILES)
def test_every_section_has_an_example_and_every_line_is_a_regular_expression(file: str) -> None:
    assert {example.section for example in examples_of(file)} == set(sections_of(file))
    for section in sections_of(file):
        lines = lines_of(file, section)
        assert len(set(lines)) == len(lines), f"{file}.txt [{section}] has a line twice"
        for line in lines:
            re.compile(line)


def test_every_cue_of_an_appeal_has_an_example() -> None:
    shown = {example.line for example in examples_of("appeals") if example.section == "cues"}
    bare = [line for line in lines_of("appeals", "cues") if line not in shown]
    assert bare == [], f"write a sentence below each of these in appeals.txt, after '>': {bare}"


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

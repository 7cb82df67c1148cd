"""Calls on the reader, and the same words where they are the author's."""

from __future__ import annotations

import pytest

from crawler.extract.boilerplate.bios import bio_of_site
from crawler.extract.boilerplate.calls import call_kind
from crawler.extract.boilerplate.phrases import is_follow_heading, is_origin_note


@pytest.mark.parametrize(
    "text",
    [
        "This article is exclusive to Premium subscribers",
        "Already have an account? Log in",
        "Subscribe now to continue reading",
        "Did you make this soup? Leave a rating below!",
        "Help us spread the word about this series!",
        "Stay connected with us",
        "Unlock up to 40% off your plan today!",
        "Buy now from one of our partners:",
        "Keep up with the latest in maritime security",
    ],
)
def test_calls_are_recognised(text: str) -> None:
    assert call_kind(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Already a member of the bloc, Finland will send two more brigades to the border.",
        "This report is for ministers and was leaked on Monday.",
        "Buy now, pay later firms have your data, the regulator said.",
        "The group offered 40% off the price of captured fuel to get allies on its side.",
        "Did you ask who paid for the convoy? The ministry would not say.",
        "The commander told his men to stay connected with their families.",
        "He said: “Help us spread the word about the siege,” a resident told the agency.",
    ],
)
def test_reported_speech_and_statements_are_text(text: str) -> None:
    assert call_kind(text) is None


def test_publisher_is_known_by_its_own_address() -> None:
    assert bio_of_site("Harrow Desk is a nonprofit organization that follows conflicts.", "www.harrowdesk.example")
    assert not bio_of_site("Hezbollah is an organization based in Lebanon.", "www.harrowdesk.example")
    assert not bio_of_site("Earth is the third planet.", "earth.example")


def test_closing_lines() -> None:
    assert is_follow_heading("Follow Harrow Desk")
    assert not is_follow_heading("Follow the money to the port")
    assert is_origin_note("This story about fuel was written by Jo Doe and produced by the Desk. Sign up for our newsletter.")
    assert not is_origin_note("This story begins in 2014. Officers signed up for the newsletter of the front.")

"""What kind of change lies between two texts."""

from __future__ import annotations

import pytest

from archive.text.change_kind import classify, text_kinds

OLD = "On Monday the convoy carried 11,400 tonnes of flour over Marrow Pass. Governor Ilya Tarn was there."


@pytest.mark.parametrize(
    ("new", "kinds"),
    [
        (OLD.replace("11,400", "14,100"), {"number"}),
        (OLD.replace("Ilya Tarn", "Ilya Tarnov"), {"name"}),
        (OLD.replace("convoy", "convoi"), {"typo"}),
        (OLD.replace("carried", "brought"), {"wording"}),
        (OLD.replace("flour over", "flour, over"), {"wording"}),
        (OLD.replace("11,400 tonnes of flour over Marrow Pass", "14,100 tonnes of rice over Nuvali Pass"), {"number", "wording", "name"}),
        (OLD + " It rained.", {"wording"}),
        (OLD, set()),
    ],
)
def test_kinds_of_changes_in_the_text(new: str, kinds: set[str]) -> None:
    assert text_kinds(OLD, new) == kinds


def state(text: str = OLD, title: str = "Flour", byline: str = "Mara") -> dict[str, str]:
    return {"title": title, "byline": byline, "text": text}


@pytest.mark.parametrize(
    ("new", "fields", "verdict"),
    [
        (state(OLD.replace("11,400", "14,100")), {"text_key"}, ("number", 0)),
        (state(OLD + "\n\nCorrection: it was 14,100 tonnes."), {"text_key"}, ("correction", 1)),
        (state(OLD + "\n\nEditor’s note: this text was shortened."), {"text_key"}, ("correction", 1)),
        (state(OLD + "\n\nUpdate, 4 May: the pass is closed."), {"text_key"}, ("correction", 1)),
        (state(title="Rice"), {"title"}, ("headline", 0)),
        (state(byline="Tobin"), {"authors"}, ("byline", 0)),
        (state(), {"terms"}, ("tags", None)),
        (state(), {"links_key"}, ("link", None)),
        (state(), {"published"}, ("date", None)),
        (state(OLD.replace("convoy", "convoi"), title="Rice"), {"text_key", "title"}, ("headline", 0)),
    ],
)
def test_the_weightiest_change_and_whether_it_was_declared(new: dict[str, str], fields: set[str], verdict: tuple[str, int | None]) -> None:
    assert classify(state(), new, fields) == verdict


def test_a_note_that_stood_there_before_declares_nothing() -> None:
    noted = OLD + "\n\nCorrection: it was Tuesday."
    assert classify(state(noted), state(noted.replace("11,400", "14,100")), {"text_key"}) == ("number", 0)

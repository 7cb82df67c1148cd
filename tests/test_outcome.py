"""Of several causes one exit code, in the contract's order."""

from __future__ import annotations

from itertools import combinations

import pytest

from crawler.session.outcome import Outcome

ORDER = [130, 1, 3, 2, 4, 5]


def test_no_cause_is_complete() -> None:
    assert (Outcome().exit_code, Outcome().word, Outcome().message) == (0, "complete", "")


@pytest.mark.parametrize(("graver", "lighter"), list(combinations(ORDER, 2)))
def test_the_graver_cause_is_told_whichever_came_first(graver: int, lighter: int) -> None:
    for first, second in ((graver, lighter), (lighter, graver)):
        outcome = Outcome()
        outcome.add(first, f"because of {first}")
        outcome.add(second, f"because of {second}")
        assert (outcome.exit_code, outcome.message) == (graver, f"because of {graver}")


def test_the_first_of_equal_causes_is_told() -> None:
    outcome = Outcome()
    outcome.add(4, "first")
    outcome.add(4, "second")
    assert outcome.message == "first"

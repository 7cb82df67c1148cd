"""Sites out of seeds, crawled in this process and compared with what they are known to hold: a few always, hundreds in ``make torture``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.pieces import make_pieces
from tests.fuzz.report import report
from tests.fuzz.runner import try_seed, try_seeds
from tests.fuzz.shape import FAULTS, SYSTEMS, draw

TORTURE = range(300)


def kept_seeds() -> Iterator[object]:
    """The seeds of seeds.txt; those that are marked as open may fail."""
    for line in (Path(__file__).parent / "fuzz" / "seeds.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            still_open, words = line.startswith("open "), line.removeprefix("open ")
            seed, _, reason = words.partition(" ")
            yield pytest.param(int(seed), marks=pytest.mark.xfail(reason=reason, strict=False) if still_open else (), id=seed)


@pytest.mark.parametrize("seed", list(kept_seeds()))
def test_archive_of_a_generated_site_is_faithful(seed: int) -> None:
    result = try_seed(seed)
    assert not result.violations, report([result])


@pytest.mark.torture
def test_archives_of_three_hundred_generated_sites_are_faithful() -> None:
    results = list(try_seeds(TORTURE))
    sound = [result for result in results if result.shape.sound]
    print(report(results))
    assert all(not result.violations for result in results if not result.shape.sound), report(results)
    assert sum(not result.violations for result in sound) >= 0.99 * len(sound), report(results)


def test_a_seed_always_gives_the_same_site() -> None:
    assert draw(7) == draw(7)
    assert [(piece.title, piece.text, piece.at) for piece in make_pieces(draw(7))] == [
        (piece.title, piece.text, piece.at) for piece in make_pieces(draw(7))
    ]


def test_three_hundred_seeds_draw_every_system_and_fault_and_half_of_them_none() -> None:
    shapes = [draw(seed) for seed in TORTURE]
    assert {shape.system for shape in shapes} == set(SYSTEMS)
    assert {fault for shape in shapes for fault in shape.faults} == {fault for fault, _ in FAULTS}
    assert sum(shape.sound for shape in shapes) == 150


def test_every_article_of_a_site_stands_in_a_list_that_a_visitor_can_follow() -> None:
    for seed in TORTURE:
        assert all(piece.named_by for piece in make_pieces(draw(seed)))

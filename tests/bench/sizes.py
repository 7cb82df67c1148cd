"""How much is measured: ``full`` for figures, ``smoke`` to see that every measure runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Numbers of pages, articles and rounds."""

    name: str
    few: int  # pages of the run that is subtracted: start-up and end
    pages: int  # of the run that is measured
    rounds: int  # each in turn with the references; the median counts
    extracted: int  # pages
    stored: tuple[int, int]  # articles, comments
    sites: tuple[int, int]  # sites, articles of each
    flat: tuple[int, int]  # pages of the small crawl and of the large one
    served: tuple[int, int]  # articles, comments
    asked: int  # times that each served page is asked for
    load: float  # seconds
    profiled: int  # pages of a crawl whose time is explained; 0 = only what is quickly explained


SIZES = {
    size.name: size
    for size in (
        Size("smoke", 5, 100, 1, 20, (500, 5_000), (6, 5), (30, 100), (500, 5_000), 3, 2, 0),
        Size("full", 100, 2_000, 3, 300, (20_000, 200_000), (200, 20), (2_000, 20_000), (20_000, 1_000_000), 30, 15, 400),
    )
}

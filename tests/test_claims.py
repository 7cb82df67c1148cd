"""A list that says that pages have changed is believed as far as it was right before."""

from __future__ import annotations

from email.utils import format_datetime
from pathlib import Path

import pytest

from archive.clock import later, moment
from crawler.discover.claims import FEW, TRIALS, trials
from tests.crawls import Run, crawl, rows
from tests.literal import Desk
from tests.othersites.press import PressSite

START = "2027-06-01T06:00:00Z"
COUNT = 45


class LyingSite(PressSite):
    """Its sitemap, or its feed, says in each run that every page has changed. ``now``: the time of the run."""

    now = START

    def news(self, shown: int) -> None:
        """A feed that counts views."""
        items = "".join(
            f"<item><title>{p.title}</title><link>{self.address(p)}</link><pubDate>{format_datetime(p.at)}</pubDate>"
            f"<description>Seen {self.now} times.</description></item>"
            for p in self.pieces[:shown]
        )
        self.feed = f"<rss version='2.0'><channel>{items}</channel></rss>"


def night(site: LyingSite, folder: Path, number: float, **settings: object) -> Run:
    site.requests.clear()
    site.now = later(START, days=number)
    if site.feed:
        site.news(30)
    return crawl(site, folder, NOW=site.now, **({"SWEEP_DAYS": 0} | settings))  # type: ignore[arg-type]


LIES = {
    "now": lambda site, address: site.now,
    "an hour ahead": lambda site, address: later(site.now, hours=1),
    "today": lambda site, address: site.now[:10],
    "with a zone": lambda site, address: moment(site.now).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lastmod_that_lies_costs_a_few_pages_a_night_and_an_edit_is_found_by_the_sweep(name: str, folder: Path) -> None:
    with LyingSite(COUNT) as site:
        site.lastmod = lambda address: LIES[name](site, address)
        assert night(site, folder, 0).code == 0
        costs = []
        for number in (1, 2, 3):
            assert night(site, folder, number).code == 0
            costs.append(len(site.asked("/n/")))
        assert costs[0] <= TRIALS and costs[1:] == [FEW] * 2
        site.pieces[-1].paragraphs[0] += " A correction was made here."
        assert night(site, folder, 34, SWEEP_DAYS=30).code == 0
        assert rows(folder, "select count(*) from revisions where number > 1") == [(1,)]


def test_a_lastmod_that_is_far_ahead_is_not_followed(folder: Path) -> None:
    with LyingSite(12) as site:
        site.lastmod = lambda address: "2099-01-01T00:00:00Z"
        for number in (0, 1):
            assert night(site, folder, number).code == 0
        assert site.asked("/n/") == []


def test_a_feed_whose_items_change_each_night_costs_a_few_pages(folder: Path) -> None:
    with LyingSite(COUNT) as site:
        site.news(30)
        assert night(site, folder, 0).code == 0
        costs = []
        for number in (1, 2, 3):
            assert night(site, folder, number).code == 0
            costs.append(len(site.asked("/n/")))
        assert costs[0] <= TRIALS and costs[1:] == [FEW] * 2
        assert [row[0] for row in rows(folder, "select list from claims")] == ["feed"]


def test_an_honest_list_is_followed_to_the_end_in_one_run(folder: Path) -> None:
    with LyingSite(COUNT) as site:
        assert night(site, folder, 0).code == 0
        changed = {site.address(piece) for piece in site.pieces[::2]}
        for piece in site.pieces[::2]:
            piece.paragraphs[0] += " A correction was made here."
        site.lastmod = lambda address: later(START, days=0.5) if address in changed else ""
        assert night(site, folder, 1).code == 0
        assert rows(folder, "select count(*) from revisions where number > 1") == [(len(changed),)]
        assert rows(folder, "select list, asked, confirmed from claims") == [("sitemap", len(changed), len(changed))]


def test_an_about_page_with_the_present_time_is_not_read_every_night(folder: Path) -> None:
    with LyingSite(COUNT) as site:
        site.lastmod = lambda address: site.now
        read = []
        for number in range(9):
            assert night(site, folder, number, SWEEP_DAYS=30).code == 0
            read.append(bool(site.asked("/about")))
        assert sum(read) <= 5, read


# what is remembered


def test_a_list_that_learns_to_tell_the_truth_is_believed_again(desk: Desk) -> None:
    def kept() -> tuple[int, int]:
        return tuple(desk.db.execute("select asked, confirmed from claims").fetchone())  # type: ignore[return-value]

    assert trials(0, 0) == TRIALS
    for _ in range(4):
        desk.store.add_claims(desk.site, "sitemap", 50, 0)
    assert (kept(), trials(*kept())) == ((200, 0), FEW)
    for _ in range(3):
        desk.store.add_claims(desk.site, "sitemap", 10, 10)
    assert trials(*kept()) == TRIALS

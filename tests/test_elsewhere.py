"""Removed articles whose addresses lead elsewhere: missing after two observations a day apart, never in mass, never by error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.items import Article, Block
from crawler.pages.soft404 import Shown, beside, same_showing
from tests.crawls import Run, copied, crawl, rows
from tests.demosite import DemoSite
from tests.demosite.public import readable

LOST = 127
ABSENCES = "select missing_since, gone_at, back_at, reason from absences where comment_id is null order by id"


@dataclass(frozen=True)
class Held:
    site: DemoSite
    folder: Path

    def day(self, day: float, *arguments: str) -> Run:
        """The run of a day of January 2027."""
        self.site.clear_requests()
        return crawl(self.site, self.folder, *arguments, NOW=at(day))

    def absences(self) -> list[tuple[str | None, ...]]:
        return rows(self.folder, ABSENCES)

    def path(self, number: int = LOST) -> str:
        return self.site.urls.post(self.site.post(number)).removeprefix(self.site.home)

    def leads(self, number: int, to: str) -> None:
        self.site.fault(f"^{re.escape(self.path(number))}$", redirect=self.site.home + to)


def at(day: float) -> str:
    return f"2027-01-{int(day):02d}T{6 + int(day % 1 * 24):02d}:00:00Z"


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("elsewhere") / "archive"
    with DemoSite(rest="404") as site:
        assert crawl(site, folder, NOW=at(1)).code == 0
        yield Held(site, folder)


@pytest.fixture
def held(archived: Held, folder: Path) -> Iterator[Held]:
    site = archived.site
    published = {number: post.status for number, post in site.posts.items()}
    yield Held(site, copied(archived.folder, folder))
    site.clear_faults()
    for number in set(site.posts) - set(published):
        site.delete(number)
    for number, status in published.items():
        site.posts[number].status = status


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("/", "its address leads to the front page"),
        ("/archives/category/news", "its address leads to a listing"),
        ("/archives/2019/04/drone-fragments.php", "its address leads to another article"),
    ],
)
def test_what_leads_elsewhere_is_missing_when_it_does_so_a_day_later_and_gone_after_another(held: Held, to: str, reason: str) -> None:
    held.site.trash(LOST)
    held.leads(LOST, to)
    for day in (2, 2.5):
        run = held.day(day)
        assert run.code == 4 and len(run.lines) == 1
        assert reason in run.err and "if that is so in a later run" in run.err
        assert held.absences() == []
    assert held.day(3).code == 0
    assert held.absences() == [(at(3), None, None, reason)]
    shown = """
        select status, captures.url = articles.url
        from absences
        join captures on captures.id = capture_id
        join articles on articles.id = absences.article_id
        """
    assert rows(held.folder, shown) == [(301, 1)], "the evidence is the redirect itself"
    assert held.day(3.5).code == 0
    assert held.path() not in [request.path for request in held.site.requests], "it is not due"
    assert held.day(4).code == 0
    assert held.absences() == [(at(3), at(4), None, reason)]
    held.site.publish(LOST)
    held.site.clear_faults()
    assert held.day(5).code == 0
    assert held.absences() == [(at(3), at(4), at(5), reason)]
    assert rows(held.folder, "select count(*) from revisions where number > 1") == [(0,)]


def test_a_page_that_the_site_shows_wherever_nothing_is_counts_as_an_answer(held: Held) -> None:
    held.site.trash(LOST)
    held.site.fault(f"^{re.escape(held.path())}$|nothing-is-here", lie="soft404")
    assert [held.day(day).code for day in (2, 3, 4)] == [4, 0, 0]
    assert held.absences() == [(at(3), at(4), None, "its address shows what the site shows where there is nothing")]
    assert len(held.site.asked("nothing-is-here")) == 1


def test_a_page_of_not_found_on_a_site_that_says_so_honestly_elsewhere_is_an_alarm_each_time(held: Held) -> None:
    held.site.trash(LOST)
    held.site.fault(f"^{re.escape(held.path())}$", lie="soft404")
    for day in (2, 3):
        run = held.day(day)
        assert (run.code, held.absences()) == (4, [])
        assert "not believed" in run.err


def test_what_is_still_listed_is_not_missing_wherever_its_address_leads(held: Held) -> None:
    held.leads(LOST, "/")
    for day in (2, 3):
        assert held.day(day, "mode=full").code == 4
    assert held.absences() == []


def test_two_single_observations_with_the_article_in_between_are_none(held: Held) -> None:
    held.site.trash(LOST)
    held.leads(LOST, "/")
    assert held.day(2).code == 4
    held.site.clear_faults()
    held.site.publish(LOST)
    assert held.day(3).code == 0
    held.site.trash(LOST)
    held.leads(LOST, "/")
    assert held.day(5).code == 4
    assert held.absences() == []
    assert held.day(6).code == 0
    assert len(held.absences()) == 1


def test_a_redesign_that_leads_every_old_address_home_marks_nothing(held: Held) -> None:
    for number in readable(held.site):
        held.leads(int(number), "/")
        held.site.trash(int(number))
    held.site.add_post("We have a new look", "Everything is new here, and nothing of the old is linked.")
    for day in (2, 3, 10):
        run = held.day(day)
        assert run.code == 4 and len(run.lines) == 1
        assert held.absences() == []


def test_many_that_lead_home_at_once_are_not_believed_however_long_it_lasts_until_a_person_does(held: Held) -> None:
    for number in list(readable(held.site))[:8]:
        held.leads(int(number), "/")
        held.site.trash(int(number))
    for day in (2, 4, 8, 12):
        run = held.day(day)
        assert run.code == 4 and len(run.lines) == 1
        assert held.absences() == []
    assert "8 articles are missing at once" in run.err
    accept_mass_loss(held)
    assert held.day(19).code == 0
    assert {reason for *_, reason in held.absences()} == {"its address leads to the front page"}
    assert len(held.absences()) == 8


def accept_mass_loss(held: Held) -> None:
    from archive.store.store import Store

    [(name,)] = rows(held.folder, "select name from sites")
    store = Store(held.folder, lambda: at(18.5))
    store.decide("accept", f"mass-loss:{name}", "accepted")
    store.close()


def test_without_witnesses_nothing_is_missing(held: Held) -> None:
    """The others are listed, and answer with a wall: the front page proves nothing then."""
    held.site.trash(LOST)
    held.leads(LOST, "/")
    held.site.fault(r"^/archives/\d{4}/", lie="donate")
    for day in (2, 3):
        assert held.day(day).code == 4
    assert held.absences() == []


def test_rest_decides_where_there_is_rest(site: DemoSite, folder: Path) -> None:
    here = Held(site, folder)
    assert here.day(1).code == 0
    here.leads(LOST, "/")
    site.edit(LOST, append="One more sentence.")
    assert [here.day(day).code for day in (2, 3)] == [4, 4]
    assert here.absences() == [], "its page leads home, and REST still gives it"
    site.trash(LOST)
    assert here.day(5).code == 0
    assert [(since, reason) for since, _, _, reason in here.absences()] == [(at(5), None)]


# pure


@pytest.mark.parametrize(
    ("address", "like"),
    [
        ("https://example.org/archives/2020/05/bridge.php", r"https://example\.org/archives/2020/05/nothing-is-here-\w+\.php"),
        ("https://example.org/2020/05/bridge/", r"https://example\.org/2020/05/nothing-is-here-\w+/"),
        ("https://example.org/bridge", r"https://example\.org/nothing-is-here-\w+"),
        ("https://example.org/?p=12", r"https://example\.org/nothing-is-here-\w+"),
    ],
)
def test_the_address_at_which_nothing_can_be_stands_beside_the_article(address: str, like: str) -> None:
    assert re.fullmatch(like, beside(address))
    assert beside(address) == beside(address)


def test_two_addresses_show_the_same_showing_when_both_stay_or_lead_to_one_place_with_one_text() -> None:
    asked, nowhere = "https://example.org/a", beside("https://example.org/a")

    def shown(arrived: str, title: str = "Nothing here") -> Shown:
        return Shown(arrived, Article(arrived, "page", "none", title, blocks=(Block("body", "Look elsewhere.", "", ""),)))

    assert same_showing(shown(asked), shown(nowhere), asked)
    assert same_showing(shown("https://example.org/404"), shown("https://example.org/404"), asked)
    assert not same_showing(shown(asked), shown("https://example.org/404"), asked)
    assert not same_showing(shown(asked, "The bridge"), shown(nowhere), asked)
    assert not same_showing(shown(asked), None, asked)

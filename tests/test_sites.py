"""Which sites are visited and how: added from lists, paused, removed, with settings that cron need not repeat, when they are due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive.__main__ import commands
from archive.clock import later
from archive.queries.liveliness import DAY, FASTEST, SLOWEST, Liveliness, busy_hours, elapsed, intervals, visits
from archive.store.site_settings import add_site, save_site_settings, set_visited
from tests.crawls import rows, scrapy
from tests.demosite import DemoSite
from tests.literal import Desk, article
from tests.othersites.press import PressSite

NOW = "2026-01-01T00:00:00Z"
OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Desk</title></head><body>
  <outline text="Defence"><outline type="rss" text="One" xmlUrl="https://one.example/feed/" htmlUrl="https://one.example/index.html"/>
  <outline type="rss" text="Two" xmlUrl="http://two.example:8080/rss.xml"/></outline>
  <outline text="broken" htmlUrl="javascript:alert(1)"/><outline text="One again" htmlUrl="http://www.one.example/"/>
</body></opml>"""


def sites(folder: Path, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(commands, ["--archive-dir", str(folder), "sites", *arguments])
    assert done.exit_code == code, done.output
    return done.output


# lists


def test_an_opml_file_adds_each_site_once_and_names_what_is_none(folder: Path) -> None:
    (folder.parent / "desk.opml").write_text(OPML, encoding="utf-8")
    said = sites(folder, "add", "--from", str(folder.parent / "desk.opml"), code=2)
    assert "added: one.example  https://one.example/\n" in said and "added: two.example-8080  http://two.example:8080/\n" in said
    assert "known already: one.example\n" in said and "2 sites added" in said
    assert "archive: outline broken: 'javascript:alert(1)' is no web address, and was left out" in said
    assert rows(folder, "select name, home, added_at is not null from sites order by id") == [
        ("one.example", "https://one.example/", 1),
        ("two.example-8080", "http://two.example:8080/", 1),
    ]


def test_a_text_file_adds_a_site_a_line(folder: Path) -> None:
    (folder.parent / "desk.txt").write_text(
        "# ours\nhttps://one.example/\n\nhttps://two.example/blog/ # a folder\nnonsense here\n", "utf-8"
    )
    said = sites(folder, "add", "--from", str(folder.parent / "desk.txt"), code=2)
    assert "archive: line 5: 'nonsense here' is no web address" in said
    assert rows(folder, "select home from sites order by id") == [("https://one.example/",), ("https://two.example/blog/",)]
    assert "no site added" in sites(folder, "add", "https://one.example/")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_is_read_as_feed_readers_and_windows_write_it(folder: Path, encoding: str) -> None:
    """Without head and type, names in small letters, and a bare & in an address."""
    amp = "&amp;" if encoding == "utf-16" else "&"
    address = f"https://one.example/news?from=a{amp}by=b"
    outlines = f'<outline xmlurl="https://two.example/feed/"/><outline htmlUrl="{address}"/>'
    opml = f'<opml><body><outline text="All">{outlines}</outline></body></opml>'
    (folder.parent / "desk.opml").write_text(opml, encoding=encoding)
    (folder.parent / "desk.txt").write_text("https://three.example/\n", encoding=encoding)
    for name in ("desk.opml", "desk.txt"):
        sites(folder, "add", "--from", str(folder.parent / name))
    assert [home for (home,) in rows(folder, "select home from sites order by id")] == [
        "https://two.example/",
        "https://one.example/news/",
        "https://three.example/",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<opml><body>", "is no OPML file: no element found"),
        ("<html><body/></html>", "is no OPML file: it begins with <html>"),
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "declares entities"),
    ],
)
def test_what_is_no_list_is_one_line_and_adds_nothing(folder: Path, content: str, said: str) -> None:
    (folder.parent / "desk.opml").write_text(content, encoding="utf-8")
    line = sites(folder, "add", "--from", str(folder.parent / "desk.opml"), code=2)
    assert said in line and line.count("\n") == 1
    assert not (folder / "archive.db").exists()


def test_a_wrong_name_or_setting_changes_nothing(folder: Path) -> None:
    sites(folder, "add", "https://one.example/")
    assert "no site is called 'two.example'" in sites(folder, "pause", "one.example", "two.example", code=2)
    assert "a site has no setting 'colour'" in sites(folder, "set", "one.example", "images=all", "colour=red", code=2)
    assert "write every=15m|6h|1d|1w|auto" in sites(folder, "set", "one.example", "every=often", code=2)
    assert rows(folder, "select paused_at from sites") == [(None,)] and rows(folder, "select * from site_settings") == []
    assert "images=all every=6h" in sites(folder, "set", "one.example", "images=all", "every=6h")
    assert "every=6h" in (said := sites(folder, "set", "one.example", "images=")) and "images" not in said


# visits


@pytest.fixture
def two() -> Iterator[tuple[PressSite, PressSite]]:
    with ExitStack() as stack:
        yield stack.enter_context(PressSite(2)), stack.enter_context(PressSite(2))


def asked(site: PressSite) -> int:
    count = len(site.requests)
    site.requests.clear()
    return count


def test_added_sites_are_archived_by_update_and_paused_or_removed_ones_left_out(two: tuple[PressSite, PressSite], folder: Path) -> None:
    one, other = two
    sites(folder, "add", one.home, other.home)
    names = [name for (name,) in rows(folder, "select name from sites order by id")]
    assert scrapy("update", "--due", folder=folder).code == 0
    assert rows(folder, "select count(*) from articles") == [(4,)] and asked(one) and asked(other)
    assert scrapy("update", "--due", folder=folder).out == "no site is due\n"
    assert asked(one) == asked(other) == 0
    sites(folder, "pause", names[0])
    assert scrapy("update", folder=folder).code == 0
    assert (asked(one), asked(other) > 0) == (0, True)
    assert f"{names[0]} is paused" in scrapy("update", names[0], folder=folder).err
    sites(folder, "resume", names[0])
    sites(folder, "remove", names[1])
    assert scrapy("update", folder=folder).code == 0
    assert (asked(one) > 0, asked(other)) == (True, 0)
    assert rows(folder, "select count(*) from articles") == [(4,)], "what is held stays"


def test_an_added_site_that_does_not_answer_is_kept_and_tried_again_later(folder: Path) -> None:
    sites(folder, "add", "http://127.0.0.1:9/")
    run = scrapy("update", "--due", folder=folder, NOW=NOW)
    assert run.code == 5
    assert scrapy("update", "--due", folder=folder, NOW=later(NOW, minutes=50)).out == "no site is due\n"
    assert scrapy("update", "--due", folder=folder, NOW=later(NOW, minutes=61)).code == 5
    assert scrapy("update", "--due", folder=folder, NOW=later(NOW, minutes=170)).out == "no site is due\n", "two hours after the second"


def test_settings_of_a_site_hold_for_its_runs_and_the_command_line_counts_more(two: tuple[PressSite, PressSite], folder: Path) -> None:
    one, _ = two
    sites(folder, "add", one.home)
    [(name,)] = rows(folder, "select name from sites")
    sites(folder, "set", name, "delay=0.05", "images=all")
    run = scrapy("update", folder=folder)
    assert run.code == 0
    home = ["crawl", "site", "-a", f"home={one.home}"]
    assert scrapy(*home, "-a", "images=none", folder=folder).code == 0


# a first look


def test_a_probe_tells_doors_counts_and_the_first_run_and_archives_nothing(folder: Path) -> None:
    with DemoSite() as site:
        run = scrapy("probe", f"{site.home}/", folder=folder)
        posts, comments = len(site.published()), 114
        assert run.code == 0, run.err
        assert len(site.requests) <= 12
    assert f"  REST         open: posts {posts}; comments {comments}\n" in run.out
    assert f"  sitemap      names {posts} addresses\n" in run.out and "  robots.txt   allows what a run asks\n" in run.out
    assert "46 pages as evidence" in run.out and f"scrapy crawl site -a home={site.home}/" in run.out
    assert not (folder / "archive.db").exists()


def test_a_probe_of_a_site_without_rest_counts_what_its_lists_name(two: tuple[PressSite, PressSite], folder: Path) -> None:
    run = scrapy("probe", two[0].home, folder=folder)
    assert run.code == 0 and "REST         closed" in run.out and "sitemap      names 3 addresses" in run.out


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("http://127.0.0.1:9/", 5, "scrapy probe: http://127.0.0.1:9/robots.txt does not answer"),
        ("nonsense", 2, "scrapy probe: home='nonsense' is no web address"),
    ],
)
def test_a_probe_that_cannot_look_is_one_line(folder: Path, address: str, code: int, said: str) -> None:
    run = scrapy("probe", address, folder=folder)
    assert (run.code, run.out, len(run.err.splitlines())) == (code, "", 1) and run.err.startswith(said)


# pace


def test_all_visits_together_cost_the_budget_and_lively_sites_get_most_of_it() -> None:
    known = [Liveliness(20, 4), Liveliness(5, 4), Liveliness(0.2, 4)]
    paced = intervals(known, budget=60)
    assert sum(site.cost * DAY / hours for site, hours in zip(known, paced, strict=True)) == pytest.approx(60, rel=1e-6)
    assert paced[1] / paced[0] == pytest.approx(2, rel=1e-6) and paced[2] / paced[0] == pytest.approx(10, rel=1e-6)


def test_no_pace_is_faster_or_slower_than_allowed() -> None:
    assert intervals([Liveliness(1000, 3)], budget=1e9) == [pytest.approx(FASTEST)]
    assert intervals([Liveliness(0, 3), Liveliness(50, 3)], budget=3)[0] == pytest.approx(SLOWEST)


def test_busy_hours_count_more_and_a_day_is_a_day() -> None:
    busy = busy_hours([f"2026-01-{day:02}T14:{minute:02}:00Z" for day in range(1, 20) for minute in range(0, 60, 5)])
    assert sum(busy) == pytest.approx(24) and busy[14] == max(busy) > 3 * busy[3]
    assert elapsed("2026-01-01T14:00:00Z", "2026-01-01T15:00:00Z", busy) == pytest.approx(busy[14])
    assert elapsed("2026-01-01T14:20:00Z", "2026-01-03T14:20:00Z", busy) == pytest.approx(48)


def test_a_lively_site_is_visited_sooner_than_one_that_sleeps(folder: Path) -> None:
    desk = Desk(folder)
    desk.store.finish_crawl(desk.crawl, "complete", 0, 4, 100, "")
    with desk.store.transaction():
        for name in ("sleeping", "fixed", "paused"):
            add_site(desk.db, name, f"https://{name}.example/", NOW)
    ids = dict(desk.rows("select name, id from sites"))
    for name in ("sleeping", "fixed", "paused"):
        desk.store.finish_crawl(desk.store.start_crawl(ids[name], "update"), "complete", 0, 4, 100, "")
    with desk.store.transaction():
        save_site_settings(desk.db, ids["fixed"], {"every": "3h"})
        set_visited(desk.db, ids["paused"], paused_at=NOW)
    for day in range(1, 15):
        desk.clock.at = later(NOW, days=day)
        for number in range(8):
            desk.see(article(source_id=f"{day * 10 + number}", url=f"https://www.example.org/{day}-{number}"))
        for name in ("example", "sleeping", "fixed"):
            run = desk.store.start_crawl(ids[name], "update")
            desk.store.finish_crawl(run, "complete", 0, 4, 100, "")
            desk.crawl = run if name == "example" else desk.crawl
    found = {visit.site["name"]: visit for visit in visits(Database(folder / "archive.db"), later(NOW, days=14, hours=4))}
    assert set(found) == {"example", "sleeping", "fixed"}
    assert found["example"].interval < 14 < found["sleeping"].interval and found["fixed"].interval == 3
    assert found["fixed"].due and not found["sleeping"].due
    desk.close()

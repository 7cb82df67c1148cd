"""A site in all its parts: posts, a further type, a second language, articles that the sitemap or the feed alone names, and a wall."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.crawls import rows
from tests.inside import AheadOfTime
from tests.othersites import ManyTypes
from tests.othersites.newsroom import WALL
from tests.othersites.server import HTML, XML, Answer
from tests.type_lists import crawl

SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


class WholeSite(ManyTypes):
    """``dossier`` stands in the sitemap alone, ``wire`` in the feed alone; ``walled`` are numbers that show a wall."""

    def __init__(self) -> None:
        super().__init__(60, "one")
        self.register("briefing", "desk/v1/briefings")
        self.add("briefing", 20)
        self.add("post", 10, language="de")
        self.add("dossier", 6)
        self.add("wire", 4)
        self.walled = set(self.add("dossier", 2))

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if path == "/wp-sitemap.xml":
            return 200, XML, SITEMAP.format("".join(f"<url><loc>{self.home}{e.path}</loc></url>" for e in self.entries if e.kind != "wire"))
        if path == "/feed/" and "paged" not in query:
            items = "".join(
                f"<item><title>{e.title}</title><link>{self.home}{e.path}</link><pubDate>{format_datetime(e.at)}</pubDate></item>"
                for e in self.entries
                if e.kind == "wire"
            )
            return 200, XML, f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
        if any(e.path == path and e.number in self.walled for e in self.entries):
            return 200, HTML, WALL
        return super().answer(path, query)


def test_all_that_any_list_names_is_held_or_is_an_unexplained_gap(tmp_path: Path) -> None:
    with WholeSite() as site:
        run = crawl(site, tmp_path)
        assert run.code == 4, run.lines
        kinds = Counter(url.split("/")[-3] for (url,) in rows(tmp_path, "select url from articles"))
        assert kinds == {"post": 70, "briefing": 20, "dossier": 6, "wire": 4}
        gaps = {ref for (ref,) in rows(tmp_path, "select ref from gaps where not explained")}
        assert gaps == {f"{site.home}{site.entry(number).path}" for number in site.walled}
        assert rows(tmp_path, "select count(*) from gaps where explained") == [(0,)]
        site.walled.clear()
        run = crawl(site, tmp_path)
        assert run.code == 0, run.lines
        assert rows(tmp_path, "select count(*) from articles") == [(102,)]
        assert rows(tmp_path, "select count(*) from gaps") == [(0,)]
        assert rows(tmp_path, "select count(*) from revisions where number > 1") == [(0,)]


def test_an_unchanged_site_of_posts_alone_costs_three_requests_in_each_night_of_a_week(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ManyTypes(60) as site:
        assert crawl(site, tmp_path).code == 0
        asked = []
        for night in range(1, 8):
            monkeypatch.setattr(AheadOfTime, "later", timedelta(days=night))
            assert crawl(site, tmp_path, SWEEP_DAYS=0).code == 0
            asked.append(len(site.requests))
        assert asked == [3] * 7


def test_where_a_list_names_more_than_rest_all_lists_are_compared_within_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with WholeSite() as site:
        site.walled.clear()
        assert crawl(site, tmp_path).code == 0
        nights = []
        for night in range(1, 9):
            monkeypatch.setattr(AheadOfTime, "later", timedelta(days=night))
            assert crawl(site, tmp_path, SWEEP_DAYS=0).code == 0
            assert "/feed/" in site.requests
            nights += [night] if "/wp-sitemap.xml" in site.requests else []
        assert nights == [7]

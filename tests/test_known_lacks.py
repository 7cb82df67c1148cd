"""What the lists and pages of a site say that there is, and do not show: it is read where something leads to it, else it is a gap."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.discover.feed import read_feed
from crawler.discover.listing import read_listing_page
from tests.crawls import Run, rows, scrapy
from tests.inside import AheadOfTime
from tests.othersites.leaflet import SENTENCES, Leaflet
from tests.othersites.server import HTML, XML

FEED = '<link rel="alternate" type="application/atom+xml" href="/feed.xml">'
URLSET = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
INDEX = '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'
LOCKED = {
    "@type": "NewsArticle",
    "headline": "x",
    "isAccessibleForFree": False,
    "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".rest"},
}


def crawl(site: Leaflet, folder: Path, *arguments: str) -> Run:
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *(w for a in arguments for w in ("-a", a)), folder=folder)


def atom(numbers: range, further: str = "", total: int | None = None) -> str:
    entries = "".join(f'<entry><link href="/a/{n}"/><updated>2019-05-06T10:00:00Z</updated></entry>' for n in numbers)
    stated = f"<s:totalResults>{total}</s:totalResults>" if total is not None else ""
    link = f'<link rel="next" href="{further}"/>' if further else ""
    feed = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://a9.com/-/spec/opensearchrss/1.0/">'
    return f'<?xml version="1.0"?>{feed}{stated}{link}{entries}</feed>'


def sitemap(*paths: str) -> str:
    return URLSET.format("".join(f"<url><loc>{{home}}{path}</loc></url>" for path in paths))


def articles(site: Leaflet, count: int, folder: str = "/a/") -> list[str]:
    for number in range(1, count + 1):
        site.article(f"{folder}{number}", number)
    return [f"{folder}{number}" for number in range(1, count + 1)]


def gaps(folder: Path) -> list[tuple[str, int]]:
    return rows(folder, "select substr(ref, 1, 6), explained from gaps")


def held(folder: Path) -> int:
    [(count,)] = rows(folder, "select count(*) from articles")
    return int(count)


def test_a_feed_that_links_its_older_pages_is_read_to_its_end(tmp_path: Path) -> None:
    with Leaflet() as site:
        articles(site, 9)
        site.front(("/a/9",), FEED)
        site.answers["/feed.xml"] = (200, XML, atom(range(9, 6, -1), "/feed.xml?start=4"))
        site.answers["/feed.xml?start=4"] = (200, XML, atom(range(6, 3, -1), "/feed.xml?start=7"))
        assert crawl(site, tmp_path).code == 5  # its last page answers 404: what it holds is not known
        site.answers["/feed.xml?start=7"] = (200, XML, atom(range(3, 0, -1)))
        assert crawl(site, tmp_path).code == 0
        assert held(tmp_path) == 9


def test_a_number_that_a_feed_states_is_held_against_what_is_named(tmp_path: Path) -> None:
    with Leaflet() as site:
        articles(site, 6)
        site.front(("/a/6",), FEED)
        site.answers["/feed.xml"] = (200, XML, atom(range(6, 3, -1), total=6))
        assert crawl(site, tmp_path).code == 4
        assert gaps(tmp_path) == [("total:", 0)]
        assert crawl(site, tmp_path).code == 4
        site.answers["/feed.xml"] = (200, XML, atom(range(6, 3, -1), "/feed.xml?p=2", total=7))
        site.answers["/feed.xml?p=2"] = (200, XML, atom(range(3, 0, -1), total=7))
        assert crawl(site, tmp_path, "mode=full").code == 0
        assert (held(tmp_path), gaps(tmp_path)) == (6, [("total:", 1)])  # it was read to its end: it counts one too many
        assert crawl(site, tmp_path).code == 0
        site.answers["/feed.xml"] = (200, XML, atom(range(6, 3, -1), "/feed.xml?p=2", total=6))
        assert crawl(site, tmp_path).code == 0
        assert gaps(tmp_path) == []


def test_a_listing_that_shows_its_first_of_many_is_not_the_whole(tmp_path: Path) -> None:
    with Leaflet() as site:
        paths = articles(site, 4)
        site.front(tuple(paths))
        status, mime, body = site.answers["/"][:3]
        site.answers["/"] = (status, mime, str(body).replace("</main>", "<p>Showing 1–4 of 1,248 reports</p></main>"))
        assert crawl(site, tmp_path).code == 4
        assert gaps(tmp_path) == [("total:", 0)]
        site.answers["/"] = (status, mime, str(body).replace("</main>", "<p>Showing 1–4 of 4 reports</p></main>"))
        assert crawl(site, tmp_path).code == 4  # the number is not stated any more: what lacked is not known to be held


@pytest.mark.parametrize(
    "said", ["1-2 of 48 results", "1 – 2 von 48", "1 bis 2 von 48 Beiträgen", "1 à 2 sur 48", "1-2 de 48", "Показано 1–2 из 48"]
)
def test_a_range_states_how_many_there_are(said: str) -> None:
    entries = "<h2><a href='/a/'>A</a></h2><h2><a href='/b/'>B</a></h2>"
    assert read_listing_page(f"<main>{entries}<p>{said}</p></main>", "https://example.org/").total == 48
    assert read_listing_page(f"<main>{entries}{entries.replace('/a/', '/c/')}<p>{said}</p></main>", "https://example.org/").total is None
    assert read_listing_page(f"<main>{entries}<p>2019-1-2 of 48, 11-2 of 48</p></main>", "https://example.org/").total is None


def test_a_list_that_the_site_names_and_does_not_give_is_a_gap_until_it_is_given(tmp_path: Path) -> None:
    with Leaflet() as site:
        paths = articles(site, 4)
        site.front((paths[3],))
        site.answers["/sitemap.xml"] = (200, XML, INDEX.format("".join(f"<sitemap><loc>{{home}}/{n}.xml</loc></sitemap>" for n in (1, 2))))
        site.answers["/1.xml"] = (200, XML, sitemap(*paths[2:]))
        assert crawl(site, tmp_path).code == 4
        assert gaps(tmp_path) == [("list: ", 0)]
        assert crawl(site, tmp_path).code == 4
        site.answers["/2.xml"] = (200, XML, sitemap(*paths[:2]))
        assert crawl(site, tmp_path).code == 0
        assert (held(tmp_path), gaps(tmp_path)) == (4, [])


def test_a_sitemap_on_another_host_is_a_gap_where_the_site_has_none_of_its_own(tmp_path: Path) -> None:
    with Leaflet() as site:
        paths = articles(site, 3)
        site.front((paths[2],))
        site.robots("User-agent: *", "Sitemap: http://lists.example/sitemap.xml")
        assert crawl(site, tmp_path).code == 4
        assert gaps(tmp_path) == [("list: ", 0)]
        site.robots("User-agent: *", "Sitemap: http://lists.example/sitemap.xml", "Sitemap: /sitemap.xml")
        site.answers["/sitemap.xml"] = (200, XML, sitemap(*paths))
        assert crawl(site, tmp_path).code == 0
        assert (held(tmp_path), gaps(tmp_path)) == (3, [])


def test_articles_in_another_language_are_found_from_its_front_page_and_from_the_sitemap_below_it(tmp_path: Path) -> None:
    with Leaflet() as site:
        english, german, french = articles(site, 2), articles(site, 4, "/de/a/"), articles(site, 2, "/fr/a/")
        site.front(tuple(english), '<link rel="alternate" hreflang="en" href="/"><link rel="alternate" hreflang="de" href="/de/">')
        site.answers["/"] = (200, HTML, str(site.answers["/"][2]).replace("<main>", '<main><a hreflang="fr" href="/fr/">fr</a>'))
        site.front((german[3],), path="/de/")
        site.front(tuple(french), path="/fr/")
        site.answers["/sitemap.xml"] = (200, XML, sitemap(*english))
        site.answers["/de/sitemap.xml"] = (200, XML, sitemap(*german))
        assert crawl(site, tmp_path).code == 0
        assert held(tmp_path) == 8
        site.article("/de/a/5", 5)
        site.answers["/de/sitemap.xml"] = (200, XML, sitemap(*german, "/de/a/5"))
        assert crawl(site, tmp_path).code == 0
        assert held(tmp_path) == 9  # its sitemap is read in every run


def test_comments_that_the_feed_counts_are_read_on_a_page_of_their_own_or_are_a_gap(tmp_path: Path) -> None:
    item = "<item><link>{{home}}/a/{0}</link><slash:comments>{1}</slash:comments></item>"
    items = item.format(1, 2) + item.format(2, 3)
    remark = "<li id='comment-{0}' class='comment'><cite class='fn'>Ann</cite><p>Remark {0} on the dyke.</p></li>"
    remarks = remark.format(1) + remark.format(2)
    with Leaflet() as site:
        site.article("/a/1", 1, below="<a href='/a/1/comments'>2 Comments</a>")
        site.article("/a/1/comments", 1, below=f"<div id='comments'><ol class='comment-list'>{remarks}</ol></div>")
        site.article("/a/2", 2)
        site.front(("/a/1", "/a/2"))
        feed = (
            f'<?xml version="1.0"?><rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>{items}</channel></rss>'
        )
        site.answers["/feed/"] = (200, XML, feed)
        assert crawl(site, tmp_path).code == 4
        assert rows(tmp_path, "select count(*) from comments") == [(2,)]
        assert rows(tmp_path, "select ref, reason, explained from gaps") == [
            (f"{site.home}/a/2#comments", "the page counts 3 comments, 0 are held", 0)
        ]


def test_a_text_that_is_shown_in_part_is_a_gap_until_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = f'<script type="application/ld+json">{json.dumps(LOCKED)}</script>'
    offer = "<div class='rest'><p>Subscribe now to go on reading, with unlimited access to all that our subscribers read.</p></div>"
    rest = "".join(f"<p>{sentence} {sentence}</p>" for sentence in SENTENCES)
    with Leaflet() as site:
        site.article("/a/1", 1, data, offer)
        site.article("/a/2", 2, data)
        site.answers["/a/2"] = (200, HTML, str(site.answers["/a/2"][2]).replace("</article>", f"<div class='rest'>{rest}</div></article>"))
        site.front(("/a/1", "/a/2"))
        assert crawl(site, tmp_path).code == 4
        assert rows(tmp_path, "select ref, explained from gaps") == [(f"{site.home}/a/1#text", 0)]
        site.requests.clear()
        assert crawl(site, tmp_path).code == 4
        assert "/a/1" not in site.requests  # it has its turn like all others
        site.article("/a/1", 1)
        monkeypatch.setattr(AheadOfTime, "later", timedelta(days=31))
        assert crawl(site, tmp_path).code == 0
        assert gaps(tmp_path) == []


def test_a_page_of_links_is_a_sitemap_where_robots_txt_calls_it_one(tmp_path: Path) -> None:
    with Leaflet() as site:
        paths = articles(site, 5)
        site.front((paths[4],))
        site.robots("User-agent: *", "Sitemap: {home}/sitemap.html")
        site.answers["/sitemap.html"] = (
            200,
            HTML,
            f"<html><ul>{''.join(f'<li><a href={path}>{path}</a></li>' for path in paths)}</ul></html>",
        )
        assert crawl(site, tmp_path).code == 0
        assert held(tmp_path) == 5


def test_a_feed_states_how_many_items_it_has() -> None:
    assert read_feed(atom(range(2), total=48).encode(), "https://example.org/").total == 48
    assert read_feed(atom(range(2)).encode(), "https://example.org/").total is None


def test_an_index_that_is_written_as_a_sitemap_is_followed_and_a_page_that_ends_in_xml_is_read(tmp_path: Path) -> None:
    with Leaflet() as site:
        paths = articles(site, 4)
        site.article("/a/5.xml", 5)
        site.front((paths[0],))
        site.answers["/sitemap.xml"] = (200, XML, sitemap("/m/1.xml", "/m/2.php", "/a/5.xml", paths[0]))
        site.answers["/m/1.xml"] = (200, XML, sitemap(*paths[1:3]))
        site.answers["/m/2.php"] = (200, XML, sitemap(paths[3]))
        assert crawl(site, tmp_path).code == 4
        assert held(tmp_path) == 4
        assert rows(tmp_path, "select ref, reason, explained from gaps") == [(f"{site.home}/m/2.php", "not a page: urlset", 0)]


def test_where_robots_txt_forbids_the_older_pages_the_months_beside_the_entries_lead_on(tmp_path: Path) -> None:
    months = "".join(f"<li class='archivedate'><a class='post-count-link' href='/2019/0{n}/'>{n}</a></li>" for n in (1, 2, 3))
    with Leaflet() as site:
        paths = articles(site, 6, "/2019/0")  # /2019/01 ... are no articles here: the names below are
        for number, path in enumerate(paths, 1):
            site.answers[f"/2019/0{(number + 1) // 2}/r{number}.html"] = site.answers.pop(path)
        found = list(site.answers)
        older = "<a class='blog-pager-older-link' href='/search?updated-max=2019'>Older Posts</a>"
        for path, shown in (("/", found[5:]), *((f"/2019/0{n}/", found[2 * n - 2 : 2 * n]) for n in (1, 2, 3))):
            site.front(tuple(shown), path=path)
            site.answers[path] = (
                200,
                HTML,
                str(site.answers[path][2]).replace("</main>", f"{older}<ul class='widget'>{months}</ul></main>"),
            )
        site.robots("User-agent: *", "Disallow: /search")
        assert crawl(site, tmp_path).code == 0
        assert held(tmp_path) == 6
        assert ("list: ", 1) in gaps(tmp_path)

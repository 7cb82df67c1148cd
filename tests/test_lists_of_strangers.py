"""Lists and addresses as sites really write them, crawled: each site is read whole, or the message names what was broken."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlite_utils import Database

from tests.crawls import Run, rows, scrapy
from tests.othersites import Leaflet
from tests.othersites.server import HTML, TEXT, XML

PATHS = tuple(f"/log/{number}.html" for number in range(3))
URLSET = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>"


@pytest.fixture
def leaflet() -> Iterator[Leaflet]:
    """Three articles that no page links; a test says which list names them."""
    with Leaflet() as site:
        site.front()
        for number, path in enumerate(PATHS):
            site.article(path, number)
        yield site


def crawl(site: Leaflet, folder: Path, *arguments: str, home: str = "/") -> Run:
    given = [word for argument in arguments for word in ("-a", argument)]
    return scrapy("crawl", "site", "-a", f"home={site.home}{home}", *given, folder=folder)


def held(site: Leaflet, folder: Path) -> list[str]:
    return sorted(url.removeprefix(site.home) for (url,) in rows(folder, "select url from articles"))


def entries(*addresses: str, mark: str = "") -> str:
    return URLSET.format("".join(f"<url><loc>{escape(address)}</loc>{mark}</url>" for address in addresses))


@pytest.mark.parametrize(
    "lines",
    [
        ("User-agent: *", "Sitemap: /maps/all.xml"),
        ("\ufeffSITEMAP: maps/all.xml", "User-agent: *", "Disallow: /cart/"),
        ("User-Agent: *", "Allow: /", "sitemap : //{host}/maps/nothing.xml", "Sitemap:  {home}/maps/all.xml  # the real one"),
        ("Sitemap: \\maps\\all.xml",),
        ("Sitemap: {host}/maps/all.xml",),
    ],
    ids=["relative", "mark at the beginning", "several", "backslashes", "no scheme"],
)
def test_the_sitemap_that_robots_txt_names_is_read_however_it_is_written(leaflet: Leaflet, folder: Path, lines: tuple[str, ...]) -> None:
    leaflet.robots(*(line.replace("{host}", leaflet.home.partition("//")[2]) for line in lines))
    leaflet.answers["/maps/all.xml"] = (200, XML, entries(*(f"{{home}}{path}" for path in PATHS)))
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


@pytest.mark.parametrize(
    "body",
    [
        entries(*(f"{{home}}{path}" for path in PATHS)).replace("</loc>", "</loc><changefreq>A & B&nbsp;weekly</changefreq>"),
        "Warning: Undefined index in map.php on line 3\n" + entries(*(f"{{home}}{path}" for path in PATHS)),
        entries(*(f"{{home}}{path}" for path in PATHS), "{home}/log/3.html")[:-30],
        entries(*(f"{{home}}{path}" for path in PATHS)) + "<!-- cached --><script>track()</script>",
    ],
    ids=["bare &", "a warning before it", "cut off", "something behind it"],
)
def test_a_broken_sitemap_is_read_as_far_as_it_can_be_and_named(leaflet: Leaflet, folder: Path, body: str) -> None:
    leaflet.robots("Sitemap: /map.xml")
    leaflet.answers["/map.xml"] = (200, TEXT, body)
    run = crawl(leaflet, folder)
    assert run.code == (5 if "</urlset>" not in body else 0)  # of one that is cut off nobody knows what the rest names
    assert held(leaflet, folder) == sorted(PATHS)
    assert f"{leaflet.home}/map.xml is broken" in run.out + run.err
    assert rows(folder, "select walked_at from lists where name = 'pages'") == [(None,)], "it never counts as the whole list"


def feed_of(kind: str, paths: tuple[str, ...]) -> str:
    if kind == "json":
        items = ",\n".join(f'{{"id": "{number}", "url": "{{home}}{path}", "title": "Log"}}' for number, path in enumerate(paths))
        return '{"version": "https://jsonfeed.org/version/1.1", "items": [' + items + "]}"
    items = "".join(f"<item><title>Log</title><link>{{home}}{path}</link></item>" for path in paths)
    return f"<rss version='2.0'><channel><title>Logs</title>{items}</channel></rss>"


@pytest.mark.parametrize("kind", ["json", "rss"])
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "cut off"])
def test_a_feed_that_is_cut_off_is_read_as_far_as_it_goes_and_the_run_says_so(
    leaflet: Leaflet, folder: Path, kind: str, whole: bool
) -> None:
    """Beside a sitemap that is whole, the feed alone names the last two of four articles; it ends in the middle of the last."""
    leaflet.article("/log/3.html", 3)
    leaflet.front(head=f'<link rel="alternate" type="application/{"feed+json" if kind == "json" else "rss+xml"}" href="/feed.x">')
    leaflet.answers["/sitemap.xml"] = (200, XML, entries(*(f"{{home}}{path}" for path in PATHS[:2])))
    feed = feed_of(kind, (*PATHS, "/log/3.html"))
    leaflet.answers["/feed.x"] = (200, TEXT, feed if whole else feed[: feed.rfind("/log/3") + 8])
    run = crawl(leaflet, folder)
    assert run.code == (0 if whole else 5), run.lines
    assert held(leaflet, folder) == sorted((*PATHS, "/log/3.html") if whole else PATHS)
    assert ("it is cut off" in run.out + run.err) is not whole


def test_a_json_feed_of_which_no_item_is_whole_is_no_complete_list(leaflet: Leaflet, folder: Path) -> None:
    leaflet.front(PATHS, head='<link rel="alternate" type="application/feed+json" href="/feed.json">')
    leaflet.answers["/feed.json"] = (200, TEXT, feed_of("json", PATHS)[:90])
    assert crawl(leaflet, folder).code == 5
    assert held(leaflet, folder) == sorted(PATHS)


def test_a_sitemap_that_reads_as_nothing_does_not_end_the_run(leaflet: Leaflet, folder: Path) -> None:
    leaflet.robots("Sitemap: /map.xml")
    leaflet.answers["/map.xml"] = (200, XML, "<html><body>Please wait</body></html>")
    leaflet.front(PATHS)
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


def test_a_home_in_a_folder_has_what_lies_in_that_folder(leaflet: Leaflet, folder: Path) -> None:
    blog = tuple(f"/blog/{number}/" for number in range(2))
    for number, path in enumerate([*blog, "/blogroll/9/", "/forum/7/"]):
        leaflet.article(path, number)
    leaflet.front(blog, path="/blog/")
    leaflet.answers["/sitemap.xml"] = (
        200,
        XML,
        entries(*(f"{{home}}{path}" for path in (*blog, *PATHS, "/blogroll/9/", "/forum/7/", "/blog"))),
    )
    assert crawl(leaflet, folder, home="/blog/index.html").code == 0
    assert held(leaflet, folder) == sorted(blog)
    assert not [path for path in leaflet.requests if path.startswith(("/log", "/forum", "/blogroll"))]


def test_one_page_in_several_spellings_is_one_article(leaflet: Leaflet, folder: Path) -> None:
    name, session = "дамба отчёт", "PHPSESSID=0123456789abcdef0123456789abcdef"
    path = f"/log/{quote(name)}"
    leaflet.article(path, 5)
    leaflet.answers[path.lower()] = leaflet.answers[path]
    plain = [f"{{home}}{path.lower()}", f"{{home}}/log/./{quote(name)}", f"{{home}}{path}?utm_source=x#top", f"{{home}}{path}?{session}"]
    leaflet.answers["/sitemap.xml"] = (200, XML, entries(*plain))
    leaflet.front((f"/log/{name}", f"{path};jsessionid=77F0AA", f"{path}?{session[:-1]}0"))
    for _ in range(2):
        assert crawl(leaflet, folder, "mode=full").code == 0
    assert held(leaflet, folder) == [path]


@pytest.mark.parametrize("base", ["/", "{home}/", "../", "//{host}/"])
def test_a_listing_with_a_base_is_read_as_browsers_read_it(leaflet: Leaflet, folder: Path, base: str) -> None:
    host = leaflet.home.partition("//")[2]
    leaflet.answers["/"] = (200, HTML, '<html><head><title>Dyke</title></head><nav><a href="/logs/">Logs</a></nav><p>Welcome</p>')
    leaflet.front(
        tuple(path[1:] for path in PATHS[:2]), f'<base href="{base.replace("{host}", host)}"><link rel="next" href="logs/2/">', "/logs/"
    )
    leaflet.front((f"\t/log\\{PATHS[2][5:]}\n",), path="/logs/2/")
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


def test_the_pages_of_an_article_for_phones_amp_and_print_are_that_article(leaflet: Leaflet, folder: Path) -> None:
    own = PATHS[0]
    twins = {f"{own}?amp=1": "amphtml", "/m/log/0.html": "alternate", f"{own}?print=1": "alternate"}
    links = "".join(f"<link rel='{rel}' media='handheld' href='{twin}'>" for twin, rel in twins.items())
    leaflet.article(own, 0, f"{links}<link rel='alternate' media='handheld' href='http://m.dyke.example{own}'>")
    leaflet.article("/m/log/0.html", 0, f"<link rel='canonical' href='{own}'>")
    leaflet.answers["/sitemap.xml"] = (200, XML, entries(*(f"{{home}}{path}" for path in (own, *PATHS[1:], *twins))))
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)
    leaflet.requests.clear()
    assert crawl(leaflet, folder).code == 0
    assert not [path for path in leaflet.requests if path.startswith(("/log", "/m/"))]
    assert rows(folder, "select kind from urls where url = ?", f"http://m.dyke.example{own}") == [("alias",)]


def test_an_archive_of_an_earlier_release_finds_its_articles_again(leaflet: Leaflet, folder: Path) -> None:
    """They stand there as that release spelled them: with escapes in lower case, and with the session of the first visitor."""
    paths = (f"/log/{quote('дамба')}", "/log/1.html", "/log/2.html")
    leaflet.article(paths[0], 6)
    leaflet.answers["/sitemap.xml"] = (200, XML, entries(*(f"{{home}}{path}" for path in paths)))
    assert crawl(leaflet, folder).code == 0
    old = {paths[0]: paths[0].lower().replace("/log/%", "/log/%"), paths[1]: f"{paths[1]}?PHPSESSID=abc"}
    database = Database(folder / "archive.db")
    for new, before in old.items():
        for table in ("articles", "urls"):
            database.execute(f"update {table} set url = ? where url = ?", [leaflet.home + before, leaflet.home + new])
    database.conn.commit()
    database.close()
    before = rows(folder, "select id, number, digest from revisions order by id")
    leaflet.answers[paths[0].lower()] = leaflet.answers[paths[0]]
    leaflet.requests.clear()
    assert crawl(leaflet, folder).code == 0
    assert not [path for path in leaflet.requests if path.startswith("/log")], "nothing of it is news"
    assert crawl(leaflet, folder, "mode=full").code == 0
    assert held(leaflet, folder) == sorted(paths)
    assert rows(folder, "select id, number, digest from revisions order by id") == before
    assert rows(folder, "select count(*) from changes where event <> 'new'") == [(0,)]
    assert rows(folder, "select kind from urls where url = ?", leaflet.home + old[paths[1]]) == [("alias",)]

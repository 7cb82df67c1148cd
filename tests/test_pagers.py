"""Further pages of articles and threads in the shapes of many systems, and the counts that pages state. One site on loopback has an
article for each shape; a run reads them all, and each test asks about one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.extract.comments.count import counted
from crawler.extract.dom.pagers import page_number
from crawler.extract.page import extract_page
from crawler.items import Article
from crawler.pages.counts import Earlier, count_gap
from tests.crawls import rows, scrapy
from tests.inside import Run
from tests.othersites.pieces import Piece
from tests.othersites.server import HTML, TEXT, XML, Answer, OtherSite

JSON = "application/json"
Routes = dict[str, Answer]


class Shapes(OtherSite):
    """``routes`` say what each address shows; ``listed`` is what the sitemap names."""

    count = 0

    def __init__(self, routes: Routes, listed: list[str]) -> None:
        super().__init__()
        self.routes, self.listed = routes, listed

    def address(self, piece: Piece) -> str:
        return f"{self.home}/{piece.slug}"

    def not_found(self) -> str:
        return "<title>404 Not found</title><h1>Not found</h1>"

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if path == "/robots.txt":
            return 200, TEXT, f"User-agent: *\nDisallow:\nSitemap: {self.home}/sitemap.xml\n"
        if path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{self.home}{one}</loc></url>" for one in self.listed)
            return 200, XML, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        if path == "/":
            return 200, HTML, "<!doctype html><html><head><title>Harbour Post</title></head><body><main></main></body></html>"
        return self.routes.get(path + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""))


def prose(name: str, part: int) -> str:
    lines = ("the ferry was turned back before noon", "its captain told the harbour office why", "nobody on the quay believed a word")
    return "".join(f"<p>In part {part} of {name} it stands on line {n} that {line}, and so it was.</p>" for n, line in enumerate(lines))


def page(name: str, body: str, *, title: str = "", head: str = "", below: str = "", day: str = "2019-05-06") -> Answer:
    title = title or f"Report on {name}"
    stated = f'<meta property="og:type" content="article"><meta property="article:published_time" content="{day}T10:00:00+00:00">'
    return (
        200,
        HTML,
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{stated}{head}</head><body>'
        f'<article><h1>{title}</h1><div class="story-body">{body}</div></article>{below}</body></html>',
    )


def numbers(address: Callable[[int], str], here: int, last: int, box: str = "nav") -> str:
    links = (str(n) if n == here else f'<a href="{address(n)}">{n}</a>' for n in range(1, last + 1))
    return f'<{box} class="article-pager">{" ".join(links)}</{box}>'


# ---- texts
FORMS: dict[str, Callable[[int], str]] = {
    "joomla": lambda n: "/joomla" if n == 1 else f"/joomla?start={n - 1}",
    "lock": lambda n: "/lock.html" if n == 1 else f"/lock,{n}.html",
    "pagina": lambda n: "/pagina.php" if n == 1 else f"/pagina.php?pagina={n}",
    "under": lambda n: "/under" if n == 1 else f"/under/page/{n}",
    "low": lambda n: "/low.htm" if n == 1 else f"/low_{n}.htm",
    "begins": lambda n: f"/begins-{n}.html",
}


def numbered_texts() -> Routes:
    return {form(n): page(name, prose(name, n) + numbers(form, n, 3)) for name, form in FORMS.items() for n in (1, 2, 3)}


def other_texts() -> Routes:
    def links(name: str, target: str, words: str) -> str:
        return f'<p class="further"><a href="{target}">{words}</a></p>'

    last = "/window/30"
    return {
        "/weiter": page("weiter", prose("weiter", 1) + links("weiter", "/weiter/2", "Weiterlesen auf Seite 2")),
        "/weiter/2": page("weiter", prose("weiter", 2), title="Report on weiter – Seite 2"),
        "/suite": page("suite", prose("suite", 1), head='<link rel="next" href="/suite?p=2">'),
        "/suite?p=2": page("suite", prose("suite", 1).split("</p>")[0] + "</p>" + prose("suite", 2)),
        "/single": page(
            "single",
            prose("single", 1) + '<nav class="pager"><a href="/single?page=2">2</a> <a href="/single?page=all">Single page</a></nav>',
        ),
        "/single?page=all": page("single", prose("single", 1) + prose("single", 2) + prose("single", 3)),
        "/column": page("column", prose("column", 1), head='<link rel="next" href="/column-2">'),
        "/column-2": page("column", prose("column", 2), day="2019-05-07"),
        "/gone": page("gone", prose("gone", 1) + numbers(lambda n: f"/gone/{n}", 1, 2)),
        "/window": page("window", prose("window", 1) + f'<div class="pages">1 <a href="/window/2">2</a> … <a href="{last}">30</a></div>'),
        **{f"/window/{n}": page("window", prose("window", n), title=f"Report on window (page {n} of 30)") for n in range(2, 31)},
    }


# ---- threads
def remark(number: int) -> str:
    return (
        f'<div class="comment" id="comment-{number}"><b class="comment-author">Reader {number}</b> '
        f'<time datetime="2019-05-07T10:{number:02}:00Z">May 7, 2019</time>'
        f'<div class="comment-content"><p>Remark number {number} on the tide.</p></div></div>'
    )


def talk(shown: range, more: str = "", heading: str = "") -> str:
    return f'<section id="comments" class="comments">{heading}{"".join(map(remark, shown))}{more}</section>'


def threads() -> Routes:
    def under(name: str, shown: range, more: str = "", heading: str = "") -> Answer:
        return page(name, prose(name, 1), below=talk(shown, more, heading))

    def blogger(n: int) -> str:
        return "/blogger" if n == 1 else f"/blogger?commentPage={n}"

    fragment = json.dumps({"html": "".join(map(remark, range(3, 5))), "next": "/api/talk?post=7&at=4"})
    rest = json.dumps({"data": {"html": remark(5)}, "next": None})
    return {
        **{blogger(n): under("blogger", range(2 * n - 1, 2 * n + 1), numbers(blogger, n, 3, "div")) for n in (1, 2, 3)},
        "/newest": under("newest", range(6, 3, -1), '<a rel="next" class="pager-next" href="?start=3">Older comments</a>'),
        "/newest?start=3": under("newest", range(3, 0, -1)),
        "/load": under("load", range(1, 3), '<button class="load-more" data-url="/api/talk?post=7&amp;at=2">Load more comments</button>'),
        "/api/talk?post=7&at=2": (200, JSON, fragment),
        "/api/talk?post=7&at=4": (200, JSON, rest),
        "/htmx": under("htmx", range(1, 3), '<a hx-get="/htmx/rest" class="more-comments" href="#">Show all 4 comments</a>'),
        "/htmx/rest": (200, HTML, "".join(map(remark, range(1, 5)))),
        "/again": under("again", range(1, 3), numbers(lambda n: f"/again?page={n}", 1, 9), "<h2>2 Kommentare</h2>"),
        **{f"/again?page={n}": under("again", range(1, 3)) for n in range(2, 10)},
        "/counts": under("counts", range(1, 3), heading="<h2>Comments (40)</h2>"),
        "/disqus": page("disqus", prose("disqus", 1), below='<h2>12 Comments</h2><div id="disqus_thread"></div>'),
        "/sidebar": page(
            "sidebar", prose("sidebar", 1), below='<aside class="popular"><h3><a href="/load">Load</a></h3><h4>77 comments</h4></aside>'
        ),
    }


LISTED = [
    *(form(1) for form in FORMS.values()),
    *("/weiter", "/suite", "/single", "/column", "/column-2", "/gone", "/window"),
    *("/blogger", "/newest", "/load", "/htmx", "/again", "/counts", "/disqus", "/sidebar"),
]


@dataclass
class Read:
    site: Shapes
    folder: Path
    run: Run

    def text(self, address: str) -> str:
        sql = "select text from article_texts join articles on articles.id = article_id where url = ?"
        found = rows(self.folder, sql, self.site.home + address)
        return str(found[0][0]) if found else ""

    def remarks(self, address: str) -> list[str]:
        sql = "select author from comments join articles on articles.id = article_id where url = ? order by position"
        return [author.removeprefix("Reader ") for (author,) in rows(self.folder, sql, self.site.home + address)]

    def gap(self, address: str) -> tuple[str, int] | None:
        found = rows(
            self.folder,
            "select reason, explained from gaps where ref in (?, ?)",
            *(self.site.home + address + x for x in ("", "#comments")),
        )
        return (found[0][0], found[0][1]) if found else None


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("shapes") / "archive"
    with Shapes({**numbered_texts(), **other_texts(), **threads()}, LISTED) as site:
        run = scrapy("crawl", "site", "-a", f"home={site.home}/", folder=folder)
        yield Read(site, folder, run)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_text_is_whole_whatever_form_the_addresses_of_its_pages_have(read: Read, name: str) -> None:
    text = read.text(FORMS[name](1))
    assert [text.count(f"part {n} of {name}") for n in (1, 2, 3)] == [3, 3, 3]
    assert [text.find(f"part {n} of") for n in (1, 2, 3)] == sorted(text.find(f"part {n} of") for n in (1, 2, 3))


def test_a_next_page_in_words_or_in_the_head_is_read_and_its_repeated_lead_stands_once(read: Read) -> None:
    assert read.text("/weiter").count("of weiter") == 6
    assert read.text("/suite").count("part 1 of suite") == 3
    assert read.text("/suite").count("part 2 of suite") == 3


def test_a_view_on_a_single_page_spares_the_others(read: Read) -> None:
    assert [read.text("/single").count(f"part {n}") for n in (1, 2, 3)] == [3, 3, 3]
    assert "/single?page=2" not in read.site.requests


def test_a_next_link_to_another_days_article_is_no_further_page(read: Read) -> None:
    assert read.text("/column").count("of column") == 3
    assert read.text("/column-2").count("of column") == 3


def test_an_article_whose_further_page_is_not_there_is_named(read: Read) -> None:
    assert read.gap("/gone") is not None
    assert read.run.code == 4


def test_the_pages_between_those_that_a_window_shows_are_read_in_order(read: Read) -> None:
    text = read.text("/window")
    places = [text.find(f"part {n} of window") for n in range(1, 31)]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("address", "count"),
    [("/blogger", 6), ("/newest", 6), ("/load", 5), ("/htmx", 4), ("/again", 2)],
)
def test_thread_is_whole_and_in_order_whatever_leads_to_its_pages(read: Read, address: str, count: int) -> None:
    assert read.remarks(address) == [str(n) for n in range(1, count + 1)]
    assert read.gap(address) is None


def test_pages_of_a_thread_that_repeat_the_first_end_the_walk(read: Read) -> None:
    assert sum(path.startswith("/again?") for path in read.site.requests) <= 2


def test_comments_that_a_page_counts_and_does_not_show_are_an_unexplained_gap_with_both_numbers(read: Read) -> None:
    assert read.gap("/counts") == ("the page counts 40 comments, 2 are held", 0)


def test_a_thread_that_another_site_keeps_is_explained_and_a_sidebars_count_is_not_ours(read: Read) -> None:
    gap = read.gap("/disqus")
    assert gap is not None
    assert gap[1] == 1
    assert "Disqus" in gap[0]
    assert read.gap("/sidebar") is None


# ---- counts
@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("Comments (120)", 120),
        ("120 Kommentare", 120),
        ("12 réponses", 12),
        ("١٢ تعليقات", 12),
        ("१२ टिप्पणियाँ", 12),
        ("১২ মন্তব্য", 12),
        ("۱۲ دیدگاه", 12),
        ("1,234 comments", 1234),
        ("52Comments", 52),
        ("No comments", 0),
        ("1.2k comments", 1150),
        ("Comments: 50, showing 1-50 of 120", 120),
        ("Комментарии (7)", 7),
        ("12 shares", None),
        ("1,300 views", None),
        ("Deja un comentario", None),
        ("Lascia un commento", None),
        ("Laisser un commentaire", None),
        ("Un comentario en «La ría»", 1),
        ("One response to The lock", 1),
    ],
)
def test_a_count_is_read_in_any_language_and_shares_are_none(said: str, number: int | None) -> None:
    assert counted(said) == number


def stated(head: str, body: str = "") -> int | None:
    answer = page("x", prose("x", 1), head=f'<script type="application/ld+json">{head}</script>' if head else "", below=body)
    return extract_page(answer[2].encode(), "http://own.example/x").reported_comment_count


def test_a_count_in_the_data_or_in_a_link_to_the_thread_counts_and_one_of_shares_does_not() -> None:
    node = {"@type": "NewsArticle", "headline": "Report on x"}
    shares = {"@type": "InteractionCounter", "interactionType": "https://schema.org/ShareAction", "userInteractionCount": 90}
    said = shares | {"interactionType": {"@type": "CommentAction"}, "userInteractionCount": "17"}
    assert stated(json.dumps(node | {"commentCount": 5})) == 5
    assert stated(json.dumps(node | {"interactionStatistic": [shares, said]})) == 17
    assert stated(json.dumps(node | {"interactionStatistic": shares})) is None
    assert stated("", '<a href="#comments">91 Ergänzungen</a>') == 91


def lack(reported: int, held: int, earlier: Earlier | None, *, looked: bool = False) -> bool | None:
    article = Article("http://own.example/x", "page", "article", "X", reported_comment_count=reported)
    gap = count_gap(article, held, looked=looked, earlier=earlier, at="2026-03-03T00:00:00Z", gone_after=24)
    return None if gap is None else gap.explained


def test_a_small_lack_is_explained_only_after_a_day_with_the_same_and_a_large_one_never() -> None:
    before = Earlier("2026-03-01T00:00:00Z", "the page counts 9 comments, 7 are held", explained=False)
    assert lack(9, 9, None) is None
    assert lack(9, 7, None) is False
    assert lack(9, 7, Earlier("2026-03-02T12:00:00Z", before.reason, explained=False)) is False
    assert lack(9, 7, before) is True
    assert lack(10, 7, before) is False
    assert lack(90, 7, Earlier(before.since, "the page counts 90 comments, 7 are held", explained=False)) is False
    assert lack(90, 7, None, looked=True) is False


@pytest.mark.parametrize(
    ("first", "further", "number"),
    [
        ("http://h/a/x.html", "http://h/a/x_Page2.html", 2),
        ("http://h/a/x", "http://h/a/x?page_article=3", 3),
        ("http://h/a/x", "http://h/a/x?page=0%2C2", 2),
        ("http://h/a/x", "http://h/a/x/seite-4.html", 4),
        ("http://h/?p=12", "http://h/?p=13", None),
        ("http://h/a/x", "http://h/a/x-2019", None),
        ("http://h/a/x", "http://h/a/x?id=2", None),
        ("http://h/a/x", "http://other/a/x?page=2", None),
    ],
)
def test_an_address_of_a_further_page_is_the_firsts_with_a_number(first: str, further: str, number: int | None) -> None:
    assert page_number(further, first) == number


def test_answers_to_comments_that_wordpress_hides_are_an_explained_gap() -> None:
    assert lack(9, 7, None, looked=True) is True
    assert lack(280, 259, None, looked=True) is True

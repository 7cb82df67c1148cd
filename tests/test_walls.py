"""A page that stands in place of many articles is an alarm, and no article; what only sounds like one is an article."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.admission.walls import Walls, sighting_of
from crawler.extract.page import extract_page
from crawler.items import Article, Block
from tests.crawls import Run, crawl, rows
from tests.othersites.pieces import Piece
from tests.othersites.press import PressSite
from tests.othersites.server import HTML, Answer

CONSENT = {
    "german": ("Ihre Privatsphäre", "<p>Wir und unsere 842 Partner verwenden Cookies.</p><p>Bitte stimmen Sie der Nutzung zu.</p>"),
    "arabic": ("خصوصيتك تهمنا", "<p>نحن وشركاؤنا نخزن المعلومات على جهازك.</p><p>اضغط على زر الموافقة للمتابعة إلى الموقع.</p>"),
    "dutch": ("Toestemming", "<p>De uitgever maakt gebruik van cookies en technieken van derden.</p><p>Klik hierna op akkoord.</p>"),
    "japanese": ("お客様へ", "<p>当サイトと九百のパートナーは情報を保存します。</p><p>続けるにはボタンを押してください。</p>"),
    "welsh, in no list of words": ("Croeso", "<p>Mae angen i chi fynd drwy'r porth hwn.</p><p>Pwyswch y botwm i barhau i'r safle.</p>"),
}


def shown(title: str, text: str) -> Callable[[Piece], Answer]:
    return lambda piece: (200, HTML, f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>")


def tokens(piece: Piece) -> Answer:
    """Everything in it that can change does."""
    text = f"<p>Please wait while request {piece.number * 7919:x}a is looked at, at {piece.at:%H:%M}.</p><p>No. {piece.number * 31}</p>"
    return 200, HTML, f"<html><head><title>One moment</title></head><body><h1>Almost there</h1>{text}</body></html>"


def dated(piece: Piece) -> Answer:
    """A wall with a date, in an article element: it looks like an article, but is everywhere the same."""
    text = "<p>Diese Seite ist nur mit einem Abonnement zu lesen.</p><p>Jetzt anmelden oder abonnieren.</p>"
    head = "<title>Weiterlesen</title>"
    return (
        200,
        HTML,
        f"<html><head>{head}</head><body><article><h1>Weiterlesen</h1><p class='date'>May 6, 2024</p>{text}</article></body></html>",
    )


def stub(piece: Piece) -> Answer:
    """The article's own head above the text of a payment wall."""
    head = (
        f'<title>{piece.title}</title><meta property="og:type" content="article"><link rel="canonical" href="/n/{piece.number}">'
        f'<meta property="article:published_time" content="{piece.at.isoformat()}">'
    )
    text = "<p>Cet article est réservé aux abonnés.</p><p>Connectez-vous ou abonnez-vous pour lire la suite.</p>"
    return 200, HTML, f"<html><head>{head}</head><body><article><h1>{piece.title}</h1>{text}</article></body></html>"


def shell(piece: Piece) -> Answer:
    return (
        200,
        HTML,
        '<html><head><title>The Press</title></head><body><div id="root">Loading</div><script src="/app.js"></script></body></html>',
    )


def gate(piece: Piece) -> Answer:
    return 302, HTML, f"/gate?back=/n/{piece.number}"


WALLS: dict[str, Callable[[Piece], Answer]] = {
    **{name: shown(*what) for name, what in CONSENT.items()},
    "tokens": tokens,
    "dated": dated,
    "stub": stub,
    "script": shell,
    "redirect": gate,
    "elsewhere": lambda piece: (302, HTML, f"http://127.0.0.1:9/consent?url=/n/{piece.number}"),
    **{f"status {status}": lambda piece, status=status: (status, HTML, "<h1>No</h1>") for status in (202, 203, 401, 402, 403, 451)},  # type: ignore[misc]
}


def visit(site: PressSite, folder: Path, at: str, *arguments: str) -> Run:
    site.requests.clear()
    return crawl(site, folder, *arguments, NOW=f"2027-01-{at}T06:00:00Z")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_explains_nothing_is_no_article_and_is_asked_again_until_it_is_lifted(name: str, folder: Path) -> None:
    with PressSite(6) as site:
        site.extra["/gate"] = "<h1>Gate</h1><p>Everyone passes through here.</p>"
        site.wall, site.walled = WALLS[name], lambda piece: piece.number % 2 == 0
        walled = {site.address(piece) for piece in site.pieces if site.walled(piece)}
        for day in ("01", "02"):
            run = visit(site, folder, day)
            assert (run.code, "a wall" in run.err or "page was not" in run.err) == (4, True), run.lines
            assert {ref for (ref,) in rows(folder, "select ref from gaps where not explained")} == walled
            assert {url for (url,) in rows(folder, "select url from articles")} == {site.address(p) for p in site.pieces} - walled
            assert {site.home + path for path in site.asked("/n/")} >= walled
        kept = rows(folder, "select count(*), count(distinct url) from quarantine")
        assert kept in ([(0, 0)], [(len(walled), len(walled))]), "once, however many nights refuse it"
        site.wall = None
        run = visit(site, folder, "03")
        assert (run.code, run.err) == (0, "")
        assert rows(folder, "select count(*) from articles") == [(6,)]
        assert rows(folder, "select ref from gaps where not explained") == []


def test_a_wall_before_what_is_held_makes_nothing_missing_and_no_revision_however_long_it_stands(folder: Path) -> None:
    with PressSite(6) as site:
        assert visit(site, folder, "01").code == 0
        before = rows(folder, "select id, number, text from revisions order by id")
        for wall in (tokens, dated, stub):
            site.wall = wall
            for day in ("03", "05", "07"):
                assert visit(site, folder, day, "mode=full").code == 4
            assert rows(folder, "select id, number, text from revisions order by id") == before
            assert rows(folder, "select count(*) from absences") == [(0,)]
        site.wall = None
        assert visit(site, folder, "09", "mode=full").code == 0


def test_a_wall_that_meets_one_new_article_a_night_is_known_again(folder: Path) -> None:
    with PressSite(6) as site:
        site.wall, site.walled = WALLS["welsh, in no list of words"], lambda piece: piece.number in (1, 2)
        late, site.pieces = site.pieces[1], [site.pieces[0], *site.pieces[2:]]
        visit(site, folder, "01")
        site.pieces.append(late)
        assert visit(site, folder, "02").code == 4
        assert visit(site, folder, "03").code == 4
        assert rows(folder, "select count(*) from gaps where not explained") == [(2,)]


HEADLINES = [
    "Forbidden waters: who may fish",
    "Just a moment of silence for the drowned",
    "Access denied: a history of locked gates",
    "404 Not Found: a history",
    "Maintenance of the fleet",
    "Are you a robot?",
    "Consent",
    "This domain is for sale",
    "Please wait: three hours at the customs house",
]
FORM = '<form id="comments" method="post"><textarea name="comment"></textarea><div class="cf-turnstile"></div></form>'
BANNER = '<div class="cookie-banner" role="dialog"><p>We use cookies. Accept all?</p><button>Accept all</button></div>'


@pytest.mark.parametrize("head", ["", '<meta property="og:type" content="article">'], ids=["unmarked", "marked"])
def test_articles_whose_headlines_sound_like_walls_are_articles(head: str, folder: Path) -> None:
    with PressSite(len(HEADLINES)) as site:
        site.head = head
        for piece, title in zip(site.pieces, HEADLINES, strict=True):
            piece.title = title
        page = site.page
        site.page = lambda title, main, head="": page(title, f"{main}{FORM}{BANNER}", head)  # type: ignore[method-assign]
        run = visit(site, folder, "01")
        assert (run.code, run.err) == (0, "")
        assert {title for (title,) in rows(folder, "select title from articles")} == set(HEADLINES)


def test_a_single_page_of_the_site_stays_an_explained_gap(folder: Path) -> None:
    with PressSite(3) as site:
        site.extra["/login"] = "<h1>Log in</h1><form><input name='user'></form><p>Log in with your account.</p>"
        site.extra["/datenschutz"] = "<h1>Datenschutz</h1><p>Wir verwenden Cookies und nennen unsere Partner.</p>"
        assert visit(site, folder, "01").code == 0
        assert rows(folder, "select count(*) from gaps where explained") == [(3,)]


# pure

TEXT = "The ferry stayed in port, and nobody on the quay would say for how long it had."


def article(url: str, text: str = TEXT, identity: tuple[str, ...] = ("date",), title: str = "The ferry") -> Article:
    return Article(url, "page", "article", title, identity=identity, blocks=(Block("body", text, f"<p>{text}</p>", "container"),))


def judged(*pages: Article) -> list[str | None]:
    walls, sightings = Walls(), [sighting_of(page, page.url) for page in pages]
    for sighting in sightings:
        walls.meet(sighting)
    return [walls.reason(sighting) for sighting in sightings]


@pytest.mark.parametrize(
    ("pages", "walled"),
    [
        ([article("https://e.org/a"), article("https://e.org/b")], True),
        ([article("https://e.org/a"), article("https://e.org/a?print=1")], False),
        ([article("https://e.org/news/ferry"), article("https://e.org/amp/ferry")], False),
        ([article(f"https://e.org/{n}", identity=("article", "date")) for n in range(3)], False),
        ([article(f"https://e.org/{n}", identity=("article", "date")) for n in range(4)], True),
        ([article(f"https://e.org/{n}", f"{TEXT} Number {n}.", title=f"Report {n}") for n in range(6)], False),
        ([article(f"https://e.org/{n}", f"Subscribe or log in to read on. It is {n}:04.", title=f"Report {n}") for n in (8, 9)], True),
    ],
    ids=["two addresses", "print view", "amp view", "three of one text", "four of one text", "numbers alone differ", "worded"],
)  # fmt: skip
def test_the_same_text_at_several_addresses_is_judged_by_what_marks_the_pages(pages: list[Article], walled: bool) -> None:
    assert [reason is not None for reason in judged(*pages)] == [walled] * len(pages)


def test_the_pages_of_a_large_site_are_remembered_in_little_memory() -> None:
    text = " ".join(["word"] * 500)  # longer than any wall
    pages = [article(f"https://e.org/{n}", f"{text} {n}", ("id",), f"What the report of day {n} says of the road") for n in range(1000)]
    walls = Walls()
    tracemalloc.start()
    for page in pages:
        walls.meet(sighting_of(page, page.url))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 160 * len(pages), "bytes"


@pytest.mark.parametrize(
    "title",
    ["Access Denied", "Zugriff verweigert", "Доступ запрещён", "Сайт на обслуживании", "example.org is for sale", "Accès refusé | Journal"],
)
def test_an_error_page_in_any_of_these_languages_is_no_article(title: str) -> None:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Ref 8.1f2.</p></body></html>"
    read = extract_page(page.encode(), "https://e.org/2020/a-story", content_type="text/html; charset=utf-8")
    assert read.kind == "none" and "not the page" in read.warnings[0]

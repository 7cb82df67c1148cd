"""Style sheets, fonts and scripts that captured pages use: captured once each, so that pages can be played back as they looked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.extract.used_files import files_of_page, files_of_style
from tests.crawls import rows, scrapy
from tests.inside import Run
from tests.othersites.library import LibrarySite

CSS = "text/css"
HELD = "select url, kind, depth, capture_id is not null from assets order by id"


@pytest.fixture
def site() -> Iterator[LibrarySite]:
    with LibrarySite() as site:
        yield site


def read(site: LibrarySite, folder: Path, *arguments: str, **settings: object) -> Run:
    site.requests.clear()
    words = [word for argument in ("assets=all", *arguments) for word in ("-a", argument)]
    run = scrapy("crawl", "site", "-a", f"home={site.home}/", *words, folder=folder, **settings)
    assert run.code == 0, run
    return run


def styled(site: LibrarySite) -> None:
    site.head = (
        '<link rel="stylesheet" href="/css/main.css?ver=2"><script src="/js/site.js"></script>'
        '<style>@import "/css/print.css"; .a { background: url(/img/hero.png) }</style>'
    )
    site.files |= {
        "/css/main.css": (
            200,
            CSS,
            '@import url("sub/type.css"); @import "main.css?ver=2"; b { background: url(data:image/png;base64,AA) }',
        ),
        "/css/sub/type.css": (200, CSS, "@font-face { font-family: Sea; src: url('../../fonts/sea.woff2') format('woff2') }"),
        "/css/print.css": (200, CSS, "@import 'print.css'; p { color: black }"),
        "/js/site.js": (200, "text/javascript", "document.title += ' (read)'"),
        "/fonts/sea.woff2": (200, "font/woff2", b"wOF2" + bytes(40)),
        "/img/hero.png": (200, "image/png", b"\x89PNG and more"),
    }


def test_what_pages_use_is_captured_once_with_what_their_style_sheets_import(site: LibrarySite, folder: Path) -> None:
    styled(site)
    assert "assets: 5 captured" in read(site, folder).out
    asked = ["/css/main.css?ver=2", "/css/print.css", "/css/sub/type.css", "/fonts/sea.woff2", "/js/site.js"]
    assert site.asked() == asked
    held = [(url.removeprefix(site.home), kind, depth) for url, kind, depth, is_held in rows(folder, HELD) if is_held]
    assert sorted(held) == [
        ("/css/main.css?ver=2", "style", 0),
        ("/css/print.css", "style", 0),
        ("/css/sub/type.css", "style", 1),
        ("/fonts/sea.woff2", "font", 2),
        ("/js/site.js", "script", 0),
    ]
    read(site, folder)
    read(site, folder, "mode=full")
    assert site.asked() == []


def test_another_address_of_a_style_sheet_is_asked_for_once_more(site: LibrarySite, folder: Path) -> None:
    styled(site)
    read(site, folder)
    site.head = site.head.replace("ver=2", "ver=3")
    read(site, folder, "mode=full")
    assert site.asked() == ["/css/main.css?ver=3"]


def test_pictures_of_the_page_come_with_it_where_pictures_are_captured(site: LibrarySite, folder: Path) -> None:
    styled(site)
    number = site.pieces[0].number
    site.links[number] = '<p><img src="/img/map.png" srcset="/img/map.png 400w, //HOST/img/map-800.png 800w" alt="map"></p>'
    site.links[number] = site.links[number].replace("HOST", site.home.removeprefix("http://"))
    for name in ("map.png", "map-800.png"):
        site.files[f"/img/{name}"] = (200, "image/png", b"\x89PNG " + name.encode())
    read(site, folder)
    assert site.asked("/img/map.png", "/img/map-800.png", "/img/hero.png") == []
    read(site, folder, "images=all")
    assert site.asked() == ["/img/hero.png", "/img/map-800.png", "/img/map.png"]
    assert rows(folder, "select count(*) from captures where door = 'image'") == [(1,)]  # the article's own, the largest of its set
    assert rows(folder, "select count(*) from assets where kind = 'picture' and capture_id is not null") == [(3,)]
    read(site, folder, "images=all")
    assert site.asked() == []


def test_a_host_that_is_not_named_is_never_asked(site: LibrarySite, folder: Path) -> None:
    with LibrarySite() as other:
        other.files["/sea.woff2"] = (200, "font/woff2", b"wOF2")
        site.head = '<link rel="stylesheet" href="/main.css"><script src="//127.0.0.1:9/count.js"></script>'
        site.files["/main.css"] = (200, CSS, f"@font-face {{ src: url({other.home}/sea.woff2) }}")
        host = other.home.removeprefix("http://")
        out = read(site, folder).out
        assert "assets: 1 captured, 2 on hosts that ASSET_HOSTS does not name (127.0.0.1:9: 1, " in out
        assert other.requests == []
        read(site, folder, ASSET_HOSTS=host)
        assert site.asked() == []  # the sheet is held, and read again for the host that is named now
        assert other.requests == ["/robots.txt", "/sea.woff2"]


def test_what_is_no_asset_is_named_and_a_redirect_leads_nowhere_else(site: LibrarySite, folder: Path) -> None:
    site.head = (
        '<link rel="stylesheet" href="/a.css"><link rel="stylesheet" href="/b.css"><script src="/c.js"></script><script src="/d.js">'
    )
    site.files["/a.css"] = (200, "text/html", "<html><body>no")
    site.files["/b.css"] = (302, CSS, "http://127.0.0.1:9/b.css")
    site.files["/d.js"] = (302, CSS, "/e.js")
    site.files["/e.js"] = (200, "text/javascript", "1")
    out = read(site, folder).out
    assert "assets: 1 captured, 3 not obtained" in out
    gaps = rows(folder, "select ref, reason, explained from gaps where kind = 'asset' order by ref")
    assert [(ref.removeprefix(site.home), reason, explained) for ref, reason, explained in gaps] == [
        ("/a.css", "is no style, but a page", 1),
        ("/b.css", "leads to 127.0.0.1:9, which is not asked", 1),
        ("/c.js", "answers 404", 1),
    ]


def test_sheets_that_import_ever_further_ones_come_to_an_end(site: LibrarySite, folder: Path) -> None:
    site.head = '<link rel="stylesheet" href="/0.css">'
    site.files |= {f"/{number}.css": (200, CSS, f"@import '{number + 1}.css';") for number in range(20)}
    read(site, folder)
    assert site.asked() == [f"/{number}.css" for number in range(5)]


def test_a_budget_takes_style_sheets_first(site: LibrarySite, folder: Path) -> None:
    styled(site)
    out = read(site, folder, "assets=budget", ASSET_BUDGET=2).out
    assert "assets: 2 captured, 1 left for the next run" in out
    assert site.asked() == ["/css/main.css?ver=2", "/css/print.css"]
    read(site, folder, "assets=budget", ASSET_BUDGET=20)
    assert site.asked() == ["/css/sub/type.css", "/fonts/sea.woff2", "/js/site.js"]


# what a page and a style sheet name

HERE = "https://example.org/2019/a/"


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<base href="/x/"><link rel="preload stylesheet" href="a.css">', [("https://example.org/x/a.css", "style")]),
        ('<link rel="alternate stylesheet" href="a.css"><link rel="icon" href="i.png">', []),
        ('<link rel="preload" as="font" href="//cdn.example.net/f.woff2">', [("https://cdn.example.net/f.woff2", "font")]),
        ('<script type="application/ld+json" src="a.json"></script><script src="data:text/javascript,1"></script>', []),
        ('<p style="background: url(&quot;b.jpg&quot;)">', [("https://example.org/2019/a/b.jpg", "picture")]),
        (
            '<picture><source srcset="/a,b.webp 1x, /c.webp 2x"><img src="/c.jpg" srcset="/d.jpg"></picture>',
            [(f"https://example.org/{name}", "picture") for name in ("a,b.webp", "c.webp", "c.jpg", "d.jpg")],
        ),
        ('<video poster="p.jpg" src="v.mp4"><source src="v.webm"></video>', [("https://example.org/2019/a/p.jpg", "picture")]),
        ('<link rel="stylesheet" href="a.css#x"><link rel="stylesheet" href="a.css">', [("https://example.org/2019/a/a.css", "style")]),
        ("", []),
    ],
)
def test_files_of_a_page(page: str, found: list[tuple[str, str]]) -> None:
    body = f"<html><head></head><body>{page}</body></html>".encode() if page else b""
    assert files_of_page(body, HERE, "text/html") == found


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("@import 'a.css' screen; @import url(b.css);", [("a.css", "style"), ("b.css", "style")]),
        ("/* url(no.png) */ a { background: url( 'a b.png' ), url(c\\.png) }", [("a%20b.png", "picture"), ("c.png", "picture")]),
        ('@media print { @font-face { src: local("Sea"), url(sea.ttf) } }', [("sea.ttf", "font")]),
        ('a { background-image: image-set("x.png" 1x, url(y.png) 2x); content: "z.png" }', [("x.png", "picture"), ("y.png", "picture")]),
        ("a { background: url(data:image/gif;base64,AA), url(#clip), url() }", []),
        ("{" * 5000 + "url(a.png)", None),
        ("@import", []),
    ],
)
def test_files_of_a_style_sheet(css: str, found: list[tuple[str, str]] | None) -> None:
    used = files_of_style(css.encode(), f"{HERE}main.css", "text/css; charset=utf-8")
    if found is not None:
        assert used == [(HERE + name, kind) for name, kind in found]

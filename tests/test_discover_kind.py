"""Which pages of a site without WordPress are articles, and which are honestly none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from crawler.extract.article.kind import why_no_article
from crawler.extract.page import extract_marked, extract_page
from crawler.items import Article, Block
from crawler.pages.merge import is_finer, joined

URL = "https://example.org/analysis/the-page"
TEXT = "".join(
    f"<p>Paragraph {n} tells at some length what was seen on the pier, by whom, and how little of it was agreed on.</p>" for n in range(4)
)
DATED = "<time datetime='2021-05-06T10:00:00Z'>May 6, 2021</time>"


UTF8 = "text/html; charset=utf-8"


def page(main: str, head: str = "", css: str = "") -> str:
    return f"<html><head><title>The page | Desk</title>{head}</head><body class='{css}'><main>{main}</main></body></html>"


def ld(**node: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


RANKED = ld(**{"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Pier 4"}]})


def said(title: str, path: str) -> str:
    return ld(**{"@type": "NewsArticle", "headline": title, "url": f"https://example.org/analysis/{path}"})


def boxes(count: int, heading: str = "h2") -> str:
    return "".join(
        f"<article class='teaser'><{heading}><a href='/analysis/{n}'>Piece {n}</a></{heading}>{DATED}<p>What piece {n} is about, told in "
        "one sentence that is long enough.</p></article>"
        for n in range(count)
    )


def judged(html: str) -> str | None:
    """What ``why_no_article`` says; so does the reading that judges along."""
    body = html.encode()
    article, doubts = extract_marked(body, URL, content_type=UTF8)
    assert article == extract_page(body, URL, content_type=UTF8)
    said = why_no_article(body, UTF8, article)
    assert doubts is None or article.kind == "none" or doubts.of(article) == said
    return said


@pytest.mark.parametrize(
    "html",
    [
        page(f"<h1>The page</h1>{TEXT}", ld(**{"@type": "NewsArticle", "headline": "The page"})),
        page(f"<h1>The page</h1>{TEXT}", ld(**{"@type": "Report", "datePublished": "2021-05-06"})),
        page(f"<h1>The page</h1>{DATED}{TEXT}", '<meta property="og:type" content="article">'),
        page(f"<h1>The page</h1>{TEXT}", '<meta property="article:published_time" content="2021-05-06T10:00:00Z">'),
        page(f"<article><h1>The page</h1>{DATED}{TEXT}</article>"),
        page(f"<article><h2>The page</h2>{DATED}{TEXT}</article>"),
        page(f"<div><h1>The page</h1><p class='date'>May 6, 2021</p>{TEXT}</div>"),
        page(f"<h1>The page</h1>{DATED}{TEXT}<h3>Read on</h3>{boxes(3, 'h3')}"),
        page(f"<article><h1>The page</h1>{DATED}{TEXT}<p><a href='/analysis/2'>As we wrote</a> in May.</p></article>"),
        page(f"<article><h1><a href='{URL}'>The page</a></h1>{DATED}{TEXT}</article>"),
        page(f"<article><h1>The page</h1>{DATED}{TEXT}</article>", '<meta property="og:type" content="website">'),
        page(f"<h1>The page</h1>{DATED}{TEXT}", said("The page", "the-page") + RANKED),
        page(f"<h1>The page</h1>{DATED}{TEXT}{boxes(3, 'h3')}", said("Another", "2") + said("The page", "the-page") + RANKED),
    ],
    ids=[
        "json-ld",
        "json-ld date",
        "og",
        "og time",
        "article",
        "h2",
        "date",
        "related",
        "link",
        "own link",
        "og website",
        "ranking",
        "named",
    ],
)
def test_an_article_is_one(html: str) -> None:
    assert judged(html) is None


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (page(f"<h1>About</h1>{TEXT}"), "a page of the site"),
        (page(f"<article><h1>About</h1>{TEXT}</article>", '<meta property="og:type" content="article">'), "a page of the site"),
        (page(f"<h1>About</h1>{DATED}{TEXT}", ld(**{"@type": "AboutPage"})), "a page of the site"),
        (page(f"<h1>Islands</h1>{boxes(6)}"), "a listing"),
        (page(f"<h1>Islands</h1>{boxes(1)}"), "a listing"),
        (page(f"<h1>Islands</h1>{DATED}{TEXT}", ld(**{"@type": "CollectionPage"})), "a listing"),
        (page(f"<h1>Islands</h1>{DATED}{TEXT}", RANKED), "a listing"),
        (page(f"<h1>Islands</h1>{boxes(3)}", said("Piece 0", "0") + RANKED), "a listing"),
        (page(f"<h1>Islands</h1>{DATED}{TEXT}", said("Piece 0", "0") + said("Piece 1", "1") + RANKED), "a listing"),
        (page(f"<h1>Ann Example</h1>{DATED}{TEXT}", css="author-template author-ann"), "a listing"),
        (page(boxes(2).replace("<h2>", "<h2 class='x'>")), "a listing"),
    ],
    ids=[
        "about",
        "about, og",
        "about, json-ld",
        "tag",
        "tag of one",
        "collection",
        "list",
        "list of one",
        "list of articles",
        "author",
        "front",
    ],
)
def test_a_page_that_is_none_says_why(html: str, reason: str) -> None:
    assert str(judged(html)).startswith(reason)


PAGES = {
    "an article": page(f"<article><h1>The page</h1>{DATED}{TEXT}</article>"),
    "about": page(f"<h1>About</h1>{TEXT}"),
    "called an article": page(f"<article><h1>About</h1>{TEXT}</article>", '<meta property="og:type" content="article">'),
    "a listing": page(f"<h1>Islands</h1>{boxes(6)}"),
    "boxes below": page(f"<h1>The page</h1>{DATED}{TEXT}<h3>Read on</h3>{boxes(3, 'h3')}"),
    "based elsewhere": page(f"<h1>The page</h1>{DATED}{boxes(3)}", "<base href='sub/'>"),
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("published_at", [None, "2021-05-06T10:00:00Z"])
def test_a_page_is_judged_while_it_is_read_as_it_would_be_afterwards(html: str, published_at: str | None) -> None:
    article, doubts = extract_marked(html.encode(), URL, content_type=UTF8)
    article = replace(article, published_at=published_at)
    assert doubts is not None and doubts.url == article.url
    assert doubts.of(article) == why_no_article(html.encode(), UTF8, article)


@pytest.mark.parametrize(
    "html",
    [
        page(f"<h1>The page</h1>{DATED}{TEXT}", css="postid-12"),
        page(f"<h1>The page</h1>{DATED}{TEXT}", "<link rel='canonical' href='https://example.org/analysis/another'>"),
        "",
    ],
    ids=["WordPress", "lives elsewhere", "empty"],
)
def test_what_is_not_asked_or_may_be_otherwise_afterwards_is_not_judged_along(html: str) -> None:
    assert extract_marked(html.encode(), URL, content_type=UTF8)[1] is None


@pytest.mark.parametrize("html", ["", "<", "\x00" * 50, "<html>" * 500, "plain text"])
def test_no_bytes_break_the_judgement(html: str) -> None:
    judged(html)


def article(*texts: str) -> Article:
    kinds = {"bio": "bio", "share": "share"}
    blocks = tuple(Block(kinds.get(text, "body"), text, f"<p>{text}</p>", "test") for text in texts)  # type: ignore[arg-type]
    return Article(url=URL, door="page", kind="article", title="T", blocks=blocks)


def texts(read: Article) -> list[str]:
    return [block.text for block in read.blocks]


def test_what_stands_around_every_page_of_an_article_stands_there_once() -> None:
    whole = joined(
        joined(article("intro", "one", "bio", "share"), article("intro", "two", "bio", "share")), article("intro", "three", "bio", "share")
    )
    assert texts(whole) == ["intro", "one", "two", "three", "bio", "share"]
    assert texts(joined(article("one"), article("two"))) == ["one", "two"]
    assert texts(joined(article("one", "bio"), article("bio"))) == ["one", "bio"]
    assert texts(joined(article("one"), article("one"))) == ["one"]


@pytest.mark.parametrize(
    ("at", "shown", "precision", "finer"),
    [
        ("2021-05-06T10:00:36Z", "2021-05-06T10:00:00Z", "minute", True),
        ("2021-05-06T10:01:36Z", "2021-05-06T10:00:00Z", "minute", False),
        ("2021-05-06T10:00:36Z", "2021-05-06T06:00", "minute", True),
        ("2021-05-06T10:00:36Z", "2021-05-06T06:07", "minute", False),
        ("2021-05-06T10:00:36Z", "2021-05-06", "day", True),
        ("2021-05-06T00:00:00Z", "2021-05-06", "day", False),
        ("2021-05-09T10:00:36Z", "2021-05-06", "day", False),
        ("2021-05-06T10:00:36Z", None, None, True),
        ("2021-05-06T10:00:36Z", "2021-05-06T10:00:30Z", "second", False),
    ],
)
def test_a_feed_tells_the_same_moment_more_exactly(at: str, shown: str | None, precision: str | None, finer: bool) -> None:
    read = Article(url=URL, door="page", kind="article", title="T", published_at=shown, published_precision=precision)  # type: ignore[arg-type]
    assert is_finer(at, read) is finer

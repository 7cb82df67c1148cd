"""The addresses that a page names: relative to its base, as browsers resolve them, and those of the same article in another dress."""

from __future__ import annotations

import pytest

from crawler.extract.page import extract_page

URL = "https://example.org/de/berichte/a.html"
TEXT = "".join(f"<p>Sentence number {n} of the report on the dyke is long enough to be one of its paragraphs.</p>" for n in range(4))


def page(head: str = "", text: str = TEXT, url: str = URL):  # type: ignore[no-untyped-def]
    marks = '<meta property="og:type" content="article">'
    html = f"<html><head><title>The dyke</title>{marks}{head}</head><body><article><h1>The dyke</h1><div class='entry-content'>{text}</div>"
    return extract_page(html.encode(), url)


@pytest.mark.parametrize(
    ("base", "href", "address"),
    [
        ("/", "x.html", "https://example.org/x.html"),
        ("https://other.example/y/", "x.html", "https://other.example/y/x.html"),
        ("", "../x.html", "https://example.org/de/x.html"),
        ("", "\\\\other.example\\x", "https://other.example/x"),
        ("", "//пример.example/дом", "https://xn--e1afmkfd.example/%D0%B4%D0%BE%D0%BC"),
        ("", "https://other.example/a b?c=%d0%b4", "https://other.example/a%20b?c=%D0%B4"),
        ("", "ht\ntps://other.example/x", "https://other.example/x"),
    ],
)
def test_links_of_the_text_are_resolved_as_browsers_do(base: str, href: str, address: str) -> None:
    found = page(f'<base href="{base}">' if base else "", f'{TEXT}<p>More stands in <a href="{href}">the log</a> of the station.</p>')
    assert [link.url for link in found.links] == [address]
    assert f'href="{address}"' in found.blocks[-1].html


def test_a_base_counts_for_pictures_and_the_canonical_address_and_not_for_places_on_the_page() -> None:
    figure = '<figure><img data-src="p.jpg" src="data:image/gif;base64,R0"><figcaption>A dyke</figcaption></figure>'
    second = '<figure><img srcset="small.jpg 300w, big.jpg 900w"><figcaption>Another</figcaption></figure>'
    found = page('<base href="/media/"><link rel="canonical" href="../de/b.html">', TEXT + figure + second)
    assert [image.url for image in found.images] == ["https://example.org/media/p.jpg", "https://example.org/media/big.jpg"]
    assert found.url == "https://example.org/de/b.html"


@pytest.mark.parametrize(
    ("link", "twins"),
    [
        ('<link rel="amphtml" href="/de/berichte/a.html?amp=1">', ("https://example.org/de/berichte/a.html?amp=1",)),
        ('<link rel="amphtml" href="/amp/de/berichte/a.html">', ("https://example.org/amp/de/berichte/a.html",)),
        ('<link rel="amphtml" href="a.amp.html">', ("https://example.org/de/berichte/a.amp.html",)),
        ('<link rel="amphtml" href="https://amp.example.org/de/berichte/a.html">', ("https://amp.example.org/de/berichte/a.html",)),
        ('<link rel="amphtml" href="?outputType=amp">', ("https://example.org/de/berichte/a.html?outputType=amp",)),
        ('<link rel="alternate" media="handheld" href="//m.example.org/de/berichte/a.html">', (URL.replace("://", "://m."),)),
        ('<link rel="alternate" media="print" href="?print=1&utm_source=x">', ("https://example.org/de/berichte/a.html?print=1",)),
        ('<link rel="alternate" media="only screen and (max-width: 640px)" href="//m.example.org/">', ()),
        ('<link rel="alternate" hreflang="en" media="screen" href="/en/reports/a.html">', ()),
        ('<link rel="alternate" type="application/rss+xml" href="/feed/">', ()),
        ('<link rel="amphtml" href="/amp/de/berichte/another.html">', ()),
    ],
)
def test_the_head_names_the_same_article_in_another_dress(link: str, twins: tuple[str, ...]) -> None:
    assert page(link).twins == twins


def test_sessions_and_tracking_are_no_part_of_an_articles_address() -> None:
    assert page(url=f"{URL};jsessionid=12?PHPSESSID=3&id=4&utm_campaign=5#top").url == f"{URL}?id=4"
    assert page(url="https://example.org/%d0%b4%d0%be%d0%bc").url == "https://example.org/%D0%B4%D0%BE%D0%BC"

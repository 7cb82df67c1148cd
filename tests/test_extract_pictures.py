"""Pictures: where lazy loaders, sets of sizes, backgrounds and AMP keep them; each once, and no placeholders."""

from __future__ import annotations

import pytest

from crawler.extract.article.body import Content, extract_fragment
from crawler.extract.page import extract_page

URL = "https://own.example/p/"
TEXT = "".join(f"<p>The dredger left basin {n} at dawn, and nobody on the quay wrote down which way it turned.</p>" for n in range(5))
GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def read(html: str) -> Content:
    return extract_fragment(f"{TEXT}{html}{TEXT}", URL)


ONE = {
    f'<img src="{GIF}" data-src="/a.jpg">': "a.jpg",
    f'<img src="{GIF}" data-lazy-src="/a.jpg"><noscript><img src="/a.jpg"></noscript>': "a.jpg",
    '<img src="/loading.gif" data-original="/a.jpg">': "a.jpg",
    '<img src="/a-20x20.jpg" data-src="/a.jpg">': "a.jpg",
    '<img data-srcset="/a-300.jpg 300w, /a-900.jpg 900w, /a-600.jpg 600w" src="/blank.gif">': "a-900.jpg",
    '<img srcset="/a.jpg 1x, /a@2x.jpg 2x" src="/a.jpg">': "a@2x.jpg",
    '<img src="/a-300.jpg" srcset="/w_300,h_2/a.jpg 300w, /w_900,h_6/a.jpg 900w">': "w_900,h_6/a.jpg",
    f'<img srcset="{GIF} 1w" data-src="/a.jpg">': "a.jpg",
    '<picture><source srcset="/a.webp 1x, /a2.webp 2x" type="image/webp"><img src="/a.jpg"></picture>': "a.jpg",
    f'<picture><source data-srcset="/a-1.jpg 100w, /a-2.jpg 200w"><img src="{GIF}"></picture>': "a-2.jpg",
    f'<figure><picture><img class="lazy" src="{GIF}"></picture><noscript><img src="/a.jpg"></noscript></figure>': "a.jpg",
    '<p><img class="lazy" src="/spacer.gif"><noscript><img src="/a.jpg"></noscript></p>': "a.jpg",
    '<figure><img class="blur" src="/60/a.jpg?q=20"><noscript><img src="/a.jpg"></noscript></figure>': "a.jpg",
    '<p><img src="/a.jpg"><noscript><img src="/count.gif" width="1" height="1"></noscript></p>': "a.jpg",
    '<figure class="lazy" data-src="/a.jpg"></figure>': "a.jpg",
    '<noscript><img src="/a.jpg"></noscript><img src="/blank.png" data-src="/a-900.jpg">': "a-900.jpg",
    '<div class="lazy-box"></div><noscript><img src="/a.jpg"></noscript>': "a.jpg",
    "<div class='tile' style='background: #fff url(\"/a.jpg\") center'></div>": "a.jpg",
    "<div class='tile' data-bg='/a.jpg'>&nbsp;</div>": "a.jpg",
    '<p><a href="/x" style="background-image:url(/a.jpg)"></a></p>': "a.jpg",
    '<amp-img src="/a.jpg" width="3" height="2" layout="responsive"><noscript><img src="/a.jpg"></noscript></amp-img>': "a.jpg",
    '<amp-img src="/a.jpg" srcset="/a.jpg 300w, /b.jpg 900w"><amp-img placeholder src="/c.jpg"></amp-img></amp-img>': "b.jpg",
    '<img src="/pixel-art.png">': "pixel-art.png",
}


@pytest.mark.parametrize(("html", "name"), ONE.items(), ids=ONE)
def test_the_picture_is_found_once_at_its_best_address(html: str, name: str) -> None:
    content = read(html)
    assert [image.url for image in content.images] == [f"https://own.example/{name}"]
    shown = "".join(block.html for block in content.blocks)
    assert f'src="https://own.example/{name}"' in shown and shown.count("<img") == 1


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="{GIF}">',
        '<img src="/blank.gif">',
        '<img src="/1x1.png">',
        '<img src="/spacer.gif" data-src="">',
        '<img src="/count.php" width="1" height="1">',
        '<noscript><img src="https://tracker.example/tr?id=1" style="display: none"></noscript>',
        "<div style='background: url(data:image/png;base64,AA)'></div>",
        "<div style='background: url(/fonts/x.svg#a)'></div>",
    ],
)
def test_placeholders_and_counting_pixels_are_no_pictures(html: str) -> None:
    assert read(html).images == ()


def test_pictures_of_a_gallery_of_backgrounds_come_in_their_order_with_their_names() -> None:
    tiles = "".join(f'<li><div style="background-image:url(/g{n}.jpg)" title="Ship {n}"></div></li>' for n in range(3))
    boxes = "".join(f'<div class="cell" style="background-image:url(/h{n}.jpg)" aria-label="Ship {n}"></div>' for n in range(3))
    for html, name in ((f"<ul>{tiles}</ul>", "g"), (f'<div class="gallery">{boxes}</div>', "h")):
        found = [(image.url.rpartition("/")[2], image.alt) for image in read(html).images]
        assert found == [(f"{name}{n}.jpg", f"Ship {n}") for n in range(3)]


def test_a_background_behind_much_text_is_decoration() -> None:
    assert read(f'<div style="background:url(/paper.jpg)">{TEXT}</div>').images == ()


def test_caption_and_alt_stay_with_the_picture_that_a_script_loads() -> None:
    lazy = f'<img src="{GIF}" data-src="/a.jpg" alt="A ship"><noscript><img src="/a.jpg"></noscript>'
    html = f"<figure>{lazy}<figcaption>In port</figcaption></figure>"
    assert [(image.url, image.alt, image.caption) for image in read(html).images] == [("https://own.example/a.jpg", "A ship", "In port")]


AMP = f"""<!doctype html><html amp lang="en"><head><meta charset="utf-8"><title>The lock | The Paper</title>
<link rel="canonical" href="https://own.example/lock/"><style amp-boilerplate>body{{visibility:hidden}}</style>
<script type="application/ld+json">{{"@type":"NewsArticle","headline":"The lock",
"author":{{"name":"Ann Lee"}},"datePublished":"2019-05-06T10:00:00Z"}}</script>
</head><body><amp-sidebar id="s"><ul><li><a href="/">Home</a></li></ul></amp-sidebar><header><a href="/">The Paper</a></header>
<article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">The lock</h1>
<div class="amp-wp-meta amp-wp-byline">By <span class="amp-wp-author author vcard">Ann Lee</span></div></header>
<figure class="amp-wp-article-featured-image"><amp-img src="/lead.jpg" width="900" height="600"></amp-img></figure>
<div class="amp-wp-article-content">{TEXT}<figure><amp-img src="/a.jpg" width="900" height="600" alt="A ship"></amp-img>
<figcaption>In port</figcaption></figure><amp-youtube data-videoid="abc123" width="480" height="270"></amp-youtube>
<amp-ad type="x"></amp-ad>{TEXT}</div>
<footer class="amp-wp-article-footer">
<div class="amp-wp-meta amp-wp-tax-tag">Tags: <a href="/tag/x/" rel="tag">Locks</a></div></footer></article></body></html>"""
PRINT = f"""<html><head><meta charset="utf-8"><title>The lock - The Paper - print view</title><meta name="robots" content="noindex">
<link rel="canonical" href="https://own.example/lock/"></head><body onload="window.print()"><div id="print">
<p>- The Paper - https://own.example -</p>
<h1>The lock</h1><p>Posted By <u>Ann Lee</u> On May 6, 2019 @ 10:00 am</p><div id="content">{TEXT}{TEXT}</div><hr>
<p>Article printed from The Paper: <b>https://own.example</b></p><p>URL to article: <b>https://own.example/lock/</b></p>
<p><a href="#" onclick="window.print()">Click here to print.</a></p></div></body></html>"""


def test_an_amp_page_reads_like_the_article() -> None:
    article = extract_page(AMP.encode(), "https://own.example/lock/amp/")
    assert (article.title, article.byline, article.published_on) == ("The lock", "Ann Lee", "2019-05-06")
    assert article.url == "https://own.example/lock/"
    assert article.text == extract_fragment(TEXT * 2, URL).text
    assert "https://own.example/a.jpg" in [image.url for image in article.images]
    assert "https://www.youtube.com/embed/abc123" in [link.url for link in article.links]


def test_a_print_view_reads_like_the_article() -> None:
    article = extract_page(PRINT.encode(), "https://own.example/lock/print/")
    assert (article.title, article.byline, article.published_on) == ("The lock", "Ann Lee", "2019-05-06")
    assert article.text == extract_fragment(TEXT * 2, URL).text

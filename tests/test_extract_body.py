"""Fragments to labelled blocks: what is cut, what must not be, and what may be shown."""

from __future__ import annotations

import pytest

from crawler.extract.article.body import extract_fragment

BASE = "https://own.example/2014/a.php"


def kinds(html: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in extract_fragment(html, BASE).blocks]


@pytest.mark.parametrize(
    "text",
    [
        "The route raised donations for the brigade; tags, shares and appeals to support it followed.",
        "Rashid Vane is the league's spokesman and a fellow at the Sel Institute.",
        "“Please consider a donation to our brothers,” the preacher said, “and give today.”",
        "Tags: the militia painted its tags on every wall of the quarter. Residents counted ninety.",
        "The newsletter of the ministry said that eleven people were held.",
        "Update: the crane was moved on Wednesday.",
        "The group shares fuel with its allies on Facebook, an analyst said.",
        "You may help to fund the next one, the emir wrote to us, or help to bury it: Vane was to choose.",
        "In 2014, members of parliament pledged support for the operation and asked readers of the report to wait.",
    ],
)
def test_body_text_that_talks_of_donations_tags_or_institutes_stays_body(text: str) -> None:
    assert kinds(f"<p>First paragraph of the article.</p><p>{text}</p>")[1] == ("body", text)


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<p>Readers like you keep this desk independent. Please consider <a href='/donate/'>making a donation</a>.</p>", "appeal"),
        ("<p>We carry no advertising. If you value careful research, support it here.</p>", "appeal"),
        ("<p><em>Like this report? <a href='/donate'>Help to fund the next one</a>; it takes you a minute.</em></p>", "appeal"),
        ("<p>Get our weekly digest in your inbox.</p>", "newsletter"),
        ("<p>Tags: , , ,</p>", "tags"),
        ("<p>Tags: <a href='/tag/a'>Iraq</a>, <a href='/tag/b'>Syria</a></p>", "tags"),
        ("<p><em>Ines Moor is a senior analyst at the Nena Institute, where she covers ports.</em></p>", "bio"),
        ("<div class='sharedaddy'><p>Share</p></div>", "share"),
        ("<h3>Share this:</h3>", "share"),
        ("<div class='jp-relatedposts'><p>Another article</p></div>", "related"),
        ("<form action='/subscribe'><p>Your address</p><input type='email'></form>", "newsletter"),
        ("<p class='post-nav-links'>Pages: 1 <a href='/a/2'>2</a></p>", "chrome"),
        ("<p><a href='/2013/other.php'>Read what we wrote about the bridge at Orm</a></p>", "related"),
    ],
)
def test_what_a_site_wraps_around_an_article_gets_its_kind(html: str, kind: str) -> None:
    found = kinds(f"<p>The body of the article stands here.</p>{html}")
    assert found[0][0] == "body"
    assert [k for k, _ in found[1:]] == [kind]


def test_italic_sentence_about_somebody_in_mid_text_is_no_bio() -> None:
    html = "<p><em>Ines Moor is a senior analyst at the Nena Institute.</em></p><p>So began the letter that was read in court.</p>"
    assert [kind for kind, _ in kinds(html)] == ["body", "body"]


def test_links_to_elsewhere_are_the_text_of_a_news_list() -> None:
    html = (
        "<ul><li><a href='https://wire.example/1'>Five held in Tarn</a></li><li><a href='https://wire.example/2'>Ferry back</a></li></ul>"
    )
    assert kinds(html) == [("body", "Five held in Tarn\nFerry back")]


def test_every_shape_of_text_is_there_in_order() -> None:
    html = (
        "loose words<br><br>after two breaks<p>para<br>line</p><div>in a "
        "div</div><aside><p>aside</p></aside><ul><li>one</li><li>two</li></ul>"
        "<table><tr><td>a</td><td>b</td></tr></table><pre>x\n  "
        "y</pre><blockquote><p>q1</p><p>q2</p></blockquote><section><span><p>deep</p></span></section>tail"
    )
    assert [text for _, text in kinds(html)] == [
        "loose words", "after two breaks", "para\nline", "in a div", "aside", "one\ntwo", "a b", "x\n  y", "q1\nq2", "deep", "tail",
    ]  # fmt: skip


def test_caption_belongs_to_its_picture_and_is_not_in_the_text() -> None:
    content = extract_fragment(
        "<p>Text one.</p><figure><a href='/full.jpg'><img data-src='/lazy.jpg' src='data:image/gif;base64,R0' "
        "alt='An alt'></a><figcaption>The caption.</figcaption></figure><p>Text two.</p>",
        BASE,
    )
    assert content.text == "Text one.\n\nText two."
    assert [(image.url, image.caption, image.alt) for image in content.images] == [
        ("https://own.example/lazy.jpg", "The caption.", "An alt")
    ]
    assert [(block.kind, block.text) for block in content.blocks][1] == ("caption", "The caption.")


def test_frames_become_links_and_scripts_vanish() -> None:
    content = extract_fragment(
        "<p onclick='x()'>Text <script>alert(1)</script><a href='javascript:alert(2)'>bad</a> <a "
        "href='/rel'>rel</a> <iframe src='https://video.example/7'></iframe></p>"
        "<iframe src='//video.example/8'></iframe><p><svg><p>x</p></svg><style>p{}</style></p>",
        BASE,
    )
    html = "".join(block.html for block in content.blocks)
    assert "script" not in html and "onclick" not in html and "<iframe" not in html and "<style" not in html
    assert 'href="https://own.example/rel"' in html and 'href="https://video.example/8"' in html
    assert {link.url for link in content.links} >= {"https://own.example/rel", "https://video.example/7", "https://video.example/8"}


def test_emoji_pictures_are_their_characters() -> None:
    assert kinds("<p>Good <img class='emoji' alt='🙂' src='x.png'> day</p>") == [("body", "Good 🙂 day")]


def test_class_name_on_a_box_with_most_of_the_text_is_not_believed() -> None:
    text = "".join(f"<p>Paragraph {i} is part of the long text of the article, whatever the theme calls its box.</p>" for i in range(12))
    assert {kind for kind, _ in kinds(f"<div class='related'>{text}</div><p>End.</p>")} == {"body"}

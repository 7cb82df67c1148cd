"""Pages as strangers reported them of crawlers and extractors: each is a small page of our own that has the same trait."""

from __future__ import annotations

import pytest

from crawler.extract.page import extract_page
from crawler.items import Article
from tests.othersites.leaflet import SENTENCES

PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
MARKS = '<meta property="og:type" content="article"><meta property="article:published_time" content="2019-05-06T10:00:00+00:00">'
ADDRESS = "desk@dyke.example"


def whole(body: str, title: str = "The dyke report", head: str = "") -> str:
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{MARKS}{head}</head><body>{body}</body></html>"
    )


def page(body: str = PARAGRAPHS, title: str = "The dyke report", head: str = "", below: str = "") -> str:
    return whole(f"<article><h1>{title}</h1><div class='article-content'>{body}</div></article>{below}", title, head)


def read(html: str | bytes, content_type: str | None = None) -> Article:
    body = html if isinstance(html, bytes) else html.encode()
    return extract_page(body, "https://own.example/2019/dyke.html", content_type=content_type)


def hidden(address: str, key: int) -> str:
    """An address as Cloudflare packs it."""
    return f"{key:02x}" + "".join(f"{code ^ key:02x}" for code in address.encode())


@pytest.mark.parametrize("key", [0x42, 9])
def test_a_hidden_mail_address_is_shown_and_is_the_same_at_each_visit(key: int) -> None:
    link = f'<a href="/cdn-cgi/l/email-protection#{hidden(ADDRESS, key)}"><span data-cfemail="{hidden(ADDRESS, key + 1)}">'
    alone = f'<a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="{hidden(ADDRESS, key)}">[email&#160;protected]</a>'
    article = read(page(f"{PARAGRAPHS}<p>Write to {link}[email&#160;protected]</span></a> or to {alone} at night.</p>"))
    assert article.text.endswith(f"Write to {ADDRESS} or to {ADDRESS} at night.")
    assert {shown.url for shown in article.links} == {f"mailto:{ADDRESS}"}


@pytest.mark.parametrize("packed", ["", "4", "zz", "4203", "ff00ff00ff"])
def test_what_hides_no_address_stays(packed: str) -> None:
    article = read(page(f'{PARAGRAPHS}<p>Ask <a href="/about" data-cfemail="{packed}">the warden</a> at the gate of the dyke.</p>'))
    assert article.text.endswith("Ask the warden at the gate of the dyke.")


STATED = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The dyke report", "articleBody": "%s"}</script>'
STATED %= r"\n\n".join(SENTENCES)
CASES = {
    "in a shadow root": whole(f'<h1>The dyke report</h1><x-a><template shadowrootmode="open"><div>{PARAGRAPHS}</div></template></x-a>'),
    "for browsers without scripts": whole(
        f"<article><h1>The dyke report</h1><div id='app'></div></article><noscript><div>{PARAGRAPHS}</div></noscript>"
    ),
    "in two parts around an advertisement": whole(
        "<article><h1>The dyke report</h1>"
        + "<div class='ad'>Buy a pump</div>".join(
            f"<div class='article-body'><p>{sentence} {sentence}</p></div>" for sentence in SENTENCES[:2]
        )
        + f"<div class='article-body'><p>{SENTENCES[2]}</p></div></article>"
    ),
    "as data that a script draws": whole("<div id='root'></div>", head=STATED),
    "under headings that are buttons": page(
        "".join(
            f"<h3><button aria-expanded='false'>What is part {n}?</button></h3><div><p>{text}</p></div>" for n, text in enumerate(SENTENCES)
        )
    ),
}


@pytest.mark.parametrize("where", CASES)
def test_a_text_is_whole_that_stands(where: str) -> None:
    text = read(CASES[where]).text
    assert all(sentence in text for sentence in SENTENCES)
    assert "Buy a pump" not in text
    assert ("What is part 1?" in text) == (where == "under headings that are buttons")


def test_data_is_no_text_where_the_page_shows_one_or_calls_it_locked() -> None:
    data = '<script type="application/ld+json">{"@type": "Article", "headline": "The dyke report", %s"articleBody": "%s"}</script>'
    other = "Another text. " * 40
    assert "Another" not in read(page(head=data % ("", other))).text
    locked = read(whole("<div id='root'></div>", head=data % ('"isAccessibleForFree": false, ', other)))
    assert locked.text == ""


def test_a_template_that_is_no_shadow_root_and_a_button_that_heads_nothing_are_no_text() -> None:
    text = read(page(f"{PARAGRAPHS}<template><p>Nobody sees this line of the page.</p></template><button>Share this report?</button>")).text
    assert "Nobody sees" not in text and "Share this" not in text


XHTML = (
    '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>The dyke report</title>'
    f'<script src="/x.js"/></head><body><a id="top"/><h1>The dyke report</h1><div class="clear"/><div>{PARAGRAPHS}</div></body></html>'
)


def test_elements_of_xhtml_are_closed_where_they_say_so() -> None:
    assert all(sentence in read(XHTML, "application/xhtml+xml; charset=utf-8").text for sentence in SENTENCES)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("It&amp;#8217;s the dyke", "It’s the dyke"),
        ("It&amp;amp;#8217;s the dyke &amp;amp;amp; the quay", "It’s the dyke & the quay"),
        ("R&amp;eacute;sum&amp;eacute; &amp;ndash; the dyke", "Résumé – the dyke"),
        ("What &amp;nbsp; and &amp;lt;b&amp;gt; do", "What &nbsp; and &lt;b&gt; do"),
        ("Pumps &amp;amp; sons", "Pumps &amp; sons"),
        ("Pumps & sons; a dyke", "Pumps & sons; a dyke"),
    ],
)
def test_a_title_that_was_escaped_again_is_read(written: str, title: str) -> None:
    assert read(page(title=written)).title == title


def test_a_signature_that_was_escaped_again_is_read() -> None:
    below = (
        '<ol class="commentlist"><li class="comment" id="comment-5"><cite class="fn">Sean O&amp;#039;Hara</cite> '
        '<time datetime="2019-05-07T10:00:00Z"></time><div class="comment-content"><p>I was there.</p></div></li></ol>'
    )
    assert [comment.author for comment in read(page(below=below)).comments or ()] == ["Sean O'Hara"]


SAID = "He said {}we{}re done{} {} and went to sea for the day."
MEANT = SAID.format("“", "’", "”", "–")


@pytest.mark.parametrize(
    "signs", [("\x93", "\x92", "\x94", "\x96"), ("&#147;", "&#146;", "&#148;", "&#150;"), ("&#x93;", "&#x92", "&#X94;", "&#0150;")]
)
def test_signs_of_windows_are_read_where_they_are_called_something_else(signs: tuple[str, ...]) -> None:
    html = page(f"{PARAGRAPHS}<p>{SAID.format(*signs)}</p>", title=f"The warden{signs[1]}s dyke")
    for body in (html.encode(), html.replace("utf-8", "iso-8859-1").encode("latin-1")):
        article = read(body)
        assert (article.text.rpartition("\n")[2], article.title) == (MEANT, "The warden’s dyke")


def test_no_other_number_is_read_as_one_of_windows() -> None:
    assert read(page(f"{PARAGRAPHS}<p>Signs &#1451; &#8217; &#x9A1; &#129; of the dyke in the fog.</p>")).text.endswith(
        "Signs \u05ab ’ \u09a1 of the dyke in the fog."
    )


def thread(*comments: str, below: str = "", heading: str = "") -> str:
    return f"<div id='comments'>{heading}<ol class='commentlist'>{''.join(comments)}</ol>{below}</div>"


def comment(number: int, inside: str = "", date: str = '<time datetime="2019-05-07T10:00:00Z"></time>', around: str = "") -> str:
    return (
        f'<li class="comment" id="comment-{number}"{around}><cite class="fn">Reader {number}</cite> {date}'
        f'<div class="comment-content"><p>Remark {number}.</p></div>{inside}</li>'
    )


@pytest.mark.parametrize(
    ("below", "stated"),
    [
        ('<button data-page="2">Load 6 more comments</button>', 8),
        ('<a href="#" class="load">Show the remaining 14 replies</a>', 16),
        ("<button>Weitere 5 Kommentare laden</button>", None),
        ("<button>5 weitere Kommentare laden</button>", 7),
        ("<button>Post your 1st comment</button>", None),
    ],
)
def test_comments_that_a_button_would_bring_are_counted(below: str, stated: int | None) -> None:
    assert read(page(below=thread(comment(1), comment(2), below=below))).reported_comment_count == stated


def test_answers_that_a_button_would_bring_are_counted_where_the_page_has_none() -> None:
    button = "<button class='toggle'>View 4 replies</button>"
    answered = comment(1, f"{button}<ul class='children'>{comment(2)}{comment(3)}{comment(4)}{comment(5)}</ul>")
    assert read(page(below=thread(answered, comment(6)))).reported_comment_count is None
    assert read(page(below=thread(comment(1, button), comment(6)))).reported_comment_count == 6


def test_a_button_that_uncovers_what_is_there_counts_nothing() -> None:
    html = page(below=thread(comment(1), comment(2, around=" style='display: none'"), below="<button>Show 1 more comment</button>"))
    assert read(html).reported_comment_count is None


def test_a_date_that_a_script_rewrites_is_read_from_its_attribute() -> None:
    dates = (
        '<abbr class="timeago" title="2019-05-07T10:00:00Z">7 years ago</abbr>',
        '<span class="when" data-timestamp="1557226800">x</span>',
    )
    found = read(page(below=thread(*(comment(n, date=date) for n, date in enumerate(dates, 1))))).comments or ()
    assert [found.posted_at for found in found] == ["2019-05-07T10:00:00Z", "2019-05-07T11:00:00Z"]

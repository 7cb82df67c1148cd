"""What stands around a text: pages that end in their middle or are streamed in parts, folded panels, boxes and lines of the site."""

from __future__ import annotations

import pytest

from crawler.extract.page import extract_page
from crawler.items import Article

SENTENCES = (
    "The quay at Port Essad was closed on Monday after the harbour office found a crack in the third pier.",
    "Two ferries were sent to the northern basin, where the crane had been idle since the flood of the spring.",
    "A mason who has worked there for thirty years said that the stone had been wet for longer than anybody admits.",
    "The council will hear the engineers next week, and the shipping line has asked for the minutes of the meeting.",
    "Nobody knows yet who pays for the repair, for the insurance ran out when the company changed its owner.",
)
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
AD = "Every sailor knows the value of a dry coat, and ours are the driest on this coast since 1911."


def page(inside: str, head: str = "") -> Article:
    html = f"<html><head><title>The quay</title>{head}</head><body class='single wp-content/'>{inside}</body></html>"
    return extract_page(html.encode(), "https://harbour.example/quay")


def single(inside: str) -> Article:
    return page(f"<article class='post type-post hentry'><h1>The quay</h1><div class='entry-content'>{inside}</div></article>")


def rule_of(article: Article, text: str) -> tuple[str, str]:
    return next((block.kind, block.rule.split(":")[0]) for block in article.blocks if text in block.text)


@pytest.mark.parametrize("end", ["</body></html>", "</BODY>\n</HTML>", "</html >", "</body>\n</html>\n<!-- the template ends -->"])
def test_a_page_goes_on_behind_an_end_in_its_middle(end: str) -> None:
    article = page(f"<header><ul><li><a href='/a'>Home</a></li></ul></header>{end}<div class='entry-content'>{TEXT}</div>")
    assert article.text.split("\n\n") == list(SENTENCES)


@pytest.mark.parametrize("slot", ["B", "P"])
def test_a_streamed_part_stands_where_its_script_would_put_it(slot: str) -> None:
    first, second, *rest = (f"<p>{sentence}</p>" for sentence in SENTENCES)
    inside = f"<article>{first}<template id='{slot}:a'></template>{''.join(rest)}</article>" + f'<div hidden id="S:a">{second}</div>'
    assert page(inside).text.split("\n\n") == list(SENTENCES)


def test_streamed_parts_without_a_place_are_read() -> None:
    halves = ("".join(f"<p>{s}</p>" for s in SENTENCES[:3]), "".join(f"<p>{s}</p>" for s in SENTENCES[3:]))
    inside = "<main></main>" + "".join(f'<div hidden id="S:{i}">{half}</div>' for i, half in enumerate(halves))
    assert page(inside).text.split("\n\n") == list(SENTENCES)


FOLDS = {
    "region": "<h3>Who pays</h3><div hidden role='region'>{}</div>",
    "button": "<h3><button aria-expanded='false'>Who pays</button></h3><div style='display:none'>{}</div>",
    "controls": "<div><a role='button' aria-controls='p1'>Who pays</a></div><div id='p1' style='display: none;'>{}</div>",
}


@pytest.mark.parametrize("fold", FOLDS.values(), ids=FOLDS)
def test_a_folded_panel_is_text(fold: str) -> None:
    answer = "The company pays the first half of the repair, and the council has to find the rest."
    assert answer in single(TEXT + fold.format(f"<p>{answer}</p>")).text


def test_a_folded_menu_and_a_hidden_notice_are_none() -> None:
    menu = (
        "<button aria-expanded='false'>Menu</button><div hidden>" + "<a href='/x'>A long name of a section of the site</a> " * 6 + "</div>"
    )
    notice = f"<div style='display:none'><p>{AD}</p></div>"
    assert single(TEXT + menu + notice).text.split("\n\n") == list(SENTENCES)


BOXES = {
    "another post": "<blockquote class='wp-embedded-content'><a href='/b'>{}</a></blockquote>",
    "teasers": "<div class='et_pb_blog_grid'><h2>{}</h2></div>",
    "circulation": "<aside class='desk-recirc'><h3>{}</h3></aside>",
    "rating": "<div class='rmp-rating-widget'><p>{}</p></div>",
    "after the text": "<div class='desk-after-content'><p>{}</p></div>",
    "wall": "<div class='restricted-content-breaker'><p>{}</p></div>",
    "promo": "<section class='promo'><p>{}</p></section>",
    "sidebar": "<aside class='post__sidebar'><p>{}</p></aside>",
    "form": "<div class='gform_wrapper'><p>{}</p></div>",
    "republish": "<div class='republication-tracker-tool-modal'><p>{}</p></div>",
    "contents": "<div class='mai-toc'><p>{}</p></div>",
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_a_box_of_the_site_is_no_text(box: str) -> None:
    assert single(TEXT + box.format(AD)).text.split("\n\n") == list(SENTENCES)


LINES = [
    "The views expressed by the authors of this blog are their own and do not necessarily reflect those of the port.",
    "The opinions expressed here are those of the author alone.",
    "© 2019 The Harbour Desk. All rights reserved.",
    "This article is licensed under a Creative Commons licence.",
    "Was this article helpful?",
    "Contact the reporter Mara Ells at 555-0199 or mara@harbour.example.",
    "This site uses cookies. By continuing you are agreeing to our use of them.",
    "Thank you for reading!",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_site_below_the_text_is_no_text(line: str) -> None:
    assert single(f"{TEXT}<p>{line}</p>").text.split("\n\n") == list(SENTENCES)


@pytest.mark.parametrize(
    "line",
    [
        "The opinions expressed at the summit do not reflect those of the crown, the envoy told reporters on Monday.",
        "The republication of the treaty took a year, and nobody in the port had seen the first edition of it.",
        "Thank you for reading the names aloud, the widow said to the clerk, and sat down on the wet bench again.",
    ],
)
def test_a_sentence_near_to_such_a_line_is_text(line: str) -> None:
    assert line in single(f"{TEXT}<p>{line}</p>").text


@pytest.mark.parametrize("line", ["January 1, 2025", "3 May 2019", "2019-05-03", "On behalf of Mara Ells | Apr 21, 2017 | Harbours"])
def test_a_date_above_the_text_is_no_text(line: str) -> None:
    assert single(f"<p>{line}</p>{TEXT}").text.split("\n\n") == list(SENTENCES)


def test_the_dates_of_a_diary_are_text() -> None:
    days = "".join(f"<p>May {i}, 2019</p><p>{sentence}</p>" for i, sentence in enumerate(SENTENCES, 1))
    assert "May 1, 2019" in single(days).text


def test_a_box_that_stands_twice_is_kept_once() -> None:
    box = f"<div class='x'><p>{AD}</p></div>"
    article = single(box + TEXT + box)
    assert article.text.count(AD) == 1
    assert [block.rule for block in article.blocks if block.text == AD][1] == "repeated"


def test_what_the_author_says_twice_stays() -> None:
    assert single(f"<p>{AD}</p>{TEXT}<p>{AD}</p>").text.count(AD) == 2


@pytest.mark.parametrize("tag", ["p", "h5", "blockquote"])
def test_a_line_that_points_to_another_article_is_related(tag: str) -> None:
    article = single(f"{TEXT}<{tag}>Related: <a href='https://other.example/crane'>The crane of the northern basin</a></{tag}>")
    assert rule_of(article, "The crane of the northern basin")[0] == "related"

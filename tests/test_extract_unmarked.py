"""Pages of other systems than WordPress: no mark says where the text is, boxes around it read like text, bylines run together."""

from __future__ import annotations

import pytest

from crawler.extract.page import extract_page
from crawler.items import Article

TEXT = [
    "The ferry from Varrow to Hesk was turned back on Tuesday for the third time this month, its captain told the harbour office.",
    "According to the register, the boat carried eleven crates that no paper describes, and a crew that had signed on two days before.",
    "Officials on both shores blame each other. Neither would say who had ordered the channel closed, or until when it would stay so.",
    "Fishermen who saw the boat leave say that it lay low in the water, as it does when it is loaded to the last plank of its deck.",
]
COOKIES = [
    "This site uses cookies to improve your experience while you move through its pages, and some of them cannot be switched off.",
    "Cookies that are needed for the site to work are kept on your device, since without them no page could be shown to you at all.",
    "Other cookies tell us how visitors use the pages; you may refuse these, though some of the functions may then work less well.",
    "The choice that you make here is kept for one year. You can change it whenever you wish, at the foot of every page of this site.",
    "Partners of ours read some of these as well. A list of all of them, with their own rules, stands on a page that is linked below.",
]
TEASERS = [
    (
        "Lighthouse keepers go unpaid again",
        "Three months after the strike the purse of the province is still closed to those who keep its lights.",
    ),
    (
        "Who owns the salt pans",
        "A court heard two families, a bank and a ministry, and sent all four of them home without a word of judgement.",
    ),
]


def page(main: str, head: str = "", after: str = "") -> Article:
    body = f"<body><header><a href='/'>Harbour Post</a></header>{main}{after}</body>"
    return extract_page(
        f"<html><head><title>Ferry turned back - Harbour Post</title>{head}</head>{body}</html>".encode(), "https://own.example/ferry"
    )


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def story(texts: list[str] = TEXT, name: str = "c2") -> str:
    return f"<div class='c1'><h1>Ferry turned back</h1><div class='{name}'>{paragraphs(texts)}</div></div>"


def test_a_notice_longer_than_the_article_is_no_text_of_it() -> None:
    notice = f"<div class='c9'><div>{paragraphs(COOKIES)}</div></div>"
    assert page(story(name="story-body"), after=notice).text.split("\n\n") == TEXT


def test_teasers_that_read_like_text_are_no_text() -> None:
    rows = "".join(f"<div class='r'><h3><a href='/{i}'>{title}</a></h3><p>{line}</p></div>" for i, (title, line) in enumerate(TEASERS * 3))
    found = page(story(name="story-body"), after=f"<div class='c5'><h2>World</h2>{rows}</div>")
    assert found.text.split("\n\n") == TEXT
    assert TEASERS[0][1] in [block.text for block in found.blocks if block.kind != "body"]  # named, not thrown away


def test_a_list_a_quotation_and_headings_between_paragraphs_stay() -> None:
    inner = (
        f"<p>{TEXT[0]}</p><h2>What the register says</h2><p>{TEXT[1]}</p>"
        "<blockquote><p>“We were told to wait for the tide,” said the pilot. “Nobody told us for how many of them.”</p></blockquote>"
        f"<h2>Two shores</h2><p>{TEXT[2]}</p><ul><li>Eleven crates, each of them nailed shut and without a mark.</li>"
        f"<li>Four men who had signed on two days before the boat left.</li></ul><p>{TEXT[3]}</p>"
    )
    text = page(f"<div class='c1'><h1>Ferry turned back</h1><div class='c2'>{inner}</div></div>").text
    at = [text.find(part) for part in ("What the register says", "We were told to wait", "Two shores", "Eleven crates", TEXT[3])]
    assert -1 not in at and at == sorted(at)


def test_a_box_in_mid_text_that_reads_like_text_comes_back() -> None:
    said = "Since the spring the channel has been closed nine times, on four of them without any notice to the crews."
    box = f"<div class='x'><div class='y'><p>{said}</p></div></div>"
    text = page(story().replace(f"<p>{TEXT[2]}</p>", f"{box}<p>{TEXT[2]}</p>")).text
    assert text.split("\n\n") == [*TEXT[:2], said, *TEXT[2:]]


@pytest.mark.parametrize("name", ["media-caption__text", "article-image-credit", "photo_caption", "lead-caption"])
def test_words_below_a_picture_are_its_caption_whatever_the_class_is_called(name: str) -> None:
    box = f"<div class='pic'><div><img src='/a.jpg'></div><div class='{name}'>The ferry at Varrow. Sarnet for this paper</div></div>"
    found = page(story().replace("<div class='c2'>", f"<div class='c2'>{box}"))
    assert found.text.split("\n\n") == TEXT
    assert [(image.url, image.caption) for image in found.images] == [
        ("https://own.example/a.jpg", "The ferry at Varrow. Sarnet for this paper")
    ]


@pytest.mark.parametrize(
    "notice",
    [
        "To view this video please enable JavaScript, and consider a browser that plays it",
        "This slideshow requires JavaScript.",
        "Allow Chirper content? This article includes content provided by Chirper.",
        "An dieser Stelle findest du einen externen Inhalt von Zwitscher, der den Artikel ergänzt.",
        "Ich bin damit einverstanden, dass mir Inhalte von Zwitscher angezeigt werden.",
    ],
)
def test_what_stands_where_a_film_would_be_shown_is_no_text(notice: str) -> None:
    found = page(story([*TEXT[:2], notice, *TEXT[2:]]))
    assert found.text.split("\n\n") == TEXT
    assert ("chrome", notice) in [(block.kind, block.text) for block in found.blocks]


def test_sentence_about_videos_and_consent_is_text() -> None:
    said = "To view the harbour from the tower costs nine crowns; the videos that the guard shows there were taken without consent."
    assert said in page(story([*TEXT[:2], said, *TEXT[2:]])).text


def linked_data(*people: str) -> str:
    authors = ",".join(f'{{"@type":"Person","name":"{name}"}}' for name in people)
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Ferry turned back","author":[{authors}]}}</script>'


@pytest.mark.parametrize(
    ("byline", "stated", "names"),
    [
        (
            "<p class='byline'>By <a href='/author/ilva'><b>Ilva Sarnet</b><i>Harbour Reporter</i></a></p>",
            ("Ilva Sarnet",),
            ["Ilva Sarnet"],
        ),
        ("<p>By Ilva Sarnet and Bo Terhage</p>", ("Ilva Sarnet",), ["Ilva Sarnet", "Bo Terhage"]),
        ("<div class='author'>Foto: Quentin Maar</div>", ("Ilva Sarnet",), ["Ilva Sarnet"]),
        ("<div class='author'>i.sarnet@own.example</div>", (), []),
        ("<p class='author'><a href='/autor/ilva'>Ilva Sarnet, Redakteurin für Häfen</a></p>", ("Ilva Sarnet",), ["Ilva Sarnet"]),
        ("<p><a href='/author/quentin'>Quentin Maar</a></p>", ("Ilva Sarnet",), ["Ilva Sarnet"]),
    ],
)
def test_authors_are_people_without_their_offices_and_addresses(byline: str, stated: tuple[str, ...], names: list[str]) -> None:
    found = page(story().replace("</h1>", f"</h1>{byline}"), linked_data(*stated) if stated else "")
    assert [author.name for author in found.authors or ()] == names


def test_on_wordpress_the_shown_name_wins_over_the_account() -> None:
    head = linked_data("Quentin Maar") + "<link rel='stylesheet' href='/wp-content/themes/t/style.css'>"
    found = page(story().replace("</h1>", "</h1><p>By <a href='/author/ilva'>Ilva Sarnet</a></p>"), head)
    assert [author.name for author in found.authors or ()] == ["Ilva Sarnet"]

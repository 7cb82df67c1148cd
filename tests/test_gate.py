"""What may become current, and what is kept aside."""

from __future__ import annotations

from dataclasses import replace

from archive.text.urls import same_page
from crawler.admission.judge import no_article, refusal
from crawler.items import Article, Block

ASKED = "https://www.example.org/2020/05/bridge.php"
PARAGRAPHS = ("The bridge fell at night.", "Nobody has said why.")
PAGE = Article(
    url=ASKED,
    door="page",
    kind="article",
    title="The bridge",
    blocks=tuple(Block("body", p, f"<p>{p}</p>", "container") for p in PARAGRAPHS),
)
HELD = {"source_id": "12", "word_count": 9, "door": "rest", "title": "The bridge", "text": "\n\n".join(PARAGRAPHS)}
WALL = replace(PAGE, title="Support us", blocks=(Block("body", "We need your help.", "<p>We need your help.</p>", "container"),))


def test_a_short_article_is_an_article() -> None:
    assert refusal(replace(PAGE, blocks=()), ASKED, None) is None


def test_a_page_without_an_article_or_a_title_is_refused() -> None:
    assert refusal(replace(PAGE, kind="none", warnings=("a challenge",)), ASKED, None) == "a challenge"
    assert refusal(replace(PAGE, title=" "), ASKED, None) == "no title on the page"


def test_a_page_that_gives_another_address_is_refused_unless_it_shows_its_id() -> None:
    other = replace(PAGE, url="https://www.example.org/donate")
    assert refusal(other, ASKED, None) == "the page calls itself https://www.example.org/donate"
    assert refusal(replace(other, source_id="12"), ASKED, HELD) is None


def test_another_articles_id_is_refused() -> None:
    assert refusal(replace(PAGE, source_id="13"), ASKED, HELD) == "another article: the page's id is 13, the archive's 12"


def test_a_donate_wall_at_the_articles_address_is_refused() -> None:
    assert refusal(WALL, ASKED, HELD) == "the page shows neither the article's id nor its headline nor a paragraph of it"


def test_a_new_headline_or_a_new_text_alone_is_an_edit() -> None:
    assert refusal(replace(PAGE, title="The fallen bridge"), ASKED, HELD) is None
    assert refusal(replace(WALL, title="“The bridge”"), ASKED, HELD) is None
    assert refusal(replace(WALL, source_id="12"), ASKED, HELD) is None


def test_a_text_that_shrank_is_judged_only_against_the_same_door() -> None:
    long = HELD | {"word_count": 400, "door": "page", "source_id": None}
    assert refusal(PAGE, ASKED, long) == "the text shrank from 400 to 9 words"
    assert refusal(PAGE, ASKED, long | {"door": "rest"}) is None


def test_a_page_that_showed_its_id_and_no_longer_does_is_refused() -> None:
    assert "no longer shows its id" in (refusal(PAGE, ASKED, HELD | {"door": "page"}) or "")
    assert refusal(PAGE, ASKED, HELD | {"door": "page", "source_id": None}) is None


def test_a_listing_is_honestly_no_article_and_a_challenge_is_not_honest() -> None:
    assert no_article(replace(PAGE, kind="none", warnings=("a listing of articles",))) == "a listing of articles"
    assert no_article(replace(PAGE, kind="none", warnings=("a challenge or refusal, not the page",))) is None
    assert no_article(PAGE) is None


def test_addresses_are_the_same_but_for_scheme_www_slash_and_escapes() -> None:
    assert same_page("http://example.org/a/%C3%A9", "https://www.example.org/a/é/")
    assert not same_page("https://example.org/?p=1", "https://example.org/?p=2")

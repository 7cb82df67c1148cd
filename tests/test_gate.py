"""What may become current, and what is kept aside."""

from __future__ import annotations

from dataclasses import replace

from archive.text.urls import same_page
from crawler.admission.judge import emptied, foreign_part, no_article, refusal
from crawler.items import Article, Block, Comment, Link

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


def words(count: int) -> tuple[Block, ...]:
    text = " ".join(["word"] * count)
    return (Block("body", text, f"<p>{text}</p>", "container"),)


def test_a_page_text_is_judged_by_its_length_only_where_more_than_fifty_words_were_held() -> None:
    def judged(held: int, shown: int) -> str | None:
        return refusal(replace(PAGE, blocks=words(shown)), ASKED, HELD | {"word_count": held, "door": "page", "source_id": None})

    assert judged(100, 40) is None
    assert judged(100, 39) == "the text shrank from 100 to 39 words"
    assert judged(51, 20) == "the text shrank from 51 to 20 words"
    assert judged(50, 1) is None


REST = replace(PAGE, door="rest", source_id="12")
HELD_OF_REST = HELD | {"links": 0}


def test_a_text_of_rest_that_is_gone_or_mostly_gone_is_not_believed() -> None:
    def judged(held: int, shown: int) -> str | None:
        return emptied(replace(REST, blocks=words(shown) if shown else ()), HELD_OF_REST | {"word_count": held})

    assert judged(100, 40) is None
    assert judged(100, 39) == "the text shrank from 100 to 39 words"
    assert judged(51, 20) == "the text shrank from 51 to 20 words"
    assert judged(50, 1) is None, "a short article may become shorter"
    assert judged(9, 0) == "the text shrank from 9 to 0 words"
    assert judged(0, 0) is None, "there was never a text"


def test_a_text_of_rest_is_judged_only_against_what_rest_showed_before() -> None:
    empty = replace(REST, blocks=())
    assert emptied(empty, None) is None
    assert emptied(empty, HELD_OF_REST | {"door": "page"}) is None


def test_a_headline_that_only_points_elsewhere_may_stay_without_a_text_but_not_lose_its_link() -> None:
    pointer = HELD_OF_REST | {"word_count": 0, "links": 1}
    link = Link(url="https://other.example/", text="elsewhere")
    assert emptied(replace(REST, blocks=(), links=(link,)), pointer) is None
    assert emptied(replace(REST, blocks=()), pointer) == "the text shrank from 0 to 0 words"
    assert emptied(replace(REST, blocks=(), links=(link,)), HELD_OF_REST) == "the text shrank from 9 to 0 words"


def test_a_further_page_belongs_to_the_article_by_its_id_before_anything_else() -> None:
    article = replace(PAGE, source_id="12")
    assert foreign_part(replace(WALL, source_id="12"), article) is None
    assert foreign_part(replace(PAGE, source_id="13"), article) == "another article: the page's id is 13, the article's 12"


def test_a_further_page_without_an_id_is_known_by_its_headline() -> None:
    article = replace(PAGE, source_id="12")
    assert foreign_part(replace(PAGE, title="“The Bridge”", blocks=()), article) is None
    assert foreign_part(WALL, article) == "the page shows neither the article's id nor its headline"
    assert foreign_part(WALL, PAGE) is None, "an article without an id has nothing to be held against"


def test_a_page_of_a_thread_may_show_nothing_but_comments() -> None:
    bare = replace(PAGE, kind="none", warnings=("a listing of articles", "and more"))
    said = Comment("7", None, 0, 1, "comment", "Ana", "", None, None, "I was there.")
    assert foreign_part(replace(bare, comments=(said,)), PAGE) is None
    assert foreign_part(bare, PAGE) == "a listing of articles"
    assert foreign_part(replace(bare, warnings=()), PAGE) == "no article on the page"


def test_every_kind_of_page_that_is_honestly_no_article_is_called_so_by_its_first_warning() -> None:
    for said in ("a listing of articles", "the home page", "not a page: a feed", "a page of the site", "behind a password"):
        assert no_article(replace(PAGE, kind="none", warnings=(said, "a challenge"))) == said
        assert no_article(replace(PAGE, warnings=(said,))) is None, "an article with a warning is an article"
    assert no_article(replace(PAGE, kind="none", warnings=("a challenge", "a listing"))) is None
    assert no_article(replace(PAGE, kind="none")) is None
    assert refusal(replace(PAGE, kind="none", warnings=("first", "second")), ASKED, None) == "first"

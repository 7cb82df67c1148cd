"""The dates that a page states in its head and shows beside its headline."""

from __future__ import annotations

import pytest

from crawler.extract.page import extract_page
from crawler.items import Article

URL = "https://own.example/ferry"
TEXTS = {
    "en": "The ferry at Orm was stopped on Monday, and the harbour office said that it is for the safety of the crew and of "
    "the two lorries.",
    "de": "Die Fähre von Orm ist am Montag nicht gefahren, und das Hafenamt sagt, dass der Kapitän mit den Leuten auf dem Kai und von der "
    "Reederei das Schiff nicht mit der Ladung sich selbst überlassen hat.",
    "fr": "Le bac est resté à quai lundi et les pilotes du port, qui sont dans une petite salle, disent que le capitaine ne part pas sur "
    "ordre de la ville, que les camions sont pour le marché et que du bois est dans les cales.",
    "fa": "قایق اورم روز دوشنبه از حرکت بازماند و دفتر بندر گفت که این کار برای ایمنی خدمه است و چند کامیون پشت گمرک ماندند.",
    "hr": "Trajekt je u ponedjeljak ostao u luci, a lučka uprava kaže da je to za sigurnost posade i da se kamioni nisu mogli ukrcati "
    "jer su ostali na obali, kao i putnici koji su bili u čekaonici.",
}


def page(
    text: str, *, head: str = "", lang: str = "", meta: str = "", url: str = URL, after: str = "", captured_at: str | None = None
) -> Article:
    declared = f' lang="{lang}"' if lang else ""
    body = f'<article><h1>Ferry</h1>{meta}<div class="entry-content"><p>{text}</p><p>{text}</p></div>{after}</article>'
    html = f"<!doctype html><html{declared}><head><meta charset=utf-8><title>Ferry</title>{head}</head><body>{body}</body></html>"
    return extract_page(html.encode(), url, captured_at=captured_at)


def day(article: Article) -> str:
    return (article.published_at or "")[:10]


def stated(name: str, value: str) -> str:
    return f'<meta name="{name}" content="{value}">'


@pytest.mark.parametrize(
    ("lang", "value", "expected"),
    [
        ("en-US", "05/03/2019", "2019-05-03"),
        ("en-GB", "05/03/2019", "2019-03-05"),
        ("en", "05/03/2019", "2019-05-03"),
        ("pt-BR", "05/03/2019 08h30", "2019-03-05"),
        ("ru", "05.03.2019", "2019-03-05"),
        ("fr", "05/03/19", "2019-03-05"),
        ("en-US", "25/03/2019", "2019-03-25"),
        ("de", "03/25/2019", "2019-03-25"),
        ("it", "2019/03/05", "2019-03-05"),
        ("nl", "5-3-2019 07:00", "2019-03-05"),
    ],
)
def test_stated_date_in_digits_is_read_in_the_order_of_the_language(lang: str, value: str, expected: str) -> None:
    assert day(page(TEXTS["en"], lang=lang, head=stated("article:published_time", value))) == expected


@pytest.mark.parametrize(
    ("text", "head", "url", "expected"),
    [
        ("de", "", URL, "2019-03-05"),
        ("fr", "", URL, "2019-03-05"),
        ("hr", "", URL, "2019-03-05"),
        ("en", "", URL, "2019-05-03"),
        ("en", '<meta property="og:locale" content="en_GB">', URL, "2019-03-05"),
        ("en", '<meta http-equiv="content-language" content="en-AU, fr">', URL, "2019-03-05"),
        ("en", "", "https://harbour.example.co.uk/ferry", "2019-03-05"),
        ("en", '<script type="application/ld+json">{"@type":"Article","headline":"F","inLanguage":"es-MX"}</script>', URL, "2019-03-05"),
    ],
)
def test_page_that_declares_no_language_is_read_by_its_other_signs_and_words(text: str, head: str, url: str, expected: str) -> None:
    assert day(page(TEXTS[text], url=url, head=head + stated("dc.date", "05/03/2019"))) == expected


def test_theme_that_says_english_over_another_language_is_not_believed() -> None:
    assert day(page(TEXTS["fr"], lang="en-US", head=stated("dc.date", "05/03/2019"))) == "2019-03-05"
    assert day(page(TEXTS["fa"], lang="en-US", meta='<p class="entry-date">1402/05/12</p>')) == "2023-08-03"
    assert day(page(TEXTS["hr"], meta='<p class="entry-date">12. listopada 2019.</p>')) == "2019-10-12"


@pytest.mark.parametrize(
    "name",
    [
        *("dcterms.issued", "dcterms.created", "dcterms.available", "dc.date.issued", "DC.date.issued", "citation_publication_date"),
        *("citation_date", "citation_online_date", "parsely-pub-date", "sailthru.date", "pubdate", "publish-date", "prism.publicationDate"),
        *("cXenseParse:recs:publishtime", "og:article:published_time", "bt:pubDate", "publishdate", "article.published", "date"),
    ],
)
def test_date_of_publication_is_found_under(name: str) -> None:
    assert day(page(TEXTS["en"], lang="en", head=stated(name, "2019-03-05"))) == "2019-03-05"


@pytest.mark.parametrize("name", ["dcterms.modified", "article:modified_time", "og:updated_time", "dc.date.modified", "last-modified"])
def test_date_of_the_last_change_is_not_that_of_publication(name: str) -> None:
    article = page(TEXTS["en"], lang="en", head=stated(name, "2020-01-02"), meta='<p class="entry-date">March 5, 2019</p>')
    assert (day(article), (article.modified_at or "")[:10]) == ("2019-03-05", "2020-01-02")


def test_bare_date_is_that_of_the_last_change_where_the_page_shows_an_earlier_one() -> None:
    head = stated("date", "2021-06-07")
    shown = page(TEXTS["en"], lang="en", head=head, meta='<p class="entry-meta">Posted on March 5, 2019</p>')
    assert (day(shown), (shown.modified_at or "")[:10]) == ("2019-03-05", "2021-06-07")
    addressed = page(TEXTS["de"], lang="de", head=head, url="https://own.example/2019/03/05/ferry/")
    assert (day(addressed), (addressed.modified_at or "")[:10]) == ("2019-03-05", "2021-06-07")
    alone = page(TEXTS["fr"], lang="fr", head=head)
    assert (day(alone), alone.modified_at) == ("2021-06-07", None)


@pytest.mark.parametrize("wrong", ["2091-03-05T10:00:00Z", "1970-01-01T00:00:00Z", "1969-12-31"])
def test_stated_date_of_the_future_or_before_the_web_gives_way_to_what_the_page_shows(wrong: str) -> None:
    captured = "2022-01-01T00:00:00Z"
    head = stated("article:published_time", wrong)
    assert (
        day(page(TEXTS["en"], lang="en", head=head, meta='<p class="entry-date">March 5, 2019</p>', captured_at=captured)) == "2019-03-05"
    )
    assert day(page(TEXTS["en"], lang="en", head=head, url="https://own.example/2019/03/05/f/", captured_at=captured)) == "2019-03-05"
    assert day(page(TEXTS["en"], lang="en", head=head, captured_at=captured)) == wrong[:10]


def test_date_that_cannot_be_is_left_out_and_named() -> None:
    article = page(TEXTS["en"], lang="en", head=stated("article:published_time", "2019-02-31") + stated("dc.date", "2019-03-05"))
    assert day(article) == "2019-03-05"
    assert "dates: article:published_time says '2019-02-31', which is no date" in article.warnings


def test_date_in_digits_agrees_with_what_the_page_says_in_words() -> None:
    head = stated("article:published_time", "05/03/2019")
    assert day(page(TEXTS["en"], lang="en-US", head=head, meta='<p class="entry-date">5 March 2019</p>')) == "2019-03-05"
    assert day(page(TEXTS["de"], lang="de", head=head, url="https://own.example/2019/05/03/ferry/")) == "2019-05-03"
    assert day(page(TEXTS["fr"], lang="fr", head=head + stated("article:modified_time", "2019-05-03T10:00:00Z"))) == "2019-05-03"


@pytest.mark.parametrize(
    "markup",
    [
        '<span class="entry-meta"><span data-timestamp="1551780000">three years ago</span></span>',
        '<p class="byline"><span data-published="2019-03-05T10:00:00Z">yesterday</span></p>',
        '<p class="entry-meta"><relative-time datetime="2019-03-05T10:00:00Z">a while ago</relative-time></p>',
        '<div class="meta"><time datetime="1551780000000">5/3</time></div>',
    ],
)
def test_time_in_an_attribute_is_read(markup: str) -> None:
    assert page(TEXTS["en"], lang="en", meta=markup).published_at == "2019-03-05T10:00:00Z"


def test_json_ld_may_give_seconds_since_1970_as_a_number() -> None:
    data = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"F","datePublished":1551780000}</script>'
    assert page(TEXTS["en"], lang="en", head=data).published_at == "2019-03-05T10:00:00Z"


def test_the_time_of_its_making_dates_an_article_that_states_no_other() -> None:
    data = '<script type="application/ld+json">{"@type":"Report","headline":"F","dateCreated":"2019-03-05"%s}</script>'
    for more, day in (("", "2019-03-05"), (',"datePublished":"2019-03-07"', "2019-03-07")):
        assert page(TEXTS["en"], lang="en", head=data % more).published_at == day


def test_a_date_whose_numbers_are_words_is_seen_beside_the_headline() -> None:
    assert page(f'<p class="date">二〇二三年十月十二日</p>{TEXTS["en"]}', lang="zh").published_at == "2023-10-12"


def test_time_of_day_is_taken_from_the_place_that_knows_it() -> None:
    head = stated("dc.date", "2019-03-05") + stated("sailthru.date", "Tue, 05 Mar 2019 10:00:00 +0000")
    assert page(TEXTS["en"], lang="en", head=head).published_at == "2019-03-05T10:00:00Z"


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("Actualizado el 7 de junio de 2021 | Publicado el 5 de marzo de 2019", "2019-03-05", "2021-06-07"),
        ("Veröffentlicht am 5. März 2019, zuletzt aktualisiert am 7. Juni 2021", "2019-03-05", "2021-06-07"),
        ("Опубликовано 5 марта 2019, обновлено 7 июня 2021", "2019-03-05", "2021-06-07"),
        ("2019年3月5日 公開 2021年6月7日 更新", "2019-03-05", None),
    ],
)
def test_line_that_says_both_dates_is_taken_apart(line: str, published: str, modified: str | None) -> None:
    article = page(TEXTS["en"], meta=f'<p class="entry-meta">{line}</p>')
    assert day(article) == published
    assert modified is None or (article.modified_at or "")[:10] == modified


@pytest.mark.parametrize(
    ("lang", "written", "posted"),
    [
        ("fa", "۱۲ مرداد ۱۴۰۲ در ۱۴:۰۵", "2023-08-03T14:05:00"),
        ("hi", "१२ अक्टूबर २०२३ १४:०५", "2023-10-12T14:05:00"),
        ("hr", "12. listopada 2019. u 14:05", "2019-10-12T14:05:00"),
        ("en-GB", "05/03/2019 14:05", "2019-03-05T14:05:00"),
        ("en-US", "05/03/2019 2:05 pm", "2019-05-03T14:05:00"),
        ("th", "5 มีนาคม 2562 14:05", "2019-03-05T14:05:00"),
        ("ja", "2019年3月5日 午後2時05分", "2019-03-05T14:05:00"),
    ],
)
def test_comment_is_dated_in_the_language_of_the_page(lang: str, written: str, posted: str) -> None:
    comments = (
        '<ol class="commentlist"><li class="comment" id="comment-7"><div class="comment-author"><cite class="fn">Ann Lee</cite></div>'
        f'<div class="comment-meta"><a href="#comment-7">{written}</a></div><div class="comment-content"><p>A word on the quay.</p></div>'
        "</li></ol>"
    )
    found = page(TEXTS["en"], lang=lang, after=comments).comments
    assert [comment.posted_at for comment in found] == [posted]


def test_dates_of_teasers_are_not_the_articles() -> None:
    teaser = '<a href="/other"><h3>Other</h3><span itemprop="datePublished" content="2026-03-{0}T12:00:00Z">Mar {0}, 2026</span></a>'
    teasers = "".join(f"<div>{teaser.format(number)}</div>" for number in (11, 12, 13))
    loose = "".join(f'<div><span itemprop="datePublished" content="2026-03-{number}">x</span></div>' for number in (13, 12))
    assert day(page(TEXTS["en"], lang="en", head=stated("date", "March 27, 2025"), after=teasers)) == "2025-03-27"
    assert day(page(TEXTS["en"], lang="en", head=stated("date", "March 27, 2025"), after=loose)) == "2025-03-27"


def test_midnight_gives_way_to_a_time_that_another_place_knows() -> None:
    head = stated("article:published_time", "2023-05-17T00:00:00+0000") + stated("dc.date", "2023-05-18T04:39:05+00:00")
    assert page(TEXTS["en"], lang="en", head=head).published_at == "2023-05-18T04:39:05Z"
    assert page(TEXTS["en"], lang="en", head=stated("dc.date", "2023-05-17T00:00:00Z")).published_at == "2023-05-17T00:00:00Z"


def test_lone_date_of_the_last_change_is_no_date_of_publication() -> None:
    meta = '<div><p class="note">Last updated: <time datetime="2026-01-12">January 12, 2026</time>.</p></div>'
    assert page(TEXTS["en"] + meta, lang="en").published_at is None

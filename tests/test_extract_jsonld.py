"""JSON-LD as sites write it: broken, wrapped, escaped; and character references resolved once, wherever a string comes from."""

from __future__ import annotations

import pytest

from crawler.extract.article.body import extract_fragment
from crawler.extract.dom.head import head_of
from crawler.extract.dom.jsonld import nodes_of, string
from crawler.extract.dom.parsing import parse
from crawler.extract.page import extract_page
from crawler.extract.rest import rest_plain
from crawler.items import Article

URL = "https://own.example/2019/a.html"
TEXT = "".join(f"<p>The dredger left basin {n} at dawn, and nobody on the quay wrote down which way it turned.</p>" for n in range(5))


def read(script: str, kind: str = "application/ld+json", more: str = "") -> Article:
    head = f'<meta charset="utf-8"><script type="{kind}">{script}</script>{more}'
    return extract_page(f'<html><head>{head}</head><body><article><div class="article-content">{TEXT}'.encode(), URL)


def names(article: Article) -> list[str]:
    return [author.name for author in article.authors or ()]


def braced(members: str) -> str:
    return "{" + members + "}"


STATED = '"@type":"NewsArticle","headline":"The lock at noon","author":{"@type":"Person","name":"Dorte Anker"},"datePublished":"2019-05-06"'


@pytest.mark.parametrize(
    "script",
    [
        "{%s,}",
        "{%s,,}",
        '{"author":{"name":"x",},%s}'.replace('"author":{"name":"x",},', '"keywords":["a","b",],'),
        "{ // the article\n%s /* all of it */ }",
        "<!-- {%s} -->",
        "<![CDATA[{%s}]]>",
        "//<![CDATA[\n{%s}\n//]]>",
        "/*<![CDATA[*/ {%s} /*]]>*/",
        "{%s};",
        '{"@type":"WebSite","name":"A"} {%s}',
        '{"@type":"WebSite","name":"A"},\n{%s,}',
        '{%s,"description":"one\nline\tand another"}',
        '{%s,"description":"she said "go", and went"}',
        '{%s,"description":"C:\\Users\\x"}',
        '{%s,"articleBody":"The text was cut off he',
        '{%s "wordCount" 5 }',
        "\ufeff{%s}",
        "[[{%s}]]",
        '{"@graph":[{"@type":"WebPage","mainEntity":{%s}}]}',
    ],
)
def test_broken_and_wrapped_scripts_are_read_as_far_as_they_go(script: str) -> None:
    article = read(script.replace("%s", STATED))
    assert (article.title, names(article), article.published_on) == ("The lock at noon", ["Dorte Anker"], "2019-05-06")


@pytest.mark.parametrize("kind", ["application/ld+json; charset=utf-8", "Application/LD+JSON", " application/ld+json ;profile=x"])
def test_the_type_of_the_script_may_have_parameters_and_capitals(kind: str) -> None:
    assert names(read(braced(STATED), kind)) == ["Dorte Anker"]


@pytest.mark.parametrize(
    "kind", ["NEWSARTICLE", "schema:NewsArticle", "https://schema.org/NewsArticle", ["Thing", "http://schema.org#Article"]]
)
def test_types_are_known_in_any_spelling(kind: object) -> None:
    import json

    script = json.dumps({"@type": kind, "headline": "The lock at noon", "author": "Dorte Anker"})
    assert read(script).title == "The lock at noon"


def test_what_is_no_json_at_all_harms_nothing() -> None:
    for script in ("", "var x = 1;", "[" * 5000, '{"a":' * 3000, "null", '"x"', "{{{{", "%", '{"@type":"Article","headline":{"a":["b"]}}'):
        assert read(script).kind == "article"


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ('{"@id":"#p1"}', ["Dorte Anker"]),
        ('[{"@id":"#p1"},{"@id":"#p2"}]', ["Dorte Anker", "Bo Berg"]),
        ('{"@list":[{"@id":"#p2"},{"@id":"#p1"}]}', ["Bo Berg", "Dorte Anker"]),
        ('{"@type":"Person","givenName":"Ann","familyName":"Lee"}', ["Ann Lee"]),
        ('{"@type":"Person","name":["Ann Lee","Bo Berg"]}', ["Ann Lee", "Bo Berg"]),
        ('"Ann Lee, Senior Fellow"', ["Ann Lee"]),
        ('{"@type":"Organization","name":"Center for Peace and Security"}', ["Center for Peace and Security"]),
    ],
)
def test_authors_are_found_behind_references_and_in_every_form(author: str, expected: list[str]) -> None:
    people = '{"@type":"Person","@id":"#p1","name":"Dorte Anker"},{"@type":"Person","@id":"#p2","name":{"@value":"Bo Berg"}}'
    assert names(read(f'{{"@graph":[{{"@type":"Article","headline":"The lock","author":{author}}},{people}]}}')) == expected


def test_of_several_articles_the_one_that_names_this_page_is_meant() -> None:
    other = '{"@type":"NewsArticle","headline":"Another article","author":"Bo Berg","url":"https://own.example/2019/b.html"}'
    page = '{"@type":"WebPage","@id":"http://www.own.example/2019/a.html#page"}'
    own = braced(f'{STATED},"mainEntityOfPage":{page}')
    assert read(f"[{other},{own}]").title == "The lock at noon"


def test_character_references_in_json_are_resolved_once() -> None:
    script = r"""{"@type":"Article","headline":"The lock &amp; the quay &#8211; 5 &amp;amp; 6 \u0026quot;x\u0026quot;",
        "keywords":"Caf&eacute; society, R&amp;D","author":[{"name":"Anna M&uuml;ller"},{"name":"Se&aacute;n O&#039;Murch&uacute;"}]}"""
    article = read(script)
    assert article.title == 'The lock & the quay – 5 &amp; 6 "x"'
    assert names(article) == ["Anna Müller", "Seán O'Murchú"]
    assert [term.name for term in article.terms or ()] == ["Café society", "R&D"]


def test_a_script_that_is_escaped_as_a_whole_is_read() -> None:
    script = braced(STATED)
    assert names(read(script.replace('"', "&quot;"))) == ["Dorte Anker"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("a &amp;amp; b", "a &amp; b"),
        ("a &amp;lt;b&amp;gt;", "a &lt;b&gt;"),
        ("?x=1&copy=2", "?x=1&copy=2"),
        ("AT&T", "AT&T"),
        ("&bogus;", "&bogus;"),
    ],
)
def test_nothing_is_resolved_twice(written: str, read_as: str) -> None:
    assert string(written) == read_as
    assert rest_plain(written).replace("©", "&copy") == read_as


def test_title_byline_tags_caption_and_alt_of_a_page_are_resolved_once() -> None:
    page = f"""<html><head><title>A &amp;amp; B</title><meta property="article:tag" content="R&amp;amp;D"></head><body class="single">
    <article class="hentry">
    <h1 class="entry-title">A &amp;amp; B</h1><div class="byline">By <a rel="author" href="/author/a/">Ann &amp;amp Lee</a></div>
    <div class="entry-content">{TEXT}<figure><img src="/a.jpg" alt="c &amp;amp; d"><figcaption>e &amp;amp; f</figcaption></figure></div>"""
    article = extract_page(page.encode(), URL)
    assert (article.title, names(article)) == ("A &amp; B", ["Ann &amp Lee"])
    assert [term.name for term in article.terms or ()] == ["R&amp;D"]
    assert [(image.alt, image.caption) for image in article.images] == [("c &amp; d", "e &amp; f")]


def test_the_fragment_of_rest_is_resolved_once() -> None:
    assert extract_fragment("<p>5 &amp;lt; 6 &amp; 7</p>", URL).text == "5 &lt; 6 & 7"


def test_comments_stated_in_json_keep_their_signs() -> None:
    comment = '"comment":[{"@type":"Comment","text":"Tom &amp; Jerry &amp;amp; co","author":{"name":"J&uuml;rgen"}}]'
    found = read(braced(f"{STATED},{comment}")).comments or ()
    assert [(one.text, one.author) for one in found] == [("Tom & Jerry &amp; co", "Jürgen")]


def test_inline_markup_in_a_headline_is_no_part_of_it() -> None:
    root = parse('<script type="application/ld+json">{"@type":"Article","headline":"The <em>lock</em> &lt;b&gt;"}</script><p>x')
    assert root is not None and string(nodes_of(root)[0]["headline"]) == "The lock <b>"
    assert head_of(root, URL).article is not None

"""Bad input: a result or a named reason, never an exception, a hang or a silently shorter text."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.extract.article.body import extract_fragment
from crawler.extract.dom.encoding import decode
from crawler.extract.page import extract_page
from tests.pages.rewrite import ADDRESSES, PAGES

URL = "https://own.example/2014/a.php"
PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div class='entry-content'>",
        "</div>",
        "<li id='comment-3' class='comment depth-9'>",
        "<time datetime='x'>",
        "<a href='http://[::1'>",
        "<br><br>",
        "<table><td>",
        "<ul>",
        "</ul>",
        "<blockquote>",
        "<h1>",
        "Tags:",
        "By Ann Lee on May 3, 2011",
        "<script>",
        "</script>",
        "<figure><img src=x>",
        "<figcaption>",
        "&#0;",
        "\ud800",
        "\x00",
        "<!--",
        "-->",
        "<svg>",
        "text ",
        "<iframe src='//x/'>",
        "<body class='single'>",
        "<form>",
        "<dt id='comment-4'>",
        "<dd>",
        "<meta charset='utf-7'>",
        '<script type=\'application/ld+json\'>{"@type":["Article"],"author":[[{}]]}</script>',
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000))
def test_arbitrary_bytes_never_raise(body: bytes) -> None:
    extract_page(body, URL, content_type="text/html; charset=utf-8")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=60).map("".join))
def test_markup_in_any_disorder_never_raises_and_text_has_no_markup(html: str) -> None:
    article = extract_page(html.encode("utf-8", "surrogatepass"), URL, captured_at="2020-01-01T00:00:00Z", timezone="Europe/Berlin")
    for text in (article.title, article.text, *(c.text for c in article.comments or ())):
        assert "<p" not in text and "<br" not in text and "\x00" not in text and "\x01" not in text
        text.encode("utf-8")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], exclude_characters="<>&"), min_size=1, max_size=200))
def test_fragment_keeps_every_letter_of_a_paragraph(text: str) -> None:
    letters = [c for c in text if c.isalnum()]
    blocks = extract_fragment(f"<p>{text}</p>", URL).blocks
    assert [c for block in blocks for c in block.text if c.isalnum()] == letters


def test_extraction_is_a_function_of_its_bytes_in_any_order() -> None:
    jobs = [((PAGES / f"{name}.html").read_bytes(), url) for name, url in ADDRESSES.items()] * 3
    first = {url: extract_page(body, url) for body, url in jobs}
    random.Random(4).shuffle(jobs)
    assert all(extract_page(body, url) == first[url] for body, url in jobs)


@pytest.mark.parametrize("depth", [250, 2100, 5000, 30000])
@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "ul><li", "table><tr><td"])
def test_nesting_of_any_depth_loses_no_text(depth: int, tag: str) -> None:
    page = (
        f'<html><body class="single"><h1>T</h1><div class="entry-content"><p>Before it.</p>'
        f"{f'<{tag}>' * depth}The deep text.</div><p>After it.</p></body></html>"
    )
    text = " ".join(block.text for block in extract_page(page.encode(), URL).blocks)
    assert "Before it." in text and "The deep text." in text


def test_large_page_and_many_attributes_are_read_in_time() -> None:
    paragraph = "<p>" + "A sentence of the long text that goes on. " * 40 + "</p>"
    attributes = " ".join(f"data-a{i}='x'" for i in range(100_000))
    page = f'<html><body class="single"><h1 {attributes}>T</h1><div class="entry-content">{paragraph * 4000}</div></body></html>'
    start = time.process_time()
    article = extract_page(page.encode(), URL)
    assert len([block for block in article.blocks if block.kind == "body"]) == 4000
    assert time.process_time() - start < 30


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>Straße nach Tarn</p>".encode("cp1252"), None),
        ("<p>Straße nach Tarn</p>".encode(), "text/html; charset=iso-8859-1"),
        ("\ufeff<p>Straße nach Tarn</p>".encode("utf-16"), None),
        (b'<meta charset="windows-1252">' + "<p>Straße nach Tarn</p>".encode("cp1252"), None),
        (b'<meta charset="no-such-thing">' + "<p>Straße nach Tarn</p>".encode("cp1252"), "text/html; charset=base64"),
        (("<p>Straße nach Tarn</p>" + "ä" * 60).encode()[:-1], None),
    ],
)
def test_charset_is_found_and_a_wrong_declaration_does_no_harm(body: bytes, content_type: str | None) -> None:
    page = body if body[:2] in (b"\xff\xfe", b"\xfe\xff") else b'<body class="single"><h1>T</h1><div class="entry-content">' + body
    assert "Straße nach Tarn" in extract_page(page, URL, content_type=content_type).text


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("gb2312", "gb18030", "镕 and 喆 are in GBK only"),
        ("x-sjis", "shift_jis", "東京都の港"),
        ("iso-8859-1", "cp1252", "“Straße” – so"),
        ("iso-8859-15", "cp1252", "“Straße” – so"),
        ("iso-8859-15", "iso8859-15", "5 € a head"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, encoding: str, text: str) -> None:
    body = f'<meta charset="{label}"><p>{text}</p>'.encode(encoding)
    assert text in decode(body)
    assert text in decode(f"<p>{text}</p>".encode(encoding), f"text/html; charset={label}")
    assert text in decode(b"<!-- a long script -->" * 300 + body)


def test_an_xml_declaration_counts_unless_it_says_utf_8_of_what_is_none() -> None:
    assert "東京都の港" in decode('<?xml version="1.0" encoding="euc-jp"?><p>東京都の港</p>'.encode("euc-jp"))
    assert "“Straße”" in decode('<?xml version="1.0" encoding="utf-8"?><p>“Straße” “Tor”</p>'.encode("cp1252"))


def test_nul_and_controls_never_come_through() -> None:
    page = b'<body class="single"><h1>T\x00it\x07le</h1><div class="entry-content"><p>a\x00b&#0;c&#1;d\x0be&#xD800;f</p></div>'
    article = extract_page(page, URL)
    assert article.title == "Title"
    assert not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in article.text.replace("\n", ""))


def test_command_line_gives_one_object_and_batch_one_line_per_page(tmp_path: Path) -> None:
    page, packed = PAGES / "discuz.html", tmp_path / "p.html.gz"
    packed.write_bytes(gzip.compress(page.read_bytes()))
    command = [sys.executable, "-m", "crawler.extract"]
    root = PAGES.parent.parent
    one = subprocess.run([*command, "--url", "https://bridges.example/orm", str(page)], capture_output=True, cwd=root, check=True)
    assert json.loads(one.stdout)["comments"][1]["parent_id"] == "70"
    jobs = [
        {"url": "https://bridges.example/orm", "path": str(packed), "captured_at": "2021-02-17T12:00:00Z"},
        {"url": URL, "path": "missing.html"},
        {"url": URL},
    ]
    batch = subprocess.run(
        [*command, "--batch"], input="\n".join(map(json.dumps, jobs)).encode(), capture_output=True, cwd=root, check=True
    )
    lines = [json.loads(line) for line in batch.stdout.splitlines()]
    assert lines[0]["path"] == str(packed) and lines[0]["comments"][1]["posted_at"] == "2021-02-03"
    assert lines[1]["path"] == "missing.html" and "error" in lines[1] and "error" in lines[2]

"""Records of every kind that a WordPress site sends, read for what is withheld: the text, its headline, its address, a comment."""

from __future__ import annotations

import gzip
import json
import zlib
from html import escape
from pathlib import Path
from typing import Any

import pytest

from archive.queries.withheld_records import UNREADABLE, WithheldTexts
from tests.literal import HOME, Desk, article, comment, exchange

SECRET = HOME + "2020/05/the-secret-meeting/"
TEXT = (
    "The delegates met “in secret” at a farm, where Ana Petrova’s driver had taken them at four in the morning.",
    "No minutes were kept, and three of those who were there later denied that they had ever seen the farm.",
)
OPEN = "The harvest was good this year, said the mayor, and nobody will have to sell a cow before the spring comes."
QUOTED = "We will not give up a single stone of this bridge to anybody who asks for it."
SAID = "I drove them there myself, and I can tell you that nobody slept that night."


@pytest.fixture
def held(desk: Desk) -> Desk:
    """Two articles, 1 with a secret and 2 without; both quote the same sentence, and both have a comment."""
    secret = article((*TEXT, QUOTED), url=SECRET, source_id="12", title="The secret meeting at the farm of Ana Petrova")
    shown = article((OPEN, QUOTED), url=HOME + "2020/05/harvest/", source_id="13", title="A good harvest")
    desk.see(secret, _12=[comment("1", SAID), comment("2", "Agreed!", author="Zoltan Deep")])
    desk.see(
        shown, _13=[comment("3", "Agreed!", author="Mary Miller"), comment("4", SAID.replace("drove", "walked"), author="Zoltan Deep")]
    )
    return desk


def withhold(desk: Desk, ref: str = SECRET) -> None:
    desk.store.decide("withhold", ref, "withheld", "a court")


def reason(desk: Desk, body: str | bytes, url: str = HOME + "somewhere/", mime: str = "text/html", **headers: str) -> str | None:
    """What is said of a new record with this body."""
    data = body if isinstance(body, bytes) else body.encode()
    sent = exchange(url, body=data, headers=[("Content-Type", mime), *((name.replace("_", "-"), value) for name, value in headers.items())])
    number = desk.store.add_capture(desk.crawl, "page", sent, mime.partition(";")[0], desk.warc.write(sent))
    return why(desk, number)


def why(desk: Desk, number: int) -> str | None:
    [row] = desk.db.query("select * from captures where id = ?", [number])
    return WithheldTexts.of(desk.db.conn).in_record(desk.store.folder, row)


def test_nothing_is_looked_for_where_nothing_is_withheld(held: Desk, folder: Path) -> None:
    assert not WithheldTexts.of(held.db.conn).is_anything
    missing: dict[str, Any] = {"id": 1, "url": SECRET, "article_id": 1, "filename": "warc/none.warc.gz"}
    assert WithheldTexts.of(held.db.conn).in_record(folder, missing) is None


def test_answers_about_it_and_requests_to_it_are_not_shown(held: Desk) -> None:
    withhold(held)
    assert "it is an answer about an article" in (why(held, 1) or "")
    for url in (SECRET, SECRET + "comment-page-2/", SECRET.upper().replace("HTTPS", "https"), SECRET + "?amp=1", SECRET.rstrip("/")):
        assert reason(held, "Not found", url) == "it was asked for at an address of article 1, which is withheld"
    assert reason(held, "Not found", HOME + "2020/05/the-secret-meeting-of-another-day/") is None


WHOLE = "".join(f"<p>{text}</p>" for text in TEXT)
EXCERPT = TEXT[0][:80] + "&hellip;"


@pytest.mark.parametrize(
    ("mime", "body"),
    [
        ("text/html", f"<html><body><article>{WHOLE}</article>"),
        ("text/html", f"<li><h2>A story</h2><p>{EXCERPT}</p></li>"),
        ("text/html", f"<p>{TEXT[0].replace('farm', '<em>fa</em>rm').replace(' at ', '&nbsp;at<br>')}</p>"),
        ("text/html", f"<p>{escape(TEXT[0]).upper()}</p>".replace("’", "&#8217;")),
        ("text/html", f"<meta property='og:description' content='{escape(TEXT[0][:90])}'>"),
        ("text/html", f"<script type='application/ld+json'>{json.dumps({'articleBody': ' '.join(TEXT)})}</script>"),
        ("application/json", json.dumps([{"content": {"rendered": f"<p>{OPEN}</p>"}}, {"content": {"rendered": WHOLE}}])),
        ("application/json", json.dumps({"inside": json.dumps({"rendered": WHOLE})})),
        ("application/rss+xml", f"<rss><item><description><![CDATA[{EXCERPT}]]></description></item></rss>"),
        ("application/rss+xml", f"<rss><item><description>{escape(escape(WHOLE))}</description></item></rss>"),
        ("text/html", "<a class='recent'>The Secret Meeting at the Farm of Ana Petrova</a>"),
        ("text/html", "<a href='https://share.example/?text=The%20secret+meeting%20at%20the%20farm%20of%20Ana%20Petrova'>share</a>"),
        ("text/html", "<a href='/2020/05/the-secret-meeting/#more'>more</a>"),
        ("application/xml", f"<urlset><url><loc>{SECRET}</loc></url></urlset>"),
        ("application/json", json.dumps({"link": SECRET}).replace("/", "\\/")),
        ("text/html; charset=utf-16", f"<p>{TEXT[1]}</p>".encode("utf-16")),
        ("text/html; charset=windows-1252", f"<p>{TEXT[0]}</p>".encode("windows-1252")),
    ],
)  # fmt: skip
def test_its_passages_headline_and_address_are_found_however_they_are_written(held: Desk, mime: str, body: str | bytes) -> None:
    assert reason(held, body, mime=mime) is None
    withhold(held)
    found = reason(held, body, mime=mime)
    assert found is not None and "article 1, which is withheld" in found
    assert "farm" not in found and "secret" not in found


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_compressed_bodies_are_read(held: Desk, coding: str) -> None:
    withhold(held)
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}
    if coding == "br":
        packed["br"] = pytest.importorskip("brotli").compress
    assert "text of article 1" in (reason(held, packed[coding](WHOLE.encode()), Content_Encoding=coding) or "")


def test_a_body_that_cannot_be_read_is_not_shown(held: Desk) -> None:
    assert reason(held, b"\x00\x01", Content_Encoding="lzma") is None
    withhold(held)
    assert reason(held, b"\x00\x01", Content_Encoding="lzma") == UNREADABLE
    assert reason(held, b"no gzip", Content_Encoding="gzip") == UNREADABLE


def test_what_shown_texts_say_too_tells_nothing(held: Desk) -> None:
    withhold(held)
    assert reason(held, f"<article><h1>A good harvest</h1><p>{OPEN}</p><p>{QUOTED}</p></article>") is None
    assert reason(held, f"<p>{QUOTED}</p><p>{TEXT[1]}</p>") is not None


def test_comments_under_it_are_found(held: Desk) -> None:
    withhold(held)
    assert reason(held, f"<div>{SAID}</div>") == "it holds text of comment 1, which is withheld"
    assert reason(held, "<b>Zoltan Deep</b> says: <p>Agreed!</p>") == "it holds comment 2, which is withheld"
    assert reason(held, "<b>Mary Miller</b> says: <p>Agreed!</p>") is None


def test_a_withheld_comment_is_found_by_its_words_or_by_its_signature(held: Desk) -> None:
    withhold(held, "comment:2")
    listed = [{"author_name": "Mary Miller", "date": "2020-05-05T10:00:00", "content": {"rendered": "<p>Agreed!<\\/p>\n"}}]
    assert reason(held, json.dumps(listed), mime="application/json") is None
    theirs = [*listed, listed[0] | {"author_name": "Zoltan Deep"}]
    assert reason(held, json.dumps(theirs), mime="application/json") == "it holds comment 2, which is withheld"
    assert reason(held, WHOLE) is None
    assert why(held, 1) == "it is an answer about an article or a comment that is withheld"


def test_what_was_found_follows_the_decisions(held: Desk) -> None:
    first = reason(held, WHOLE)
    withhold(held)
    assert first is None and "an answer" in (why(held, 1) or "") and why(held, 3) is not None
    held.store.decide("withhold", SECRET, "undone")
    assert why(held, 1) is None and why(held, 3) is None


def test_a_state_that_is_seen_later_is_withheld_too(held: Desk) -> None:
    withhold(held)
    news = "Later it became known that a fourth delegate had waited for them in a lorry behind the barn."
    assert reason(held, news) is None
    held.see(article((news,), url=SECRET, source_id="12", title="The meeting"), at="2026-02-01T00:00:00Z")
    assert reason(held, f"<p>{news}</p>") == "it holds text of article 1, which is withheld"


def test_other_scripts_are_read(desk: Desk) -> None:
    text = (
        "代表们在凌晨四点被司机秘密带到一个农场,没有留下任何会议记录。",
        "التقى المندوبون سراً في مزرعة حيث أوصلهم السائق عند الرابعة فجراً.",
    )
    desk.see(article(text, url=SECRET))
    withhold(desk)
    assert reason(desk, f"<li>{text[0][:22]}...</li>") is not None
    assert reason(desk, f"<li>{text[1]}</li>") is not None
    assert reason(desk, "<li>代表们在凌晨四点</li>") is None

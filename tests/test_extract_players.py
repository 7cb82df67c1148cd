"""Videos, sounds and posts in a text: named at their place, whichever element plays them, and no part of what makes a revision."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from archive.text.content_key import content, reading
from crawler.extract.page import extract_page
from crawler.items import Article

TEXT = "<p>The harbour register names four crews for that night, and two of them say that they were ashore ({n}).</p>"
HERE = "https://example.org/2019/a/"


def read(player: str) -> Article:
    page = (
        '<html><head><title>Four crews</title><meta property="og:type" content="article"></head><body><article><h1>Four crews</h1>'
        f'<div class="entry-content">{TEXT.format(n=1)}{player}{TEXT.format(n=2)}</div></article></body></html>'
    )
    return extract_page(page.encode(), HERE)


@pytest.mark.parametrize(
    ("player", "address"),
    [
        ('<video controls src="/v/a.mp4"><p>Your browser cannot play this.</p></video>', "https://example.org/v/a.mp4"),
        ('<video><source src="b.webm" type="video/webm"><source src="b.mp4"></video>', "https://example.org/2019/a/b.webm"),
        ('<figure class="wp-block-audio"><audio controls src="c.mp3"></audio></figure>', "https://example.org/2019/a/c.mp3"),
        (
            '<script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="durov/43"></script>',
            "https://t.me/durov/43",
        ),
        ('<iframe src="https://www.youtube.com/embed/x"></iframe>', "https://www.youtube.com/embed/x"),
    ],
)
def test_a_player_is_a_block_without_text_at_its_place(player: str, address: str) -> None:
    first, played, second = read(player).blocks
    assert (first.kind, played.kind, played.rule, played.text, second.kind) == ("body", "caption", "media", "", "body")
    assert played.html == f'<p><a href="{address}" rel="noopener nofollow">{address}</a></p>'


def test_a_caption_stays_with_its_player() -> None:
    _, played, _ = read('<figure><video src="a.mp4"></video><figcaption>A boat</figcaption></figure>').blocks
    assert (played.text, "<figcaption>A boat</figcaption>" in played.html, "a.mp4" in played.html) == ("A boat", True, True)


@pytest.mark.parametrize("player", ['<video src="blob:x"></video>', "<audio></audio>", '<script src="/site.js"></script>'])
def test_a_player_without_an_address_is_none(player: str) -> None:
    assert len(read(player).blocks) == 2


def test_a_video_changes_nothing_of_what_makes_a_revision() -> None:
    without, with_video = (content(reading(asdict(read(player)))) for player in ("", '<video src="a.mp4"></video>'))
    assert with_video == without
    assert read('<video src="a.mp4"></video>').links == ()

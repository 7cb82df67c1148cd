"""Players of a page that are no frames: takes the element that holds a text, gives it with an ``object`` in the place of each.

An ``object`` is stored as a frame is, as a link to what it would show, at its place, without text. It is no source of the article.
"""

from __future__ import annotations

from crawler.extract.dom.tree import Element, absolute


def frame_players(container: Element, base_url: str) -> None:
    """Turn videos, sounds and posts of Telegram into objects. Those without an address stay as they are."""
    for element in list(container.iter("video", "audio", "script")):
        address = _post_address(element) if element.tag == "script" else _media_address(element, base_url)
        if address:
            tail = element.tail
            element.clear()
            element.tag, element.tail = "object", tail
            element.set("data", address)


def _media_address(player: Element, base_url: str) -> str:
    """What a ``video`` or ``audio`` plays: its own address, else that of its first source."""
    sources = [player, *player.iterchildren("source")]
    named = (element.get(name) for element in sources for name in ("src", "data-src"))
    return next((address for source in named if (address := absolute(base_url, source)).startswith("http")), "")


def _post_address(script: Element) -> str:
    post = (script.get("data-telegram-post") or "").strip()
    return f"https://t.me/{post}" if post and "telegram.org/js/" in (script.get("src") or "") else ""

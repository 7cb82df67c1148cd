"""Markup in little room: takes a block's text and markup, gives what the markup has beside a plain paragraph of that text."""

from __future__ import annotations

WORTH = 40  # characters saved; fewer are not worth the joining


def plain_paragraph(text: str) -> str:
    """The markup of a paragraph in which nothing is marked up."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{escaped}</p>"


def beside_plain(plain: str, html: str) -> tuple[str | None, int | None, int | None]:
    """(markup, head, tail): ``html`` is the first ``head`` characters of ``plain``, then the markup, then its last ``tail``
    characters. Without head and tail the markup is all of it; without markup ``html`` is ``plain``."""
    if html == plain:
        return None, None, None
    head = _in_common(plain, html)
    rest = min(len(plain), len(html)) - head
    tail = _in_common(plain[::-1][:rest], html[::-1][:rest])
    if head + tail < WORTH or "\0" in html:
        return html, None, None
    return html[head : len(html) - tail], head, tail


def _in_common(one: str, other: str) -> int:
    """With how many equal characters both begin."""
    equal, most = 0, min(len(one), len(other))
    while equal < most:  # by halves: most differ late
        middle = (equal + most + 1) // 2
        if one[equal:middle] == other[equal:middle]:
            equal = middle
        else:
            most = middle - 1
    return equal

"""Pictures on a page: takes a block's markup, gives it with captured pictures, or with links where there are none.

A reader's browser never calls the publisher unless the reader clicks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup

from archive.queries.rows import Row
from archive.text.markup import safe_markup

# nh3 writes attributes in double quotes with inner quotes escaped: these patterns hold for its output, and only for that.
PICTURE = re.compile(r'<img((?: [\w-]+="[^"]*")*)>')
LINKED_PICTURE = re.compile(r'<a(?: [\w-]+="[^"]*")*>\s*(<img(?: [\w-]+="[^"]*")*>)\s*</a>')
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
WIDE = re.compile(r"<(table|pre)\b")  # they scroll sideways: a reader without a mouse has to get there
HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture of an article. ``capture_id`` is None where it is not held."""

    url: str
    alt: str = ""
    caption: str = ""
    capture_id: int | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.lower()

    def render(self) -> Markup:
        """The captured picture, or a link to it that a click turns into the picture where scripts run."""
        if self.capture_id is not None:
            return Markup('<img src="/picture/{}" alt="{}" loading="lazy">').format(self.capture_id, self.alt)
        what = f" ({self.alt})" if self.alt else ""
        return Markup('<a class="picture" href="{url}" rel="noopener noreferrer nofollow" data-alt="{alt}">{text}</a>').format(
            url=self.url, alt=self.alt, text=f"Show the picture from {self.host}{what}"
        )


def held_pictures(images: Sequence[Row]) -> dict[str, ShownPicture]:
    """Rows of ``images`` by their address; only addresses a browser may be sent to."""
    return {
        row["url"]: ShownPicture(row["url"], row["alt"], row["caption"], row["capture_id"])
        for row in images
        if row["url"].lower().startswith(("http://", "https://"))
    }


def block_markup(source: str, held: Mapping[str, ShownPicture]) -> tuple[Markup, list[str]]:
    """A block's markup, made safe, its pictures replaced; and the addresses of the pictures it shows."""
    shown: list[str] = []

    def replace_picture(match: re.Match[str]) -> str:
        attributes = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(match[1])}
        url = attributes.get("src", "")
        if not url.lower().startswith(("http://", "https://")):
            return ""
        shown.append(url)
        picture = held.get(url) or ShownPicture(url, attributes.get("alt", ""))
        return str(picture.render())

    unlinked = LINKED_PICTURE.sub(r"\1", safe_markup(source))
    reachable = WIDE.sub(r'<\1 tabindex="0"', unlinked)
    return Markup(PICTURE.sub(replace_picture, reachable)), shown


def picture_sources(pictures: Sequence[ShownPicture]) -> tuple[str, ...]:
    """Origins that a click may load pictures from, for this page's Content-Security-Policy."""
    origins = {f"{urlsplit(p.url).scheme.lower()}://{p.host}" for p in pictures if p.capture_id is None and HOST.fullmatch(p.host)}
    return tuple(sorted(origins))

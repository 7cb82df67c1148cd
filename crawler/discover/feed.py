"""Feeds: the newest articles or comments, with times to the second and all authors. Source: RSS 2.0, Atom (RFC 4287). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from lxml import etree

from archive.clock import stamp
from crawler.discover.xml import name_of, parse_xml, text_of


@dataclass(frozen=True, slots=True)
class FeedItem:
    url: str
    published_at: str | None  # UTC with Z
    authors: tuple[str, ...] = ()
    comment_count: int | None = None

    @property
    def comment_id(self) -> str | None:
        """The site's id of the comment, in a comments feed."""
        match = re.search(r"#comment-(\d+)$", self.url)
        return match[1] if match else None

    @property
    def address(self) -> str:
        """The article's address: without the comment's anchor and the page of its thread."""
        return re.sub(r"/comment-page-\d+/?$|(?<=[?&])cpage=\d+&?", "", self.url.split("#")[0]).rstrip("?&")


def read_feed(body: bytes, url: str) -> list[FeedItem]:
    """The items of an RSS or Atom feed. Raises DoorClosed when it is no well-formed XML."""
    root = parse_xml(body, url)
    return [item for element in root.iter() if name_of(element) in ("item", "entry") and (item := _item(element, url))]


def _item(element: etree._Element, url: str) -> FeedItem | None:
    parts: dict[str, list[etree._Element]] = {}
    for child in element:
        parts.setdefault(name_of(child), []).append(child)
    link = next((_link(child) for child in parts.get("link", []) if child.get("rel", "alternate") == "alternate"), "")
    if not link:
        return None
    when = next((text_of(child) for name in ("pubDate", "published", "date", "updated") for child in parts.get(name, [])), "")
    names = [text_of(child) for child in parts.get("creator", [])] or [_person(child) for child in parts.get("author", [])]
    counts = [text_of(c) for c in parts.get("comments", []) if text_of(c).isdecimal()]
    return FeedItem(urljoin(url, link), instant(when), tuple(name for name in names if name), int(counts[0]) if counts else None)


def _link(element: etree._Element) -> str:
    return (element.get("href") or text_of(element)).strip()


def _person(element: etree._Element) -> str:
    """An Atom author's name, or the name in RSS's "mail (name)"."""
    name = next((text_of(child) for child in element if name_of(child) == "name"), "")
    said = re.search(r"\(([^()]+)\)\s*$", text_of(element))
    return name or (said[1] if said else "" if "@" in text_of(element) else text_of(element))


def instant(text: str) -> str | None:
    """An RSS or Atom time as UTC; None where it has no zone or is no time."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text.strip().replace("Z", "+00:00") if read is datetime.fromisoformat else text.strip())
        except (ValueError, TypeError, IndexError):
            continue
        if moment.tzinfo is not None or text.strip().endswith(("GMT", "UT", "-0000")):
            return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return None

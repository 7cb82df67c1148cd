"""Takes the bytes of an RSS 2.0 or Atom (RFC 4287) feed and gives its items: addresses, times to the second, all authors. A time
without a zone is none, and a truncated feed is refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from archive.clock import stamp
from crawler.discover.xml import absolute_link, name_of, parse_xml, xml_text

FeedFields = dict[str, list[etree._Element]]
NO_DATE = re.compile(r"^0\d{3}-|\s0\d{3}\s")  # years before 1000: how Go's generators print "no date"
TEXT = ("title", "encoded", "content", "description", "summary", "category", "comments")  # what a reader would see change


@dataclass(frozen=True, slots=True)
class FeedItem:
    url: str
    published_at: str | None  # UTC with Z
    authors: tuple[str, ...] = ()
    comment_count: int | None = None
    updated_at: str | None = None  # UTC with Z; Atom only
    digest: str = ""  # of title, text, categories and number of comments: another one means that there is news

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
    parts: FeedFields = {}
    for child in element:
        parts.setdefault(name_of(child), []).append(child)
    link = absolute_link(url, _link(parts)) if _link(parts) else ""
    if not link:
        return None
    names = [xml_text(child) for child in parts.get("creator", [])] or [_person(child) for child in parts.get("author", [])]
    counts = [int(xml_text(c)) for c in parts.get("comments", []) if re.fullmatch(r"[0-9]{1,9}", xml_text(c))]
    return FeedItem(
        link,
        _time(parts, "pubDate", "published", "date", "updated"),
        tuple(name for name in names if name),
        counts[0] if counts else None,
        _time(parts, "updated"),
        hashlib.sha256(repr([xml_text(child) for name in TEXT for child in parts.get(name, [])]).encode()).hexdigest()[:16],
    )


def _link(parts: FeedFields) -> str:
    """The item's own address, not that of a service that counts clicks; a guid counts where it says that it is one."""
    links = [child for child in parts.get("link", []) if child.get("rel", "alternate") == "alternate"]
    plain = [(child.get("href") or xml_text(child)).strip() for child in links]
    guids = [xml_text(child) for child in parts.get("guid", []) if child.get("isPermaLink", "true") == "true"]
    guids = [guid for guid in guids if guid.startswith(("http://", "https://"))]
    return next((link for link in [*map(xml_text, parts.get("origLink", [])), *plain, *guids] if link), "")


def _time(parts: FeedFields, *names: str) -> str | None:
    said = next((xml_text(child) for name in names for child in parts.get(name, []) if xml_text(child)), "")
    return feed_time(said)


def _person(element: etree._Element) -> str:
    """An Atom author's name, or the name in RSS's "mail (name)"."""
    name = next((xml_text(child) for child in element if name_of(child) == "name"), "")
    said = re.search(r"\(([^()]+)\)\s*$", xml_text(element))
    return name or (said[1] if said else "" if "@" in xml_text(element) else xml_text(element))


def feed_time(text: str) -> str | None:
    """An RSS or Atom time as UTC; None where it has no zone or is no time."""
    text = text.strip()
    if NO_DATE.search(text):
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text.replace("Z", "+00:00") if read is datetime.fromisoformat else text)
            if moment.tzinfo is not None or text.endswith(("GMT", "UT", "-0000")):
                return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None

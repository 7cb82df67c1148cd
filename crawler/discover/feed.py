"""Takes the bytes of an RSS, Atom (RFC 4287) or JSON feed (jsonfeed.org) and gives its items: addresses, times to the second, all
authors. A time without a zone is none. A broken feed gives the items that are complete, and says that it is broken."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

from lxml import etree

from archive.clock import stamp
from archive.text.urls import resolve
from crawler.discover.xml import CUT, absolute_link, decoded, listed_link, name_of, parse_xml, unpacked, xml_text
from crawler.errors import DoorClosed

FeedFields = dict[str, list[etree._Element]]
NO_DATE = re.compile(r"^0\d{3}-|\s0\d{3}\s")  # years before 1000: how Go's generators print "no date"
READ_TIMES = (parsedate_to_datetime, datetime.fromisoformat)
ITEM_ENDS = re.compile(r"</(?:[\w.-]+:)?(?:item|entry|channel|rss|feed|rdf)\s*>", re.I)
ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
BETWEEN = re.compile(r"\s*,?\s*")
HEAD_LINK = re.compile(r"<(?:link|base)\b[^<>]{0,2000}>", re.I)
BODY_LINK = re.compile(r"<a\b[^<>]{0,2000}>", re.I)
FEED_ADDRESS = re.compile(r"/(?:(?:rss|feeds?|atom|index)[\w-]*\.(?:xml|rdf|rss|atom|php)|rss2?|atom|feed)/?(?:\?[^#]*)?$", re.I)
HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'\s>]+))""", re.I)
FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf|feed)\+(xml|json)", re.I)
NEXT = ("next", "prev-archive")  # RFC 5005: pages, and documents of what is older
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


class Feed(list[FeedItem]):
    """The items of a feed, in its order. ``broken`` says what was wrong with the file, ``next_page`` where its older items are
    (RFC 5005, JSON Feed's next_url); each is empty where there is none. ``total``: how many items the feed says that it has, on all its
    pages (OpenSearch's totalResults); None where it says nothing."""

    def __init__(self, items: Iterable[FeedItem] = (), *, broken: str = "", next_page: str = "", total: int | None = None) -> None:
        super().__init__(items)
        self.broken, self.next_page, self.total = broken, next_page, total


def read_feed(body: bytes, url: str) -> Feed:
    """The items of a feed. Raises DoorClosed when it is none, and when it is a broken one in which no item can be read."""
    content, cut = unpacked(body, url)
    if decoded(content[:400]).lstrip().startswith("{"):
        return _json_feed(content, url, cut)
    file = parse_xml(content, url, ITEM_ENDS)
    broken, root = cut or file.broken, file.root
    items = [item for element in root.iter() if name_of(element) in ("item", "entry") and (item := _item(element, url))]
    if broken and not items:
        raise DoorClosed(f"{url} is no feed that can be read ({broken})")
    return Feed(items, broken=broken, next_page=_next_page(root, url), total=_total(root))


def _total(root: etree._Element) -> int | None:
    said = next((xml_text(element) for element in root.iter() if name_of(element) == "totalresults"), "")
    return int(said) if re.fullmatch(r"[0-9]{1,7}", said) else None


def _next_page(root: etree._Element, url: str) -> str:
    """What the feed itself, not one of its items, links as next."""
    heads = [root, *(element for element in root.iter() if name_of(element) in ("channel", "feed"))]
    links = [child for rel in NEXT for head in heads for child in head if name_of(child) == "link" and child.get("rel") == rel]
    return next((link for child in links if (link := absolute_link(_base(child, url), child.get("href") or ""))), "")


def _base(element: etree._Element, url: str) -> str:
    """What an element's links are relative to: its xml:base, else the feed's address."""
    return (resolve(url, element.base) if element.base else "") or url


def _json_feed(content: bytes, url: str, broken: str) -> Feed:
    """https://www.jsonfeed.org/version/1.1/"""
    text = decoded(content)
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        feed, broken = _whole_items(text), broken or (CUT if not text.rstrip().endswith("}") else str(error))
        if not feed["items"]:
            raise DoorClosed(f"{url} is no feed that can be read ({broken})") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise DoorClosed(f"{url} is no JSON feed: it has no items")
    rows = [row for row in feed["items"] if isinstance(row, dict)]
    items = [item for row in rows if (item := _json_item(row, url))]
    return Feed(items, broken=broken, next_page=absolute_link(url, _said(feed, "next_url")))


def _whole_items(text: str) -> dict[str, Any]:
    """Of a JSON feed that is no JSON, the items up to the first that cannot be read."""
    begin, read, items = ITEMS.search(text), json.JSONDecoder().raw_decode, []
    at = begin.end() if begin else len(text)
    try:
        while text.startswith("{", at):
            item, end = read(text, at)
            items.append(item)
            at = BETWEEN.match(text, end).end()  # type: ignore[union-attr]  # it matches an empty text too
    except (ValueError, RecursionError):
        pass  # what stands behind is not known: the feed is said to be broken
    return {"items": items}


def _json_item(row: dict[str, Any], url: str) -> FeedItem | None:
    named = [(name, _said(row, name)) for name in ("url", "id")]
    link = next((absolute_link(url, text) for name, text in named if is_address(name, text)), "")
    if not link:
        return None
    people = [*(row.get("authors") or ()), row.get("author")] if isinstance(row.get("authors") or [], list) else []
    names = tuple(name for person in people if isinstance(person, dict) and (name := _said(person, "name")))
    shown = [row.get(name) for name in ("title", "content_html", "content_text", "summary", "tags")]
    updated = feed_time(_said(row, "date_modified"))
    return FeedItem(link, feed_time(_said(row, "date_published")) or updated, names, None, updated, digest_of(shown))


def _said(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def is_address(name: str, text: str) -> bool:
    """An id is an address where it is a whole one; a url may be relative."""
    return bool(text) and (name == "url" or text.startswith(("http://", "https://")))


def digest_of(shown: list[Any]) -> str:
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _item(element: etree._Element, url: str) -> FeedItem | None:
    parts: FeedFields = {}
    for child in element:
        parts.setdefault(name_of(child), []).append(child)
    link = listed_link(_base(element, url), _link(parts)) if _link(parts) else ""
    if not link:
        return None
    names = [xml_text(child) for child in parts.get("creator", [])] or [_person(child) for child in parts.get("author", [])]
    counts = [int(xml_text(c)) for c in parts.get("comments", []) if re.fullmatch(r"[0-9]{1,9}", xml_text(c))]
    return FeedItem(
        link,
        _time(parts, "pubdate", "published", "issued", "date", "updated", "modified"),
        tuple(name for name in names if name),
        counts[0] if counts else None,
        _time(parts, "updated", "modified"),
        digest_of([xml_text(child) for name in TEXT for child in parts.get(name, [])]),
    )


def _link(parts: FeedFields) -> str:
    """The item's own address, not that of a service that counts clicks; a guid counts where it says that it is one."""
    links = [child for child in parts.get("link", []) if child.get("rel", "alternate") == "alternate"]
    plain = [(child.get("href") or xml_text(child)).strip() for child in links]
    guids = [xml_text(child) for child in parts.get("guid", []) if (child.get("isPermaLink") or "true").strip().lower() == "true"]
    guids = [guid for guid in guids if guid.startswith(("http://", "https://"))]
    return next((link for link in [*map(xml_text, parts.get("origlink", [])), *plain, *guids] if link), "")


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
    for read in READ_TIMES[len(text.split()) < 3 :]:  # RSS's times are of five words or more, ISO's of one
        try:
            moment = read(text.replace("Z", "+00:00") if read is datetime.fromisoformat else text)
            if moment.tzinfo is not None or text.endswith(("GMT", "UT", "-0000")):
                return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def feed_links(html: str, base: str) -> list[str]:
    """Addresses of the feeds that a page's head names, else those that its links lead to; one in JSON stands behind those in XML."""
    found: dict[bool, list[str]] = {False: [], True: []}
    for tag in HEAD_LINK.findall(html):
        href, kind = HREF.search(tag), FEED_TYPE.search(tag)
        link = absolute_link(base, unescape("".join(filter(None, href.groups())))) if href else ""
        if link and tag[:5].lower() == "<base":
            base = link
        elif link and kind:
            found[kind[1].lower() == "json"].append(link)
    return [*found[False], *found[True]] or [link for tag in BODY_LINK.findall(html) if (link := _led_to(tag, base))]


def _led_to(tag: str, base: str) -> str:
    href = HREF.search(tag)
    link = absolute_link(base, unescape("".join(filter(None, href.groups())))).split("#")[0] if href else ""
    return link if FEED_ADDRESS.search(link) else ""

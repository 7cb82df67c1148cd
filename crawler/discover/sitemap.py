"""Takes a sitemap in any format of the protocol (sitemaps.org) and gives the files and addresses it lists, without files that by
their name hold no articles: XML, nested or not, a text file with an address a line, a feed, each of them packed or not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from lxml import etree

from crawler.discover.feed import read_feed
from crawler.discover.listing import read_listing_page
from crawler.discover.xml import decoded, listed_link, name_of, parse_xml, prefix_of, unpacked, xml_text
from crawler.errors import DoorClosed

SITEMAP_PLACES = ("wp-sitemap.xml", "sitemap_index.xml", "sitemap.xml", "sitemap-index.xml")
RARE_PLACES = ("sitemap.txt", "sitemap.xml.gz")  # asked where no list names anything
# Files that by their generator's own naming hold no articles; every other address is judged by its page.
NO_ARTICLES = re.compile(
    r"/(?:wp-sitemap-(?:taxonomies|users|posts-page)-"
    r"|(?:category|post_tag|tag|author|page|product_cat|attachment|media|image|video)-?sitemap"
    r"|sitemap-(?:tags|authors)\.xml)"
    r"|[?&](?:sitemap=(?:taxonomies|users)|sitemap-subtype=page)(?:&|$)",
    re.I,
)
SITEMAP_FILE = re.compile(r"/[^/?#]*sitemap[^/?#]*\.(?:xml|txt)(?:\.gz)?$|\.xml\.gz$", re.I)
PAGE = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)*(?:<!doctype html|<html)", re.I | re.S)
XML_FILE = re.compile(r"\.xml$", re.I)  # some write their index of sitemaps as they would a sitemap
ENTRY_ENDS = re.compile(r"</(?:[\w.-]+:)?(?:loc|lastmod|url|sitemap|urlset|sitemapindex|link|item|entry|channel|rss|feed)\s*>", re.I)
LINE = re.compile(r"(?:https?:/|/|[\w-]+\.[\w.-]+/)[^\s<>\"]*", re.I)
LOC = re.compile(r"<loc\b[^<>]{0,100}>\s*(?:<!\[CDATA\[)?\s*([^<>\s][^<>]{0,2100}?)\s*(?:\]\]>)?\s*</loc\s*>", re.I)
ENTRIES = ("url", "sitemap")
FEED_ROOTS = ("rss", "feed", "rdf")
KINDS = ("urlset", "sitemapindex", *FEED_ROOTS)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One file: further files, addresses with their lastmod ('' where it has none), or both."""

    files: tuple[str, ...]
    addresses: dict[str, str]
    broken: str = ""  # what was wrong with the file: it was read as far as it can be read
    doubtful: frozenset[str] = frozenset()  # those of the files that are named as pages are: what they hold decides
    newest_only: bool = False  # a feed: it names what is newest, and need not name the rest

    @property
    def whole(self) -> bool:
        """Whether everything that the file lists was read, and the file may be the list of everything."""
        return not self.broken and not self.newest_only


@dataclass(slots=True)
class Entries:
    """What the entries of a file name, in their order."""

    files: dict[str, None] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    def add(self, location: str, lastmod: str, *, is_file: bool) -> None:
        may_be_file = location.casefold().endswith((".xml", ".txt", ".gz"))  # most addresses are none, and searched twice in vain
        if is_file or (may_be_file and SITEMAP_FILE.search(location)):
            self.files[location] = None
        elif may_be_file and XML_FILE.search(location):
            self.files[location] = None
            self.doubtful.add(location)
        else:
            self.addresses[location] = lastmod

    def sitemap(self, broken: str) -> Sitemap:
        files = tuple(file for file in self.files if not NO_ARTICLES.search(file))
        return Sitemap(files, self.addresses, broken, frozenset(self.doubtful))


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Raises DoorClosed when the file is no sitemap, and when it is a broken one in which no entry can be read."""
    content, cut = unpacked(body, url)
    start = decoded(content[:400]).lstrip()
    if start.startswith("{"):
        return _of_feed(content, url, cut)
    if start and not start.startswith("<") and (listed := read_lines(decoded(content), url)) is not None:
        entries, broken = listed
        return entries.sitemap(cut or broken)
    file = parse_xml(content, url, ENTRY_ENDS)
    broken = cut or file.broken
    kinds = [name for element in (file.root, *file.root) if (name := name_of(element)) in KINDS]
    if any(kind in FEED_ROOTS for kind in kinds):
        return _of_feed(content, url, broken)
    entries = _entries(file.root, url)
    for said in LOC.findall(file.text):
        if (location := _location(url, unescape(said))) and location not in entries.files and location not in entries.addresses:
            entries.add(location, "", is_file="sitemapindex" in kinds)
    found = bool(entries.files or entries.addresses)
    if broken and not found:
        raise DoorClosed(f"{url} is no sitemap that can be read ({broken})")
    if not kinds and not broken:
        raise DoorClosed(f"{url} is no sitemap but <{name_of(file.root)}>")
    return entries.sitemap(broken)


def read_links(body: bytes, url: str) -> Sitemap:
    """The same of a file that the site calls its sitemap, and which may be a page of links: it names what it links, and is never whole."""
    text = decoded(body)
    if not PAGE.match(text):
        return read_sitemap(body, url)
    return Sitemap((), dict.fromkeys(read_listing_page(text, url).articles, ""), newest_only=True)


def read_lines(text: str, url: str) -> tuple[Entries, str] | None:
    """The addresses of a text file, one a line, and what is wrong with it; None where most lines are none."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    entries, bad = Entries(), 0
    for line in lines:
        location = listed_link(url, line) if LINE.fullmatch(line) else ""
        if location:
            entries.add(location, "", is_file=False)
        else:
            bad += 1
    if bad * 2 >= len(lines):
        return None
    return entries, f"{bad} of its {len(lines)} lines are no addresses" if bad else ""


def _entries(root: etree._Element, url: str) -> Entries:
    """Entries at any depth. What their extensions name (pictures, films) is none; the same page in another language is."""
    entries, others = Entries(), dict[str, None]()
    for entry in root.iter(etree.Element):
        name = name_of(entry)
        if name not in ENTRIES:
            continue
        prefix, locs, lastmod = prefix_of(entry), list[str](), ""
        for child in entry:
            inner = name_of(child)
            if inner == "link" and (other := _other_language(url, child)):
                others[other] = None
            elif inner in ("loc", "lastmod") and prefix_of(child) == prefix and (text := xml_text(child)):
                locs, lastmod = ([*locs, text], lastmod) if inner == "loc" else (locs, text)
        for said in locs or _bare(entry):
            if location := _location(url, said):
                entries.add(location, lastmod, is_file=name == "sitemap")
    for other in others:
        entries.addresses.setdefault(other, "")
    return entries


def _bare(entry: etree._Element) -> list[str]:
    """The address of an entry that is written without a loc."""
    bare = (entry.text or "").strip()
    return [bare] if bare.startswith(("http", "/")) else []


def _location(url: str, said: str) -> str:
    return listed_link(url, said.replace("&amp;", "&")) if said else ""  # escaped twice, by some generators


def _other_language(url: str, element: etree._Element) -> str:
    """The address that an ``xhtml:link`` names for another language; not that of the same page for phones, which has a ``media``."""
    if element.get("rel") != "alternate" or not element.get("hreflang") or element.get("media"):
        return ""
    return _location(url, element.get("href") or "")


def _of_feed(content: bytes, url: str, broken: str) -> Sitemap:
    feed = read_feed(content, url)
    addresses = {item.url: item.updated_at or item.published_at or "" for item in feed}
    return Sitemap((), addresses, broken or feed.broken, newest_only=True)

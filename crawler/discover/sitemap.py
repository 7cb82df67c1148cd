"""Sitemaps: the addresses a site lists. Source: sitemaps.org protocol; file names of WordPress and of its SEO plugins. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from crawler.discover.xml import name_of, parse_xml, text_of
from crawler.errors import DoorClosed

PLACES = ("wp-sitemap.xml", "sitemap_index.xml", "sitemap.xml", "sitemap-index.xml")
# Files that by their generator's own naming hold no articles; every other address is judged by its page.
NO_ARTICLES = re.compile(
    r"/(?:wp-sitemap-(?:taxonomies|users|posts-page)-"
    r"|(?:category|post_tag|tag|author|page|product_cat|attachment|media|image|video)-?sitemap)"
    r"|[?&](?:sitemap=(?:taxonomies|users)|sitemap-subtype=page)(?:&|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One file: either further files or addresses, each with its lastmod ('' where it has none)."""

    files: tuple[str, ...]
    addresses: dict[str, str]


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Raises DoorClosed when the file is no well-formed sitemap: what it then holds is not the whole list."""
    root = parse_xml(body, url)
    files, addresses = [], {}
    for entry in root:
        parts = {name_of(child): text_of(child) for child in entry}
        if location := parts.get("loc"):
            if name_of(entry) == "sitemap":
                files.append(urljoin(url, location))
            elif name_of(entry) == "url":
                addresses[urljoin(url, location)] = parts.get("lastmod", "")
    if name_of(root) not in ("sitemapindex", "urlset"):
        raise DoorClosed(f"{url} is no sitemap but <{name_of(root)}>")
    return Sitemap(tuple(file for file in files if not NO_ARTICLES.search(file)), addresses)

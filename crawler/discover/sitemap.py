"""Takes a sitemap (sitemaps.org) and gives the files and addresses it lists, without files that by their name hold no articles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.discover.xml import absolute_link, name_of, parse_xml, xml_text
from crawler.errors import DoorClosed

SITEMAP_PLACES = ("wp-sitemap.xml", "sitemap_index.xml", "sitemap.xml", "sitemap-index.xml")
# Files that by their generator's own naming hold no articles; every other address is judged by its page.
NO_ARTICLES = re.compile(
    r"/(?:wp-sitemap-(?:taxonomies|users|posts-page)-"
    r"|(?:category|post_tag|tag|author|page|product_cat|attachment|media|image|video)-?sitemap"
    r"|sitemap-(?:tags|authors)\.xml)"
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
    if name_of(root) not in ("sitemapindex", "urlset"):
        raise DoorClosed(f"{url} is no sitemap but <{name_of(root)}>")
    files, addresses = [], {}
    for entry in root:
        parts = {name_of(child): xml_text(child) for child in entry}
        location = absolute_link(url, parts.get("loc") or "") if parts.get("loc") else ""
        if location and name_of(entry) == "sitemap":
            files.append(location)
        elif location and name_of(entry) == "url":
            addresses[location] = parts.get("lastmod", "")
    return Sitemap(tuple(file for file in files if not NO_ARTICLES.search(file)), addresses)

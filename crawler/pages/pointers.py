"""Pages that only point to another one: takes a response and gives the address to which a browser would go on from it. What a redirect says
in a header, these say in their markup or in a script. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from w3lib.html import get_meta_refresh, remove_tags, remove_tags_with_content

from archive.text.urls import resolve, same_page

if TYPE_CHECKING:
    from scrapy.http import Response

LONGEST = 20_000  # bytes: what only points elsewhere is short
FEW_WORDS = 40
SOON = 10  # seconds: a page that reloads itself later is read meanwhile
HOPS = 3  # from one such page to the next
SCRIPT = re.compile(r"""\blocation(?:\.href)?\s*=\s*["']([^"'\s]+)["']|\blocation\.(?:replace|assign)\(\s*["']([^"'\s]+)["']\s*\)""", re.I)
REFRESH = re.compile(r"""\s*(\d{1,4}(?:\.\d+)?)\s*[;,]\s*url\s*=\s*["']?([^"'\s]+)""", re.I)
CANONICAL = re.compile(r"""<link\b(?=[^<>]*\brel\s*=\s*["']?canonical\b)[^<>]*?\bhref\s*=\s*["']?([^"'\s<>]+)""", re.I)


def points_to(response: Response) -> str:
    """The address; '' for a page that is there to be read. Where a script sends on, the page has to call that address its own."""
    body, header = response.body, (response.headers.get("Refresh") or b"").decode("latin-1")
    if len(body) > LONGEST or not (header or b"http-equiv" in body.lower() or b"location" in body):
        return ""
    text = body.decode("utf-8", "replace")
    if len(remove_tags(remove_tags_with_content(text, ("script", "style", "head", "title"))).split()) > FEW_WORDS:
        return ""
    delay, address = get_meta_refresh(text, response.url, ignore_tags=("script", "noscript", "template"))
    if address is None and (said := REFRESH.match(header)) is not None:
        delay, address = float(said[1]), said[2]
    soon = address is not None and delay is not None and delay <= SOON
    target = resolve(response.url, address or "") if soon else _by_script(text, response.url)
    return "" if not target or same_page(target, response.url) else target


def _by_script(text: str, url: str) -> str:
    canonical = CANONICAL.search(text)
    said = (resolve(url, next(filter(None, found))) for found in SCRIPT.findall(text)) if canonical else iter(())
    own = resolve(url, canonical[1]) if canonical else ""
    return next((target for target in said if target and same_page(target, own)), "")

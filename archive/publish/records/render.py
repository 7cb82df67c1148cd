"""A captured page for the eye: takes its markup, gives it without what runs, loads or leads away by itself; captured pictures are shown
from the archive. The policy of the answer forbids what is overlooked here.
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Mapping

from archive.publish.reading.captured_pictures import SHOWN
from archive.queries.rows import as_json, fetch_rows
from archive.text.urls import resolve

POLICY = (
    "default-src 'none'; img-src {images} data:; style-src 'unsafe-inline' data:; font-src data:; media-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)
"""No script, no frame, no network: only what stands in the page itself, and pictures of this archive."""
HEADERS = {
    "x-frame-options": "SAMEORIGIN",
    "x-dns-prefetch-control": "off",  # a policy does not cover it
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}
# What a policy does not cover, and what would only show as broken.
_REMOVED = re.compile(
    r"<script\b.*?(?:</script\s*>|\Z)|<noscript\b[^>]*>|</noscript\s*>|<(?:link|base|meta(?=[^>]*http-equiv))\b[^>]*>"
    r"|<(?:iframe|object|embed|applet|frame)\b[^>]*>|</(?:iframe|object|embed|applet|frame)\s*>",
    re.I | re.S,
)
_TAG = re.compile(r"<[a-z][^>]*>", re.I)
_HANDLER = re.compile(r"""\son[a-z]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)""", re.I)
_IMG = re.compile(r"<(?:img|source)\b[^>]*>", re.I)
_ATTRIBUTE = re.compile(r"""\s(src|srcset|data-src|data-lazy-src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_BASE = re.compile(r"""<base\b[^>]*\shref\s*=\s*["']?([^"'\s>]+)""", re.I)
MOST_PICTURES = 500


def policy(origin: str) -> str:
    """The Content-Security-Policy of a rendered page. ``origin`` is this server's: a sandboxed page has none of its own."""
    return POLICY.format(images=origin)


def renderable(markup: str) -> str:
    """Markup without scripts, handlers of events, frames, refreshes and links to style sheets."""
    return _TAG.sub(lambda tag: _HANDLER.sub("", tag[0]), _REMOVED.sub("", markup))


def pictures_in(markup: str, url: str) -> dict[str, str]:
    """The addresses of pictures in a page, as they are written -> as they are; at most ``MOST_PICTURES``."""
    based = _BASE.search(markup)
    base = resolve(url, html.unescape(based[1])) if based else url
    found: dict[str, str] = {}
    for tag in _IMG.findall(markup):
        for name, *values in _ATTRIBUTE.findall(tag):
            written = "".join(values)
            if name.lower() != "srcset" and written and not written.startswith("data:") and len(found) < MOST_PICTURES:
                found[written] = resolve(base, html.unescape(written))
    return found


def held_captures(db: sqlite3.Connection, urls: Mapping[str, str], at: str) -> dict[str, int]:
    """Address as written -> the capture of the picture nearest to a time; what is not held is left out."""
    mimes = ", ".join(f"'{mime}'" for mime in sorted(SHOWN))
    sql = f"""
        select url, id
        from captures
        where url in (select value from json_each(?)) and door = 'image' and status = 200 and lower(mime) in ({mimes})
        order by captured_at > ? desc, abs(julianday(captured_at) - julianday(?)) desc
    """
    held = {row["url"]: row["id"] for row in fetch_rows(db, sql, [as_json(set(urls.values())), at, at])}
    return {written: held[url] for written, url in urls.items() if url in held}


def with_pictures(markup: str, held: Mapping[str, int]) -> str:
    """Markup whose pictures come from the archive where they are held."""

    def replaced(match: re.Match[str]) -> str:
        sources = [value for name, *values in _ATTRIBUTE.findall(match[0]) if name.lower() != "srcset" for value in values if value]
        capture = next((held[source] for source in sources if source in held), None)
        bare = _ATTRIBUTE.sub("", match[0])
        if capture is None:
            return match[0] if all(source.startswith("data:") for source in sources) else bare
        return re.sub(r"^<(\w+)", rf'<\1 src="/picture/{capture}"', bare)

    return _IMG.sub(replaced, markup)

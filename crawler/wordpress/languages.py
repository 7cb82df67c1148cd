"""Which languages a site has, and how its REST API is asked for one: takes a front page, gives codes and addresses. Pure.

WPML answers in the usual language alone, unless ``lang`` names another one, or ``all``. Polylang answers in all, or, in older
releases, in the usual one; ``lang`` names one of them. Some sites have an API below the front page of each language. Where a
parameter is not known it is ignored, so only what an answer gives says whether it was heard.
Sources: https://polylang.pro/doc/rest-api/, https://wpml.org/documentation/.
"""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

ALL = "all"
CODE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)


def with_language(url: str, code: str) -> str:
    """The address of a list in one language, or in ``all``."""
    return f"{url}{'&' if '?' in url else '?'}lang={code}"


def gives_all(url: str) -> bool:
    """Whether this is the address of a list in all languages."""
    return parse_qs(urlsplit(url).query).get("lang") == [ALL]


def beside(url: str, front_page: str) -> str:
    """The address of a list in the API below another front page: ``/de/wp-json/wp/v2/posts`` for ``/de/``."""
    route = url.partition("?rest_route=/")[2] or url.partition("/wp-json/")[2]
    folder = front_page if front_page.endswith("/") else f"{front_page}/"
    return urljoin(folder, f"wp-json/{re.split('[?&]', route)[0]}")


def alternates(html: str, base: str) -> dict[str, str]:
    """Code of a language, as the site's own addresses spell it -> its front page, as the links of a front page name them."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<link\b[^>]*\bhreflang\b[^>]*>", html, re.IGNORECASE):
        said = dict(re.findall(r"""\b(hreflang|href|rel)\s*=\s*["']?([^"'\s>]+)""", tag.replace(" =", "=")))
        if said.get("rel", "").lower() == "alternate" and CODE.fullmatch(said.get("hreflang", "")):
            address = urljoin(base, unescape(said.get("href", "")))
            found.setdefault(code_of(said["hreflang"], address), address)
    return found


def code_of(hreflang: str, address: str) -> str:
    """What a site calls a language: the ``lang`` of its address, or its last folder that fits, else what ``hreflang`` begins with."""
    parts = urlsplit(address)
    primary = re.split("[-_]", hreflang.lower())[0]
    named = parse_qs(parts.query).get("lang", [""])[0]
    folders = [folder for folder in parts.path.split("/") if CODE.fullmatch(folder) and folder.lower().startswith(primary)]
    return named if CODE.fullmatch(named) else folders[-1] if folders else primary


def read_languages(body: bytes) -> dict[str, str]:
    """The same as ``alternates``, of an answer of Polylang's ``pll/v1/languages``; empty for any other."""
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    found = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("slug"), str) and CODE.fullmatch(row["slug"]):
            found[row["slug"]] = str(row.get("home_url") or "")
    return found

"""The key under which web archives list an address: takes a URL, gives ``org,example)/path?query``. Pure.

As the CDX files of the Internet Archive have it: host names reversed, without scheme, ``www.``, user, default port, fragment,
session and final slash; in lower case; parameters in order. The package surt makes the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from archive.text.urls import PATH_SESSION, SESSIONS, normal_url, without_parameters


@lru_cache(maxsize=4096)
def url_key(url: str) -> str:
    """``https://www.Example.org:443/A//?b=2&a=1#x`` -> ``org,example)/a?a=1&b=2``. What is no address stays as it is."""
    whole = normal_url(url)
    if not whole:
        return url.replace(" ", "%20")
    parts = urlsplit(whole)
    path = re.sub("/{2,}", "/", PATH_SESSION.sub("", parts.path).lower())
    query = "&".join(sorted(pair for pair in without_parameters(parts.query, SESSIONS).lower().split("&") if pair))
    return f"{host_key(parts.netloc)}){path.rstrip('/') or '/'}" + (f"?{query}" if query else "")


def host_key(netloc: str) -> str:
    """``www.news.example.org:8080`` -> ``org,example,news:8080``; numbers are turned too, as the Internet Archive does."""
    found = re.fullmatch(r"(?:www\d*\.)?(?P<host>\[.*\]|[^:]*)(?P<port>:\d+)?", netloc.lower().rpartition("@")[2])
    if found is None:
        return netloc.lower()
    host, port = found["host"], found["port"] or ""
    turned = host if host.startswith("[") else ",".join(reversed(host.split(".")))
    return turned + ("" if port in (":80", ":443") else port)

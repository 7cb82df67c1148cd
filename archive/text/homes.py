"""The front page of a site, by whose address the site is known: takes what a person wrote, gives the one spelling, and the site's name.
Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from archive.errors import ConfigurationError
from archive.text.urls import DEFAULT_PORTS, Origin, normal_url, origin

FRONT_FILE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.I)


def checked_home(home: str) -> str:
    """The address of a front page, with a trailing slash; of ``/blog/index.html`` its folder.

    Raises ConfigurationError, saying what is wrong with it.
    """
    parts = urlsplit(normal_url(home))
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.port == 0 or parts.username:
        raise ConfigurationError(f"home={home!r} is no web address; write it as https://example.org/")
    path = FRONT_FILE.sub("/", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path if path.endswith("/") else f"{path}/", "", ""))


def site_name(home: str) -> str:
    """The name of a site that nobody declared: its host."""
    return urlsplit(home).netloc.replace(":", "-").removeprefix("www.")


@lru_cache(maxsize=64)
def family(home: str) -> frozenset[Origin]:
    """The home's origin and those that are the same site by custom: http and https, with and without www."""
    scheme, host, port = origin(home)
    hosts = {host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"}
    if port != DEFAULT_PORTS.get(scheme):
        return frozenset((scheme, h, port) for h in hosts)
    return frozenset((s, h, p) for s, p in DEFAULT_PORTS.items() for h in hosts)

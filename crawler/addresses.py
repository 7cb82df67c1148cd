"""Addresses of one site: which belong to it, and the one spelling under which each is kept. Pure."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from archive.errors import ConfigurationError
from archive.text.urls import DEFAULT_PORTS, Origin, normal_url, one_spelling, origin

FILE = re.compile(r"/[^/]+\.(?:html?|php|aspx?|jsp|cgi|cfm)/$", re.I)
FRONT_FILE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.I)


@lru_cache(maxsize=64)
def family(home: str) -> frozenset[Origin]:
    """The home's origin and those that are the same site by custom: http and https, with and without www."""
    scheme, host, port = origin(home)
    hosts = {host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"}
    if port != DEFAULT_PORTS.get(scheme):
        return frozenset((scheme, h, port) for h in hosts)
    return frozenset((s, h, p) for s, p in DEFAULT_PORTS.items() for h in hosts)


def origins_of(hosts: Iterable[str]) -> frozenset[Origin]:
    """The origins of hosts that a person named, as ``cdn.example.net`` or ``cdn.example.net:8443``. Raises ConfigurationError."""
    found: set[Origin] = set()
    for host in hosts:
        try:
            named = {origin(f"{scheme}://{host.strip()}/") for scheme in DEFAULT_PORTS}
            usable = re.fullmatch(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", host.strip()) is not None
        except ValueError:
            usable = False
        if not usable:
            raise ConfigurationError(f"{host!r} is no host; write it as cdn.example.net or cdn.example.net:8443")
        found |= named
    return frozenset(found)


async def is_public(host: str) -> bool:
    """Whether every address that a host name has now is one of the open internet: no loopback, no network of one's own.

    Raises OSError when it has none."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, None)
    addresses = [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    return all((getattr(address, "ipv4_mapped", None) or address).is_global for address in addresses)


def checked_home(home: str) -> str:
    """The address of a front page, with a trailing slash; of ``/blog/index.html`` its folder.

    Raises ConfigurationError, saying what is wrong with it.
    """
    parts = urlsplit(normal_url(home))
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.port == 0 or parts.username:
        raise ConfigurationError(f"home={home!r} is no web address; write it as https://example.org/")
    path = FRONT_FILE.sub("/", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path if path.endswith("/") else f"{path}/", "", ""))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the site at ``home``. A home in a folder, as https://example.org/blog/, has what lies in that folder."""

    home: str
    noise: tuple[str, ...] = ()  # query parameters that never name another page; a trailing * is a prefix

    def belongs(self, url: str) -> bool:
        """Whether an address is one of the site's pages."""
        folder = FILE.sub("/", urlsplit(self.home).path)
        return self.reaches(url) and (folder in ("", "/") or f"{urlsplit(normal_url(url)).path}/".startswith(folder))

    def reaches(self, url: str) -> bool:
        """Whether an address lies on the site's host: there its lists may be, also outside of its folder."""
        try:
            return origin(normal_url(url)) in family(self.home)
        except ValueError:
            return False

    def canonical(self, url: str) -> str:
        """The one spelling: the home's origin, no fragment, no session, no tracking parameters. Foreign addresses stay as they are."""
        if not self.reaches(url):
            return url
        parts, home = urlsplit(one_spelling(url, self.noise)), urlsplit(self.home)
        path = home.path if f"{parts.path}/" == home.path else parts.path or "/"
        return urlunsplit((home.scheme, home.netloc, path, parts.query, ""))

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
from archive.text.homes import family
from archive.text.urls import DEFAULT_PORTS, Origin, normal_url, one_spelling, origin

FILE = re.compile(r"/[^/]+\.(?:html?|php|aspx?|jsp|cgi|cfm)/$", re.I)

PLAIN_PATH = re.compile(r"/(?!/)(?!(?:.*/)?\.{1,2}(?:/|$))[\w/~=+,:@!$&'*.-]*", re.ASCII)  # without query, fragment and session
PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")  # RFC 6761, 6762, 8375, and what routers call their networks


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


def named_public(host: str) -> bool:
    """The same by the name alone, without looking it up: no address of a network of one's own, no name that only such networks have."""
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return "." in host.rstrip(".") and not host.rstrip(".").lower().endswith(PRIVATE_NAMES)
    return (getattr(address, "ipv4_mapped", None) or address).is_global


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the site at ``home``. A home in a folder, as https://example.org/blog/, has what lies in that folder."""

    home: str
    noise: tuple[str, ...] = ()  # query parameters that never name another page; a trailing * is a prefix

    def belongs(self, url: str) -> bool:
        """Whether an address is one of the site's pages."""
        folder = _folder(self.home)
        return self.reaches(url) and (folder in ("", "/") or f"{urlsplit(normal_url(url)).path}/".startswith(folder))

    def reaches(self, url: str) -> bool:
        """Whether an address lies on the site's host: there its lists may be, also outside of its folder."""
        return _is_plain(self.home, url) or _reaches(self.home, url)

    def canonical(self, url: str) -> str:
        """The one spelling: the home's origin, no fragment, no session, no tracking parameters. Foreign addresses stay as they are."""
        return url if _is_plain(self.home, url) and f"{url}/" != self.home else _canonical(self.home, self.noise, url)


@lru_cache(maxsize=64)
def _folder(home: str) -> str:
    return FILE.sub("/", urlsplit(home).path)


@lru_cache(maxsize=64)
def _root(home: str) -> str:
    parts = urlsplit(home)
    return f"{parts.scheme}://{parts.netloc}/"


def _is_plain(home: str, url: str) -> bool:
    """Whether an address lies on the home's own origin, and is spelled in the one way that there is: most are."""
    root = _root(home)
    return url.startswith(root) and PLAIN_PATH.fullmatch(url, len(root) - 1) is not None


# A run asks for the same addresses over and over: as lists name them, as pages link them, as they are held.


@lru_cache(maxsize=2048)
def _reaches(home: str, url: str) -> bool:
    try:
        return origin(normal_url(url)) in family(home)
    except ValueError:
        return False


@lru_cache(maxsize=2048)
def _canonical(home: str, noise: tuple[str, ...], url: str) -> str:
    if not _reaches(home, url):
        return url
    parts, front = urlsplit(one_spelling(url, noise)), urlsplit(home)
    path = front.path if f"{parts.path}/" == front.path else parts.path or "/"
    return urlunsplit((front.scheme, front.netloc, path, parts.query, ""))

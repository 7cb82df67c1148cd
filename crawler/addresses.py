"""Addresses of one site: which belong to it, and the one spelling under which each is kept. Pure."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from archive.errors import ConfigurationError
from archive.text.urls import without_parameters

Origin = tuple[str, str, int]
DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> Origin:
    """(scheme, host, port). Raises ValueError for a malformed address."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


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
            raise ConfigurationError(f"{host!r} is no host of pictures; write it as cdn.example.net or cdn.example.net:8443")
        found |= named
    return frozenset(found)


async def is_public(host: str) -> bool:
    """Whether every address that a host name has now is one of the open internet: no loopback, no network of one's own.

    Raises OSError when it has none."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, None)
    addresses = [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    return all((getattr(address, "ipv4_mapped", None) or address).is_global for address in addresses)


def checked_home(home: str) -> str:
    """The address of a front page, with a trailing slash. Raises ConfigurationError, saying what is wrong with it."""
    try:
        parts = urlsplit(home.strip())
        usable = parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(f"home={home!r} is no web address; write it as https://example.org/")
    path = parts.path if parts.path.endswith("/") else parts.path + "/"
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the site at ``home``."""

    home: str
    noise: tuple[str, ...] = ()  # query parameters that never name another page; a trailing * is a prefix

    def belongs(self, url: str) -> bool:
        try:
            return origin(url) in family(self.home)
        except ValueError:
            return False

    def canonical(self, url: str) -> str:
        """The one spelling: the home's origin, no fragment, no tracking parameters. Foreign addresses stay as they are."""
        if not self.belongs(url):
            return url
        parts, home = urlsplit(url), urlsplit(self.home)
        query = without_parameters(parts.query, self.noise)
        return urlunsplit((home.scheme, home.netloc, parts.path or "/", query, ""))

"""The address of a proxy, through which a site is asked: takes what a person wrote, gives its parts, and a form without secrets. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"http": 8080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """Host and port of a proxy that is given the names of hosts and finds their addresses itself."""

    scheme: str  # http, or socks5h: SOCKS version 5, such as Tor's
    host: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """``socks5h://127.0.0.1:9050``: without name and password, which nothing prints."""
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def read_proxy(text: str) -> ProxyAddress | None:
    """The proxy that an address names; None for anything else, also for socks5://, with which names would be looked up here."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or port == 0 or parts.path not in ("", "/") or parts.query or parts.fragment:
        return None
    secrets = unquote(parts.username or ""), unquote(parts.password or "")
    return ProxyAddress(parts.scheme, parts.hostname, port or PORTS[parts.scheme], *secrets)


def without_secrets(text: str) -> str:
    """An address as it may be printed: ``http://***@proxy.example:3128`` where a name or a password stands in it."""
    proxy = read_proxy(text)
    if proxy is None:
        return "***"
    return proxy.shown.replace("://", "://***@") if proxy.username or proxy.password else proxy.shown

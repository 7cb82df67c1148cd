"""Who asks: takes a request's scope, gives the address that a limit counts, and the request as it was sent to the first proxy."""

from __future__ import annotations

import ipaddress
from collections.abc import MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]


def client_of(scope: Scope, proxies: int = 0) -> str:
    """The address of who asks. ``proxies`` is how many proxies stand in front: each adds to X-Forwarded-For the address that it was
    asked from, so the last ``proxies`` addresses are true, and what stands before them may be invented.

    Of an IPv6 address the first 64 bits count: the rest is the client's to choose.
    """
    peer = str((scope.get("client") or ("",))[0])
    told = [part.strip() for part in header(scope, b"x-forwarded-for").split(",") if part.strip()]
    return network(told[-proxies] if proxies and len(told) >= proxies else peer)


def network(address: str) -> str:
    """An IPv4 address as it is, an IPv6 address as its /64; anything else as it was written."""
    bare = address.strip("[]").partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return address[:64]
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(getattr(found, "ipv4_mapped", None) or found)


def header(scope: Scope, name: bytes) -> str:
    """The values of a request's header, joined with commas; empty where it has none."""
    return ", ".join(value.decode("latin-1") for key, value in scope.get("headers", ()) if key.lower() == name)


def seen_from_outside(scope: Scope, proxies: int) -> Scope:
    """The scope with the scheme that the reader used, which the last proxy says in X-Forwarded-Proto."""
    scheme = header(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower() if proxies else ""
    return {**scope, "scheme": scheme} if scheme in ("http", "https") else scope

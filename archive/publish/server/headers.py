"""Headers of every answer, ours, Datasette's and plugins': what a browser must not do with it, and how long caches may keep it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from datasette.plugins import DEFAULT_PLUGINS, pm

from archive.publish.server.clients import Scope
from archive.publish.server.limits import Application, Send
from archive.publish.server.service import Service

OWN_PLUGIN = "reading_site.py"
LASTING = b"max-age=31536000, immutable"
FOR_PROXIES = b"max-age=0, s-maxage=15, must-revalidate"  # seconds; what is withheld may be shown by a proxy for so long
ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"x-robots-tag": b"noindex",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
}
# Datasette's pages have inline scripts and styles of their own. Ours send a stricter policy, which stands.
OF_DATASETTE = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Plugins draw charts (vega compiles its expressions, and saves pictures), maps (tiles of a server of maps) and forms of queries.
OF_PLUGINS = {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "img-src": "'self' data: blob: https:",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
}


def core_policy(with_plugins: bool) -> bytes:
    """The Content-Security-Policy of Datasette's own pages: wider where plugins draw on them."""
    directives = OF_DATASETTE | (OF_PLUGINS if with_plugins else {})
    return "; ".join(f"{name} {value}" for name, value in directives.items()).encode()


def has_plugins() -> bool:
    """Whether there are other plugins than ours and those that Datasette brings."""
    known = {*DEFAULT_PLUGINS, OWN_PLUGIN}
    return any(getattr(plugin, "__name__", "") not in known for plugin in pm.get_plugins())


def with_headers(app: Application, service: Service) -> Application:
    """An application that adds these headers. A header that the answer has already stays."""
    always = ALWAYS | {b"content-security-policy": core_policy(has_plugins())}
    always |= {b"cross-origin-resource-policy": b"cross-origin" if service.cors else b"same-origin"}
    if (service.base_url or "").startswith("https:"):
        always |= {b"strict-transport-security": b"max-age=31536000"}

    async def wrapped(scope: Scope, receive: Any, send: Send) -> None:
        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = kept(scope, message, service)
                held = {name.lower() for name, _ in headers}
                if service.cors and b"access-control-allow-origin" not in held:
                    headers.append((b"access-control-allow-origin", b"*"))
                message = {**message, "headers": headers + [pair for pair in always.items() if pair[0] not in held]}
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped


def kept(scope: Scope, start: MutableMapping[str, Any], service: Service) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with what caches are told: static files for ever, pages a moment where a proxy stands in front."""
    headers = [(key, value) for key, value in start.get("headers", ())]
    if start["status"] == 200 and lasting(scope):
        headers.append((b"cache-control", LASTING))
    elif start["status"] in (200, 304) and service.proxies:
        headers = [(key, FOR_PROXIES if (key.lower(), value) == (b"cache-control", b"no-cache") else value) for key, value in headers]
    return headers


def lasting(scope: Scope) -> bool:
    """Whether an answer may be kept for ever: a static file asked for with its digest."""
    return str(scope.get("path", "")).startswith(("/static/", "/-/static/")) and bool(scope.get("query_string"))

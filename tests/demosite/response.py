from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Response:
    """`headers` come before Content-Length and Content-Encoding, which the server adds."""

    status: int
    body: bytes = b""
    mime: str = "text/html; charset=UTF-8"
    headers: list[tuple[str, str]] = field(default_factory=list)


def redirect(address: str, status: int = 301) -> Response:
    return Response(status, headers=[("X-Redirect-By", "WordPress"), ("Location", address)])

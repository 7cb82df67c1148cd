"""What every request passes before it comes to a page: takes Datasette and its application, gives the one that is served."""

from __future__ import annotations

from typing import Any

from archive.publish.server.clients import Scope, seen_from_outside
from archive.publish.server.headers import with_headers
from archive.publish.server.limits import Application, Send, with_limit, with_small_bodies
from archive.publish.server.packing import with_packing
from archive.publish.server.service import service_of
from archive.publish.server.turns import with_turns


def fronted(datasette: Any, app: Application) -> Application:
    """The application with limits, turns, compression and headers, the last outermost: a refusal has them too."""
    service = service_of(datasette)
    app = with_packing(with_turns(app, datasette, service.proxies))
    app = with_headers(with_limit(with_small_bodies(app), service.limit, service.proxies), service)

    async def front(scope: Scope, receive: Any, send: Send) -> None:
        await app(seen_from_outside(scope, service.proxies), receive, send)

    return front

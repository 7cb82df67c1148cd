"""What every request passes before it comes to a page: takes Datasette and its application, gives the one that is served."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from archive.publish.server.clients import Scope, seen_from_outside
from archive.publish.server.faults import say_fault
from archive.publish.server.headers import with_headers
from archive.publish.server.limits import Application, Send, refuse, with_limit, with_small_bodies
from archive.publish.server.packing import with_packing
from archive.publish.server.service import service_of
from archive.publish.server.turns import with_turns


def fronted(datasette: Any, app: Application) -> Application:
    """The application with limits, turns, compression and headers, the last outermost: a refusal has them too."""
    service = service_of(datasette)
    app = with_packing(with_turns(with_an_answer(app), datasette, service.proxies))
    app = with_headers(with_limit(with_small_bodies(app), service.limit, service.proxies), service)

    async def front(scope: Scope, receive: Any, send: Send) -> None:
        await app(seen_from_outside(scope, service.proxies), receive, send)

    return front


def with_an_answer(app: Application) -> Application:
    """An application that answers 503 where it fails beside all that Datasette and our pages answer themselves."""

    async def answered(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        begun = False

        async def begin(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, begin)
        except Exception as error:
            said = say_fault(str(scope["path"]), error)
            if begun:
                raise ConnectionAbortedError from None
            await refuse(send, 503, f"{said}\n", [(b"retry-after", b"60")])

    return answered

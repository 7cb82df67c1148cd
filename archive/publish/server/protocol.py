"""HTTP with clients that are slow on purpose: a request has to be there in time, and an answer has to be taken at some pace.

uvicorn ends a connection on which nothing has been asked for; one on which a request comes byte by byte it would keep for ever.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from archive.publish.server.clients import Scope
from archive.publish.server.limits import Application, Send

TO_ASK = 15.0  # seconds in which a request has to be whole, its headers
TO_TAKE = 30.0  # seconds in which a piece of an answer has to be taken
PIECE = 256 * 1024  # bytes
LARGEST_HEADERS = 64 * 1024  # bytes, with the address and all that is asked in it
MOST_CONNECTIONS = 800  # 1,024 files may be open by default; those of the archive are among them


class PunctualProtocol(H11Protocol):
    """A connection that is closed when a request does not come to its end in time."""

    deadline: asyncio.TimerHandle | None = None
    untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.wait()
        if len(self.connections) > MOST_CONNECTIONS:
            self.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self.no_longer_wait()
        self.taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.deadline is None and self.is_idle():
            self.wait()
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if not self.is_idle():
            self.no_longer_wait()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.no_longer_wait()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.taken()
        self.untaken = self.loop.call_later(TO_TAKE, self.give_up)

    def give_up(self) -> None:
        """End the connection at once: closing it would keep what is not taken, here and in the kernel, until it is."""
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.taken()

    def taken(self) -> None:
        """What was sent has been taken."""
        if self.untaken is not None:
            self.untaken.cancel()
            self.untaken = None

    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def make_room(self) -> None:
        """Cut off the connection whose request has been waited for the longest: a reader's request comes at once."""
        waiting = [one for one in self.connections if isinstance(one, PunctualProtocol) and one.deadline is not None]
        oldest = min(waiting, key=lambda one: one.deadline.when() if one.deadline else 0.0, default=self)
        oldest.give_up()

    def wait(self) -> None:
        """Close the connection unless a whole request comes in time."""
        self.deadline = self.loop.call_later(TO_ASK, self.transport.close)

    def no_longer_wait(self) -> None:
        """The request has come."""
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None


def in_pieces(app: Application) -> Application:
    """An application whose answers go out in pieces, each of which has to be taken before the next is sent."""

    async def sent_in_pieces(scope: Scope, receive: Any, send: Send) -> None:
        async def send_pieces(message: MutableMapping[str, Any]) -> None:
            body = message.get("body", b"")
            for start in range(0, len(body) - PIECE, PIECE):
                await send({**message, "body": body[start : start + PIECE], "more_body": True})
            await send({**message, "body": body[(max(0, len(body) - 1) // PIECE) * PIECE :]} if body else message)

        await app(scope, receive, send_pieces)

    return sent_in_pieces


def server_for(app: Application) -> uvicorn.Server:
    """uvicorn for readers of whom some are hostile."""
    config = uvicorn.Config(
        app,
        http=PunctualProtocol,
        log_level="error",  # what is no request would be a line each
        lifespan="on",
        timeout_graceful_shutdown=3,
        timeout_keep_alive=10,
        limit_concurrency=MOST_CONNECTIONS + 100,  # those that are being cut off count too
        h11_max_incomplete_event_size=LARGEST_HEADERS,
        proxy_headers=False,  # whom to believe is said by --proxy
        server_header=False,
    )
    return uvicorn.Server(config)

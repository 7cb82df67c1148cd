"""Who computes next: takes an ASGI application, lets a few of its costly requests run at a time, and of those who wait the client
first that has used the least.

A question of SQL may take seconds. Without turns, some clients with such questions would hold every thread, and no reader would get
a page. Whoever asked little waits for one other question at most, however many the others ask.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import MutableMapping
from typing import Any

from archive.publish.server.clients import Scope, client_of
from archive.publish.server.limits import Application, Send, refuse

COSTLY = ("/archive/", "/archive.", "/search", "/changes", "/mentions", "/sources", "/compare", "/cdx", "/status", "/metrics", "/topics")
MOST_WAITING = 200
MOST_REMEMBERED = 10_000  # clients
PATIENCE = 30.0  # seconds in which a turn has to come
LONGEST_TURN = 20.0  # seconds; a long file is written without a turn from then on
CROWD, CROWDED_LIMIT = 8, 1000  # where more than so many wait, a question of SQL gets so many milliseconds
HALF_LIFE = 60.0  # seconds after which half of what a client used is forgotten


class Turns:
    """Turns to compute, and what each client has used lately, in seconds."""

    def __init__(self, at_once: int, most_waiting: int = MOST_WAITING) -> None:
        self.free = at_once
        self.most_waiting = most_waiting
        self._used: dict[str, tuple[float, float]] = {}  # client -> seconds, at when
        self._waiting: dict[int, tuple[str, asyncio.Future[bool]]] = {}
        self._numbers = itertools.count()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def used(self, client: str, at: float) -> float:
        """What a client has used, the longer ago the less."""
        seconds, before = self._used.get(client, (0.0, at))
        return float(seconds * 0.5 ** ((at - before) / HALF_LIFE))

    async def begin(self, client: str) -> bool:
        """Wait for a turn; False where none came in time, or where too many wait who have used less."""
        if self.free and not self._waiting:
            self.free -= 1
            return True
        if len(self._waiting) >= self.most_waiting and not self._send_away_one_who_used_more(client):
            return False
        number, turn = next(self._numbers), asyncio.get_running_loop().create_future()
        self._waiting[number] = (client, turn)
        done = False
        try:
            await asyncio.wait([turn], timeout=PATIENCE)
            done = turn.done() and turn.result()
            return done
        except asyncio.CancelledError:
            if turn.done() and turn.result():
                self._pass_on()
            raise
        finally:
            self._waiting.pop(number, None)

    def end(self, client: str, seconds: float) -> None:
        """Give the turn on, to the one who waits and has used the least."""
        at = time.monotonic()
        self._used[client] = (self.used(client, at) + seconds, at)
        if len(self._used) > MOST_REMEMBERED:
            self._used = {one: held for one, held in self._used.items() if at - held[1] < HALF_LIFE}
        self._pass_on()

    def _pass_on(self) -> None:
        if not self._waiting:
            self.free += 1
            return
        at = time.monotonic()
        number = min(self._waiting, key=lambda one: (self.used(self._waiting[one][0], at), one))
        self._waiting.pop(number)[1].set_result(True)

    def _send_away_one_who_used_more(self, client: str) -> bool:
        if not self._waiting:
            return False
        at = time.monotonic()
        most = max(self._waiting, key=lambda one: (self.used(self._waiting[one][0], at), one))
        if self.used(self._waiting[most][0], at) <= self.used(client, at):
            return False
        self._waiting.pop(most)[1].set_result(False)
        return True


def is_costly(scope: Scope) -> bool:
    """Whether a request makes the database compute: a question of SQL, a table, a search, a list of all changes."""
    path = str(scope.get("path", ""))
    if scope["type"] != "http":
        return False
    return path.startswith(COSTLY) or (path == "/archive" and bool(scope.get("query_string")))


def with_turns(app: Application, datasette: Any, proxies: int) -> Application:
    """An application whose costly requests take turns; 503 with Retry-After to who would have to wait too long.

    Where many wait, a question of SQL ends sooner.
    """
    turns = Turns(max(1, datasette.setting("num_sql_threads") - 1))
    usual = datasette.sql_time_limit_ms

    async def taking_turns(scope: Scope, receive: Any, send: Send) -> None:
        if not is_costly(scope):
            return await app(scope, receive, send)
        client = client_of(scope, proxies)
        if not await turns.begin(client):
            said = "Too many questions are being computed at this moment. Ask again in half a minute.\n"
            return await refuse(send, 503, said, [(b"retry-after", b"30")])
        datasette.sql_time_limit_ms = usual if turns.waiting <= CROWD else min(usual, CROWDED_LIMIT)
        began, ended = time.monotonic(), False

        async def send_and_end(message: MutableMapping[str, Any]) -> None:
            nonlocal ended
            whole = message["type"] == "http.response.body" and not message.get("more_body")
            if not ended and (whole or time.monotonic() - began > LONGEST_TURN):
                ended = True  # a reader that takes its answer slowly keeps nobody waiting
                turns.end(client, time.monotonic() - began)
            await send(message)

        try:
            await app(scope, receive, send_and_end)
        finally:
            if not ended:
                turns.end(client, time.monotonic() - began)

    return taking_turns

"""One source asked: takes its address and a function that sends a request, gives what came of it.

HEAD comes first, for it costs the server least; GET after it where HEAD brought no good answer, for many servers answer HEAD wrongly.
Redirects are followed one by one, so that each place is checked before it is asked. robots.txt is obeyed at each host: one that is
not there allows all, one that fails means "keep out" (RFC 9309).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego

from archive.store.outlinks import Outcome, OutlinkFinding
from archive.text.urls import Origin, origin, resolve
from crawler.errors import Unreachable
from crawler.outlinks.guard import NotPublic

if TYPE_CHECKING:
    from scrapy.http import Response

MOST_REDIRECTS = 5
GONE = (404, 410)

Send = Callable[[str, str], Awaitable["Response"]]
"""(method, address) -> the answer, whatever its status; redirects are not followed. Raises Unreachable, NotPublic, RobotsRefuses."""


class RobotsRefuses(Exception):
    """A robots.txt keeps us out, or its server does; the message says which."""


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What a host's robots.txt says; ``refusal``: why nothing at all may be asked there."""

    rules: Protego | None = None
    refusal: str = ""


class OutlinkAsker:
    """Asks sources, each host's robots.txt once before them."""

    def __init__(self, send: Send, agent: str, slow_down: Callable[[str, float], None]) -> None:
        """``slow_down``: told of the seconds that a host wants between two requests, before each of them."""
        self._send, self._agent, self._slow_down = send, agent, slow_down
        self._robots: dict[Origin, asyncio.Future[RobotsRules]] = {}

    async def ask(self, url: str) -> OutlinkFinding:
        """What comes of asking for an address. Raises Stopped when the run ends."""
        try:
            status, place = await self._asked("HEAD", url)
            if not 200 <= status < 300:
                status, place = await self._asked("GET", url)
        except (RobotsRefuses, NotPublic) as error:
            return OutlinkFinding(url, "not asked", reason=str(error))
        except Unreachable as error:
            return OutlinkFinding(url, "failing", reason=str(error))
        return OutlinkFinding(url, outcome_of(status), status, location=place if place != url else None)

    async def _asked(self, method: str, url: str) -> tuple[int, str]:
        """The status at the end of the redirects, and the address there."""
        place = url
        for _ in range(MOST_REDIRECTS + 1):
            await self._obey(place)
            response = await self._send(method, place)
            leads_to = redirected(response)
            if leads_to is None:
                return response.status, place
            place = leads_to
        raise Unreachable(f"it leads on and on, more than {MOST_REDIRECTS} times")

    async def _obey(self, url: str) -> None:
        found = await self._rules_of(url)
        host = urlsplit(url).hostname or ""
        if found.refusal:
            raise RobotsRefuses(found.refusal)
        if found.rules is not None:
            if not found.rules.can_fetch(url, self._agent):
                raise RobotsRefuses(f"robots.txt of {host} forbids it")
            self._slow_down(host, float(found.rules.crawl_delay(self._agent) or 0))

    async def _rules_of(self, url: str) -> RobotsRules:
        """The rules of an address's origin, asked for once."""
        place = origin(url)
        if place not in self._robots:
            self._robots[place] = asyncio.get_running_loop().create_future()
            try:
                self._robots[place].set_result(await self._read_robots(url))
            except BaseException as error:
                self._robots[place].set_exception(error)
                self._robots[place].exception()  # whoever waits for it is told; where nobody does, that is no fault
                raise
        return await asyncio.shield(self._robots[place])

    async def _read_robots(self, url: str) -> RobotsRules:
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}/robots.txt"
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._send("GET", place)
            leads_to = redirected(response)
            if leads_to is None:
                break
            place = leads_to
        if response.status >= 500:
            return RobotsRules(refusal=f"robots.txt of {parts.hostname} answers {response.status}, which means keep out")
        if response.status >= 300:
            return RobotsRules()
        return RobotsRules(Protego.parse(response.body.decode("utf-8", "replace").lstrip("\ufeff")))


def redirected(response: Response) -> str | None:
    """Where an answer leads to; None where it leads nowhere."""
    location = response.headers.get("Location") if response.status in (301, 302, 303, 307, 308) else None
    return resolve(response.url, location.decode("utf-8", "replace")).partition("#")[0] or None if location else None


def outcome_of(status: int) -> Outcome:
    """What a status means for a source. 401, 403, 429 and their like tell that something is there."""
    if status < 400:
        return "answers"
    return "failing" if status in GONE or status >= 500 else "refused"

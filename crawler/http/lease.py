"""The right to ask a site, where several workers could: asked before each request, lost for good when another worker has it.

A crawl finds it in its settings; crawler/cluster/leases.py makes one of a claim in a depot. Without one a crawl asks nobody.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from crawler.errors import Stopped

LEASE = "LEASE"  # the setting
T = TypeVar("T")


class LeaseLost(Stopped):
    """Another worker reads the site: nothing of this run counts."""


class NotConfirmed(Exception):
    """For a moment nobody knows whether the site may be asked."""


class Lease(Protocol):
    """One site's, for one slice. It is used by the thread of the event loop alone."""

    def held(self) -> bool:
        """Whether the site may be asked now."""

    def left(self, delay: float) -> None:
        """A request leaves; the next one may not within ``delay`` seconds."""

    async def confirmed(self) -> None:
        """Returns when the site may be asked. Raises LeaseLost, Stopped."""

    async def while_wanted(self, answer: Coroutine[Any, Any, T]) -> T:
        """The answer. Raises Stopped where the slice has to end before it comes."""

    def check(self) -> None:
        """Raises LeaseLost where it is known to be lost."""

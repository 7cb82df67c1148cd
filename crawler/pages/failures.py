"""What a person is told of pages that were not obtained or not believed: those that fail alike are told together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.errors import BadStatus, NotBelieved, OutsideSite
from crawler.extract.workers import ExtractionFailed
from crawler.session.outcome import ALARM, BUG

KEPT_OUT = {
    202: "a check of visitors, or a page that is promised for later",
    401: "it asks for a login",
    402: "it asks for payment",
    403: "the site keeps us out",
    407: "it asks for a login",
    429: "the site asks us to slow down",
    451: "withheld for legal reasons",
    503: "the site is not available",
}
"""What a wall's status says."""


def messages(failures: list[tuple[str, Exception]]) -> Iterator[tuple[int, str]]:
    """(exit code, message) of each kind of failure, the most frequent first."""
    kinds: dict[str, list[Exception]] = {}
    for address, why in failures:
        kinds.setdefault(kind_of_failure(address, why), []).append(why)
    for alike in sorted(kinds.values(), key=len, reverse=True):
        first, more = alike[0], f" (and {len(alike) - 1:,} more like it)" if len(alike) > 1 else ""
        if isinstance(first, NotBelieved):
            yield ALARM, f"a page was not believed: {first}{more}"
        else:
            said = KEPT_OUT.get(first.status) if isinstance(first, BadStatus) else None
            wall = ", a wall" if len(alike) > 1 and (said or isinstance(first, OutsideSite)) else ""
            code = BUG if isinstance(first, ExtractionFailed) else ALARM
            yield code, f"a page was not obtained: {first}{f': {said}' if said else ''}{wall}{more}"


def kind_of_failure(address: str, why: Exception) -> str:
    """What failures have in common that are told together."""
    if isinstance(why, NotBelieved):
        return why.reason
    if isinstance(why, BadStatus):
        return f"answered {why.status}"
    if isinstance(why, OutsideSite):
        return f"leads to {urlsplit(why.url).netloc}"
    return f"{type(why).__name__} {str(why).replace(address, '')}"

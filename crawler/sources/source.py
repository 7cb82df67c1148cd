"""A source of responses: takes an address, and gives a response with its capture, or raises an error that says why there is none.

There are two: the live web (``live``) and the archive's own captures (``captures``). Both refuse the same answers, in ``checked``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from crawler.errors import BadStatus, Unreachable

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.items import Capture

TORN = "dataloss"  # the flag of a response that ends before its announced end; Scrapy's own word
WHOLE = (200, 203)  # 203 is what a proxy altered; 206 is a part, 202 a promise


class ResponseSource(Protocol):
    """Where the responses of one site come from."""

    async def get(self, url: str, *, door: str, any_status: bool = False, follow: bool = True) -> Response:
        """The response to a GET, after redirects where ``follow``; ``capture_of`` gives its record.

        Raises BadStatus unless the status is one of ``WHOLE`` or ``any_status``; Unreachable where it is torn, or there is none.
        """


def checked(response: Response, url: str, *, any_status: bool) -> Response:
    """The response, if it may be read. Raises BadStatus for a status that is no success, Unreachable for a torn body."""
    if not any_status and response.status not in WHOLE:
        raise BadStatus(url, response.status, capture_of(response))
    if TORN in response.flags and not any_status:
        raise Unreachable(f"{url} breaks off before its end")
    return response


def capture_of(response: Response) -> Capture:
    """The capture that holds a response: every response of a source has one."""
    capture: Capture = response.meta["capture"]
    return capture


def content_type(response: Response) -> str | None:
    """The Content-Type header as the server sent it; None where there is none."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1") or None

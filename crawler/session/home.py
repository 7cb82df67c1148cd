"""The site's front page: a source and the home's address go in, the response comes out when the site is where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.errors import ConfigurationError
from crawler.errors import OutsideSite, Unreachable

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.sources.source import ResponseSource


async def fetch_front_page(source: ResponseSource, home: str, *, is_held: bool) -> Response:
    """The answer to the first request for the home. ``is_held``: articles of the site are held, so it was the right address once.

    Raises ConfigurationError when it lies elsewhere, Unreachable when the site keeps us out.
    """
    try:
        response = await source.get(home, door="page", any_status=True)
    except OutsideSite as error:
        raise ConfigurationError(f"{home} redirects to {error.url}; if that is the site, crawl it by that address") from error
    _check_status(response, is_held=is_held)
    return response


def home_of(response: Response, home: str) -> str:
    """Where the home is by its answer: it may move once, to https and with or without www."""
    if response.url == home:
        return home
    parts = urlsplit(response.url)
    return f"{parts.scheme}://{parts.netloc}{urlsplit(home).path}"


def _check_status(response: Response, *, is_held: bool) -> None:
    if response.status >= 500 or response.status == 429:
        raise Unreachable(f"{response.url} answers {response.status}; try again later")
    if response.status >= 400 and (response.status in (401, 403) or is_held):
        raise Unreachable(f"{response.url} answers {response.status}: the site keeps us out; try again later")
    if response.status >= 400:
        raise ConfigurationError(f"{response.url} answers {response.status}; check the address of the site's front page")

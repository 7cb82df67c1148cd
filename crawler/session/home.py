"""The site's front page: takes a run, asks for the home once, and gives its response when the site is where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.errors import ConfigurationError
from crawler.errors import OutsideSite, Unreachable

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.session.session import Run


async def fetch_front_page(run: Run) -> Response:
    """The answer to the first request for the home. The home may move once, to https and with or without www.

    Raises ConfigurationError when it lies elsewhere, Unreachable when the site keeps us out.
    """
    try:
        response = await run.web.get(run.site.home, door="page", any_status=True)
    except OutsideSite as error:
        raise ConfigurationError(f"{run.site.home} redirects to {error.url}; if that is the site, crawl it by that address") from error
    _check_status(run, response)
    if response.url != run.site.home:
        parts = urlsplit(response.url)
        run.move_home(f"{parts.scheme}://{parts.netloc}{urlsplit(run.site.home).path}")
    return response


def _check_status(run: Run, response: Response) -> None:
    if response.status >= 500 or response.status == 429:
        raise Unreachable(f"{response.url} answers {response.status}; try again later")
    if response.status >= 400 and (response.status in (401, 403) or run.held("article")):  # it was the right address once
        raise Unreachable(f"{response.url} answers {response.status}: the site keeps us out; try again later")
    if response.status >= 400:
        raise ConfigurationError(f"{response.url} answers {response.status}; check the address of the site's front page")

"""What can go wrong on the way to a site. Same family as the archive's errors: a message a person can act on, an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.errors import ArchiveError, ConfigurationError

if TYPE_CHECKING:
    from crawler.items import Capture


CLOSED = (401, 403, 404, 410)  # how a site says that a list is not for us


class FetchError(ArchiveError):
    """A request brought no usable answer."""

    exit_code = 5


class Unreachable(FetchError):
    """No answer, or none in time."""


class Limited(FetchError):
    """The site asks us to slow down, again and again."""


class BadStatus(FetchError):
    """An answer with a status that is no success."""

    def __init__(self, url: str, status: int, capture: Capture) -> None:
        super().__init__(f"{url} answered {status}")
        self.url, self.status, self.capture = url, status, capture


def is_closed(error: Exception) -> bool:
    """Whether a list answers that it is not for us, or robots.txt does."""
    return isinstance(error, Forbidden) or (isinstance(error, BadStatus) and error.status in CLOSED)


class PartFailed(FetchError):
    """A further page of an article or of its thread cannot be had, or is not believed: ``cause`` says which.

    Never a disappearance of the article itself. ``status``: that of the answer, where that was the reason.
    """

    def __init__(self, message: str, cause: Exception, status: int | None = None) -> None:
        super().__init__(message)
        self.cause, self.status = cause, status


class NotBelieved(ArchiveError):
    """A page that was read and may not become current: a wall, a soft 404, another article. It lies in quarantine."""

    exit_code = 4

    def __init__(self, url: str, reason: str, headline: str = "") -> None:
        """``headline``: of a page that stands in place of others."""
        super().__init__(f"{url}: {reason}{f' (“{headline}”)' if headline else ''}")
        self.url, self.reason = url, reason


class Forbidden(FetchError):
    """robots.txt asks us to keep out: an explained gap, no failure."""

    exit_code = 0


class Destroyed(Forbidden):
    """A legal order had it destroyed: it is not asked for again. An explained gap, no failure."""


class OutsideSite(ConfigurationError):
    """An address that does not belong to the site; nothing was sent there."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is outside the site")
        self.url = url


class DoorClosed(ArchiveError):
    """A door of the site is closed, or what stands behind it cannot be relied on."""

    exit_code = 5


class RestGone(ArchiveError):
    """The site has closed its REST API: it answers, and says no."""

    exit_code = 5


class Stopped(ArchiveError):
    """Scrapy is closing the spider, because of a limit or on somebody's word: no further request leaves."""

    exit_code = 130


class NotFromTheSite(ConfigurationError):
    """A response that the downloader did not bring, such as one of Scrapy's HTTP cache: it is no evidence of what the site shows."""


def describe(exception: Exception) -> str:
    """One line of what a connection error says."""
    reasons = getattr(exception, "reasons", None)
    return str(reasons[0].value if reasons else exception).splitlines()[0].rstrip(".") if str(exception) else type(exception).__name__

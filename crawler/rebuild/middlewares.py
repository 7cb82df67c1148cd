"""What stands between a run that is done again and the web, which it never reaches: each answer is the one that the run got then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.warc.read import DamagedRecord
from crawler.errors import Unreachable
from crawler.http.capture import CaptureMiddleware
from crawler.http.guard import GuardMiddleware
from crawler.http.retry import PatienceMiddleware
from crawler.items import Capture
from crawler.session.session import run_of
from crawler.sources.source import TORN

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from crawler.rebuild.answers import RunAnswers

ANSWERS = "REBUILD_ANSWERS"  # the setting that holds the run's answers


class PastAnswers(CaptureMiddleware):
    """Answers every request out of the archive's own records, and ties their rows to the run. Nothing is written to a WARC file."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._answers: RunAnswers = crawler.settings[ANSWERS]

    def process_request(self, request: Request) -> Response:
        """Raises what the run met there; Unreachable, Stopped where it met nothing, or its record is damaged."""
        run = run_of(self.crawler)
        assert run is not None
        if run.earlier is not None and (given := run.earlier.answer(request, run)) is not None:
            return given
        row = self._answers.next(request.url)
        door, article_id = request.meta.get("door", "page"), request.meta.get("article_id")
        row["id"] = run.store.claim_capture(row["id"], run.crawl_id, door, article_id)
        try:
            response, size = run.context.captures.packed(row, request)
        except DamagedRecord as error:
            self._answers.damaged.append(str(error))
            raise Unreachable(str(error)) from error
        run.received += size
        request.meta["capture"] = Capture(row["id"], row["captured_at"], TORN in response.flags)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Nothing is noted: it was, when it happened."""

    async def process_response(self, request: Request, response: Response) -> Response:
        return response


class PastGuard(GuardMiddleware):
    """Lets pass what it let pass then, and asks no name server."""

    async def _is_public(self, host: str) -> bool:
        return True


class PastPatience(PatienceMiddleware):
    """Counts how long the run waited, and does not wait."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.wait = settings.getfloat("REBUILD_WAIT")

    async def pause(self, seconds: float) -> None:
        pass

"""What a run had got before it was killed: takes the requests of the run that goes on, gives the answers that lie in the archive.

The run asks everything that it needs as if it began, and the site hears only what it was not asked before. Each answer is given once: what
is asked a second time, such as what is missing, is asked of the site. So is robots.txt, for it says how fast a site may be asked now, and
what failed in a way that passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from archive.warc.read import DamagedRecord
from crawler.items import Capture
from crawler.sources.source import TORN

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.session.session import Run
    from crawler.sources.captures import Captures

Row = dict[str, Any]
NEVER = "robots"  # the door whose answers are not given


class EarlierAnswers:
    """Those of one run. ``rows``: of ``captures``, in their order; ``passing``: statuses of answers that are not given."""

    def __init__(self, rows: Iterable[Row], passing: Iterable[int]) -> None:
        self.rows = {row["id"]: row for row in rows}  # that were not given
        self._waiting: dict[str, list[Row]] = defaultdict(list)
        passing = set(passing)
        for row in self.rows.values():
            if row["door"] != NEVER and row["status"] not in passing:
                self._waiting[row["url"]].append(row)

    def answer(self, request: Request, run: Run) -> Response | None:
        """The next answer that the run had got to this question; None where it has to be asked."""
        door, article_id = request.meta.get("door", "page"), request.meta.get("article_id")
        waiting = self._waiting.get(request.url, [])
        for row in [row for row in waiting if row["door"] == door or row["crawl_id"] is None]:
            waiting.remove(row)
            try:
                response, size = run.context.captures.packed(row, request)
            except DamagedRecord:
                continue
            if TORN in response.flags:
                continue
            if row["crawl_id"] is None or article_id is not None:
                run.store.tie_to_run(row["id"], run.crawl_id, door, article_id)
            del self.rows[row["id"]]
            run.received += size
            request.meta["capture"] = Capture(row["id"], row["captured_at"], truncated=False)
            return response
        return None

    def size_of_rest(self, captures: Captures) -> tuple[int, int]:
        """(number, bytes as transferred) of the answers that were not given: the run had got them all the same."""
        return len(self.rows), sum(captures.size(row) for row in self.rows.values())

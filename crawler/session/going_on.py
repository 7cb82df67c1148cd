"""Which run that was killed this one goes on with: takes what the run is asked to do, gives the row of the killed one.

It goes on with the site's last run where that was killed a short while ago and had been asked to do the same, by the same program.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.clock import later
from archive.queries.killed import answers_of_run, killed_run
from archive.warc.read import note_in, whole_members
from crawler.session.run_log import beginning

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session.context import SiteContext
    from crawler.session.options import CrawlOptions

Row = dict[str, Any]
OF_A_SLICE = "EPOCH"  # the setting that differs between two slices which ask the same


def killed_before(options: CrawlOptions, context: SiteContext, crawler: Crawler) -> Row | None:
    """The row of the run that this one goes on with; None where it begins anew, as a run does that reads a limited number of articles."""
    within = crawler.settings.getfloat("GO_ON_WITHIN")
    if not within or options.limit is not None:
        return None
    store, site = context.store, context.parser.site
    row = store.ask(killed_run, context.site_id, options.mode, later(store.now(), seconds=-within))
    if row is None:
        return None
    answers = store.ask(answers_of_run, row, site.name)
    noted = noted_start(store.folder / answers[0]["filename"], answers[0]["offset"]) if answers else None
    return row if noted is not None and asked_for(noted) == asked_for(beginning(crawler, site, row)) else None


def noted_start(path: Path, offset: int) -> Row | None:
    """What the run whose answer lies at a place of a file noted of its start; None where it noted none."""
    if not path.is_file():
        return None
    found = None
    for at, _, content in whole_members(path):
        if at >= offset:
            break
        if (note := note_in(content)) is not None and note[0] == "start":
            found = note[1]
    return found


def asked_for(start: Mapping[str, Any]) -> Any:
    """What two starts of one run say alike, as JSON gives it back."""
    settings = {name: value for name, value in (start.get("settings") or {}).items() if name != OF_A_SLICE}
    return json.loads(json.dumps({**start, "settings": settings}))

"""FDD's Long War Journal: articles since 2004, classic reader comments, WordPress behind addresses that end in .php."""

from __future__ import annotations

from crawler.site import Site
from crawler.spiders.site import SiteSpider


class LongWarJournalSpider(SiteSpider):
    name = "longwarjournal"
    site = Site(
        name="longwarjournal",
        home="https://www.longwarjournal.org/",
        timezone="America/New_York",
        boilerplate=(("tags", r"^Tags:[\s,]*$"), ("share", r"^Powered by RedCircle$")),
    )

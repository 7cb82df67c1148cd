"""What REST said, out of the captures of one site: takes its captured answers, and gives posts, comments, names and feed items by id
or by address.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from archive.queries import captures
from archive.queries.holdings import known_names
from archive.store.feed_items import FeedFacts
from archive.store.reread import AGAIN
from archive.warc.read import DamagedRecord
from crawler.discover.feed import read_feed
from crawler.errors import DoorClosed, FetchError
from crawler.sources.source import checked
from crawler.wordpress import api
from crawler.wordpress.taxonomy import authors_of, terms_of

if TYPE_CHECKING:
    from scrapy.http import Response

    from archive.store.store import Store
    from crawler.addresses import Addresses
    from crawler.items import Author, Term
    from crawler.sources.captures import Captures

Row = dict[str, Any]
Names = Literal["users", "categories", "tags"]
NAMES: tuple[Names, ...] = ("users", "categories", "tags")
ANSWERS_AT_HAND = 24  # REST answers of up to 100 articles or comments each; articles are read in the order in which they came


class CapturedRest:
    """An index of the REST answers and feeds among a site's captures. ``site`` is its row of ``sites``.

    ``damaged``: capture id -> what is wrong with a record; ``items``: run -> article address -> its item in that run's feed.
    """

    def __init__(self, store: Store, records: Captures, site: Row, addresses: Addresses) -> None:
        self.store, self.records, self.site, self.addresses = store, records, site, addresses
        self.damaged: dict[int, str] = {}
        self.posts: list[int] = []  # ids of the captures that brought articles
        self.named: dict[Names, dict[int, list[tuple[int, Row]]]] = {name: defaultdict(list) for name in NAMES}
        self.refused: dict[int | None, int] = {}  # run -> the capture from which on it knew no users: the site keeps them to itself
        self.items: dict[int | None, dict[str, FeedFacts]] = defaultdict(dict)
        self.held = store.ask(known_names, site["id"])
        self._told: dict[str, list[int]] = defaultdict(list)  # id of an article -> captures that have it, or comments under it
        self._answers: OrderedDict[int, dict[str, list[Row]]] = OrderedDict()
        self._read()

    def _read(self) -> None:
        feed = self.store.list_of(self.site["id"], "comments feed")
        for row in list(self.store.ask(captures.captures_of_site, self.site["name"], "rest", "feed")):
            try:
                if row["door"] == "rest":
                    self._index(row)
                elif not feed or row["url"] != feed["url"]:
                    self._read_feed(row)
            except DamagedRecord as error:
                self.damaged[row["id"]] = str(error)
        for capture_id, crawl_id, url in self.store.ask(captures.refused_answers, self.site["name"], "rest"):
            if api.collection_of(url) == "users":
                self.refused.setdefault(crawl_id, capture_id)

    def _index(self, row: Row) -> None:
        collection = api.collection_of(row["url"])
        if collection is None:
            return
        rows = self.listing(row)
        if collection in ("users", "categories", "tags"):
            for item in rows:
                self.named[collection][item["id"]].append((row["id"], item))
            return
        whole = [item for item in rows if "content" in item]
        for number in {str(item["id"] if collection == "posts" else item["post"]) for item in whole}:
            self._told[number].append(row["id"])
        if collection == "posts" and whole:
            self.posts.append(row["id"])

    def _read_feed(self, row: Row) -> None:
        try:
            items = read_feed(self._response(row).body, row["url"])
        except (DoorClosed, FetchError):
            return
        for item in items:
            if not item.comment_id:
                address = self.addresses.canonical(item.url)
                facts = FeedFacts(address, item.published_at, item.authors, item.digest)
                self.items[row["crawl_id"]].setdefault(address, facts)

    def items_of(self, row: Row) -> dict[str, FeedFacts]:
        """What the feed told in the run that made a capture; of a record that was adopted after a kill, in the run that was killed."""
        run = row["crawl_id"] or self.store.ask(captures.run_at, self.site["id"], row["captured_at"])
        return self.items.get(run, {})

    def _response(self, row: Row) -> Response:
        return checked(self.records.response(row), row["url"], any_status=False)

    def listing(self, row: Row) -> list[Row]:
        """The rows of a REST answer; none where a live run believes none: torn, or no sense in it. Raises DamagedRecord."""
        try:
            response = self._response(row)
            return api.read_listing(response.body, api.headers_of(response), api.required_fields(row["url"])).rows
        except (DoorClosed, FetchError):
            return []

    def answers(self, source_id: str) -> list[int]:
        """Ids of the captures that show an article, or comments under it; not those that were not believed of it."""
        refused = self.store.ask(captures.refused_captures, self.site["id"], source_id, AGAIN)
        return [capture_id for capture_id in self._told.get(source_id, ()) if capture_id not in refused]

    def rows_of(self, row: Row, number: str) -> list[Row]:
        """The article of this id in a REST answer, or the comments under it."""
        if row["id"] not in self._answers:
            named: dict[str, list[Row]] = defaultdict(list)
            field = "id" if api.collection_of(row["url"]) == "posts" else "post"
            for item in self.listing(row):
                named[str(item[field])].append(item)
            self._answers[row["id"]] = named
            if len(self._answers) > ANSWERS_AT_HAND:
                self._answers.popitem(last=False)
        self._answers.move_to_end(row["id"])
        return self._answers[row["id"]].get(number, [])

    def name(self, capture_id: int, collection: Names, number: int) -> Row | None:
        """Name and address behind a number, as they were known when an answer was read: names are asked for after it."""
        known = self.named[collection].get(number, [])
        at = bisect_left(known, self._next(capture_id), key=lambda said: said[0])
        return known[at - 1][1] if at else known[0][1] if known else self.held[collection].get(number)

    def _next(self, capture_id: int) -> int:
        at = bisect_right(self.posts, capture_id)
        return self.posts[at] if at < len(self.posts) else 1 << 62

    def authors_closed(self, row: Row) -> bool:
        """Whether the site did not tell its authors when this answer was read."""
        return row["crawl_id"] in self.refused and self.refused[row["crawl_id"]] < self._next(row["id"])


@dataclass(frozen=True, slots=True)
class CapturedNames:
    """The names that the posts of one captured answer refer to."""

    index: CapturedRest
    row: Row  # of the answer

    @property
    def authors_closed(self) -> bool:
        return self.index.authors_closed(self.row)

    def authors(self, post: Row) -> tuple[Author, ...]:
        return authors_of(post, self._name)

    def terms(self, post: Row) -> tuple[Term, ...]:
        return terms_of(post, self._name)

    def _name(self, collection: Names, number: int) -> Row | None:
        return self.index.name(self.row["id"], collection, number)

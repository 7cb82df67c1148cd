"""What the site told beside its pages, as it was known at the time: REST's answers by article, names by number, feed items."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from archive.queries.holdings import known_names
from archive.store.reread import AGAIN
from archive.warc.read import DamagedRecord
from crawler.discover.feed import read_feed
from crawler.errors import DoorClosed
from crawler.sources.captures import Shelf, collection_of
from crawler.wordpress.taxonomy import Names

if TYPE_CHECKING:
    from crawler.addresses import Addresses

Row = dict[str, Any]
NAMES: tuple[Names, ...] = ("users", "categories", "tags")


class Told:
    """Goes once through the captures of REST and feeds; ``damaged`` are the ids of those that cannot be read, with the reason."""

    def __init__(self, shelf: Shelf, site: Row, addresses: Addresses) -> None:
        self.shelf, self.db, self.site, self.addresses = shelf, shelf.db, site, addresses
        self.damaged: dict[int, str] = {}
        self.posts: list[int] = []  # ids of the captures that brought articles
        self.named: dict[Names, dict[int, list[tuple[int, Row]]]] = {name: defaultdict(list) for name in NAMES}
        self.refused: dict[int | None, int] = {}  # run -> the capture from which on it knew no users: the site keeps them to itself
        self.items: dict[int | None, dict[str, tuple[str | None, tuple[str, ...]]]] = defaultdict(dict)
        self.held = known_names(self.db, site["id"])
        self.db.execute("drop table if exists temp.told")
        self.db.execute(
            "create temp table told(number text, capture_id integer, primary key (number, capture_id)) without rowid"
        )  # which REST answer has the article of this id, or comments under it
        self._read(site)

    def _read(self, site: Row) -> None:
        comments_feed = "select url from lists where site_id = ? and name = 'comments feed'"
        [discussed] = self.db.execute(comments_feed, [site["id"]]).fetchone() or [None]
        for row in self.shelf.rows(site["name"], "rest", "feed"):
            try:
                if row["door"] == "rest":
                    self._rest(row)
                elif row["url"] != discussed:
                    self._feed(row)
            except DamagedRecord as error:
                self.damaged[row["id"]] = str(error)
        self._closed_lists(site)

    def _rest(self, row: Row) -> None:
        collection = collection_of(row["url"])
        if collection is None:
            return
        rows = self.shelf.listing(row)
        if collection in NAMES:
            for item in rows:
                self.named[collection][item["id"]].append((row["id"], item))
            return
        whole = [item for item in rows if "content" in item]
        numbers = {str(item["id"] if collection == "posts" else item["post"]) for item in whole}
        self.db.conn.executemany("insert or ignore into told values (?, ?)", [(number, row["id"]) for number in numbers])
        if collection == "posts" and whole:
            self.posts.append(row["id"])

    def _feed(self, row: Row) -> None:
        try:
            items = read_feed(self.shelf.response(row).body, row["url"])
        except DoorClosed:
            return
        for item in items:
            if not item.comment_id:
                self.items[row["crawl_id"]].setdefault(self.addresses.canonical(item.url), (item.published_at, item.authors))

    def _closed_lists(self, site: Row) -> None:
        sql = "select id, crawl_id, url from captures where filename >= ? and filename < ? and door = 'rest' and status >= 400 order by id"
        for capture_id, crawl_id, url in self.db.execute(sql, [f"warc/{site['name']}/", f"warc/{site['name']}0"]):
            if collection_of(url) == "users":
                self.refused.setdefault(crawl_id, capture_id)

    def answers(self, source_id: str) -> list[int]:
        """Ids of the captures through REST that show an article, or comments under it; not those that were not believed of it."""
        sql = """
            select capture_id from told
            where number = :number and capture_id not in (
              select quarantine.capture_id
              from articles
              join urls on urls.article_id = articles.id
              join quarantine on quarantine.url = urls.url and quarantine.site_id = articles.site_id
              where articles.site_id = :site and articles.source_id = :number and quarantine.capture_id is not null
                and quarantine.reason not like :again
            )
            order by capture_id
            """
        values = {"number": source_id, "site": self.site["id"], "again": f"{AGAIN}%"}
        return [i for (i,) in self.db.execute(sql, values)]

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

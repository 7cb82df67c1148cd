"""An archive with a text that a legal order is about, in every place where crawls write one: a page, a list of REST, a comment."""

from __future__ import annotations

import gzip
import json

from archive.store.seen import Seen
from tests.literal import HOME, Desk, article, comment, exchange

URL = HOME + "2020/05/the-quarry/"
TEXT = ("Wenzel Tarrabas sold the quarry to his own brother-in-law for a tenth of its worth.", "The council was told nothing at all of it.")
OTHER = ("The harvest was good, and nobody will have to sell a cow before the spring comes this year.",)
SAID = "Tarrabas still owes my father eleven months of wages for that quarry."
WORDS = ("Tarrabas", "brother-in-law", "council was told", "eleven months")


def page(url: str, *paragraphs: str) -> bytes:
    return f"<html><link href='{url}'>{''.join(f'<p>{text}</p>' for text in paragraphs)}</html>".encode()


class Quarry:
    """An archive with the text in a page, in a list of REST with another article, and in a comment; written as crawls write it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        listed = json.dumps([{"content": {"rendered": " ".join(TEXT)}}, {"content": {"rendered": OTHER[0]}}]).encode()
        both = self.capture("rest", HOME + "wp-json/wp/v2/posts", listed, "application/json")
        mine = article(TEXT, url=URL, source_id="12", title="The quarry and the brother-in-law")
        theirs = article(OTHER, url=HOME + "2020/05/harvest/", source_id="13", title="A good harvest")
        self.see(both, "rest", mine, theirs, _12=[comment("1", SAID, author="Ann"), comment("2", "Is that so?", author="Bob", parent="1")])
        own = self.capture("page", URL, gzip.compress(page(URL, *TEXT, SAID)), "text/html", ("Content-Encoding", "gzip"))
        self.see(own, "page", mine | {"door": "page"})
        alone = self.capture("page", HOME + "2020/05/harvest/", page(HOME, *OTHER), "text/html")
        self.see(alone, "page", theirs | {"door": "page"})
        self.capture("sitemap", HOME + "sitemap.xml", f"<loc>{URL}</loc>".encode(), "application/xml")
        desk.store.finish_crawl(desk.crawl, "complete", 0, 4, 9, "")

    def capture(self, door: str, url: str, body: bytes, mime: str, *headers: tuple[str, str]) -> int:
        sent = exchange(url, body=body, headers=[("Content-Type", mime), *headers])
        return self.desk.store.add_capture(self.desk.crawl, door, sent, mime, self.desk.warc.write(sent))

    def see(self, capture: int, door: str, *articles: dict[str, object], **threads: list[dict[str, object]]) -> None:
        seen = Seen(self.desk.clock.at, ((capture, door),), "1")
        named = {name.removeprefix("_"): comments for name, comments in threads.items()}
        self.desk.store.save_answer(self.desk.crawl, self.desk.site, seen, articles=articles, threads=named, thread_door=door)

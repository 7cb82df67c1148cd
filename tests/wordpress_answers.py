"""Questions with known answers over the bench's real WordPress: takes the archive of a crawl, the gold of which the site was made and the
door of the crawl, asks searches, mentions and every page, and exits with 1 where an answer is not the gold's.

    python -m tests.wordpress_answers ARCHIVE GOLD rest|page
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.publish.search.results import search
from archive.queries.search_query import parse_query
from tests.publish_site import Site
from tests.search_corpus import reader
from tests.told_numbers import differing, read_pages, read_programs, read_status

Row = dict[str, Any]
PHRASE = "km from"
FOREIGN = {"ar": "\u0600-\u06ff", "ru": "\u0400-\u04ff"}


@dataclass(frozen=True)
class Question:
    """A search, and what the gold answers: paths of articles, numbers of comments; None where that is not asked."""

    text: str
    articles: set[str] | None = None
    comments: set[int] | None = None
    guess: str = ""


class Gold:
    """What is public on the site, as its maker wrote it down."""

    def __init__(self, folder: Path, door: str) -> None:
        posts = map(json.loads, (folder / "posts.jsonl").read_text(encoding="utf-8").splitlines())
        self.posts: list[Row] = [post for post in posts if post["status"] == "publish"]
        comments = map(json.loads, (folder / "comments.jsonl").read_text(encoding="utf-8").splitlines())
        hidden = door == "page"  # a page does not show the answers to a comment that waits
        self.comments: list[Row] = [one for one in comments if one["public"] and not (hidden and one["hidden_ancestor"])]

    def where(self, holds: Any) -> set[str]:
        """Paths of the posts of which this holds."""
        return {path_of(post["path"]) for post in self.posts if holds(post)}

    def said(self, holds: Any) -> set[int]:
        """Numbers of the comments of which this holds."""
        return {one["id"] for one in self.comments if holds(one)}

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """Path -> the words of headline and text, in order."""
        return {path_of(post["path"]): words_of(post) for post in self.posts}

    def having(self, word: str) -> set[str]:
        return {path for path, words in self.words.items() if word in words}

    @cached_property
    def years(self) -> list[str]:
        """Years that stand in texts, those of most posts first. They are words that no index takes for another."""
        counted = Counter(word for words in self.words.values() for word in set(words) if re.fullmatch("(?:199|20[012])[0-9]", word))
        return sorted(counted, key=lambda year: (-counted[year], year))


def path_of(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/").lower()


def words_of(post: Row) -> list[str]:
    texts = [post["title"], *(unit["text"] for unit in post["body"] if unit["k"] != "img")]
    return re.findall(r"[^\W_]+", " ".join(texts).lower())


def utc(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat()


def common(values: Iterator[str]) -> str:
    """The value that most have."""
    counted = Counter(values)
    return min(counted, key=lambda value: (-counted[value], value))


def questions(gold: Gold) -> Iterator[Question]:
    yield from of_words(gold)
    yield from of_fields(gold)
    yield from of_comments(gold)
    yield from of_tokens(gold)


def of_words(gold: Gold) -> Iterator[Question]:
    """Operators, asked of years that stand in texts."""
    one, two, three = gold.years[:3]
    a, b, c = map(gold.having, (one, two, three))
    author = common(name for post in gold.posts for name in post["authors"])
    by_author = gold.where(lambda post: author in post["authors"])
    everything = {*gold.words}
    yield Question(one, a)
    yield Question(f"{one} {two}", a & b)
    yield Question(f"{one} AND {two}", a & b)
    yield Question(f"{one} OR {two}", a | b)
    yield Question(f"{one} NOT {two}", a - b)
    yield Question(f"{one} -{two}", a - b)
    yield Question(f"({one} OR {two}) -{three}", (a | b) - c)
    yield Question(f"{one} OR {two} {three}", (a | b) & c)
    yield Question(f"{one} OR ({two} {three})", a | (b & c))
    yield Question(f'NOT ({one} OR author:"{author}") in:articles', everything - a - by_author)
    yield Question(f'{one} OR author:"{author}"', a | by_author)
    yield Question(f"text:{one}", a)
    yield Question(f"title:{one}", set())
    yield Question("199*", {path for path, words in gold.words.items() if any(word.startswith("199") for word in words)})
    yield Question(f'"{PHRASE}"', {path for path, words in gold.words.items() if PHRASE in " ".join(words)})
    yield Question(f"NEAR({one} km, 1)", set())
    yield Question("xyzzyqwert", set())


def of_fields(gold: Gold) -> Iterator[Question]:
    author = common(name for post in gold.posts for name in post["authors"])
    tag = common(name for post in gold.posts for name in post["tags"])
    category = common(name for post in gold.posts for name in post["categories"])
    year, month = (common(post["date"][:length] for post in gold.posts) for length in (4, 7))
    later = sorted(post["date"][:4] for post in gold.posts)[len(gold.posts) // 2]
    host = common(urlsplit(link).hostname or "" for post in gold.posts for link in post["links"])
    by_author = gold.where(lambda post: author in post["authors"])
    tagged = gold.where(lambda post: tag in post["tags"])
    yield Question(f'author:"{author}"', by_author)
    yield Question(f'tag:"{tag}"', tagged)
    yield Question(f'tag:"{category}"', gold.where(lambda post: category in post["categories"]))
    yield Question(f'author:"{author}" OR tag:"{tag}"', by_author | tagged)
    yield Question(f'author:"{author}" -tag:"{tag}"', by_author - tagged)
    yield Question(f"year:{year}", gold.where(lambda post: post["date"][:4] == year))
    yield Question(f"month:{month}", gold.where(lambda post: post["date"][:7] == month))
    yield Question(f"published:{year}..{later}", gold.where(lambda post: year <= post["date"][:4] <= later))
    yield Question(f"published:>{later}", gold.where(lambda post: post["date"][:4] > later))
    yield Question(f"before:{later} in:articles", gold.where(lambda post: post["date"][:4] < later))
    yield Question(f"cites:{host}", gold.where(lambda post: any(urlsplit(link).hostname == host for link in post["links"])))
    for state in ("missing", "gone", "edited", "silent"):
        yield Question(f"is:{state}", set())
    yield Question("seen:..2001", set())
    yield Question(f'autor:"{author}"', None, guess=f'author:"{author}"')
    yield Question(f"is:silnt year:{year}", gold.where(lambda post: post["date"][:4] == year), guess="is:silent")


def of_comments(gold: Gold) -> Iterator[Question]:
    """Signatures, kinds and dates."""
    written = [one for one in gold.comments if one["type"] == "comment"]
    fan = common(one["author"] for one in written if re.fullmatch(r"\w+", one["author"]))
    year = common(utc(one["date"])[:4] for one in gold.comments)
    paths = {post["id"]: post for post in gold.posts}
    author = common(name for post in gold.posts for name in post["authors"])
    under = gold.said(lambda one: author in paths[one["post"]]["authors"])
    yield Question(f'in:comments author:"{fan}"', None, gold.said(lambda one: one["author"] == fan))
    for kind in ("pingback", "trackback"):
        yield Question(f"in:comments kind:{kind}", None, gold.said(lambda one, kind=kind: one["type"] == kind))
    yield Question(f"in:comments published:{year}", None, gold.said(lambda one: utc(one["date"])[:4] == year))
    yield Question(f"in:comments is:missing year:{year}", None, set())
    tag = common(name for post in gold.posts for name in post["tags"])
    yield Question(f'in:comments tag:"{tag}"', None, gold.said(lambda one: tag in paths[one["post"]]["tags"]))
    signed = gold.said(lambda one: one["author"] == author)
    yield Question(f'in:comments author:"{author}"', None, signed)
    assert signed != under, "a signature is no byline"


def of_tokens(gold: Gold) -> Iterator[Question]:
    """Words that stand in one place only: a headline, a paragraph, a paragraph in another script, a comment."""
    for post in gold.posts[::9]:
        yield Question(f"t-{post['id']:06d}", {path_of(post["path"])})
        yield Question(f"title:t-{post['id']:06d}", {path_of(post["path"])})
        yield Question('"{}"'.format(post["title"].replace('"', " ")), {path_of(post["path"])})
        if units := [unit["t"] for unit in post["body"] if unit["k"] != "img"]:
            yield Question(units[-1], {path_of(post["path"])})
    for letters in FOREIGN.values():
        post, unit = next((post, unit) for post in gold.posts for unit in post["body"] if re.match(f"[{letters}]", unit["text"]))
        yield Question(f'"{unit["t"]}" {unit["text"].split()[0]}', {path_of(post["path"])})
    for one in gold.comments[::97]:
        yield Question(one["paras"][-1]["t"], set(), {one["id"]})
        yield Question(f"in:comments text:{one['paras'][0]['t']}", None, {one["id"]})
        yield Question(f"in:comments signed:{one['paras'][0]['t']}", None, set())


def wrong_answers(db: sqlite3.Connection, gold: Gold) -> Iterator[str]:
    """Questions that the archive answers otherwise than the gold; at the end, how many there were."""
    paths = {row[0]: path_of(row[1]) for row in db.execute("select id, url from articles")}
    numbers = {row[0]: int(re.sub(r"\D", "", str(row[1])) or 0) for row in db.execute("select id, source_id from comments")}
    asked = list(questions(gold))
    for one in asked:
        query = parse_query(one.text)
        found = search(db, query, size=5_000)
        if one.articles is not None and {paths[hit["id"]] for hit in found.hits} != one.articles:
            yield f"{one.text}: {len(found.hits)} articles, {len(one.articles)} by the gold"
        if one.comments is not None:
            listed = found if query.place == "comments" else search(db, parse_query(f"in:comments {one.text}"), size=5_000)
            if {numbers[hit["id"]] for hit in listed.comment_hits} != one.comments:
                yield f"{one.text}: {len(listed.comment_hits)} comments, {len(one.comments)} by the gold"
        if [problem.guess for problem in query.problems] != ([one.guess] if one.guess else []):
            yield f"{one.text}: said {query.notes}"
    print(f"{len(asked)} searches asked")


def wrong_mentions(site: Site, gold: Gold) -> Iterator[str]:
    """Sums of mentions that are not the gold's."""
    for year in gold.years[:3]:
        [term] = site.get("/mentions.json", params={"q": year}).json()["terms"]
        if (term["articles"], term["all_articles"]) != (len(gold.having(year)), len(gold.posts)):
            yield f"mentions of {year}: {term}"


def wrong_numbers(site: Site, folder: Path, gold: Gold) -> Iterator[str]:
    """Numbers that two pages tell differently, or that are not the gold's."""
    told = read_pages(site)
    read_programs(site, told)
    read_status(folder, told)
    yield from (f"{name} of {of}: {values}" for (name, of), values in differing(told).items())
    counts: dict[str, set[str]] = defaultdict(set)
    for (name, of), values in told.items():
        if of.startswith("site/"):
            counts[name] |= {*values}
    written = sum(one["type"] == "comment" for one in gold.comments)
    known = {"articles.held": len(gold.posts), "comments.held": len(gold.comments), "comments.there": written}
    known |= {"comments.pings": len(gold.comments) - written, "articles.missing": 0, "comments.away": 0}
    yield from (f"{name}: {counts[name]}, {count} by the gold" for name, count in known.items() if counts[name] != {str(count)})
    print(f"{len(told)} numbers told on {len({page for values in told.values() for page in values.values()})} pages")


def main(folder: Path, gold_folder: Path, door: str) -> int:
    gold = Gold(gold_folder, door)
    db = reader(folder)
    site = Site(folder)
    wrong = [*wrong_answers(db, gold), *wrong_mentions(site, gold), *wrong_numbers(site, folder, gold)]
    site.close()
    db.close()
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{door} door: {f'{len(wrong)} answers differ from the gold' if wrong else 'every answer is the gold' + chr(39) + 's'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))

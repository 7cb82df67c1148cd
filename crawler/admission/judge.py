"""Decides whether a reading may become the current state of an article. It asks whether this is the article that was asked for, not
how long it is: a short article is an article. Pure.

A page that lies (a challenge, a donation wall, a soft 404, a redesign) never replaces a good one: it is kept in quarantine and listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.text.urls import same_page
from crawler.items import NO_PAGE, Article

SHRUNK = 0.4  # of the held text: less than that is judged before it is believed
SHRANK = "the text shrank"
ANOTHER = "its address leads to another article"
LISTINGS = ("a listing", "the home page", NO_PAGE, "a page of the site", "behind a password")


def no_article(article: Article) -> str | None:
    """Why a page is honestly no article: a listing, a feed, a page about the site. None for articles, and for pages that lie."""
    reason = article.warnings[0] if article.kind == "none" and article.warnings else ""
    return reason if reason.startswith(LISTINGS) else None


def refusal(article: Article, asked: str, held: Mapping[str, Any] | None) -> str | None:
    """Why a page reading may not become current; None when it may.

    ``asked`` is the address that was asked for. ``held`` is what the archive holds of the article: ``source_id``, and
    ``word_count``, ``door``, ``title`` and ``text`` of the current revision; None at first sight.
    """
    if article.kind == "none":
        return article.warnings[0] if article.warnings else "no article on the page"
    if not article.title.strip():
        return "no title on the page"
    if article.source_id is None and not same_page(article.url, asked):
        return f"the page calls itself {article.url}"
    if held is None:
        return None
    if article.source_id and held["source_id"] and article.source_id != held["source_id"]:
        return f"another article: the page's id is {article.source_id}, the archive's {held['source_id']}"
    if article.source_id is None and held["source_id"] and held["door"] == "page":
        return f"the page no longer shows its id, which was {held['source_id']}: a redesign, or another page"
    if article.source_id is None and not recognisable(article, held):
        return "the page shows neither the article's id nor its headline nor a paragraph of it"
    if (
        (held["door"] == "page" or held.get("rest_lacks"))
        and held["word_count"] > 50
        and len(article.text.split()) < held["word_count"] * SHRUNK
    ):
        return f"{SHRANK} from {held['word_count']} to {len(article.text.split())} words"
    return None


def emptied(article: Article, held: Mapping[str, Any] | None) -> str | None:
    """Why what REST says of an article may not become current: its text is gone, or most of it. None when it may, and at first sight.

    REST names its articles by their ids, so nothing but the text can lie: a wall for members, a filter that fails.
    """
    words = len(article.text.split())
    if not article.text_shown:  # it says nothing of the text: the page does
        return None
    if held is None or held["door"] != "rest" or not (held["word_count"] or held["links"]):
        return None
    lost = held["word_count"] > 50 and words < held["word_count"] * SHRUNK
    nothing = not words and (held["word_count"] or not article.links)  # a headline that only points elsewhere has but its link
    return f"{SHRANK} from {held['word_count']} to {words} words" if lost or nothing else None


def foreign_part(part: Article, article: Article) -> str | None:
    """Why a page is no further page of the article or of its thread; None when it is. A page of a thread may show little of the
    article; its id, its headline or comments say enough."""
    if article.source_id and part.source_id:
        same = article.source_id == part.source_id
        return None if same else f"another article: the page's id is {part.source_id}, the article's {article.source_id}"
    if part.kind == "none" and not part.comments:
        return part.warnings[0] if part.warnings else "no article on the page"
    return (
        "the page shows neither the article's id nor its headline"
        if article.source_id and letters(part.title) != letters(article.title)
        else None
    )


def recognisable(article: Article, held: Mapping[str, Any]) -> bool:
    """The held headline, or a held paragraph, is there. A donate wall at the article's address has neither."""
    return letters(article.title) == letters(held["title"]) or not {*held["text"].split("\n\n")}.isdisjoint(article.text.split("\n\n"))


def shows_held(article: Article, held: Mapping[str, Any]) -> bool:
    """The held headline and a held paragraph are both there: no page that stands at many addresses has them."""
    paragraphs = {*held["text"].split("\n\n")} - {""}
    return letters(article.title) == letters(held["title"]) and not paragraphs.isdisjoint(article.text.split("\n\n"))


def letters(text: str) -> str:
    """Letters and digits alone: quotes, dashes and spaces come and go."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())

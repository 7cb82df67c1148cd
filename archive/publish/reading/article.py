"""The reading page of an article: takes a connection, an article's id and a moment, gives the text, its origin, its edits, what
was cut, and related articles.
"""

from __future__ import annotations

import html
import re
import sqlite3
from typing import Any

from markupsafe import Markup, escape
from sqlite_utils import Database

from archive.publish.changes.events import described_edit, other_words
from archive.publish.reading.captured_pictures import SHOWN
from archive.publish.reading.citation_links import cited_by, cites, linked_articles, neighbours, series
from archive.publish.reading.embedded import not_held_here
from archive.publish.reading.footnotes import with_notes
from archive.publish.reading.language import foreign
from archive.publish.reading.linked_documents import linked_documents
from archive.publish.reading.pictures import ShownPicture, block_markup, held_pictures, picture_sources
from archive.publish.reading.related import related
from archive.publish.reading.sources import article_sources
from archive.publish.reading.thread import marked_comments, thread
from archive.publish.redaction.withholding import aged_comments
from archive.queries.addresses import latest_instant, reading_path
from archive.queries.revision_pair import revisions_of
from archive.queries.rows import Row, fetch_row, fetch_rows
from archive.text.embeds import embed_in

ARTICLE = """
    select
      articles.*,
      sites.name as site,
      sites.title as site_title,
      sites.home
    from articles
    join sites on sites.id = articles.site_id
    where articles.id = ?
"""
ANCHOR = re.compile(r'(<a(?: [\w-]+="[^"]*")*? href=")([^"]*)(")')  # holds for what nh3 writes
HEADING = re.compile(r"<h([2-6])\b")
MIMES = ", ".join(f"'{mime}'" for mime in sorted(SHOWN))  # of the others, a link to the site's own
PICTURES = f"""
    select images.url, alt, caption, captures.id as capture_id
    from images
    left join captures on lower(captures.mime) in ({MIMES}) and captures.id = coalesce(
      (select max(id) from captures as earlier where earlier.url = images.url and door = 'image' and status = 200 and captured_at <= :at),
      images.capture_id
    )
    where images.article_id = :article
    order by position
"""
CONTENT = ("body", "caption")  # everything else is what the site wraps around the author's text


def state_context(db: sqlite3.Connection, article_id: int, moment: str | None = None) -> dict[str, Any] | None:
    """One state of an article, and all that a citation says of it; None when nothing had been seen at that moment (YYYYMMDDhhmmss, UTC)."""
    at = latest_instant(moment) if moment else None
    revisions = fetch_rows(db, "select * from revisions where article_id = ? order by number", [article_id])
    article = fetch_row(db, ARTICLE, [article_id])
    revision = chosen_revision(article, revisions, at)
    if article is None or revision is None:
        return None
    return {
        "article": article,
        "revision": revision,
        "revisions": revisions,
        "at": at,
        "moment": moment,
        **body(db, article, revision, moment, at),
        "words": len(revision["text"].split()),
        "language": foreign(revision["text"]),
        "authors": signed_authors(db, article, revision),
        "tags": tag_names(revision),
        "captures": revision_captures(db, revision["id"]),
    }


def reading_context(db: sqlite3.Connection, article_id: int, moment: str | None = None) -> dict[str, Any] | None:
    """Everything the reading page shows; None when nothing had been seen at that moment."""
    state = state_context(db, article_id, moment)
    if state is None:
        return None
    article, revision, at = state["article"], state["revision"], state["at"]
    content = [row["html"] or "" for row in state["blocks"] if row["content"]]
    return {
        **state,
        "documents": linked_documents(db, article_id, at),
        "edits": edits_shown(db, article_id),
        "absences": fetch_rows(
            db, "select * from absences where article_id = ? and comment_id is null order by missing_since", [article_id]
        ),
        "addresses": fetch_rows(db, "select url, kind, first_seen_at from urls where article_id = ? order by first_seen_at", [article_id]),
        "differences": fetch_rows(
            db, "select field, rest, page, seen_at from differences where article_id = ? order by field", [article_id]
        ),
        "sources": article_sources(db, article_id) if revision["id"] == article["revision_id"] else [],
        "thread": (comments := thread(db, article_id, at)),
        "shown": sum("withheld_since" not in row for row in comments),
        "marked": marked_comments(comments),
        "aged": aged_comments(db, article_id),
        "cites": (citing := cites(state["linked"], content, article_id)),
        "cited_by": (cited := cited_by(db, article_id)),
        "related": related(db, article, {row["url"] for row in citing + cited}),
        **neighbours(db, article),
        "series": series(db, article_id),
    }


def chosen_revision(article: Row | None, revisions: list[Row], at: str | None) -> Row | None:
    """The current revision, or the last one first seen at or before the moment."""
    if at:
        return next((row for row in reversed(revisions) if row["seen_at"] <= at), None)
    current = [row for row in revisions if article and row["id"] == article["revision_id"]]
    return next(iter(current or revisions[-1:]), None)


def body(db: sqlite3.Connection, article: Row, revision: Row, moment: str | None, at: str | None) -> dict[str, Any]:
    """Blocks as safe markup, the pictures among them, and the pictures that stand nowhere in the text.

    Links are those of this state, and stay at the moment asked for. Pictures around the text are recorded for the current
    state only: of an older one only those are shown that its own markup names. A picture that was replaced under its address is
    the one of that moment.
    """
    current = revision["id"] == article["revision_id"]
    blocks = fetch_rows(db, "select position, kind, text, html, rule from blocks where revision_id = ? order by position", [revision["id"]])
    linked = linked_articles(db, [block["html"] or "" for block in blocks])
    archived = archived_links(linked, moment)
    inner = {href for href in archived if href.startswith(f"{article['url']}#")}  # footnotes, perhaps
    held = held_pictures(fetch_rows(db, PICTURES, {"article": article["id"], "at": at}))
    shown: set[str] = set()
    rendered = []
    for block in blocks:
        content = block["kind"] in CONTENT
        markup, urls = block_markup(block["html"] or "", held)
        markup = with_archived_links(markup, {href: path for href, path in archived.items() if href not in inner})
        embed = embed_in(block["kind"], block["rule"], block["html"] or "")
        markup = markup if embed is None else not_held_here(embed, markup)
        above = captioned(block, held, shown) if current and content and not urls else []
        shown.update(urls, [picture.url for picture in above])
        rendered.append(block | {"content": content, "markup": markup, "pictures": above})
    markups = with_headings_from_two([block["markup"] for block in rendered])
    for block, markup in zip(rendered, with_notes(markups, article["url"]), strict=True):
        block["markup"] = with_archived_links(markup, archived) if inner else markup
    loose = [picture for url, picture in held.items() if current and url not in shown]
    return {
        "linked": linked,
        "blocks": rendered,
        "cut": [block for block in rendered if not block["content"]],
        "loose_pictures": loose,
        "pictures_unknown": bool(held) and not current,
        "picture_sources": picture_sources([held.get(url) or ShownPicture(url) for url in shown] + loose),
    }


def archived_links(linked: list[Row], moment: str | None) -> dict[str, str]:
    """Addresses in the text that lead to archived articles -> where those are read here, at that moment where they had been seen."""
    prefix = f"/{moment}" if moment else ""
    seen = latest_instant(moment) if moment else ""
    return {row["href"]: (prefix if row["first_seen_at"] <= seen else "") + reading_path(row["url"]) for row in linked}


def with_archived_links(markup: Markup, archived: dict[str, str]) -> Markup:
    """Safe markup whose links to archived articles stay in the archive: the original may be gone."""

    def lead_here(match: re.Match[str]) -> str:
        url = html.unescape(match[2])
        return f"{match[1]}{escape(archived[url])}{match[3]}" if url in archived else match[0]

    return Markup(ANCHOR.sub(lead_here, markup))


def with_headings_from_two(blocks: list[Markup]) -> list[Markup]:
    """Safe markup whose highest heading is ``h2``, right below the headline: sites begin at any level."""
    lowered = min((int(level) for markup in blocks for level in HEADING.findall(markup)), default=2) - 2
    return [Markup(re.sub(r"(</?h)([2-6])\b", lambda match: f"{match[1]}{int(match[2]) - lowered}", markup)) for markup in blocks]


def captioned(block: Row, held: dict[str, ShownPicture], shown: set[str]) -> list[ShownPicture]:
    """The pictures whose caption this block is, for blocks whose own markup names no picture."""
    if block["kind"] != "caption":
        return []
    same = [picture for picture in held.values() if picture.caption.split() == block["text"].split()]
    return [picture for picture in same if picture.url not in shown]


def signed_authors(db: sqlite3.Connection, article: Row, revision: Row) -> list[str]:
    """Names in the byline; the byline as one name where it is of an older state or no author is known."""
    sql = """
        select authors.name
        from article_authors
        join authors on authors.id = article_authors.author_id
        where article_id = ?
        order by position
    """
    names = [row["name"] for row in fetch_rows(db, sql, [article["id"]])]
    byline = revision["byline"] or ""
    return names if (names and all(name in byline for name in names)) or not byline else [byline]


def tag_names(revision: Row) -> list[Row]:
    """``tag: Syria`` per line -> kind and name; what this state carried. A tag and a category of one name are one topic."""
    lines = [line.partition(": ") for line in (revision["tags"] or "").splitlines() if line.strip()]
    tags = [{"kind": kind if colon else "tag", "name": name if colon else kind} for kind, colon, name in lines]
    return list({tag["name"]: tag for tag in tags}.values())


def edits_shown(db: sqlite3.Connection, article_id: int) -> list[Row]:
    """Each later revision with the words that changed, newest first."""
    rows = fetch_rows(db, "select * from edits where article_id = ? order by number desc", [article_id])
    states = {row["number"]: row for row in revisions_of(Database(db), article_id)} if rows else {}
    return [
        {"number": row["number"], "seen_at": row["seen_at"], "other": other_words(states[row["number"] - 1], states[row["number"]])}
        | described_edit(row)
        for row in rows
    ]


def revision_captures(db: sqlite3.Connection, revision_id: int) -> list[Row]:
    """The exchanges that show this revision, latest first: the evidence."""
    sql = """
        select
          captures.*,
          revision_captures.part
        from revision_captures
        join captures on captures.id = revision_captures.capture_id
        where revision_captures.revision_id = ?
        order by revision_captures.part = 'page' desc, captures.captured_at desc
    """
    return fetch_rows(db, sql, [revision_id])

"""What the archive says of one article, for a stranger: takes a connection and an article, gives files: texts, diffs, thread.

Everything opens offline; the pages load nothing from anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from markupsafe import Markup, escape
from sqlite_utils import Database

from archive.queries.revision_pair import FIELDS, described_revision, differences, rendered_differences, revisions_of
from archive.store.reread import earlier_readings
from archive.text import markup_diff
from archive.text.markup import paragraphs, plain, safe_markup

Row = dict[str, Any]


def article_files(db: Database, article: Row) -> Iterator[tuple[str, bytes]]:
    """(name, content) of what the archive says of an article: its states, what changed between them, its thread."""
    revisions = revisions_of(db, article["id"])
    about = {**article, "addresses": address_rows(db, article["id"]), "absences": absence_rows(db, article["id"])}
    yield "article.json", json_file(about)
    for row in revisions:
        name = f"revision-{row['number']}"
        yield f"{name}.txt", revision_text(row, earlier_readings(db, row["id"])).encode()
        yield f"{name}.html", offline_page(f"Revision {row['number']}", revision_html(db, row))
    for old, new in pairwise(revisions):
        yield from diff_files(old, new)
    thread = thread_with_states(db, article["id"])
    if thread:
        yield "thread.txt", "\n\n".join(comment_text(row) for row in thread).encode() + b"\n"
        yield "thread.html", offline_page("Comments", thread_html(thread))
        yield "thread.json", json_file(thread)


def diff_files(old: Row, new: Row) -> Iterator[tuple[str, bytes]]:
    """What changed between two states, as text and as a page."""
    name = f"diff-{old['number']}-{new['number']}"
    lines = [f"--- {described_revision(old)}", f"+++ {described_revision(new)}", *rendered_differences(differences(old, new), 0)]
    yield f"{name}.txt", ("\n".join(lines) + "\n").encode()
    yield f"{name}.html", offline_page(f"Revision {old['number']} to {new['number']}", diff_html(old, new))


# rows


def address_rows(db: Database, article_id: int) -> list[Row]:
    """The addresses of an article, the first seen first."""
    return list(db.query("select url, kind, first_seen_at from urls where article_id = ? order by first_seen_at", [article_id]))


def absence_rows(db: Database, article_id: int) -> list[Row]:
    """The disappearances of an article, in order."""
    return list(db.query("select * from absences where article_id = ? order by missing_since", [article_id]))


def thread_with_states(db: Database, article_id: int) -> list[Row]:
    """The thread in reading order, missing ones too, each with all its states."""
    states = "select number, seen_at, author, text, digest, content_key from comment_revisions where comment_id = ? order by number"
    rows = list(db.query("select * from comments where article_id = ? order by position, id", [article_id]))
    return [row | {"revisions": list(db.query(states, [row["id"]]))} for row in rows]


# texts and pages


def json_file(value: object) -> bytes:
    """A value as the content of a JSON file."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def revision_text(row: Row, earlier: list[str]) -> str:
    """A revision as plain text, with its fields and its digest."""
    fields = [f"{name}: {', '.join((row[name] or '').splitlines())}" for name in FIELDS if row[name]]
    return "\n".join([described_revision(row), *fields, f"digest: {row['digest']}", *earlier, "", row["text"], ""])


def revision_html(db: Database, row: Row) -> Markup:
    """A revision as markup."""
    sql = "select kind, html, text from blocks where revision_id = ? and kind in ('body', 'caption') order by position"
    body = Markup("\n").join(Markup(safe_markup(html)) for _, html, _ in db.execute(sql, [row["id"]]))
    facts = [row["byline"], row["published_at"], described_revision(row), row["digest"]]
    lines = Markup("<br>").join(plain(fact) for fact in facts if fact)
    return Markup("<h1>{}</h1>\n<p class=facts>{}</p>\n{}").format(plain(row["title"]), lines, body)


def diff_html(old: Row, new: Row) -> Markup:
    """What differs between two revisions, as markup."""
    parts = [Markup("<h1>{}</h1><p class=facts>{}<br>{}</p>").format(plain(new["title"]), described_revision(old), described_revision(new))]
    for name in FIELDS:
        if (old[name] or "") != (new[name] or ""):
            parts.append(Markup("<p><b>{}</b> {}</p>").format(name, markup_diff.inline_diff_markup(old[name] or "", new[name] or "")))
    if old["text"] != new["text"]:
        parts.append(markup_diff.text_diff_markup(old["text"], new["text"]))
    return Markup("\n").join(parts)


def comment_text(row: Row) -> str:
    """A comment as plain text, indented by its depth."""
    said = f"{row['author'] or 'unsigned'}, {row['posted_at'] or 'undated'}, id {row['source_id']}{gone_text(row)}"
    margin = "    " * (row["depth"] - 1)
    return "\n".join(margin + line for line in [said, *row["text"].splitlines()])


def gone_text(row: Row) -> str:
    """Since when it is missing; '' while it is there."""
    return f"; last seen {row['last_seen_at']}, missing since {row['missing_since']}" if row["missing_since"] else ""


def thread_html(thread: Sequence[Row]) -> Markup:
    """A thread as markup."""
    item = Markup("<article style='margin-left:{}em'><p class=facts>{}, {}{}{}</p>{}</article>")
    parts = []
    for row in thread:
        edited = f", {len(row['revisions'])} states: see thread.json" if len(row["revisions"]) > 1 else ""
        when = row["posted_at"] or "undated"
        parts.append(item.format(2 * min(row["depth"] - 1, 8), plain(row["author"]), when, gone_text(row), edited, paragraphs(row["text"])))
    return Markup("<h1>Comments</h1>\n") + Markup("\n").join(parts)


def index_html(article: Row, revisions: Sequence[Row], names: Sequence[str]) -> Markup:
    """The first page: the states, and links to all files."""
    links = Markup("\n").join(Markup("<li><a href='{0}'>{0}</a></li>").format(name) for name in names if name != "index.html")
    states = Markup("\n").join(Markup("<li>{}</li>").format(described_revision(row)) for row in revisions)
    head = Markup("<h1>{}</h1><p class=facts>{}{}</p>").format(plain(article["title"]), article["url"], gone_text(article))
    return head + Markup("<ul>{}</ul>\n<p>Start with README.txt.</p>\n<ul>{}</ul>").format(states, links)


def offline_page(title: str, body: Markup) -> bytes:
    """A page that loads nothing from anywhere and runs nothing."""
    head = (
        "<!doctype html>\n<meta charset=utf-8>\n"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<style>body{max-width:42em;margin:2em auto;padding:0 1em;font:1rem/1.5 serif}.facts{color:#555;font-size:.85em}"
        "ins{background:#d4f4d4}del{background:#fbdada}</style>\n"
    )
    return f"{head}<title>{escape(title)}</title>\n{body}\n".encode()

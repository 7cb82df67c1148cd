"""One signature's comments for the person who asks for them: takes a name, gives all that is held of them as one JSON or CSV file.

It is for the person, not for the public: what is withheld, or shown under another name, is in it as it was written.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from archive.queries.withheld import same_name

NOTICE = (
    "A name under a comment is a signature, not a person: these comments are signed with the name, and nothing here proves that one "
    "person wrote them all, or which one. Check who asks before you hand them over."
)
COMMENTS = """
    select
      comments.id,
      comments.source_id,
      sites.name as site,
      articles.url as article,
      articles.title as article_title,
      comments.kind,
      comments.author,
      comments.author_url,
      comments.posted_at,
      comments.posted_precision,
      comments.text,
      comments.first_seen_at,
      comments.last_seen_at,
      comments.missing_since,
      comments.gone_at
    from comments
    join articles on articles.id = comments.article_id
    join sites on sites.id = articles.site_id
    where comments.id in (select value from json_each(?))
    order by coalesce(comments.posted_at, comments.first_seen_at), comments.id
"""
REVISIONS = """
    select
      comment_revisions.number,
      comment_revisions.seen_at,
      comment_revisions.author,
      comment_revisions.text,
      comment_revisions.digest,
      captures.record_id,
      captures.captured_at,
      captures.filename as warc_file,
      captures.offset as warc_offset
    from comment_revisions
    left join captures on captures.id = comment_revisions.capture_id
    where comment_revisions.comment_id = ?
    order by comment_revisions.number
"""
SIGNED = """
    select comments.id, comments.author from comments join articles on articles.id = article_id where :site is null or site_id = :site
    union
    select comments.id, comment_states.author
    from comment_states
    join comments on comments.id = comment_id
    join articles on articles.id = article_id
    where comment_states.author is not null and (:site is null or site_id = :site)
"""


def signed_by(db: Database, name: str, site_id: int | None) -> list[dict[str, Any]]:
    """Every comment that is, or once was, signed with a name, case and blanks aside, each with its ``revisions``; the oldest first."""
    wanted = same_name(name)
    ids = sorted({i for i, author in db.execute(SIGNED, {"site": site_id}) if same_name(author) == wanted})
    return [row | {"revisions": list(db.query(REVISIONS, [row["id"]]))} for row in db.query(COMMENTS, [json.dumps(ids)])]


def as_json_file(name: str, site: str | None, comments: list[dict[str, Any]], at: str) -> str:
    """One JSON object, which says what it is."""
    told = {"notice": NOTICE, "signature": name, "site": site, "exported_at": at, "comments": comments}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_csv_file(name: str, comments: list[dict[str, Any]], at: str) -> str:
    """A line for each revision of each comment. The notice stands in a column, so that it goes along with each line."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    rows = list(_lines(comments))
    head = list(rows[0]) if rows else []
    writer.writerow([*head, "signature_asked_for", "exported_at", "notice"])
    writer.writerows([*map(_cell, row.values()), name, at, NOTICE] for row in rows)
    return file.getvalue()


def _lines(comments: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for comment in comments:
        own = {name: value for name, value in comment.items() if name not in ("id", "revisions", "text", "author")}
        facts = {"comment_id": comment["id"]} | own
        for revision in comment["revisions"]:
            yield facts | {f"revision_{name}": value for name, value in revision.items()}


def _cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula. https://owasp.org/www-community/attacks/CSV_Injection"""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value

"""A page in quarantine beside what is held: takes its number there, gives both and what differs, word by word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import ConfigurationError
from archive.queries.revision_pair import Difference, differences, rendered_differences
from archive.queries.rows import Row
from archive.text.plaintext import one_line, wrapped

EMPTY = dict.fromkeys(("byline", "published_at", "tags", "captions", "links"), "")


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """``row``: of ``quarantine``. ``held``: the current revision of the article at its address, None where none is held."""

    row: Row
    held: Row | None
    differences: list[Difference]  # from what is held to what was refused; empty where one of the two is not there


def refused_page(db: Database, quarantine_id: int) -> RefusedPage | None:
    """The page of this number in quarantine; None when there is none."""
    row = next(db.query("select * from quarantine where id = ?", [quarantine_id]), None)
    if row is None:
        return None
    sql = """
        select revisions.title, revisions.text, revisions.seen_at, revisions.last_seen_at, articles.url
        from urls
        join articles on articles.id = urls.article_id
        join revisions on revisions.id = articles.revision_id
        where urls.url = ?
        """
    held = next(db.query(sql, [row["url"]]), None)
    if held is None or not (row["title"] or row["text"]):
        return RefusedPage(row, held, [])
    return RefusedPage(row, held, differences({**EMPTY, **held}, {**EMPTY, "title": row["title"] or "", "text": row["text"] or ""}))


def comparison_lines(db: Database, quarantine_id: int) -> list[str]:
    """The same for a terminal. Raises ConfigurationError when there is no such page."""
    page = refused_page(db, quarantine_id)
    if page is None:
        raise ConfigurationError(f"nothing is in quarantine under {quarantine_id}; accept --list shows what is")
    return list(_lines(page))


def _lines(page: RefusedPage) -> Iterator[str]:
    row, held = page.row, page.held
    yield f"{one_line(row['url'])}"
    yield f"not believed {row['captured_at']}: {one_line(row['reason'])}"
    if held is None:
        yield "nothing is held of it"
    else:
        yield f"--- held, seen {held['seen_at']} to {held['last_seen_at']}"
    yield f"+++ refused, capture {row['capture_id']}"
    if not (row["title"] or row["text"]):
        yield "what was read of it was not kept; its record was"
    elif held is None:
        yield one_line(row["title"] or "")
        yield wrapped(row["text"] or "")
    else:
        yield from rendered_differences(page.differences, indent=0)

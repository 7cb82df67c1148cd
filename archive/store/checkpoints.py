"""The crawler's memory between runs: what it has seen once and has to see again before it is believed, and where it goes on.

Takes and gives rows of one kind; a kind is always replaced as a whole. Functions that write run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlite_utils import Database

Kind = Literal[
    "newest_posts",  # ref: the site's id; value: its modified_gmt. What a REST list named first, in its order, when it was last asked
    "newest_comments",  # ref: the site's id. The same of comments. ``newest_kind`` names it for the other REST lists
    "mass_loss_articles",  # ref: our id; at: first found missing; count: runs in which it was. Too many at once to be marked
    "mass_loss_comments",  # the same of comments
    "suspect_posts",  # ref: our id; value: the site's id. Held, absent where it should be, not yet asked for by itself
    "suspect_comments",  # the same of comments
    "sweep_posts",  # ref: empty; at: when the last due share of articles had been read again
    "sweep_comments",  # the same of threads
    "sweep_pages",  # the same of pages
    "leads_elsewhere",  # ref: our id; at: first seen. Articles whose addresses lead elsewhere without saying that they are gone
    "hidden_comments",  # ref: the site's id. Comments that the feed names and the page does not show
    "listed_by",  # ref: empty; value: sitemap, feed or listing. Which list named the articles of a site without REST
    "followed",  # ref: empty; at: when that list was last followed as far as it leads
    "compared",  # ref: empty; at: when all lists of the site were last read and held against each other
    "sections",  # ref: address. Menus of the front page that proved to be listings, in their order
    "sitemaps",  # ref: address. Sitemaps below the front pages of other languages, which nothing names
    "walls",  # ref: digest of the text; at: first met; value: headline and text. Pages that stood in place of articles
    "list_limits",  # ref: a REST list; count: rows that it gives at a time; at: when more is tried; value: how often that failed
    "refused_parameters",  # ref: a REST list; value: the parameters that it does not take, a space between them
    "closed_doors",  # ref: a list; at: when it is looked at again; count: how often it was found closed
    "read_again",  # ref: empty; at: when the reading began; count: our id of the article up to which all captures are read again; value:
    # the extractor. ref: left; value: our ids of the articles that were left as they were, a space between them
    "assets_read",  # ref: empty; count: the capture up to which pages were searched for their files; value: the hosts allowed then
    "counted_posts",  # ref: where a walk through a REST list goes on; value: what it has counted since its last edge, as JSON.
    "counted_comments",  # the same of comments. ``counted_kind`` names it for the other REST lists
    "unlisted",  # ref: address. Held articles that no list names, and that were read since: they are not news
]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One row. What ``ref``, ``at``, ``count`` and ``value`` mean depends on the kind; ``at`` is UTC with Z."""

    ref: str = ""
    at: str | None = None
    count: int | None = None
    value: str | None = None


def newest_kind(name: str) -> Kind:
    """The kind that remembers what a REST list named first: ``newest_briefings`` for the list ``briefings``."""
    return cast("Kind", f"newest_{name}")


def counted_kind(name: str) -> Kind:
    """The kind that remembers what a walk through a REST list has counted so far: ``counted_briefings`` for the list ``briefings``."""
    return cast("Kind", f"counted_{name}")


def checkpoints(db: Database, site_id: int, kind: Kind) -> list[Checkpoint]:
    """What is remembered, in the order in which it was saved."""
    sql = """
        select ref, at, count, value
        from checkpoints
        where site_id = ? and kind = ?
        order by position
        """
    return [Checkpoint(*row) for row in db.execute(sql, [site_id, kind])]


def save_checkpoints(db: Database, site_id: int, kind: Kind, rows: Sequence[Checkpoint]) -> None:
    """Remember these, and nothing else, of this kind. Raises sqlite3.IntegrityError when two rows have the same ``ref``."""
    db.execute("delete from checkpoints where site_id = ? and kind = ?", [site_id, kind])
    db.conn.executemany(
        "insert into checkpoints(site_id, kind, ref, position, at, count, value) values (?, ?, ?, ?, ?, ?, ?)",
        [(site_id, kind, row.ref, position, row.at, row.count, row.value) for position, row in enumerate(rows)],
    )

"""What is missing: what a site says it holds against what is held, in all and per local month, and a name for the rest.

A site counts in its totals, but does not give: articles behind a password, and what a complete walk found to be over-counted
(the walk finds passworded ones so too: of the two numbers of a month, the larger holds). What it says of a month is therefore
known after a complete walk, without a request: held, plus named gaps, plus over-counts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from archive.clock import moment
from archive.store.decisions import decided
from archive.store.site_refs import site_ref
from archive.store.sites import article_lists, language_lists, list_of

Kind = Literal["article", "comment"]
USUAL: dict[Kind, str] = {"article": "posts", "comment": "comments"}  # the REST list that every WordPress site has


@dataclass(frozen=True, slots=True)
class Month:
    """``reported`` is None where what the site says of the month is not known."""

    month: str
    reported: int | None
    held: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole site: ``said`` = ``held`` + the ``explained`` + ``unexplained`` ones, by reason. ``said`` None: it does not say."""

    kind: Kind
    said: int | None
    held: int
    explained: dict[str, int]
    unexplained: dict[str, int]


@dataclass(frozen=True, slots=True)
class ListTotals:
    """What the site's REST lists of one kind say together. ``total`` None: they do not say; ``walked``: each was read to its end."""

    total: int | None
    walked: bool


def list_totals(db: Database, site_id: int, kind: Kind) -> ListTotals:
    """The lists of all types and languages as one. A list that a site has closed since, as it does with comments, said what it said."""
    usual = list_of(db, site_id, USUAL[kind])
    if usual is None or usual["total"] is None:
        return ListTotals(None, usual is not None and usual["walked_at"] is not None)
    lists = article_lists(db, site_id) if kind == "article" else language_lists(db, site_id, USUAL[kind])
    rows = [usual, *(row for row in lists if row["name"] != usual["name"] and not usual["closed"])]
    return ListTotals(sum(row["total"] or 0 for row in rows), all(row["walked_at"] for row in rows))


def kind_of_list(name: str) -> Kind:
    """What a REST list counts."""
    return "comment" if name.partition("@")[0] == "comments" else "article"


def months(db: Database, site_id: int, kind: Kind) -> list[Month]:
    """Every month of which something is held or said."""
    zone = db.execute("select timezone from sites where id = ?", [site_id]).fetchone()[0]
    held, gaps = held_by_month(db, site_id, kind), gaps_by_month(db, site_id, kind)
    over, blurred = overcounts_by_month(db, site_id, kind, zone)
    whole = list_totals(db, site_id, kind).walked
    return [
        Month(month, held[month] + max(gaps[month], over[month]) if whole and month not in blurred else None, held[month])
        for month in sorted(held.keys() | gaps.keys() | over.keys() | blurred)
    ]


def held_by_month(db: Database, site_id: int, kind: Kind) -> Counter[str]:
    """Local month -> how many are held and not missing; what has no date is in no month."""
    if kind == "article":
        sql = "select month, count(*) from articles where site_id = ? and missing_since is null and month is not null group by month"
        return Counter(dict(db.execute(sql, [site_id]).fetchall()))
    sql = """
        select posted_at
        from comments
        join articles on articles.id = comments.article_id
        where articles.site_id = ? and comments.kind = 'comment' and posted_at is not null
          and comments.missing_since is null and articles.missing_since is null
        """
    zone = db.execute("select timezone from sites where id = ?", [site_id]).fetchone()[0]
    return Counter(local_months((at for (at,) in db.execute(sql, [site_id])), zone))  # to group a million of them SQLite takes 80 MB


def local_months(instants: Iterable[str], zone: str | None) -> Iterable[str]:
    """The month on the site's wall clock; that of UTC where its zone is not known."""
    clock = ZoneInfo(zone) if zone else UTC
    for at in instants:
        inner = at.endswith("Z") and len(at) == 20 and "02" <= at[8:10] <= "27"  # no zone is more than a day away
        yield at[:7] if inner or not at.endswith("Z") or len(at) != 20 else moment(at).astimezone(clock).strftime("%Y-%m")


UNHELD = """
    site_id = ? and kind = ?
    and not exists (select 1 from urls where urls.url = gaps.ref)
    and not exists (select 1 from articles where articles.site_id = gaps.site_id and articles.source_id = gaps.ref and kind = 'article')
    """


def gaps_by_month(db: Database, site_id: int, kind: Kind) -> Counter[str]:
    """Local month -> named gaps; those of articles that are held through another door are none."""
    sql = f"select month, count(*) from gaps where month is not null and {UNHELD} group by month"
    return Counter(dict(db.execute(sql, [site_id, kind]).fetchall()))


def overcounts_by_month(db: Database, site_id: int, kind: Kind, zone: str | None) -> tuple[Counter[str], set[str]]:
    """(local month -> how many too many, months in which it is not known because a span reaches over several)."""
    over, blurred = Counter[str](), set[str]()
    spans = db.execute("select list, first_at, last_at, count from overcounts where site_id = ?", [site_id])
    for name, first, last, count in spans:
        if kind_of_list(name) != kind:
            continue
        begin, end = local_months([first, last], zone)
        if begin == end:
            over[begin] += count
        else:
            blurred |= set(_between(begin, end))
    return over, blurred


def _between(begin: str, end: str) -> Iterable[str]:
    year, month = int(begin[:4]), int(begin[5:])
    while (name := f"{year:04}-{month:02}") <= end:
        yield name
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def save_total(db: Database, site_id: int, kind: str, reported: int | None, held: int, at: str) -> None:
    """Write what the whole site says it holds, and what is held of it. Runs inside the caller's transaction."""
    db.execute(
        """
        insert into coverage(site_id, kind, month, reported, held, checked_at) values (?, ?, 'all', ?, ?, ?)
        on conflict(site_id, kind, month) do update
        set reported = excluded.reported, held = excluded.held, checked_at = excluded.checked_at
        """,
        [site_id, kind, reported, held, at],
    )


def save_months(db: Database, site_id: int, kind: Kind, at: str) -> None:
    """Write the ledger of the months, touching only what differs. Runs inside the caller's transaction."""
    found = months(db, site_id, kind)
    kept = [month.month for month in found]
    db.execute(
        f"delete from coverage where site_id = ? and kind = ? and month not in ('all'{', ?' * len(kept)})",
        [site_id, kind, *kept],
    )
    db.conn.executemany(
        """
        insert into coverage(site_id, kind, month, reported, held, checked_at) values (?, ?, ?, ?, ?, ?)
        on conflict(site_id, kind, month) do update
        set reported = excluded.reported, held = excluded.held, checked_at = excluded.checked_at
        where reported is not excluded.reported or held <> excluded.held
        """,
        [(site_id, kind, month.month, month.reported, month.held, at) for month in found],
    )


def ledger(db: Database, site_id: int, kind: Kind) -> Ledger:
    """Said, held, and the difference by reasons."""
    row = _said(db, site_id, kind)
    named = f"""
        select reason, explained, count(*)
        from gaps
        where {UNHELD} and not (? and explained = 1 and ref glob 'http*' and reason <> 'robots.txt')
        group by reason, explained
        """  # REST counts no pages that are no articles
    explained, unexplained = Counter[str](), Counter[str]()
    for reason, known, count in db.execute(named, [site_id, kind, row["counts"]]):
        (explained if known else unexplained)[reason] += count
    explained += accept_gaps(db, site_id, kind, unexplained)
    spans = db.execute("select list, count from overcounts where site_id = ?", [site_id])
    over = sum(count for name, count in spans if kind_of_list(name) == kind)
    if over > explained["password"]:
        explained["over-counted by the site"] = over - explained["password"]
    rest = (row["said"] or 0) - row["held"] - explained.total() - unexplained.total() if row["counts"] else 0
    if kind == "comment" and rest > 0 and (counted := min(rest, _under_missing_articles(db, site_id))):
        explained["kept, under articles that are missing"] = counted
        rest -= counted
    if rest > 0:
        (unexplained if row["walked_at"] else explained)["counted, and not named" if row["walked_at"] else "not read yet"] = rest
    return Ledger(kind, row["said"], row["held"], dict(+explained), dict(+unexplained))


def gap_ref(site: str, kind: str, reason: str) -> str:
    """What a decision on the gaps of one kind and reason at a site is about: ``gap:SITE:`` and six letters of their digest."""
    return site_ref("gap", site, hashlib.sha256(f"{kind} {reason}".encode()).hexdigest()[:6])


def accepted_gap(db: Database, ref: str) -> str:
    """When a person said that these gaps cannot be closed; '' where nobody did. What was first missed later is not meant."""
    decision = decided(db, "accept").get(ref)
    return str(decision["decided_at"]) if decision else ""


def accept_gaps(db: Database, site_id: int, kind: Kind, unexplained: Counter[str]) -> Counter[str]:
    """Take out of ``unexplained`` what a person explained. Gives it, by reason."""
    name = db.execute("select name from sites where id = ?", [site_id]).fetchone()[0]
    accepted = Counter[str]()
    for reason in unexplained:
        if at := accepted_gap(db, gap_ref(name, kind, reason)):
            sql = f"select count(*) from gaps where {UNHELD} and reason = ? and explained = 0 and since <= ?"
            accepted[f"{reason}, accepted"] = db.execute(sql, [site_id, kind, reason, at]).fetchone()[0]
            unexplained[reason] -= accepted[f"{reason}, accepted"]
    return +accepted


def _under_missing_articles(db: Database, site_id: int) -> int:
    """Comments that were read and that nobody can read on the site any more: WordPress goes on counting those of a draft."""
    sql = """
        select count(*)
        from articles
        cross join comments on comments.article_id = articles.id
        where site_id = ? and articles.missing_since is not null and comments.missing_since is null and comments.kind = 'comment'
        """
    return int(db.execute(sql, [site_id]).fetchone()[0])


def _said(db: Database, site_id: int, kind: Kind) -> dict[str, Any]:
    """said, held, walked_at, and whether ``said`` is a count of what is there (a sitemap's length is not)."""
    measured = "select reported as said, held from coverage where site_id = ? and kind = ? and month = 'all'"
    row = next(db.query(measured, [site_id, kind]), {"said": None, "held": held_in_all(db, site_id, kind)})
    own = list_totals(db, site_id, kind)
    if row["said"] is None:
        pages = list_of(db, site_id, "pages") if kind == "article" else None
        row["said"] = own.total if own.total is not None else pages["total"] if pages else None
    return row | {"walked_at": own.walked, "counts": own.total is not None}


EACH_COMMENT = """
    select count(*)
    from comments
    join articles on articles.id = comments.article_id
    where site_id = :site and comments.kind = 'comment' and comments.missing_since is null and articles.missing_since is null
    """
COUNTED_COMMENTS = """
    select (select coalesce(sum(comment_count), 0) from articles where site_id = :site and missing_since is null) - (
      select count(*)
      from comments
      cross join articles on articles.id = comments.article_id
      where comments.kind <> 'comment' and comments.missing_since is null and articles.missing_since is null and site_id = :site
    )
    """
"""The same out of the numbers that articles carry, less their pings: 350 -> 2 ms a million comments."""


def held_in_all(db: Database, site_id: int, kind: Kind) -> int:
    if kind == "article":
        sql = "select count(*) from articles where site_id = :site and missing_since is null"
    else:  # where rows are hidden, views stand in for tables: what articles count is not what is shown
        sql = EACH_COMMENT if db.execute("select 1 from temp.sqlite_master where name = 'articles'").fetchone() else COUNTED_COMMENTS
    return int(db.execute(sql, {"site": site_id}).fetchone()[0])

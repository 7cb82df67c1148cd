"""Verdicts that an address is no article, and how far a site's lists are believed. Functions that write run inside the caller's
transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

HALVED = 200  # questions after which the earlier ones count half: a site may learn to tell the truth, or unlearn it


@dataclass(frozen=True, slots=True)
class Finding:
    """One address that is no article. ``digest``: of what the page showed; ``lastmod``: what the list said, '' for nothing."""

    url: str
    reason: str
    digest: str
    lastmod: str
    extractor: str
    checked_at: str = ""
    readings: int = 0


def verdicts(db: Database, site_id: int) -> dict[str, Finding]:
    """Address -> what was found there. Of explained gaps of older archives nothing but the reason is known."""
    sql = """
        select gaps.ref, gaps.reason, coalesce(digest, ''), coalesce(lastmod, ''), coalesce(extractor, ''),
          coalesce(checked_at, since), coalesce(readings, 0)
        from gaps
        left join verdicts on verdicts.site_id = gaps.site_id and verdicts.url = gaps.ref
        where gaps.site_id = ? and gaps.kind = 'article' and gaps.explained = 1 and gaps.reason <> 'robots.txt'
        """
    return {row[0]: Finding(*row) for row in db.execute(sql, [site_id])}


def save_verdict(db: Database, site_id: int, verdict: Finding, at: str) -> None:
    """Write down that an address is no article, as read at ``at``. Only another kind of reason begins a new count."""
    sql = "select decided_at, readings, reason from verdicts where site_id = ? and url = ?"
    before = db.execute(sql, [site_id, verdict.url]).fetchone()
    same = before is not None and _kind(before[2]) == _kind(verdict.reason)
    db.execute(
        """
        insert or replace into verdicts(site_id, url, reason, decided_at, checked_at, readings, digest, lastmod, extractor)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            *(site_id, verdict.url, verdict.reason, before[0] if same else at, at, before[1] + 1 if same else 1),
            *(verdict.digest, verdict.lastmod, verdict.extractor),
        ],
    )


def _kind(reason: str) -> str:
    return reason.partition("(")[0].strip()


def drop_verdict(db: Database, site_id: int, url: str) -> None:
    """Take a verdict back: the address holds an article, or shows a wall."""
    db.execute("delete from verdicts where site_id = ? and url = ?", [site_id, url])


def claims(db: Database, site_id: int) -> dict[str, tuple[int, int]]:
    """List -> (pages read because it said that they had changed, how many of them had)."""
    rows = db.execute("select list, asked, confirmed from claims where site_id = ?", [site_id])
    return {name: (asked, confirmed) for name, asked, confirmed in rows}


def add_claims(db: Database, site_id: int, name: str, asked: int, confirmed: int, at: str) -> None:
    """Add what a run found of a list's claims."""
    before = claims(db, site_id).get(name, (0, 0))
    total, right = before[0] + asked, before[1] + confirmed
    if total > HALVED:
        total, right = total // 2, right // 2
    db.execute(
        "insert or replace into claims(site_id, list, asked, confirmed, checked_at) values (?, ?, ?, ?, ?)",
        [site_id, name, total, right, at],
    )

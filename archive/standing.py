"""How a site's archive stands today, and what of it a person should look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.clock import later, moment
from archive.coverage import Ledger, ledger
from archive.decisions import decided
from archive.warc import SUFFIX

DAYS = 30  # of growth that is looked back on


@dataclass(frozen=True, slots=True)
class Growth:
    """What came in the last 30 days, and what a month will bring at the pace since the first archiving; None: too early to say."""

    articles: int
    comments: int
    warc_bytes: int
    monthly_articles: int | None
    monthly_comments: int | None
    monthly_bytes: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One site. Times are UTC; ``hours`` are those since the end of the last complete run, None where there was none."""

    last_success: str | None
    hours: float | None
    begun: float | None  # hours since the first run began
    ledgers: tuple[Ledger, ...]
    quarantined: int  # not accepted
    newest_quarantine: tuple[str, str] | None  # (when, why)
    missing: dict[str, int]  # articles and comments missing, articles and comments gone
    growth: Growth
    oldest_check: str | None  # of an article that is there
    oldest_thread: str | None

    def problems(self, stale_after: float) -> Iterator[str]:
        """What is wrong, a line each. ``stale_after``: hours."""
        if self.hours is None:
            if self.begun is None or self.begun > stale_after:
                yield "no run was ever complete"
        elif self.hours > stale_after:
            yield f"no run was complete for {age(self.hours)}; the last was {self.last_success}"
        for kept in self.ledgers:
            for reason, count in kept.unexplained.items():
                yield f"{count:,} {kept.kind}{'' if count == 1 else 's'} missing from the archive: {reason}"


def standing(db: Database, folder: Path, site_id: int, now: str) -> Standing:
    runs = "select min(started_at), max(finished_at) filter (where exit_code = 0) from crawls where site_id = ?"
    first, last = db.execute(runs, [site_id]).fetchone()
    quarantined = waiting(db, site_id)
    checks = "select min(checked_at), min(comments_checked_at) from articles where site_id = ? and missing_since is null"
    oldest_check, oldest_thread = db.execute(checks, [site_id]).fetchone()
    return Standing(
        last_success=last,
        hours=hours(last, now),
        begun=hours(first, now),
        ledgers=(ledger(db, site_id, "article"), ledger(db, site_id, "comment")),
        quarantined=len(quarantined),
        newest_quarantine=quarantined[0] if quarantined else None,
        missing=missing(db, site_id),
        growth=growth(db, folder, site_id, now),
        oldest_check=oldest_check,
        oldest_thread=oldest_thread,
    )


def hours(since: str | None, now: str) -> float | None:
    return (moment(now) - moment(since)).total_seconds() / 3600 if since else None


def waiting(db: Database, site_id: int) -> list[tuple[str, str]]:
    """(when, why) of the pages in quarantine that nobody has accepted, the newest first."""
    accepted = decided(db, "accept")
    sql = "select captured_at, reason, capture_id from quarantine where site_id = ? order by captured_at desc, id desc"
    return [(at, reason) for at, reason, capture_id in db.execute(sql, [site_id]) if str(capture_id) not in accepted]


def missing(db: Database, site_id: int) -> dict[str, int]:
    """Comments under missing articles are not marked themselves."""
    articles = "select count(*) - count(gone_at), count(gone_at) from articles where site_id = ? and missing_since is not null"
    comments = """
        select count(*) - count(comments.gone_at), count(comments.gone_at)
        from comments
        join articles on articles.id = comments.article_id
        where site_id = ? and comments.missing_since is not null
        """
    names = ("articles missing", "articles gone", "comments missing", "comments gone")
    counts = [*db.execute(articles, [site_id]).fetchone(), *db.execute(comments, [site_id]).fetchone()]
    return dict(zip(names, counts, strict=True))


def growth(db: Database, folder: Path, site_id: int, now: str) -> Growth:
    """The pace counts from the end of the first complete run on, 30 days back at most; a day is the least it is told from."""
    since = later(now, days=-DAYS)
    first = db.execute("select min(finished_at) from crawls where site_id = ? and exit_code = 0", [site_id]).fetchone()[0]
    start = max(since, first or now)
    days = (moment(now) - moment(start)).total_seconds() / 86400
    came, paced = _came(db, folder, site_id, since), _came(db, folder, site_id, start)
    monthly = [round(count * DAYS / days) for count in paced] if days >= 1 else [None] * 3
    return Growth(*came, *monthly)


def _came(db: Database, folder: Path, site_id: int, since: str) -> tuple[int, int, int]:
    """(articles, comments, bytes of WARC) first seen after ``since``."""
    articles = "select count(*) from articles where site_id = ? and first_seen_at > ?"
    comments = """
        select count(*)
        from comments
        join articles on articles.id = comments.article_id
        where site_id = ? and comments.first_seen_at > ?
        """
    counts = [db.execute(sql, [site_id, since]).fetchone()[0] for sql in (articles, comments)]
    return counts[0], counts[1], _warc_bytes(db, folder, site_id, since)


def _warc_bytes(db: Database, folder: Path, site_id: int, since: str) -> int:
    """Rows tell the length of responses; what requests and file headers add is taken from the files as they are."""
    [name] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
    sql = """
        select coalesce(sum(length), 0), coalesce(sum(length) filter (where captured_at > ?), 0)
        from captures
        where filename >= ? and filename < ?
        """
    whole, recent = db.execute(sql, [since, f"warc/{name}/", f"warc/{name}0"]).fetchone()  # 0 follows / in ASCII
    on_disk = sum(path.stat().st_size for path in (folder / "warc" / name).glob(f"*{SUFFIX}"))
    return round(recent * max(1.0, on_disk / whole)) if whole else 0


def age(hours: float) -> str:
    """``20 minutes``, ``5 hours``, ``3 days``."""
    count, noun = (int(hours * 60), "minute") if hours < 2 else (int(hours), "hour") if hours < 48 else (int(hours // 24), "day")
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

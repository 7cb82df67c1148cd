"""How a site's archive stands today: takes a site's id and the time, gives growth, quarantine and missing articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.clock import later, moment
from archive.queries.counts import site_counts
from archive.queries.not_held import not_held
from archive.queries.remembered import remembered
from archive.queries.rows import Row
from archive.store.coverage import Kind, Ledger, ledger
from archive.store.decisions import decided
from archive.warc.place import SUFFIX

DAYS = 30  # of growth that is looked back on
PACE_DAYS = 90  # over which the pace of the files is taken: what a site is asked once a month counts in it as often as it should


@dataclass(frozen=True, slots=True)
class Growth:
    """What came in the last 30 days, and what the next 30 will bring at the pace since the first archiving; None: too early to say."""

    articles: int
    comments: int
    warc_bytes: int
    monthly_articles: int | None
    monthly_comments: int | None
    monthly_bytes: int | None
    monthly_database: int | None


@dataclass(frozen=True, slots=True)
class NamedList:
    """What one list of the site named when it was last read, and what is held of it."""

    name: str  # posts, feed, sitemap, listing, ...
    named: int
    held: int
    explained: int  # not held, for a reason that a rule gives

    @property
    def lacking(self) -> int:
        return self.named - self.held - self.explained


@dataclass(frozen=True, slots=True)
class Standing:
    """One site. Times are UTC; ``hours`` are those since the end of the last complete run, None where there was none."""

    last_success: str | None
    hours: float | None
    first_run: str | None
    begun: float | None  # hours since the first run began
    ledgers: tuple[Ledger, ...]
    quarantined: int  # not accepted
    newest_quarantine: tuple[str, str] | None  # (when, why)
    missing: dict[str, int]  # articles and comments missing, articles and comments gone
    growth: Growth
    oldest_check: str | None  # of an article that is there
    oldest_thread: str | None
    lists: tuple[NamedList, ...]
    not_held: str  # what articles show or link and the archive has not, as one line


def standing(db: Database, folder: Path, site_id: int, now: str) -> Standing:
    """How one site stands at ``now``."""
    runs = """
        select min(started_at), max(finished_at) filter (where exit_code = 0)
        from crawls
        where site_id = ? and mode <> 'reextract' and started_at <= ?
        """  # none that a clock dated into the future: it would hide for as long that no run comes
    first, last = db.execute(runs, [site_id, now]).fetchone()
    quarantined = waiting(db, site_id)
    checks = "select min(checked_at), min(comments_checked_at) from articles where site_id = ? and missing_since is null"
    oldest_check, oldest_thread = remembered(db.conn, ("checks", site_id), lambda: db.execute(checks, [site_id]).fetchone())
    return Standing(
        last_success=last,
        hours=hours(last, now),
        first_run=first,
        begun=hours(first, now),
        ledgers=(_ledger(db, site_id, "article"), _ledger(db, site_id, "comment")),
        quarantined=quarantine_counts(db, site_id)["quarantine.waiting"],
        newest_quarantine=(quarantined[0]["captured_at"], quarantined[0]["reason"]) if quarantined else None,
        missing=missing(site_counts(db.conn, site_id)),
        growth=growth(db, folder, site_id, now),
        oldest_check=oldest_check,
        oldest_thread=oldest_thread,
        lists=tuple(named_lists(db, site_id)),
        not_held=not_held(db, site_id).said,
    )


def _ledger(db: Database, site_id: int, kind: Kind) -> Ledger:
    return remembered(db.conn, ("ledger", site_id, kind), lambda: ledger(db, site_id, kind))


def named_lists(db: Database, site_id: int) -> Iterator[NamedList]:
    """The lists of a site that name articles, by name."""
    sql = """
        select name, total, held, coalesce(explained, 0)
        from lists
        where site_id = ? and total is not null and held is not null
        order by name
        """
    for row in db.execute(sql, [site_id]):
        yield NamedList(*row)


def hours(since: str | None, now: str) -> float | None:
    """Hours from ``since`` to ``now``; None without ``since``."""
    return (moment(now) - moment(since)).total_seconds() / 3600 if since else None


def waiting(db: Database, site_id: int, schema: str = "") -> list[Row]:
    """The rows of ``quarantine`` that a person has to decide, the newest first. ``schema``: ``main.`` for those of what is withheld too.

    Not those that were accepted or rejected, nor those of articles that were read well since, or are known to be missing.
    """
    settled = decided(db, "accept").keys() | decided(db, "reject").keys()
    sql = f"""
        select *
        from {schema}quarantine as quarantine
        where site_id = ?
          and not exists (
            select 1
            from {schema}urls as urls
            join {schema}articles as articles on articles.id = urls.article_id
            where urls.url = quarantine.url and (articles.last_seen_at > coalesce(last_at, captured_at) or missing_since is not null)
          )
        order by captured_at desc, id desc
        """
    return [row for row in db.query(sql, [site_id]) if str(row["capture_id"]) not in settled]


def quarantine_counts(db: Database, site_id: int) -> dict[str, int]:
    """How many pages wait in quarantine for a person, and how many do not any more."""
    open_ones = len(waiting(db, site_id, "main."))
    [whole] = db.execute("select count(*) from main.quarantine where site_id = ?", [site_id]).fetchone()
    return {"quarantine.waiting": open_ones, "quarantine.settled": whole - open_ones}


MISSING = {
    "articles missing": "articles.unconfirmed",
    "articles gone": "articles.gone",
    "comments missing": "comments.unconfirmed",
    "comments gone": "comments.gone",
}


def missing(counts: Mapping[str, int]) -> dict[str, int]:
    """Numbers of articles and comments that are missing or gone. Comments under a missing article are not marked themselves."""
    return {said: counts[name] for said, name in MISSING.items()}


def growth(db: Database, folder: Path, site_id: int, now: str) -> Growth:
    """What came in the last 30 days and what the next 30 will bring. The pace is that since the first complete run, of at least a day."""
    since = later(now, days=-DAYS)
    ended = "select min(finished_at) from crawls where site_id = ? and exit_code = 0 and mode <> 'reextract'"
    first = db.execute(ended, [site_id]).fetchone()[0]
    start = max(since, first or now)
    days = (moment(now) - moment(start)).total_seconds() / 86400
    articles, comments = _came(db, site_id, since)
    paced = [round(count * DAYS / days) if days >= 1 else None for count in _came(db, site_id, start)]
    files, added = _pace(db, site_id, max(later(now, days=-PACE_DAYS), first or now))
    whole, late = _responses(db, site_id, since)
    factor = _on_disk(db, folder, site_id, whole)
    return Growth(
        articles=articles,
        comments=comments,
        warc_bytes=round(late * factor),
        monthly_articles=paced[0],
        monthly_comments=paced[1],
        monthly_bytes=None if files is None else round(files * factor * DAYS),
        monthly_database=None if added is None else round(added * DAYS),
    )


RUNS = """
    with runs as (
      select
        id,
        site_id,
        started_at,
        exit_code,
        mode,
        julianday(started_at) - julianday(lag(started_at) over (partition by site_id, mode = 'reextract' order by id)) as days,
        database_bytes - lag(database_bytes) over (order by finished_at, id) as added
      from crawls
      where finished_at is not null
    )
    select
      coalesce(sum(days), 0),
      sum((select coalesce(sum(length), 0) from captures where crawl_id = runs.id)),
      coalesce(sum(days) filter (where added is not null), 0),
      sum(added)
    from runs
    where site_id = ? and exit_code = 0 and mode <> 'reextract' and started_at > ?
    """


def _pace(db: Database, site_id: int, start: str) -> tuple[float | None, float | None]:
    """(bytes of responses, bytes of database) that a day of complete runs brings, since ``start``; None where less than a day is known.

    A run stands for the time since the run before it. Runs that failed stand for nothing: an outage says little of other days.
    """
    days, responses, days_of_database, added = db.execute(RUNS, [site_id, start]).fetchone()
    return (responses / days if days >= 1 else None, added / days_of_database if days_of_database >= 1 else None)


def _responses(db: Database, site_id: int, since: str) -> tuple[int, int]:
    """Bytes of the records of responses, and of those captured after ``since``; adopted ones belong to no run, but to a file of the
    site."""
    [name] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
    sql = """
        select coalesce(sum(length), 0), coalesce(sum(length) filter (where captured_at > ?), 0)
        from captures
        where filename >= ? and filename < ?
        """
    asked = [since, f"warc/{name}/", f"warc/{name}0"]  # 0 follows / in ASCII
    whole, later = remembered(db.conn, ("responses", *asked), lambda: db.execute(sql, asked).fetchone())
    return int(whole), int(later)


def _on_disk(db: Database, folder: Path, site_id: int, whole: int) -> float:
    """How much larger the files are than the responses in them: what requests and file headers add is taken from the files as they are.
    ``whole``: bytes of the responses."""
    [name] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
    on_disk = sum(path.stat().st_size for path in (folder / "warc" / name).glob(f"*{SUFFIX}"))
    return max(1.0, on_disk / whole) if whole else 1.0


def _came(db: Database, site_id: int, since: str) -> list[int]:
    """Articles and comments first seen after ``since``."""
    articles = "select count(*) from articles where site_id = ? and first_seen_at > ?"
    comments = """
        select count(*)
        from comments
        cross join articles on articles.id = comments.article_id
        where site_id = ? and comments.first_seen_at > ?
        """
    return [db.execute(sql, [site_id, since]).fetchone()[0] for sql in (articles, comments)]


def age(hours: float) -> str:
    """``20 minutes``, ``5 hours``, ``3 days``."""
    count, noun = (int(hours * 60), "minute") if hours < 2 else (int(hours), "hour") if hours < 48 else (int(hours // 24), "day")
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

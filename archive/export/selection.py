"""What an export is of: takes a connection and ids, gives the articles and captures that belong to it, as tables of that connection.

The tables are SQLite's own temporary ones, in files where they grow large: an export of a whole archive needs no more memory than
one of an article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.errors import ConfigurationError

Row = dict[str, Any]
TABLES = """
    create temp table chosen_articles (id integer primary key);
    create temp table chosen_captures (id integer primary key, part text not null);
    create temp table placed_records (capture_id integer primary key, file text, at integer, indexed text, line text);
    create temp table left_out (record_id text, captured_at text, reason text)
"""
SHOWING = """
    select capture_id, article_id, 'revision ' || number || ' (' || part || ')' as part
    from revision_captures
    join revisions on revisions.id = revision_id
    union all
    select capture_id, article_id, 'comments'
    from comment_revisions
    join comments on comments.id = comment_id
    union all
    select capture_id, article_id, 'absence'
    from absences
    union all
    select id, article_id, 'picture'
    from captures
    where door = 'image'
    union all
    select capture_id, article_id, 'picture'
    from images
"""
"""What shows a revision, a comment, a picture, or an absence of an article."""
FILES_OF_PAGES = """
    select capture_id
    from assets
    where site_id in (select site_id from articles where id in (select id from chosen_articles))
"""
"""What pages show themselves with belongs to no single article."""
EARLIER = """
    insert or ignore into chosen_captures(id, part)
    select min(earlier.id), 'payload of others'
    from captures
    join captures as earlier on earlier.payload_digest = captures.payload_digest and earlier.id < captures.id
    where captures.id in (select id from chosen_captures) and earlier.length > captures.length
    group by captures.id
"""
"""A record of a payload that was sent before has no body of its own: the earlier record has it."""
IN_SPAN = "captured_at >= :since and captured_at < :until"


@dataclass(frozen=True, slots=True)
class Period:
    """When a capture was made: from ``since`` on, before ``until``."""

    since: str = ""
    until: str = "9999"


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, in ``chosen_articles`` and ``chosen_captures``."""

    title: str  # for people
    articles: int
    captures: int
    bytes: int  # of their records
    whole: bool  # nothing of its WARC files is left out, but what is withheld
    single: Row | None = None  # the article, where it is one by itself


def choose_articles(db: Database, title: str, ids: Iterable[int], span: Period, single: Row | None = None) -> Selection:
    """These articles, and the captures that show them. Raises ConfigurationError where there are none."""
    _begin(db)
    db.conn.executemany("insert or ignore into chosen_articles values (?)", ([i] for i in ids))
    named = "part" if single else "'article ' || shown.article_id || ' ' || part"
    sql = f"""
        insert into chosen_captures(id, part)
        select capture_id, group_concat(distinct {named})
        from ({SHOWING}) as shown
        join captures on captures.id = capture_id
        where shown.article_id in (select id from chosen_articles) and {IN_SPAN}
        group by capture_id
    """
    db.execute(sql, asdict(span))
    if "assets" in db.table_names():
        sql = f"insert or ignore into chosen_captures select id, door from captures where id in ({FILES_OF_PAGES}) and {IN_SPAN}"
        db.execute(sql, asdict(span))
    return _chosen(db, title, whole=False, single=single)


def choose_sites(db: Database, title: str, site_ids: Iterable[int], span: Period) -> Selection:
    """Every capture of these sites, and the articles that they show. Raises ConfigurationError where there are none."""
    _begin(db)
    for site_id in site_ids:
        name = db.execute("select name from sites where id = ?", [site_id]).fetchone()[0]
        of_site = {"first": f"warc/{name}/", "beyond": f"warc/{name}0", "site": site_id} | asdict(span)
        sql = f"""
            insert or ignore into chosen_captures(id, part)
            select id, door from captures where filename >= :first and filename < :beyond and {IN_SPAN}
        """
        db.execute(sql, of_site)
        sql = f"""
            insert or ignore into chosen_articles
            select id from articles
            where site_id = :site and id in (select article_id from ({SHOWING}) where capture_id in (select id from chosen_captures))
        """
        db.execute(sql, of_site)
    return _chosen(db, title, whole=span == Period())


def _begin(db: Database) -> None:
    for statement in TABLES.split(";"):
        db.execute(statement)


def _chosen(db: Database, title: str, whole: bool, single: Row | None = None) -> Selection:
    db.execute(EARLIER)
    [articles] = db.execute("select count(*) from chosen_articles").fetchone()
    sql = "select count(*), coalesce(sum(length), 0) from captures where id in (select id from chosen_captures)"
    captures, size = db.execute(sql).fetchone()
    if not captures:
        raise ConfigurationError(f"nothing is held of {title}: there is nothing to hand over")
    return Selection(title, articles, captures, size, whole, single)


def chosen_articles(db: Database, last: int = -1) -> Iterator[Row]:
    """The rows of the articles, by id; those behind the id ``last``."""
    while row := next(db.query(ONE_MORE, [last]), None):  # one by one: the connection reads other tables meanwhile
        last = row["id"]
        yield row


ONE_MORE = "select * from articles where id in (select id from chosen_articles) and id > ? order by id limit 1"

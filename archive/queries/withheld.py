"""What is not served at this moment: takes a connection, gives the articles, comments, signatures and ages that people decided on.

Three kinds of decisions: to withhold an article or a comment, to show a signature as another name, and a site's rules of age.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from archive.clock import later, now
from archive.queries.rows import fetch_column
from archive.store.decisions import UNDONE
from archive.store.site_settings import HIDE_COMMENTS, HIDE_GONE, days

Decisions = tuple[tuple[str, str], ...]
EVERY_SITE = "*"  # in the place of a site's name


@dataclass(frozen=True, slots=True)
class Policy:
    """What was decided, as it stands in the database. ``day``: on which the rules of age are applied; '' where there are none."""

    withheld: Decisions
    pseudonyms: Decisions
    ages: tuple[tuple[int, str, str], ...]  # id of a site, name of the setting, value
    day: str

    @property
    def is_live(self) -> bool:
        """Whether new rows may fall under it."""
        return bool(self.pseudonyms or self.ages)


class Signature(NamedTuple):
    """A name as it stands under comments, and what is shown in its place. ``site_id``: None for every site."""

    name: str
    shown: str
    site_id: int | None


class Age(NamedTuple):
    """Comments of a site that were posted before a moment are not served."""

    site_id: int
    before: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a policy hides, of what is held now."""

    articles: tuple[int, ...] = ()
    comments: tuple[int, ...] = ()
    signatures: tuple[Signature, ...] = ()  # those of one site first: they count more
    ages: tuple[Age, ...] = ()
    everywhere_before: str = ""  # the earliest of ``ages``, where every site has one: of what is older nobody asks the site

    @property
    def is_anything(self) -> bool:
        return bool(self.articles or self.comments or self.signatures or self.ages)


def policy_of(db: sqlite3.Connection) -> Policy:
    """What stands decided at this moment."""
    sql = "select kind, ref, value from main.decisions where kind in ('withhold', 'pseudonymise') order by id"
    rows = db.execute(sql).fetchall()
    ages = "select site_id, name, value from main.site_settings where name in (?, ?) order by site_id, name"
    rules = tuple(db.execute(ages, [HIDE_COMMENTS, HIDE_GONE]).fetchall())
    withheld, pseudonyms = (tuple((ref, value) for each, ref, value in rows if each == kind) for kind in ("withhold", "pseudonymise"))
    standing = tuple((ref, value) for ref, value in dict(pseudonyms).items() if value != UNDONE)
    return Policy(withheld, standing, rules, now()[:10] if rules else "")


def hidden_by(db: sqlite3.Connection, policy: Policy) -> Hidden:
    """What a policy hides."""
    articles, comments = withheld_ids(db, policy.withheld)
    gone = [(site_id, _before(policy.day, value)) for site_id, name, value in policy.ages if name == HIDE_GONE]
    for rule in gone:
        articles += fetch_column(db, "select id from main.articles where site_id = ? and gone_at < ?", rule)
        sql = """
            select comments.id
            from main.comments
            join main.articles on articles.id = comments.article_id
            where articles.site_id = ? and comments.gone_at < ? and comments.missing_since is not null
            """
        comments += fetch_column(db, sql, rule)
    ages = tuple(Age(site_id, _before(policy.day, value)) for site_id, name, value in policy.ages if name == HIDE_COMMENTS)
    return Hidden(
        tuple(sorted({*articles})),
        tuple(sorted({*comments})),
        tuple(_signatures(db, policy.pseudonyms)),
        ages,
        min((age.before for age in ages), default="") if {age.site_id for age in ages} >= _sites(db) else "",
    )


def _sites(db: sqlite3.Connection) -> set[int]:
    return {site_id for (site_id,) in db.execute("select id from main.sites").fetchall()}


def hidden_now(db: sqlite3.Connection) -> Hidden:
    """What is not served at this moment."""
    return hidden_by(db, policy_of(db))


def withheld_ids(db: sqlite3.Connection, decisions: Iterable[tuple[str, str]]) -> tuple[list[int], list[int]]:
    """Ids of the articles and comments on which the last decision is to withhold; an article by any address it has had."""
    standing = [ref for ref, value in dict(decisions).items() if value != UNDONE]
    comments = [int(ref.removeprefix("comment:")) for ref in standing if ref.startswith("comment:")]
    found = (db.execute("select article_id from main.urls where url = ?", [ref]).fetchone() for ref in standing)
    return sorted({row[0] for row in found if row}), sorted(comments)


def _before(day: str, value: str) -> str:
    """The moment before which a rule hides; '' where it reaches back beyond the calendar."""
    try:
        return later(f"{day}T00:00:00Z", days=-(days(value) or 0)) if days(value) else ""
    except OverflowError:
        return ""


# signatures


def same_name(name: str) -> str:
    """What spellings of one signature have in common: case and blanks aside."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def pseudonym_ref(site: str | None, name: str) -> str:
    """The ``ref`` of a decision about a signature: the site's name, or * for every site, and the signature."""
    return f"{site or EVERY_SITE}/{name}"


def _signatures(db: sqlite3.Connection, pseudonyms: Decisions) -> list[Signature]:
    """Each spelling that is held of the names decided on, and the name as it was written."""
    if not pseudonyms:
        return []
    spellings: dict[str, set[str]] = {}
    sql = "select distinct author from main.comments union select distinct author from main.comment_states where author is not null"
    for name in fetch_column(db, sql):
        spellings.setdefault(same_name(name), set()).add(name)
    sites = dict(db.execute("select name, id from main.sites").fetchall())
    found = []
    for ref, shown in pseudonyms:
        site, _, name = ref.partition("/")
        if site == EVERY_SITE or site in sites:
            held = spellings.get(same_name(name), set()) | {name}
            found += [Signature(each, shown, sites.get(site)) for each in sorted(held)]
    return sorted(found, key=lambda signature: (signature.site_id is None, signature.site_id or 0))

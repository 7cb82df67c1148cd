"""Settling a run: boilerplate is learned over the archive, blocks are labelled anew, and what was no edit is folded.

Idempotent, and independent of the order of crawling: labels follow from what the archive holds, not from when it came.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from typing import NamedTuple

from sqlite_utils import Database

from archive.store.decisions import decided
from archive.store.folding import fold, provisional
from archive.store.revision_digest import seal
from archive.text.fingerprint import LEARNED, Wording, begins_with_bio, learned_kind, letters, numbers_in, replaced, speaks_of_authors

# Where wordings stand, in every state the archive holds: a bio that was reworded everywhere stays a bio in older revisions.
SPOTS = """
    create temp table spots as
    select block_spans.fingerprint, revisions.article_id, block_spans.revision_id, block_spans.position
    from articles
    join revisions on revisions.article_id = articles.id
    join block_spans on block_spans.revision_id = revisions.id
    where articles.site_id = ? and block_spans.fingerprint <> '' and (block_spans.kind is null or block_spans.rule like 'learned: %')
    """  # in memory: 20,000 articles have 300,000, so their fingerprints stay numbers
RECURRING = """
    select iif(typeof(fingerprint) = 'integer', printf('%016x', fingerprint), fingerprint), article_id, revision_id, position
    from spots
    where fingerprint in (select fingerprint from spots group by fingerprint having count(distinct article_id) >= 3)
    order by fingerprint, article_id, revision_id, position desc
    """


class Settled(NamedTuple):
    """What came of it: how many revisions were folded, and which pairs (revision, its predecessor) of this run have other labels now."""

    folded: int
    relabelled: list[tuple[int, int]]


def settle(db: Database, site_id: int, since: str, reread: Iterable[tuple[int, int]] = ()) -> Settled:
    """Label anew what the archive has learned, then fold revisions first seen at or after ``since`` that are no edits.

    ``reread``: (revision, its predecessor) of others whose blocks were read anew: they are labelled as in their own run, and
    never folded, for they were published. Runs inside the caller's transaction.
    """
    learned = learn(db, site_id)
    touched = relabel(db, site_id, learned)
    touched |= _relabel_replaced(db, [*provisional(db, site_id, since), *reread])
    for revision_id in touched:
        _reseal(db, revision_id)
    folded = fold(db, site_id, since)
    return Settled(folded, [pair for pair in provisional(db, site_id, since) if touched.intersection(pair)])


def learn(db: Database, site_id: int) -> dict[str, tuple[str, str]]:
    """Fingerprint -> (kind, rule) for one site, kept in the table boilerplate. What people decided comes first."""
    found = {w.fingerprint: (w, *kind) for w in _wordings(db, site_id) if (kind := learned_kind(w))}
    held = {f for (f,) in db.execute("select fingerprint from boilerplate where site_id = ?", [site_id])}
    for gone in held - set(found):
        db.execute("delete from boilerplate where site_id = ? and fingerprint = ?", [site_id, gone])
    for wording, label, rule in found.values():
        db.execute(
            """
            insert into boilerplate(site_id, fingerprint, kind, text, articles, authors, decided_by) values (?, ?, ?, ?, ?, ?, ?)
            on conflict(site_id, fingerprint) do update
            set kind = excluded.kind, articles = excluded.articles, authors = excluded.authors, decided_by = excluded.decided_by
            where articles <> excluded.articles or kind <> excluded.kind
            """,
            [site_id, wording.fingerprint, label, wording.text, wording.articles, len(wording.authors), rule],
        )
    labels = {fingerprint: (label, rule) for fingerprint, (_, label, rule) in found.items()}
    labels |= _last_paragraphs(db, site_id, labels, [letters(w.text) for w, label, _ in found.values() if label == "bio"])
    labels |= {fingerprint: (row["value"], "decided by a person") for fingerprint, row in decided(db, "label").items()}
    return labels


def _wordings(db: Database, site_id: int) -> list[Wording]:
    """Every wording that stands in three articles or more."""
    db.execute("drop table if exists temp.spots")
    db.execute(SPOTS, [site_id])
    db.execute("create index temp.spots_fingerprint on spots(fingerprint, article_id, revision_id, position)")
    places: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)  # fingerprint -> article -> (latest revision, position)
    for f, article, revision_id, position in db.execute(RECURRING):
        places[f][article] = (revision_id, position)
    alone = "select fingerprint from spots group by fingerprint having count(distinct article_id) = 1"
    spans = f"select revision_id, min(position), max(position) from spots where fingerprint in ({alone}) group by revision_id"
    own = {revision_id: (first, last) for revision_id, first, last in db.execute(spans)}
    db.execute("drop table temp.spots")
    dates = dict(db.execute("select id, coalesce(published_at, '') from articles where site_id = ?", [site_id]).fetchall())
    signed = _signed(db, site_id)
    return [_wording(db, f, where, own, signed, dates) for f, where in places.items()]


def _last_paragraphs(db: Database, site_id: int, learned: Container[str], bios: list[str]) -> dict[str, tuple[str, str]]:
    """Labels of last paragraphs that are no text though no three articles share them: they are called a bio or an appeal by the
    markup of another article; they begin with a learned bio and go on with another author's; or they speak of their own
    authors by full name."""
    sql = """
        select blocks.revision_id, blocks.position, blocks.fingerprint, revisions.article_id
        from articles
        join revisions on revisions.article_id = articles.id
        join blocks on blocks.revision_id = revisions.id
        where articles.site_id = ? and blocks.fingerprint <> '' and (blocks.kind = 'body' or blocks.rule like 'learned: %')
        order by blocks.revision_id, blocks.position
        """
    signed, called = _signed(db, site_id), _called(db, site_id)
    labels: dict[str, tuple[str, str]] = {}
    within: set[str] = set()  # what is called something elsewhere, and has text below it in some article
    last: dict[int, tuple[int, str, int]] = {}
    ends: dict[int, list[str]] = defaultdict(list)  # revision -> fingerprints of what is called something elsewhere, since its last text
    for revision_id, position, f, article in db.execute(sql, [site_id]):
        if f in called:
            ends[revision_id].append(f)
        elif f not in learned:
            last[revision_id] = (position, f, article)
            within |= set(ends.pop(revision_id, ()))
    for end in ends.values():
        labels |= {f: called[f] for f in end if f not in within}
    for revision_id, (position, f, article) in last.items():
        sql = "select text from blocks where revision_id = ? and position = ?"
        [text] = db.execute(sql, [revision_id, position]).fetchone() if position else [""]
        if begins_with_bio(text, bios):
            labels[f] = ("bio", f"{LEARNED}begins with a learned bio")
        elif speaks_of_authors(text, signed[article]):
            labels[f] = ("bio", f"{LEARNED}the last paragraph begins with its author's name")
    return labels


def _called(db: Database, site_id: int) -> dict[str, tuple[str, str]]:
    """Fingerprint -> (kind, rule) of wordings that the markup of some article calls a bio or an appeal."""
    sql = """
        select blocks.fingerprint, min(blocks.kind), count(distinct revisions.article_id)
        from articles
        join revisions on revisions.article_id = articles.id
        join blocks on blocks.revision_id = revisions.id
        where articles.site_id = ? and blocks.fingerprint <> '' and blocks.kind in ('bio', 'appeal') and blocks.rule not like 'learned: %'
        group by blocks.fingerprint
        """
    return {f: (kind, f"{LEARNED}is called {kind} under {articles} other articles") for f, kind, articles in db.execute(sql, [site_id])}


def _signed(db: Database, site_id: int) -> dict[int, list[str]]:
    signed: dict[int, list[str]] = defaultdict(list)
    sql = "select article_id, name from article_authors join authors on authors.id = author_id where site_id = ?"
    for article_id, name in db.execute(sql, [site_id]):
        signed[article_id].append(name)
    return signed


def _wording(
    db: Database,
    fingerprint: str,
    places: dict[int, tuple[int, int]],
    own: dict[int, tuple[int, int]],
    signed: dict[int, list[str]],
    dates: dict[int, str],
) -> Wording:
    """``own`` is the span of each revision's blocks that no other article has: the author's own text."""
    edge = sum(r not in own or not own[r][0] < position < own[r][1] for r, position in places.values())
    first, last = min(dates[a] for a in places), max(dates[a] for a in places)
    of_its_time = [article for article, date in dates.items() if first <= date <= last]
    revision_id, position = min(places.values())
    text, html = db.execute("select text, html from blocks where revision_id = ? and position = ?", [revision_id, position]).fetchone()
    return Wording(
        fingerprint,
        text,
        html,
        len(places),
        edge,
        Counter(name for article in places for name in signed[article]),
        Counter(name for article in of_its_time for name in signed[article]),
        len(of_its_time),
        _numbers(db, places.values()) if numbers_in(text) else 1,
        _left_out(db, places.values()),
    )


def _left_out(db: Database, places: Iterable[tuple[int, int]]) -> int:
    """How many of the blocks at these places trafilatura left out of the text."""
    sql = "select 1 from blocks where revision_id = ? and position = ? and vote = 'chrome'"
    return sum(db.execute(sql, place).fetchone() is not None for place in places)


def _numbers(db: Database, places: Iterable[tuple[int, int]]) -> int:
    """How many different series of numbers stand in the blocks at these places."""
    sql = "select text from blocks where revision_id = ? and position = ?"
    return len({numbers_in(text) for place in places for (text,) in db.execute(sql, place)})


def relabel(db: Database, site_id: int, labels: dict[str, tuple[str, str]]) -> set[int]:
    """Give every stored body block of the site its learned label, and take back labels that no longer hold; ids of revisions touched."""
    sql = f"""
        select blocks.revision_id, blocks.position, blocks.fingerprint, blocks.kind, blocks.rule
        from articles
        join revisions on revisions.article_id = articles.id
        join blocks on blocks.revision_id = revisions.id
        where articles.site_id = ? and blocks.fingerprint <> ''
          and (blocks.fingerprint in (select value from json_each(?)) or instr(blocks.rule, '{BEFORE}') > 0)
        """  # no other block has a label to give or to take back
    overruled = decided(db, "label")
    changed = []
    for revision_id, position, fingerprint, kind, rule in db.execute(sql, [site_id, json.dumps([*labels])]):
        own, label = own_label(kind, rule), labels.get(fingerprint)
        if label and (own[0] == "body" or fingerprint in overruled):
            wanted = (label[0], f"{label[1]}{BEFORE}{own[0]} {own[1]}")
        else:
            wanted = (kind, rule) if STANDS in rule else own
        if wanted != (kind, rule):
            changed.append((*wanted, revision_id, position))
    db.conn.executemany("update blocks set kind = ?, rule = ? where revision_id = ? and position = ?", changed)
    return {revision_id for *_, revision_id, _ in changed}


def own_label(kind: str, rule: str) -> tuple[str, str]:
    """(kind, rule) that the page's own rules gave, whatever was learned since: what a label goes back to when it no longer holds."""
    before = rule.rpartition(BEFORE)[2].partition(" ")
    return (before[0], before[2]) if BEFORE in rule else (kind, rule)


BEFORE = "; before: "
STANDS = "stood in this place before"


def _relabel_replaced(db: Database, pairs: Iterable[tuple[int, int]]) -> set[int]:
    """In the first of two revisions: a body block that stands exactly where boilerplate stood is that boilerplate, worded anew."""
    touched = set()
    for new_id, old_id in pairs:
        old, new = _labels(db, old_id), _labels(db, new_id)
        for position, kind in replaced(old, new).items():
            db.execute(
                "update blocks set kind = ?, rule = ? || rule where revision_id = ? and position = ?",
                [kind, f"{LEARNED}{kind} {STANDS}{BEFORE}body ", new_id, position],
            )
            touched.add(new_id)
    return touched


def _labels(db: Database, revision_id: int) -> list[tuple[str, str]]:
    return list(db.execute("select kind, fingerprint from blocks where revision_id = ? order by position", [revision_id]))


def _reseal(db: Database, revision_id: int) -> None:
    """A revision's text has other blocks now: seal it again, and let its article say the same."""
    text = seal(db, revision_id)
    db.execute(
        """
        update articles
        set word_count = ?,
            kind = case when kind = 'article' and ? = '' then 'link' when kind = 'link' and ? <> '' then 'article' else kind end
        where revision_id = ?
        """,
        [len(text.split()), text, text, revision_id],
    )

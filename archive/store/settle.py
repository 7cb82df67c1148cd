"""Settling a run: boilerplate is learned over the archive, blocks are labelled anew, and what was no edit is folded.

Idempotent, and independent of the order of crawling: labels follow from what the archive holds, not from when it came.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from sqlite_utils import Database

from archive.store.decisions import decided
from archive.store.folding import fold, provisional
from archive.store.recurring import recurring
from archive.store.revision_digest import seal
from archive.text.fingerprint import LEARNED, begins_with_bio, learned_kind, letters, replaced, speaks_of_authors


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
    found = {w.fingerprint: (w, *kind) for w in recurring(db, site_id) if (kind := learned_kind(w))}
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


def _last_paragraphs(db: Database, site_id: int, learned: Container[str], bios: list[str]) -> dict[str, tuple[str, str]]:
    """Labels of last paragraphs that are no text though no three articles share them: they are called a bio or an appeal by the
    markup of another article; they begin with a learned bio and go on with another author's; or they speak of their own
    authors by full name."""
    sql = """
        select position, fingerprint
        from blocks
        where revision_id = ? and fingerprint <> '' and (kind = 'body' or rule like 'learned: %')
        order by position
        """
    called = _called(db, site_id)
    within: set[str] = set()  # what is called something elsewhere, and has text below it in some article
    without: set[str] = set()  # the same, and has none in some article
    labels: dict[str, tuple[str, str]] = {}
    for revision_id, article_id in _revisions(db, site_id):
        end: list[str] = []  # what is called something elsewhere, since the last text
        last: tuple[int, str] | None = None
        for position, f in db.execute(sql, [revision_id]):
            if f in called:
                end.append(f)
            elif f not in learned:
                last = (position, f)
                within.update(end)
                end.clear()
        without.update(end)
        if last and (rule := _why_bio(db, article_id, revision_id, last[0], bios)):
            labels[last[1]] = ("bio", f"{LEARNED}{rule}")
    return {f: called[f] for f in without - within} | labels


def _revisions(db: Database, site_id: int) -> Iterator[tuple[int, int]]:
    """(revision, its article) of a site, the first one first."""
    sql = """
        select revisions.id, articles.id
        from articles
        join revisions on revisions.article_id = articles.id
        where articles.site_id = ?
        order by revisions.id
        """
    return iter(db.execute(sql, [site_id]))


def _why_bio(db: Database, article_id: int, revision_id: int, position: int, bios: list[str]) -> str | None:
    """Why the last paragraph of a revision is a bio; None where it is text."""
    if not position:
        return None
    [text] = db.execute("select text from blocks where revision_id = ? and position = ?", [revision_id, position]).fetchone()
    if begins_with_bio(text, bios):
        return "begins with a learned bio"
    names = "select name from article_authors join authors on authors.id = author_id where article_id = ?"
    signed = (name for (name,) in db.execute(names, [article_id]))
    return "the last paragraph begins with its author's name" if speaks_of_authors(text, signed) else None


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
    known: dict[tuple[str, str], tuple[str, str]] = {}  # each label once: there are few, and one may stand under every article
    for revision_id, position, fingerprint, kind, rule in db.execute(sql, [site_id, json.dumps([*labels])]):
        own, label = own_label(kind, rule), labels.get(fingerprint)
        if label and (own[0] == "body" or fingerprint in overruled):
            wanted = (label[0], f"{label[1]}{BEFORE}{own[0]} {own[1]}")
        else:
            wanted = (kind, rule) if STANDS in rule else own
        if wanted != (kind, rule):
            changed.append((known.setdefault(wanted, wanted), revision_id, position))
    sql = "update blocks set kind = ?, rule = ? where revision_id = ? and position = ?"
    db.conn.executemany(sql, ((*label, revision_id, position) for label, revision_id, position in changed))
    return {revision_id for _, revision_id, _ in changed}


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

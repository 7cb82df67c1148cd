"""Signatures that are shown as other names: takes those decided on, gives SQL for the columns and rows in which they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.queries.withheld import Signature

SITE_OF_COMMENT = "(select theirs.site_id from main.articles as theirs where theirs.id = article_id)"
SITE_OF_STATE = """(
    select theirs.site_id from main.comments as said join main.articles as theirs on theirs.id = said.article_id where said.id = comment_id
  )"""
AFTER_NAME = "(' ', ',', ':', '.', ';', '!', '?', '-', '–', '—', ')', '/', '''', '’', '\"', char(9), char(10), char(13), char(160), '')"
"""What may stand behind a name for it to be that name; '' is the end of the text."""


def quoted(text: str) -> str:
    """A text as SQL writes it. SQL ends at a NUL, which no name needs."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def pattern(text: str) -> str:
    """The text itself as a pattern of LIKE, to be continued."""
    return re.sub(r"([\\%_])", r"\\\1", text.replace("\0", ""))


def _where(one: Signature, site: str) -> str:
    return "" if one.site_id is None else f"{site} = {one.site_id} and "


def is_signed(signatures: Sequence[Signature], site: str, author: str = "author") -> str:
    """SQL: whether a row is signed with one of the names."""
    return " or ".join(f"({author} = {quoted(one.name)} and {_where(one, site)}1)" for one in signatures) or "0"


def is_addressed(signatures: Sequence[Signature], site: str, text: str = "text") -> str:
    """SQL: whether a text begins with "@" and one of the names."""
    return " or ".join(f"({_addressed(one, text)} and {_where(one, site)}1)" for one in signatures) or "0"


def _addressed(one: Signature, text: str) -> str:
    behind = f"substr({text}, {len(one.name) + 2}, 1) in {AFTER_NAME}"
    return f"{text} like {quoted('@' + pattern(one.name) + '%')} escape '\\' and {behind}"


def shown_author(signatures: Sequence[Signature], site: str) -> str:
    """SQL: the signature as it is shown. It stays text, also for SQLite's planner."""
    cases = " ".join(f"when author = {quoted(one.name)} and {_where(one, site)}1 then {quoted(one.shown)}" for one in signatures)
    return f"cast(case {cases} else author end as text)"


def shown_text(signatures: Sequence[Signature], site: str) -> str:
    """SQL: the text with the name that it begins with replaced, where that is an "@" and a name."""
    cases = " ".join(
        f"when {_addressed(one, 'text')} and {_where(one, site)}1 then {quoted('@' + one.shown)} || substr(text, {len(one.name) + 2})"
        for one in signatures
    )
    return f"cast(case {cases} else text end as text)"


def holds_none(signatures: Sequence[Signature], *columns: str) -> str:
    """SQL: whether none of these columns has one of the names anywhere."""
    names = {re.sub("[A-Z]", lambda letter: letter[0].lower(), one.name) for one in signatures if one.name}  # as SQLite's lower()
    return " and ".join(f"instr(lower(coalesce({column}, '')), {quoted(name)}) = 0" for column in columns for name in sorted(names)) or "1"


def found_by_words(signatures: Sequence[Signature]) -> str:
    """SQL: ids of the comments that an index of words would give away by one of the names: signed with it, or addressed to it."""
    signed = f"select id from main.comments where author in ({', '.join(quoted(one.name) for one in signatures)})"
    signed += f" and ({is_signed(signatures, SITE_OF_COMMENT)})"
    addressed = [_addressed_ids(one) for one in signatures]
    return " union ".join([signed, *addressed])


def _addressed_ids(one: Signature) -> str:
    """The index finds the texts that begin with the name's first word at once; other letters than ASCII it may split in its own way."""
    words = re.findall(r"[0-9A-Za-z]+", one.name) if one.name.isascii() else []
    begins = quoted(f'text : ^ "{words[0]}"') if words else ""
    first = f"id in (select rowid from main.comments_fts where comments_fts match {begins}) and " if words else ""
    return f"select id from main.comments where {first}({is_addressed([one], SITE_OF_COMMENT)})"

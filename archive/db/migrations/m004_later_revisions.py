"""Edits are few among the first states of a million comments: an index of their own finds them. Released: never edited."""

from __future__ import annotations

SQL = """
create index if not exists revisions_later on revisions(seen_at) where number > 1;
create index if not exists comment_revisions_later on comment_revisions(seen_at) where number > 1;
"""

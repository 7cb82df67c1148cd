"""A renamed article has a former address: these few are looked at, not every address. Released: never edited."""

from __future__ import annotations

SQL = """
create index if not exists urls_former on urls(article_id) where kind = 'alias';
"""

"""Pingbacks and trackbacks are counted apart from comments, without reading every comment. Released: never edited."""

from __future__ import annotations

SQL = """
create index comments_pings on comments(article_id) where kind <> 'comment';
"""

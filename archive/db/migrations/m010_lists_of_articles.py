"""An article says which list of the site's REST API names it: the API has one for each type of articles, and for each language.
Released: never edited."""

from __future__ import annotations

SQL = """
alter table articles add column list text  /* the list of the site's REST API that names it, as in lists; empty where none does */;

update articles
set list = 'posts'
where exists (select 1 from readings where readings.article_id = articles.id and readings.door = 'rest');
"""

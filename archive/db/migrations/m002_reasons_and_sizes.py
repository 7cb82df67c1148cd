"""How an absence shows, and the size of the database after each run. Released: never edited."""

from __future__ import annotations

SQL = """
alter table absences add column
  reason text  /* how it shows where no answer says so: where its address leads; empty for 404, 410, and what REST does not give */;
alter table crawls add column
  database_bytes integer  /* size of the database when it ended */;
"""

"""What was read of a page in quarantine is kept beside it, so that a person can compare it with what is held before deciding."""

from __future__ import annotations

SQL = """
alter table quarantine add column title text  /* the headline that was read of it */;
alter table quarantine add column text text  /* the text that was read of it; where it is no article, the beginning of what it shows */;
"""

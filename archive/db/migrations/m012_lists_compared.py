"""The lists of a site are held against each other: how much of what a list names is held. The column whose content became checkpoints
goes."""

from __future__ import annotations

SQL = """
alter table lists drop column watermark;
alter table lists add column held integer  /* of the articles that it names, how many are held */;
alter table lists add column explained integer  /* of the articles that it names, how many are not held for a reason that a rule gives */;
"""

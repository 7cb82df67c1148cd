"""Beside the label of each block, what trafilatura said of it. Released: never edited."""

from __future__ import annotations

SQL = """
alter table blocks add column vote text  /* what trafilatura said of it: text (kept) or chrome (left out); empty: it could not be asked */;
"""

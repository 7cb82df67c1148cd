"""Captures that other tools made are taken in as evidence: each says which file of theirs it came from."""

from __future__ import annotations

SQL = """
alter table captures add column imported_from text  /* name of the file of another tool that it was taken from; empty for our own */;
"""

"""Texts compared, keyed and shown: pure functions without a database."""

"""Captures of others taken in: their records are copied below warc/, then the archive is built anew with them in their place in time."""

"""Captured records as they lie in the WARC files: looked at, replayed, and listed for the clients of web archives."""

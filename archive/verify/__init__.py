"""Is the archive what was written? The database against its digests, the WARC files byte by byte."""

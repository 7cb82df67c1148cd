"""WARC files: every HTTP exchange as it was, on disk before anything interprets it."""

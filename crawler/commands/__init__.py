"""Commands of ``scrapy`` that know the archive: its lock, its exit codes, its one line at the end."""

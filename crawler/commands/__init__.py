"""Commands of ``scrapy`` that know the archive: its lock, its exit codes, its one line at the end."""

# Scrapy looks through all callers and all loaded modules when it loads this one: here both are still few.
from scrapy.core.downloader import contextfactory as contextfactory

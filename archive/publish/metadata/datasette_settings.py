"""Datasette's settings, each with its reason: data that ``serve`` passes on and ``build`` writes to datasette.yaml."""

from __future__ import annotations

SETTINGS: dict[str, int | bool | str] = {
    "suggest_facets": False,  # suggesting costs 28 to 58 times the table page itself
    "default_facet_size": 12,  # what fits beside a table
    "facet_time_limit_ms": 500,  # a facet over an indexed column of a million rows
    "sql_time_limit_ms": 3000,  # analysis on a small machine; longer questions belong into the sqlite3 shell
    "max_returned_rows": 2000,
    "default_page_size": 50,
    "truncate_cells_html": 300,  # a table of articles is for looking up, the reading page for reading
    "max_csv_mb": 2000,  # an export must not end in the middle; Datasette's own limit is 100
    "allow_download": False,  # a live WAL file copied byte by byte is torn: `python -m archive backup` makes the copy
    "num_sql_threads": 4,
    "cache_size_kb": 64000,
    "default_cache_ttl": 0,  # the archive changes under the server: nothing stale, not even for five seconds
    "default_allow_sql": True,  # reading only, limited in time and size
}

"""How Datasette shows each table: data on order, facets, labels and search. Facets stand only on indexed columns or small tables."""

from __future__ import annotations

from typing import Any

INTERNAL = "How the archive works inside; of little use for reading"

TABLES: dict[str, dict[str, Any]] = {
    "articles": {
        "sort_desc": "published_at",
        "facets": ["year", "byline", "kind", "language"],
        "label_column": "title",
        "fts_table": "revisions_fts",
        "fts_pk": "revision_id",
    },
    "comments": {"sort_desc": "id", "label_column": "author", "fts_table": "comments_fts", "fts_pk": "id"},
    "revisions": {"sort_desc": "id", "label_column": "seen_at", "fts_table": "revisions_fts", "fts_pk": "id"},
    "comment_revisions": {"sort_desc": "id", "label_column": "author"},
    "sites": {"label_column": "name"},
    "authors": {"sort": "name", "label_column": "name"},
    "tags": {"sort": "name", "label_column": "name", "facets": ["kind"]},
    "crawls": {"sort_desc": "started_at", "label_column": "started_at", "facets": ["outcome", "mode"]},
    "captures": {"sort_desc": "id", "label_column": "url"},
    "absences": {"sort_desc": "missing_since"},
    "gaps": {"sort_desc": "since", "facets": ["kind", "reason", "explained"]},
    "coverage": {"sort_desc": "month", "facets": ["kind"]},
    "quarantine": {"sort_desc": "captured_at", "facets": ["reason"], "label_column": "url"},
    "boilerplate": {"sort_desc": "articles", "facets": ["kind"]},
    "decisions": {"sort_desc": "decided_at", "facets": ["kind"]},
    "expunged": {"sort_desc": "id"},
    "rereadings": {"sort_desc": "read_at"},
    "edits": {"sort_desc": "seen_at"},
    "changes": {"sort_desc": "at"},
    "articles_per_month": {"sort_desc": "month"},
    "most_discussed": {"sort_desc": "comments"},
    "signatures": {"sort_desc": "comments"},
    "sources": {"sort_desc": "articles"},
    "outlinks": {"sort_desc": "checked_at"},
    "outlink_checks": {"sort_desc": "id", "label_column": "url"},
    "documents": {"sort_desc": "id", "label_column": "name", "fts_table": "documents_fts", "fts_pk": "state_id"},
    "document_states": {"sort_desc": "id", "label_column": "seen_at", "fts_table": "documents_fts", "fts_pk": "id"},
    "assets": {"sort_desc": "id", "label_column": "url"},
    "block_spans": {"hidden": True},
    "comment_states": {"hidden": True},
    "identity": {"hidden": True},
    "merged_archives": {"hidden": True},
    "merged_parts": {"hidden": True},
    "words_due": {"hidden": True},
    "table_changes": {"hidden": True},
    "revision_words": {"hidden": True, "fts_table": "revision_words_fts", "fts_pk": "id"},
    "comment_words": {"hidden": True, "fts_table": "comment_words_fts", "fts_pk": "id"},
    "document_words": {"hidden": True, "fts_table": "document_words_fts", "fts_pk": "id"},
    "_sqlite_migrations": {"hidden": True},
}
UNDESCRIBED: dict[str, dict[str, str]] = {
    "sqlite_stat1": {
        "": "What SQLite counted to choose its indexes by",
        "tbl": "table",
        "idx": "index",
        "stat": "rows, and rows for each value of the index",
    },
    "_sqlite_migrations": {
        "": f"{INTERNAL}. Which steps of the schema have been applied",
        "id": "ours",
        "migration_set": "whose steps",
        "name": "the step",
        "applied_at": "when it was applied",
    },
}
"""Tables that other programs make, whose schema carries no comments."""
INSIDE = (
    *(
        "readings",
        "blocks",
        "block_spans",
        "comment_states",
        "boilerplate",
        "decisions",
        "lists",
        "checkpoints",
        "feed_items",
        "verdicts",
        "site_settings",
        "claims",
        "urls",
        "revision_captures",
    ),
    *("article_authors", "article_tags", "article_documents", "assets"),
)
SEARCH_TABLES = "Full-text index that SQLite keeps; search through its table instead"

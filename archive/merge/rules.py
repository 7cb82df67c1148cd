"""How each table of an archive is merged: its natural key, and what becomes of a row that both archives have. Takes nothing, gives
``RULES``. References are not named here: they are the foreign keys that the schema declares (``archive/merge/references.py``).

A table without a rule is refused, and a test names it: whoever adds a table says here how it is merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal[
    "own",  # it tells of the archive itself, and is never brought
    "joined",  # sites, runs, captures, articles and their addresses: see archive/merge/maps.py
    "history",  # states and observations: interleaved in the order of time, see histories.py, threads.py and absences.py
    "names",  # joined by the key; an empty column of the row that is held is filled
    "list",  # a list of the current state of an article: as a whole, with that state
    "newest",  # by the key; where both have a row, the one that is later by ``at`` stands
    "union",  # by the key; where both have a row, the one that is held stands
    "latest",  # a site's: as a whole, of the archive that looked at the site last
    "learned",  # a site's: brought with a site that is new, else learned anew
    "decisions",  # all of them, in the order of time
    "destroyed",  # what was destroyed by order: it keeps out what the other archive holds of it, see expunged.py
]


@dataclass(frozen=True, slots=True)
class Rule:
    """``key``: columns that tell rows apart in any archive; references among them are followed. ``owner``: the column that leads to
    the row's article or site, by itself or over the table that it references; empty where it belongs to neither."""

    how: How
    key: tuple[str, ...]
    owner: str = ""
    at: str = ""
    number: str = ""  # of "names": the rows of one value of this column are numbered from 1 on, in the order of the key
    same: str = ""  # of "newest": where this column is equal in both, the earlier row stands: nothing was new in the later one


RULES: dict[str, Rule] = {
    "identity": Rule("own", ("id",)),
    "merged_archives": Rule("own", ("id",)),
    "merged_parts": Rule("own", ("archive_id", "kind", "part_id")),
    "sites": Rule("joined", ("home",)),
    "crawls": Rule("joined", ("site_id", "started_at", "mode")),
    "captures": Rule("joined", ("record_id",)),
    "articles": Rule("joined", ("site_id", "source_id", "url")),
    "urls": Rule("joined", ("url",), "article_id"),
    "revisions": Rule("history", ("article_id", "seen_at", "content_key"), "article_id"),
    "block_spans": Rule("history", ("revision_id", "position"), "revision_id"),
    "revision_captures": Rule("history", ("revision_id", "part"), "revision_id"),
    "comments": Rule("history", ("article_id", "source_id"), "article_id"),
    "comment_states": Rule("history", ("comment_id", "seen_at", "content_key"), "comment_id"),
    "absences": Rule("history", ("article_id", "comment_id", "missing_since"), "article_id"),
    "rereadings": Rule("union", ("revision_id", "comment_revision_id", "read_at", "digest"), "revision_id"),
    "readings": Rule("newest", ("article_id", "door"), "article_id", "read_at", "fields"),
    "differences": Rule("newest", ("article_id", "field"), "article_id", "seen_at"),
    "article_authors": Rule("list", ("article_id", "author_id"), "article_id"),
    "article_tags": Rule("list", ("article_id", "tag_id"), "article_id"),
    "outlink_checks": Rule("newest", ("url", "first_at"), "", "last_at"),
    "images": Rule("list", ("article_id", "position"), "article_id"),
    "links": Rule("list", ("article_id", "position"), "article_id"),
    "authors": Rule("names", ("site_id", "name")),
    "tags": Rule("names", ("site_id", "kind", "name")),
    "lists": Rule("latest", ("site_id", "name"), "site_id"),
    "checkpoints": Rule("latest", ("site_id", "kind", "ref"), "site_id"),
    "feed_items": Rule("latest", ("site_id", "url"), "site_id"),
    "claims": Rule("latest", ("site_id", "list"), "site_id"),
    "overcounts": Rule("latest", ("site_id", "list", "first_at"), "site_id"),
    "coverage": Rule("latest", ("site_id", "kind", "month"), "site_id"),
    "boilerplate": Rule("learned", ("site_id", "fingerprint"), "site_id"),
    "verdicts": Rule("newest", ("site_id", "url"), "site_id", "checked_at"),
    "gaps": Rule("union", ("site_id", "kind", "ref"), "site_id"),
    "quarantine": Rule("union", ("site_id", "url", "captured_at", "reason"), "site_id"),
    "assets": Rule("names", ("site_id", "url")),
    "documents": Rule("names", ("site_id", "url")),
    "document_states": Rule("names", ("document_id", "seen_at", "digest"), number="document_id"),
    "article_documents": Rule("union", ("article_id", "document_id"), "article_id"),
    "site_settings": Rule("union", ("site_id", "name"), "site_id"),
    "seals": Rule("own", ("chain", "number")),  # made anew out of the files under warc/seals, which are carried
    "sealed_records": Rule("own", ("prefix", "seal_id", "position")),
    "words_due": Rule("own", ("words", "id")),
    "table_changes": Rule("own", ("name",)),
    "revision_words": Rule("own", ("id",)),  # read anew out of the texts that are brought
    "comment_words": Rule("own", ("id",)),
    "document_words": Rule("own", ("id",)),
    "expunged": Rule("destroyed", ("record_id", "refused")),
    "decisions": Rule("decisions", ("kind", "ref", "value", "reason", "decided_at")),
}

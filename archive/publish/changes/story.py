"""One thing that happened to an article or a comment. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Story(NamedTuple):
    """One thing that happened to an article or, with ``comment_id``, to a comment under it.

    ``at``: when a run saw it last. ``since``: when it had been seen last, of what disappeared. ``number``: of the state, or id of the
    absence.
    """

    at: str
    event: str
    kind: str | None
    declared: int | None
    article_id: int
    comment_id: int | None
    number: int | None
    since: str | None
    missing_since: str | None
    gone_at: str | None
    back_at: str | None
    detail: str | None
    old_seen_at: str | None
    published: str | None
    site_id: int
    run_id: int = 0
    phrase: str = ""  # added or removed: what it did to the phrase that is asked for

    @property
    def said(self) -> str:
        """Whether the article declares its edit; '' where there is nothing to declare."""
        return {0: "silent", 1: "declared"}.get(self.declared, "") if self.declared is not None else ""

    @property
    def of(self) -> str:
        return "article" if self.comment_id is None else "comment"

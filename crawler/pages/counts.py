"""Holds the number of comments that a page states against what is held: takes both, and gives the gap between them, if there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from archive.clock import moment
from archive.store.gaps import THREAD
from crawler.items import Article, Gap

MANY = 9  # comments: so many are not all answers to hidden ones
HIDDEN_AT_MOST = 5  # one in so many comments may answer a hidden one
HIDDEN = "WordPress counts answers to comments that it hides, and every page of the thread that is linked was read"
_NUMBERS = re.compile(r"counts (\d+) comments, (\d+)")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The gap that an earlier run left: since when, why, and was it explained?"""

    since: str
    reason: str
    explained: bool


def count_gap(article: Article, held: int, *, looked: bool, earlier: Earlier | None, at: str, gone_after: float) -> Gap | None:
    """The comments that the page counts and that are not held; None when none lack.

    ``held``: comments of all doors. ``looked``: the site is WordPress, which counts answers to comments that it hides, and all
    linked pages of the thread were read: up to a fifth may be hidden. Elsewhere a small difference is the site's own miscount once a run
    ``gone_after`` hours later finds it unchanged. A large one is never explained.
    """
    reported = article.reported_comment_count or 0
    lack = reported - held
    if lack <= 0:
        return None
    reason = f"the page counts {reported} comments, {held} are held"
    ref = f"{article.url}{THREAD}"
    if article.comments_elsewhere and not held:
        return Gap("comment", ref, f"{reason}: the thread is kept by {article.comments_elsewhere}", explained=True)
    if looked and lack <= max(MANY, reported // HIDDEN_AT_MOST):
        return Gap("comment", ref, f"{reason}: {HIDDEN}", explained=True)
    if lack <= MANY and _is_stable(lack, earlier, at, gone_after):
        return Gap("comment", ref, f"{reason}: over-counted by the site", explained=True)
    return Gap("comment", ref, reason, explained=False)


def _is_stable(lack: int, earlier: Earlier | None, at: str, gone_after: float) -> bool:
    """Was it explained so before, or did a run long enough before this one find the same number lacking?"""
    found = _NUMBERS.search(earlier.reason) if earlier else None
    if earlier is None or found is None or int(found.group(1)) - int(found.group(2)) != lack:
        return False
    return earlier.explained or moment(at) - moment(earlier.since) >= timedelta(hours=gone_after)

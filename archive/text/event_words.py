"""What is said of something that happened: one wording for pages, feeds, files, mails and ``status``. Pure.

A disappearance is one story, whatever of it was seen: ``missing`` until a run a day or more later confirms it, then ``gone``, and ``back``
once it was seen again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EVENTS = {
    "edited": "edited",
    "moved": "moved",
    "renamed": "renamed",
    "missing": "missing, not yet confirmed",
    "gone": "gone, confirmed",
    "back": "back after an absence",
    "new": "new",
    "first": "there at the first archiving",
    "changed": "edited, moved or renamed",
    "removed": "removed",
}
ABSENT = ("missing", "gone", "back")


def absence_state(absence: Mapping[str, Any]) -> str:
    """What an absence has come to: ``missing``, ``gone`` or ``back``."""
    return "back" if absence["back_at"] else "gone" if absence["gone_at"] else "missing"


def absence_words(absence: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """What is said of an absence, in parts: words with ``{}`` for each time, and those times. ``since``: when it was last seen there."""
    parts: list[tuple[str, tuple[str, ...]]] = [("went between {} and {}", (absence["since"], absence["missing_since"]))]
    parts += [("confirmed {}", (absence["gone_at"],))] if absence["gone_at"] else []
    parts += [("seen again {}", (absence["back_at"],))] if absence["back_at"] else []
    return parts if len(parts) > 1 else [*parts, ("not yet confirmed", ())]

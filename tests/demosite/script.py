"""The scripted change of the demo: one of each kind of thing that happens to a site between two visits."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .changes import Editable


def change(site: Editable) -> list[str]:
    return []

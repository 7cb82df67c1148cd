"""A reading in little room: takes the fields that a door showed of an article, gives them as they are stored, and back."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

KEYS = ("text_key", "captions_key", "links_key")
MEMBERS = {"authors": ("name", "url", "source_id"), "terms": ("kind", "name", "slug", "source_id")}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode  # json.dumps makes a new encoder each time
SHORT = re.compile(r"[A-Za-z0-9_-]{43}")


def compact(fields: Mapping[str, Any]) -> str:
    """JSON in one form: what is empty is left out, a key is the 43 letters of its digest in base64url."""
    shown = {name: value for name, value in fields.items() if value is not None}
    for name in MEMBERS:
        if name in shown:
            shown[name] = [{key: value for key, value in row.items() if value != ""} for row in shown[name]]
    for name in KEYS:
        if name in shown and DIGEST.fullmatch(shown[name]):
            shown[name] = base64.urlsafe_b64encode(bytes.fromhex(shown[name][7:])).decode().rstrip("=")
    return _encode(shown)


def expanded(stored: str) -> dict[str, Any]:
    """What ``compact`` was given, without the fields that were None; a reading of any older form as well."""
    fields: dict[str, Any] = json.loads(stored)
    for name, members in MEMBERS.items():
        if fields.get(name) is not None:
            fields[name] = [dict.fromkeys(members, "") | row for row in fields[name]]
    for name in KEYS:
        if fields.get(name) is not None and SHORT.fullmatch(fields[name]):
            fields[name] = f"sha256:{base64.urlsafe_b64decode(fields[name] + '=').hex()}"
    return fields


def compacted(stored: str) -> str:
    """A stored reading of any form in the present one."""
    return compact(expanded(stored))

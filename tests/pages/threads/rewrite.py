"""Rewrites expected.json: python tests/pages/threads/rewrite.py, then read the diff."""

from __future__ import annotations

import json
import sys
from pathlib import Path

THREADS = Path(__file__).parent
sys.path[:0] = [str(THREADS.parent.parent.parent), str(THREADS.parent.parent)]

from test_comment_systems import shown, thread  # noqa: E402

if __name__ == "__main__":
    found = {path.stem: [shown(c) for c in thread(path.read_text(encoding="utf-8"))] for path in sorted(THREADS.glob("*.html"))}
    held = {name: comments for name, comments in found.items() if comments}
    (THREADS / "expected.json").write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

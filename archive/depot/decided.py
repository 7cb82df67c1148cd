"""Decisions that were taken on a published archive, on their way back to the sites: takes a depot's objects, keeps numbered files.

``decisions/00000001.json`` and so on: a number is taken by writing the file where none is. So no clock says which came first.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from archive.depot.objects import NoObject, ObjectChanged, Objects
from archive.depot.sessions import elapsed_time

FOLDER = "decisions/"
FRESH = 5.0  # seconds for which a process takes its last look for the present state


class Decided:
    """The decisions in a depot."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self._turn = threading.Lock()
        self._rows: dict[int, list[dict[str, Any]]] = {}
        self._looked = float("-inf")

    def add(self, lines: Iterable[Mapping[str, Any]]) -> int:
        """Keep some lines as one file; its number. It lies in the store when this returns. Raises DepotAway, DepotFull."""
        found = [row.key for row in self.objects.list(FOLDER)]
        number = 1 + max((_number(key) for key in found), default=0)
        row = {"nonce": secrets.token_hex(8), "decisions": [dict(line) for line in lines]}
        while True:
            try:
                self.objects.put_if(_key(number), json.dumps(row, ensure_ascii=False).encode(), None)
                return number
            except ObjectChanged:
                number += 1

    def after(self, number: int) -> tuple[int, list[dict[str, Any]]]:
        """(the last number, the lines of all files behind ``number``)."""
        with self._turn:
            last = max(self._rows, default=0)
            if number < 0 or elapsed_time() - self._looked > FRESH:
                while (lines := self._read(last + 1)) is not None:
                    last += 1
                    self._rows[last] = lines
                self._looked = elapsed_time()
            return last, [line for at in range(number + 1, last + 1) for line in self._rows[at]]

    def _read(self, number: int) -> list[dict[str, Any]] | None:
        try:
            rows = json.loads(self.objects.get(_key(number)).data)["decisions"]
        except NoObject:
            return None
        except (ValueError, KeyError, TypeError):
            return []  # damaged: what comes behind it still counts
        return [row for row in rows if isinstance(row, dict)]


def _key(number: int) -> str:
    return f"{FOLDER}{number:08d}.json"


def _number(key: str) -> int:
    name = key.removeprefix(FOLDER).removesuffix(".json")
    return int(name) if name.isdecimal() else 0

"""The address of one question to a REST list, and the addresses of smaller questions that together ask the same. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

LIST = re.compile(r"wp/v2/([\w-]+)")
REFUSABLE = {"orderby", "order", "_fields", "after", "before", "modified_after"}  # what a list can be asked without


def list_name(url: str) -> str:
    """Which list of the API an address asks: posts, comments, or another; '' for none."""
    match = LIST.search(unquote(url))
    return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """``url`` up to its parameters, these as they are written, and what they ask for: ``size`` rows from ``offset`` on."""

    url: str
    parameters: tuple[str, ...]
    size: int
    offset: int = 0

    @classmethod
    def parse(cls, url: str, asked: int) -> ListQuestion:
        head, *rest = re.split(r"[?&]", url)
        if rest and rest[0].startswith("rest_route="):
            head, rest = f"{head}?{rest[0]}", rest[1:]
        values = dict(part.partition("=")[::2] for part in rest)
        page = int(values["page"]) if values.get("page", "").isdecimal() else 1
        return cls(head, tuple(rest), asked, (page - 1) * asked)

    @property
    def name(self) -> str:
        """The list that is asked: posts, comments, or another of the API."""
        return list_name(self.url)

    @property
    def page(self) -> int:
        return self.offset // self.size + 1

    @property
    def ids(self) -> list[str]:
        """The ids that are asked for, where they are."""
        named = next((part for part in self.parameters if part.startswith("include=")), "")
        return named.partition("=")[2].split(",") if named else []

    def without(self, names: set[str]) -> ListQuestion:
        """The same question without some of its parameters."""
        return ListQuestion(self.url, tuple(p for p in self.parameters if p.partition("=")[0] not in names), self.size, self.offset)

    def piece(self, start: int, size: int, fields: str = "") -> str:
        """The address that asks for ``size`` of its rows, from the ``start``-th on. ``fields``: these of them alone."""
        parameters = [p for p in self.parameters if p.partition("=")[0] not in ("per_page", "page", "include")]
        if fields:
            parameters = [*(p for p in parameters if not p.startswith("_fields=")), f"_fields={fields}"]
        at = self.offset + start
        where = f"page={at // size + 1}" if at % size == 0 else f"offset={at}"
        if self.ids:
            parameters.insert(0, f"include={','.join(self.ids[start : start + size])}")
        elif at:
            parameters.append(where)
        parameters.append(f"per_page={size}")
        return self.url + ("&" if "?" in self.url else "?") + "&".join(parameters)

    def whole(self) -> str:
        """Its own address."""
        return self.url + ("&" if "?" in self.url else "?") + "&".join(self.parameters)

"""A static site whose articles use style sheets and link documents: each file is what a test puts at its path."""

from __future__ import annotations

from .pieces import Piece
from .server import Answer
from .static import StaticSite


class LibrarySite(StaticSite):
    """``files``: path -> answer. ``head`` stands in the head of every article, ``links`` maps a piece's number to further markup."""

    count = 3

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Answer] = {}
        self.head = ""
        self.links: dict[int, str] = {}

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        return self.files.get(path) or super().answer(path, query)

    def post(self, piece: Piece) -> str:
        page = super().post(piece).replace("</head>", f"{self.head}</head>")
        return page.replace('</div><footer class="post-footer">', f'{self.links.get(piece.number, "")}</div><footer class="post-footer">')

    def asked(self, *paths: str) -> list[str]:
        """Of what was asked for, these paths, or all files."""
        return sorted(path for path in self.requests if path.partition("?")[0] in (paths or self.files))

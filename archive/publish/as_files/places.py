"""Where each page of the reading site lies among files, and its markup with links from file to file. Pure."""

from __future__ import annotations

import hashlib
import html
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

ORIGIN = "http://address.invalid"  # what pages call themselves while they are made: it stands in no file
DATED = re.compile(r"/\d{14}(?=/)")
FORM = re.compile(r"<form\b.*?</form>", re.S)
TAG = re.compile(r"<(a|link|img|script|source|area|use)\b([^<>]*)>", re.I)
ADDRESS = re.compile(r"""(\s)(href|src|xlink:href)="(/(?!/)[^"]*)\"""")
OF_READER = re.compile(r'<script src="[^"]*/reader\.js[^"]*"[^>]*></script>\n?')  # it keeps what a reader keeps at an address
FEW = re.compile(r"(?:event=(?:changed|removed|new))?&?(?:page=\d+)?")  # questions to the changes: every combination would be a file
OWN_ADDRESS = re.compile(rf"(?: Archived at)? {re.escape(ORIGIN)}[^\s\"<]*|{re.escape(ORIGIN)}[^\s\"<]*")
ABOUT = re.compile(r'<p class="about-links">.*?</p>\n?')  # of who serves the archive
MARKS = re.compile(r' data-(?:citation|permalink)="[^"]*"')  # what "copy quotation" takes: it names the server's address


@dataclass(slots=True)
class FilePlaces:
    """Paths of the server -> files. ``articles``: reading path -> our id. ``kinds``: capture of a picture -> the end of its file's name."""

    articles: Mapping[str, int]
    comments: Callable[[int], int | None]  # comment -> its article, where it is shown
    kinds: Mapping[int, str]
    wanted: dict[str, str] = field(default_factory=dict)  # path -> file of every page that a written page leads to
    order: list[str] = field(default_factory=list)  # their paths, the first found first

    def want(self, path: str, file: str) -> None:
        """A page leads there."""
        if path not in self.wanted:
            self.wanted[path] = file
            self.order.append(path)

    def file_of(self, address: str) -> str | None:
        """The file of a path and query; None where the files have none."""
        parts = urlsplit(address)
        path = parts.path
        if path in ("/", "/topics"):
            return "index.html" if path == "/" else "topics.html"
        if path == "/changes":
            return f"changes/{re.sub(r'[^0-9A-Za-z=]+', '_', parts.query) or 'index'}.html" if FEW.fullmatch(parts.query) else None
        if path == "/compare" and parts.query:
            return f"compare/{hashlib.sha256(parts.query.encode()).hexdigest()[:20]}.html"
        if path.startswith("/static/"):
            return path[1:]
        if found := re.fullmatch(r"/(picture|article|comment)/(\d{1,15})", path):
            return self._by_id(found[1], int(found[2]))
        return self._reading(address.partition("#")[0])

    def _by_id(self, kind: str, number: int) -> str | None:
        if kind == "picture":
            return f"pictures/{number}{self.kinds[number]}" if number in self.kinds else None
        article = number if kind == "article" else self.comments(number)
        return f"articles/{article}/index.html" if article in self.articles.values() else None

    def _reading(self, address: str) -> str | None:
        dated = DATED.match(address)
        article = self.articles.get(address[dated.end() :] if dated else address)
        if article is None:
            return None
        return f"articles/{article}/{dated[0][1:] if dated else 'index'}.html"

    def rewritten(self, markup: str, file: str, search: str = "") -> str:
        """A page as it lies in ``file``: links lead to files beside it, or nowhere. ``search`` stands where the search box was."""
        forms = iter([search])
        markup = FORM.sub(lambda found: next(forms, "") if 'role="search"' in found[0] else "", markup)
        markup = MARKS.sub("", ABOUT.sub("", OF_READER.sub("", markup)))
        markup = TAG.sub(lambda tag: self._tag(tag, file), markup)
        return OWN_ADDRESS.sub("", markup)

    def _tag(self, tag: re.Match[str], file: str) -> str:
        found = ADDRESS.search(tag[2])
        if found is None:
            return tag[0]
        address = html.unescape(found[3])
        target = self.file_of(address)
        if target is None:
            return "" if tag[1].lower() == "link" else f"<{tag[1]}{tag[2].replace(found[0], '')}>"
        self.want(address.partition("#")[0], target)
        relative = posixpath.relpath(target, posixpath.dirname(file) or ".")
        mark = address.partition("#")[2]
        if not mark and (comment := re.fullmatch(r"/comment/(\d+)", address)):
            mark = f"c-{comment[1]}"
        shown = html.escape(relative + (f"#{mark}" if mark else ""))
        return tag[0].replace(found[0], f'{found[1]}{found[2]}="{shown}"')

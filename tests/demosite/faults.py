"""What a test can let go wrong: for paths that match, so many times."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .response import Response

Lie = Literal["challenge", "donate", "soft404", "empty", "redesign", "garbage"]

PAGES = {
    "challenge": '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
    '<meta name="robots" content="noindex,nofollow"></head>'
    "<body><h1>Checking your browser</h1><p>Please enable JavaScript and cookies to continue. Verifying you are human. "
    "This may take a few seconds.</p></body></html>",
    "donate": '<!DOCTYPE html><html lang="en-US"><head><title>Support us &#8211; The Harrow Desk</title></head><body class="wall">'
    "<h1>We need your help</h1>"
    "<p>You have read your free reports for this month. A small gift keeps The Harrow Desk open to all.</p>"
    "<form><button>Donate now</button></form></body></html>",
    "soft404": '<!DOCTYPE html><html lang="en-US"><head><title>Page not found &#8211; The Harrow Desk</title></head><body class="error404">'
    "<h1>Nothing found</h1><p>It looks like nothing was found at this location. Maybe try a search?</p></body></html>",
    "empty": "",
    "garbage": '[{"id":101,"date":"2006-03-0',
}


@dataclass
class Fault:
    """One rule. `left` is how often it still strikes (None = always), `hits` how often it has."""

    pattern: re.Pattern[str]
    status: int | None = None
    retry_after: int | str | None = None
    delay: float = 0
    truncate: bool = False
    drop: bool = False
    lie: Lie | None = None
    redirect: str | None = None
    ignore: tuple[str, ...] = ()
    packed: Literal["torn", "falsely"] | None = None  # its gzip stream is cut, the length right; it is not packed as it says
    edit: Callable[[Response], None] | None = None  # what is wrong with the right answer
    left: int | None = None
    hits: int = field(default=0)


class Faults:
    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self.lock = threading.Lock()

    def add(self, pattern: str, *, count: int | None = None, **what: object) -> Fault:
        """`pattern` is searched in path + query."""
        rule = Fault(re.compile(pattern), left=count, **what)  # type: ignore[arg-type]
        self.rules.append(rule)
        return rule

    def strike(self, path: str) -> Fault | None:
        """The first rule that matches and has strikes left; it is used up by one."""
        with self.lock:
            for rule in self.rules:
                if rule.left != 0 and rule.pattern.search(path):
                    rule.hits += 1
                    if rule.left is not None:
                        rule.left -= 1
                    return rule
        return None

    def clear(self) -> None:
        self.rules.clear()


def redesign(page: str) -> str:
    """The same words in a page without ids, classes, data or the landmarks an extractor holds on to."""
    body = re.sub(r"<(script|style|link|meta)\b.*?(?:</\1>|>)", "", page.partition("<body")[2].partition(">")[2], flags=re.S)
    body = re.sub(r'\s(?:id|class|rel|itemprop|datetime|aria-\w+|data-\w+)=(?:"[^"]*"|\'[^\']*\')', "", body)
    body = re.sub(r"</?(article|main|header|footer|cite|time|ol|h1|h2)\b[^>]*>", lambda m: "</div>" if m[0][1] == "/" else "<div>", body)
    return f'<!DOCTYPE html><html lang="en-US"><head><title>The Harrow Desk</title></head><body>{body}'

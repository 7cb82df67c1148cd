"""A site of which a test writes every answer: a path, with or without its query, has an answer of its own."""

from __future__ import annotations

from urllib.parse import urlencode

from .server import HTML, TEXT, Answer, OtherSite

SENTENCES = (
    "The dyke warden counted the sandbags twice and came to two numbers, of which the council printed the lower.",
    "Nobody in the pumping station had been told that the second pump was lent to the fairground until October.",
    "What the minutes call a leak was seen by four neighbours from the same bridge on the same Sunday.",
)


class Leaflet(OtherSite):
    """``answers`` maps a path to an answer; ``{home}`` in a body is the site's own address."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Answer] = {}

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        found = self.answers.get(f"{path}?{urlencode(query)}" if query else path) or self.answers.get(path)
        if found is None:
            return None
        status, mime, body, *further = found
        shown = body.replace("{home}", self.home) if isinstance(body, str) else body
        return (status, mime, shown, further[0]) if further else (status, mime, shown)

    def not_found(self) -> str:
        return "<title>404 Not found</title><h1>Not found</h1>"

    def address(self, piece: object) -> str:
        return self.home

    def article(self, path: str, number: int, head: str = "", below: str = "") -> None:
        """An article with text of its own at ``path``."""
        title = f"The dyke report, part {number}"
        text = "".join(f"<p>{sentence} That is line {number}-{line} of the log.</p>" for line, sentence in enumerate(SENTENCES))
        marks = '<meta property="og:type" content="article"><meta property="article:published_time" content="2019-05-06T10:00:00+00:00">'
        body = f"<article><h1>{title}</h1><div class='article-content'>{text}</div></article>{below}"
        self.answers[path] = (200, HTML, f"<html lang='en'><head><title>{title}</title>{marks}{head}</head><body>{body}</body></html>")

    def front(self, links: tuple[str, ...] = (), head: str = "", path: str = "/") -> None:
        """A front page that links these."""
        entries = "".join(f'<h2><a href="{link}">Report {number}</a></h2>' for number, link in enumerate(links))
        page = f"<html lang='en'><head><title>The Dyke</title>{head}</head><body><main>{entries}</main></body></html>"
        self.answers[path] = (200, HTML, page)

    def robots(self, *lines: str) -> None:
        self.answers["/robots.txt"] = (200, TEXT, "\n".join(lines))

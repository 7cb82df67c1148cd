"""Takes a page and gives what its ``head`` says: meta properties, canonical address, JSON-LD, the parts of the title."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from archive.text.urls import NOISE, host_of, one_spelling, undressed
from crawler.extract.dom.jsonld import JsonNode, article_of, nodes_of
from crawler.extract.dom.tree import Element, absolute, all_text, clean_text
from crawler.site import Site

_COMMENT_PAGE = re.compile(r"/comment-page-\d+/?$")
_NOISE = (*NOISE, "cpage")


@dataclass(slots=True)
class Head:
    meta: dict[str, list[str]] = field(default_factory=dict)  # name or property, lower case -> contents
    title: str = ""
    canonical: str = ""
    shortlink: str = ""
    alternates: list[str] = field(default_factory=list)  # the page as AMP, for phones, for print
    nodes: list[JsonNode] = field(default_factory=list)
    article: JsonNode | None = None
    language: str | None = None

    def first(self, *names: str) -> str:
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")

    def all(self, name: str) -> list[str]:
        return self.meta.get(name, [])


def head_of(root: Element, url: str) -> Head:
    head = Head()
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        content = " ".join(clean_text(meta.get("content") or "").split())
        if name and content:
            head.meta.setdefault(name, []).append(content)
    for link in root.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        if "canonical" in rel and not head.canonical:
            head.canonical = absolute(url, link.get("href"))
        elif "shortlink" in rel:
            head.shortlink = absolute(url, link.get("href"))
        elif "amphtml" in rel or ("alternate" in rel and link.get("media") and not link.get("hreflang")):
            head.alternates.append(absolute(url, link.get("href")))
    title = next(root.iter("title"), None)
    head.title = " ".join(clean_text(all_text(title) if title is not None else "").split())
    head.nodes = nodes_of(root)
    head.article = article_of(head.nodes, (url, head.canonical))
    language = (root.get("lang") or root.get("xml:lang") or head.first("og:locale", "content-language", "language")).strip()
    head.language = language.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*", language) else None
    return head


def article_address(url: str, head: Head, site: Site | None = None) -> str:
    """The article's own address: the canonical one where it is of this host and names a page, without pages of comments."""
    canonical = head.canonical
    if canonical and (
        host_of(canonical) != host_of(url)
        or (urlsplit(canonical).path in ("", "/") and not urlsplit(canonical).query and len(urlsplit(url).path) > 1)
    ):
        canonical = ""
    return without_noise(canonical or url, site)


def twins(head: Head, own: str) -> tuple[str, ...]:
    """Addresses of the same article in another dress: those that the head names and that are like ``own`` but for their dress.

    A template may name one address, such as that of the front page for phones, on every page.
    """
    named = [one_spelling(address) for address in head.alternates]
    return tuple(dict.fromkeys(twin for twin in named if twin and twin != own and undressed(twin) == undressed(own)))


def without_noise(url: str, site: Site | None = None) -> str:
    """Without fragment, tracking parameters and the page of the thread."""
    noise = _NOISE if site is None else (*site.query_noise, "cpage")
    whole = one_spelling(url, noise)
    if not whole:
        return url
    parts = urlsplit(whole)
    path = _COMMENT_PAGE.sub("/" if parts.path.endswith("/") else "", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

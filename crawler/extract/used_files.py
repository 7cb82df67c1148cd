"""Which files a page or a style sheet shows itself with: takes their bytes, gives addresses, each with its kind.

It is called in worker processes alone. What scripts load by themselves is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import tinycss2

from crawler.extract.dom.base_address import resolve_base
from crawler.extract.dom.encoding import decode
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import Element, absolute

UsedKind = Literal["style", "font", "script", "picture"]
Used = tuple[str, UsedKind]
PRELOADED: dict[str, UsedKind] = {"style": "style", "font": "font", "script": "script"}
FONT_FILE = re.compile(r"\.(?:woff2?|ttf|otf|eot)(?:[?#]|$)", re.I)
CANDIDATE = re.compile(r"[^\s,]\S*[^\s,](?=[\s,]|$)|[^\s,]")  # an address in a srcset: what is no width or density
SIZE = re.compile(r"-?[\d.]+(?:e[+-]?\d+)?[wxh]", re.I)
SETS = ("srcset", "data-srcset", "data-lazy-srcset")
SOURCES = ("src", "data-src", "data-lazy-src")
SCRIPTS = ("", "module", "text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript")


def files_of_page(body: bytes, url: str, content_type: str | None) -> list[Used]:
    """Whole addresses of the style sheets, fonts, scripts and pictures that a page names, each once."""
    root = parse(decode(body, content_type))
    if root is None:
        return []
    resolve_base(root, url)
    return _each(url, _named_in(root))


def files_of_style(body: bytes, url: str, content_type: str | None) -> list[Used]:
    """The same of a style sheet: what it imports, its fonts and its pictures."""
    declared = re.search(r"charset=\"?([\w-]+)", content_type or "", re.I)
    tokens, _ = tinycss2.bytes.decode_stylesheet_bytes(body, declared[1] if declared else None, None)
    return _each(url, files_in_css(tokens))


def _each(url: str, found: Iterable[Used]) -> list[Used]:
    whole = ((absolute(url, reference).partition("#")[0], kind) for reference, kind in found if not reference.startswith("#"))
    return list({address: (address, kind) for address, kind in whole if address.startswith(("http:", "https:"))}.values())


def _named_in(root: Element) -> Iterator[Used]:
    for element in root.iter("link", "script", "style", "img", "source", "video", "input", "body"):
        if element.tag == "link":
            yield from _linked(element)
        elif element.tag == "script":
            if (element.get("type") or "").lower().strip() in SCRIPTS:
                yield from _given(element, ("src",), "script")
        elif element.tag == "style":
            yield from files_in_css(element.text or "")
        else:
            yield from _pictures(element)
    for (style,) in ((element.get("style") or "",) for element in root.iter("*") if element.get("style")):
        if "url(" in style.lower():
            yield from files_in_css(style)


def _linked(link: Element) -> Iterator[Used]:
    said = (link.get("rel") or "").lower().split()
    if "stylesheet" in said and "alternate" not in said:
        yield from _given(link, ("href",), "style")
    elif "preload" in said and (kind := PRELOADED.get((link.get("as") or "").lower())):
        yield from _given(link, ("href",), kind)
    elif "modulepreload" in said:
        yield from _given(link, ("href",), "script")


def _pictures(element: Element) -> Iterator[Used]:
    """A browser takes one of the candidates of a set, by the width of its window: all of them are named."""
    if element.tag == "video":
        yield from _given(element, ("poster",), "picture")
    elif element.tag == "body":
        yield from _given(element, ("background",), "picture")
    else:
        if element.tag != "source":  # the source of a video or a sound is no picture; that of a picture is a set
            yield from _given(element, SOURCES, "picture")
        for name in SETS:
            yield from ((one, "picture") for one in CANDIDATE.findall(element.get(name) or "") if not SIZE.fullmatch(one))


def _given(element: Element, names: Iterable[str], kind: UsedKind) -> Iterator[Used]:
    yield from ((value, kind) for name in names if (value := (element.get(name) or "").strip()))


def files_in_css(css: str) -> Iterator[Used]:
    """References in a style sheet, or in a list of declarations, in their order."""
    waiting: list[tuple[list[Any], bool]] = [(tinycss2.parse_component_value_list(css, skip_comments=True), False)]
    while waiting:  # no recursion: a sheet may nest as deep as it likes
        tokens, in_font = waiting.pop()
        after = ""  # the at-rule whose beginning is being read
        for token in tokens:
            if token.type == "at-keyword":
                after = token.lower_value
            elif token.type in ("url", "string") or (token.type == "function" and token.lower_name in ("url", "src")):
                reference = _reference(token, after)
                if reference:
                    yield reference, _kind(reference, after, in_font)
                if after == "import":
                    after = ""
            elif token.type in ("function", "() block", "[] block"):
                inner = token.arguments if token.type == "function" else token.content
                image_set = token.type == "function" and token.lower_name.endswith("image-set")
                waiting.append(([_as_url(one) if image_set else one for one in inner], in_font))
            elif token.type == "{} block":
                waiting.append((token.content, after == "font-face"))
                after = ""
            elif token.type == "literal" and token.value == ";":
                after = ""


class _Url:
    """A string that stands where an address does."""

    type = "url"

    def __init__(self, value: str) -> None:
        self.value = value


def _as_url(token: Any) -> Any:
    return _Url(token.value) if token.type == "string" else token


def _reference(token: Any, after: str) -> str:
    """The address that a token stands for; a string is one behind ``@import`` alone."""
    if token.type == "function":
        return next((str(one.value) for one in token.arguments if one.type == "string"), "")
    return str(token.value) if token.type == "url" or after == "import" else ""


def _kind(reference: str, after: str, in_font: bool) -> UsedKind:
    if after == "import":
        return "style"
    return "font" if in_font or FONT_FILE.search(reference) else "picture"

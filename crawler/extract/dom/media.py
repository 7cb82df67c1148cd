"""Takes an element of a picture or a frame and gives the address that a reader would see."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.extract.dom.tree import Element, absolute, clean_text

# Where lazy loaders keep the real address while ``src`` is a placeholder.
_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-orig-file",
    "data-full-url",
    "data-lazy",
    "data-ezsrc",
    "data-cfsrc",
    "data-large-file",
)
_PLACEHOLDER = re.compile(
    r"^data:|(?:^|/)(?:blank|spacer|pixel|transparent|placeholder|lazy(?:load)?|1x1|trans|grey|"
    r"clear)[\w.-]*\.(?:gif|png|svg)",
    re.I,
)


def image_address(image: Element, base_url: str) -> str:
    """The picture's absolute address; empty when there is none but a placeholder."""
    source = image.get("src") or ""
    if not source or _PLACEHOLDER.search(source):
        source = next((image.get(name) or "" for name in _LAZY if image.get(name)), "") or _first_of(image) or source
    return "" if source.startswith("data:") else absolute(base_url, source)


def _first_of(image: Element) -> str:
    """The first candidate of a ``srcset``, https://html.spec.whatwg.org/#srcset-attributes"""
    for name in ("srcset", "data-srcset", "data-lazy-srcset"):
        candidates = (image.get(name) or "").split()
        if candidates and not candidates[0].startswith("data:"):
            return candidates[0].rstrip(",")
    return ""


def image_alt(image: Element) -> str:
    return " ".join(clean_text(image.get("alt") or "").split())


def frame_address(frame: Element, base_url: str) -> str:
    """What an iframe or embed shows; empty for scripts, blank frames and trackers without an address."""
    for name in ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data-cmp-src", "data"):
        source = frame.get(name) or ""
        if source and not source.startswith(("about:", "data:", "javascript:")):
            return absolute(base_url, source)
    return ""


def host_in(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""

"""Takes an element of a picture or a frame and gives the address that a reader would see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from crawler.extract.dom.tree import Element, absolute, clean_text, tokens, word_list, word_set

# Where lazy loaders keep the real address while ``src`` is a placeholder or a blurred copy.
_LAZY = word_list(
    "data-src data-lazy-src data-original data-lazy data-ezsrc data-cfsrc data-srcurl data-url data-image data-img-src data-native-src "
    "data-hi-res-src data-echo data-layzr data-delayed-url data-litespeed-src data-raw-src data-actualsrc data-real-src data-runner-src "
    "data-flickity-lazyload data-pagespeed-lazy-src data-full-src data-hires data-lazyload data-high-res data-srclazy data-defer-src"
)
_FULL_SIZE = word_list("data-orig-file data-full-url data-large-file")  # for zooming: only where the page shows no other
_SETS = word_list("srcset data-srcset data-lazy-srcset data-original-set data-ezsrcset data-cfsrcset data-litespeed-srcset")
_BACKGROUNDS = word_set("data-bg data-background data-background-image data-bg-url data-bg-src data-lazy-background data-image-src")
_LAZY_BOXES = word_set("data-src data-original data-lazy-src")  # of a box that a script puts an image into
_CANDIDATE = re.compile(r"([^\s,](?:\S*[^\s,])?)(?:\s+(\d+(?:\.\d+)?)[wx][^,]*)?\s*(?:,|$)")
_PLACEHOLDER = re.compile(
    r"^data:|^about:|(?:^|/)(?:blank|spacer|pixel|transparent|placeholder|lazy|loading|loader|ajax-loader|preload|1x1|1px|trans|gr[ae]y|"
    r"clear|dummy|empty)[\w.-]*\.(?:gif|png|svg|webp)(?:$|[?#])",
    re.I,
)
_NOTHING = re.compile(r"(?:^|/)[a-z-]*[_-]?[\dx]*\.gif(?:$|[?#])|(?:^|/)[a-z]*[_-]?[\dx]*\.(?:png|svg|webp)(?:$|[?#])", re.I)
_STYLE = re.compile(r"""background(?:-image)?\s*:[^;]*?url\(\s*["']?([^"')]+)["']?\s*\)""", re.I)
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|heic)(?:$|[?#])", re.I)
_ORNAMENTS = word_set("emoji wp-smiley avatar gravatar icon")


def image_address(image: Element, base_url: str) -> str:
    """The picture's absolute address: the largest of a ``srcset``, where a lazy loader keeps it, else ``src``; empty when there is
    none but a placeholder."""
    source = next((found for found in _said(image) if found and not _PLACEHOLDER.search(found)), "")
    if not source:
        source = image.get("src") or ""
        source = "" if source.startswith(("data:", "about:")) or _NOTHING.search(source) else source
    return absolute(base_url, source)


def _said(image: Element) -> Iterator[str]:
    """The addresses that an image may have, the best first. What stands in ``noscript`` beside it is shown where scripts do not run."""
    given = dict(image.attrib)
    yield from (_largest(given[name]) for name in _SETS if name in given)
    if len(given) > 1:
        yield from (found for name in _LAZY if name in given and (found := given[name].strip()) and _is_address(found))
    picture = next((up for up in islice(image.iterancestors(), 4) if up.tag == "picture"), None)  # libxml2 nests what follows a ``source``
    for near in (image, image.getparent() if picture is None else picture):
        after = near.getnext() if near is not None else None
        if after is not None and after.tag == "noscript" and (twin := next(after.iter("img"), None)) is not None and not is_ornament(twin):
            yield _largest(twin.get("srcset") or "")
            yield twin.get("src") or ""
    yield given.get("src", "")
    yield from (given.get(name, "") for name in _FULL_SIZE)
    if picture is not None:
        yield from (_largest(source.get(name) or "") for source in picture.iter("source") for name in _SETS)


def _is_address(text: str) -> bool:
    return not any(sign in text for sign in "{}<>\n") and ("/" in text or _PICTURE_FILE.search(text) is not None)


def _largest(srcset: str) -> str:
    """The candidate of the greatest width or density, https://html.spec.whatwg.org/#srcset-attributes"""
    found = _CANDIDATE.findall(srcset) if srcset else []
    return max(found, key=lambda candidate: float(candidate[1] or 0), default=("",))[0]


def pictures_in(element: Element) -> list[Element]:
    """Its ``img`` elements, without ornaments, and without the copies in ``noscript`` of those that a script loads."""
    if element.tag == "img":
        return [] if is_ornament(element) else [element]
    return [image for image in element.iter("img") if not is_ornament(image) and not _is_twin(image)] if len(element) else []


def is_ornament(image: Element) -> bool:
    """Emoji, avatars and counting pixels are no pictures of the article."""
    if _ORNAMENTS & set(tokens(image)):
        return True
    if image.get("width") in ("0", "1") or image.get("height") in ("0", "1"):
        return True
    return "display:none" in (image.get("style") or "").replace(" ", "")


def _is_twin(image: Element) -> bool:
    hidden = next((up for up in islice(image.iterancestors(), 4) if up.tag == "noscript"), None)
    if hidden is None:
        return False
    around = (near for near in (hidden.getprevious(), hidden.getnext()) if near is not None)
    return any(near.tag in ("img", "picture") or next(near.iter("img"), None) is not None for near in around)


def background_of(element: Element) -> Element | None:
    """An ``img`` for the picture that an element shows as its background, as galleries and tiles do."""
    source = ""
    for name in element.keys():  # noqa: SIM118  an element is no mapping; most have a class alone
        if name == "style":
            match = _STYLE.search(element.get(name) or "")
            source = match[1] if match else source
        elif name in _BACKGROUNDS or (name in _LAZY_BOXES and next(element.iter("img"), None) is None):
            source = source or element.get(name) or ""
    source = source.strip()
    if not source or _PLACEHOLDER.search(source) or not _PICTURE_FILE.search(source):
        return None
    image: Element = etree.Element("img", src=source, alt=clean_text(element.get("aria-label") or element.get("title") or ""))
    return image


def backgrounds_in(nodes: Iterable[Element]) -> list[Element]:
    return [image for node in nodes for inner in node.iter() if (image := background_of(inner)) is not None]


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

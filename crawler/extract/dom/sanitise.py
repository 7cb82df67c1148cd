"""Takes a unit and gives markup that may be shown to a reader: allow-listed, balanced, without scripts, styles or foreign schemes."""

from __future__ import annotations

import re
from copy import deepcopy
from html import escape

import nh3
from lxml import etree

from crawler.extract.dom.media import frame_address, image_address
from crawler.extract.dom.tree import BLOCK, Element, absolute, emoji, word_set
from crawler.extract.dom.units import InlineNode, Unit

_TAGS = word_set(
    "p br h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var table caption thead tbody tfoot tr th td "
    "figure figcaption img a em strong i b u s del ins sub sup small mark abbr cite q time span bdi bdo ruby rt rp "
    "wbr"
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "id"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed", "type"},
    "li": {"value", "id"},
    "q": {"cite"},
    "blockquote": {"cite"},
    "time": {"datetime"},
    "sup": {"id"},
    "abbr": {"title"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    clean_content_tags={
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "svg",
        "math",
        "form",
        "select",
        "button",
        "textarea",
        "object",
    }
    - _TAGS,
    link_rel="noopener nofollow",
)
_WHOLE_ADDRESS = re.compile(r"(?:https?://|mailto:)[!-Z^-~]+")  # printable, and nothing that could make it malformed
_SHOWN_AS = {"h1": "h2", "menu": "ul", "dir": "ul", "summary": "p", "figcaption": "p", "address": "p"}


def markup(unit: Unit, base_url: str) -> str:
    """The unit as one sanitised element. Addresses are absolute; an embedded frame is a link to what it would show."""
    tag = _SHOWN_AS.get(unit.tag, unit.tag)
    if all(isinstance(node, str) for node in unit.nodes):
        return f"<{tag}>{escape(unit.text, quote=False)}</{tag}>"
    inner = "".join(_serialise(node, base_url, unit) for node in unit.nodes)
    if unit.shape in ("p", "media"):
        inner = f"<{tag}>{inner}</{tag}>"
    return (_simple(inner) or _CLEANER.clean(inner)).strip()


_TEXT = r"[^<>\x00-\x08\x0b-\x1f\x7f]++"  # possessive: the whole is a repetition of these
_OTHER = r'(?: (?!href|lang|dir|title|id)[a-z-]+="[^"<>]*")*'  # attributes that are dropped
_HOST = r"https?://(?:(?!xn--)[a-z0-9-]+\.)+[a-z]{2,}(?::[1-9]\d{1,3})?"
_LINK = rf'<a{_OTHER} href="({_HOST}(?:[/?#](?:[\w/:.~?=%;,+@!$*()#-]|&amp;)*)?)"{_OTHER}>(?={_TEXT}</a>)'
_SPAN = rf"<(?P<span>em|strong|b|i|u|s|small|code|cite)>{_TEXT}</(?P=span)>"
_SIMPLE = re.compile(
    rf"<(?P<tag>p|h[2-6])(?: (?![^<>]*\b(?:lang|dir)=)[^<>]*)?>(?P<inner>(?:{_TEXT}|{_SPAN}|{_LINK}{_TEXT}</a>|<br>)+)</(?P=tag)>", re.ASCII
)
_LINKS = re.compile(_LINK, re.ASCII)
_ENTITY = re.compile("&(?!amp;|lt;|gt;)")


def _simple(html: str) -> str:
    """A paragraph of text with nothing but plain links and emphasis, as the sanitiser writes it; '' where it must look itself."""
    found = _SIMPLE.fullmatch(html)
    if found is None or _ENTITY.search(html) is not None:
        return ""
    inner = _LINKS.sub(r'<a href="\1" rel="noopener nofollow">', found["inner"]) if "<a" in found["inner"] else found["inner"]
    return f"<{found['tag']}>{inner}</{found['tag']}>".replace("\xa0", "&nbsp;")


def _serialise(node: InlineNode, base_url: str, unit: Unit) -> str:
    if isinstance(node, str):
        return escape(node, quote=False)
    if node.tag in ("iframe", "embed", "object"):
        return _frame_link(node, base_url)
    if unit.shape == "media" and node.tag != "img":
        return f"<figcaption>{escape(unit.text, quote=False)}</figcaption>"
    if unit.shape == "p" and node.tag in BLOCK:
        return escape(unit.text, quote=False)
    html: str = etree.tostring(node, encoding="unicode", method="html", with_tail=False)
    if _REWRITTEN.search(html) and not _is_final(node):
        pictures = [image_address(image, base_url) for image in node.iter("img")]  # some stand beside the image: not in its copy
        if (rewritten := _with_pictures(html, pictures)) is not None:
            return rewritten
        node = deepcopy(node)
        _rewrite(node, base_url, pictures)
        html = etree.tostring(node, encoding="unicode", method="html", with_tail=False)
    return html


_REWRITTEN = re.compile("<(?:a|img|iframe|embed|h1)[ >]")


def _is_final(node: Element) -> bool:
    """Is there nothing to rewrite? Most paragraphs hold no picture and no relative address: no copy is made of them."""
    for element in node.iter("a", "img", "iframe", "embed", "h1"):
        address = element.get("href") if element.tag == "a" else None
        if element.tag != "a" or (address and not _WHOLE_ADDRESS.fullmatch(address)):
            return False
    return True


_PICTURE_AT = re.compile(r'(<img(?: [a-z][a-z-]*="[^"<>]*")*? src=")[^"<>]*("[^<>]*>)')
_SIMPLE_ADDRESS = re.compile(r"https?://[\w/:.~?=&;%+,-]+", re.ASCII)


def _with_pictures(html: str, pictures: list[str]) -> str | None:
    """The addresses put into the markup, where it has nothing else to rewrite; None where it may have."""
    if html.count("<img") != len(pictures) or _NOT_PICTURES.search(html) is not None:
        return None
    addresses = iter(pictures)
    out: list[str] = []
    last = 0
    for image in _PICTURE_AT.finditer(html):
        address = next(addresses, "")
        if _SIMPLE_ADDRESS.fullmatch(address) is None:
            return None
        out += html[last : image.end(1)], address.replace("&", "&amp;")
        last = image.start(2)
    return "".join([*out, html[last:]]) if next(addresses, None) is None else None


_NOT_PICTURES = re.compile(r"""<(?:a|iframe|embed|h1)[ >]|class=["'][^"']*(?:emoji|wp-smiley)""")


def _rewrite(copy: Element, base_url: str, pictures: list[str]) -> None:
    addresses = iter(pictures)
    for element in list(copy.iter("a", "img", "iframe", "embed", "h1", "figure")):
        if element.tag == "a" and element.get("href"):
            element.set("href", absolute(base_url, element.get("href")))
        elif element.tag == "img":
            address = next(addresses)
            character = emoji(element)
            if character:
                element.tag, element.text = "span", character
            else:
                element.set("src", address)
        elif element.tag in ("iframe", "embed"):
            address = frame_address(element, base_url)
            element.tag, element.text = "a", address
            element.set("href", address)
        elif element.tag == "h1":
            element.tag = "h2"


def _frame_link(frame: Element, base_url: str) -> str:
    address = frame_address(frame, base_url)
    return f'<a href="{escape(address)}">{escape(address)}</a>' if address else ""

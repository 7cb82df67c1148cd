"""Takes text as a site sends it and gives the characters that were meant: those of Windows-1252 under numbers where Unicode has controls,
characters whose reference was escaped once more, addresses that Cloudflare hides from scripts."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

from lxml import etree

CONTROLS = re.compile("[\x80-\x9f]")  # C1: no text has them, and browsers read their numbers as Windows-1252
REFERENCE = re.compile(r"&#(?:0*1(?:2[89]|[345]\d)(?!\d)|[xX]0*[89][0-9a-fA-F](?![0-9a-fA-F]));?")
ESCAPED = re.compile(r"&(?:amp;)*(#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
SIGNS = frozenset(("quot", "apos", "lsquo", "rsquo", "ldquo", "rdquo", "sbquo", "bdquo", "laquo", "raquo", "ndash", "mdash", "hellip"))
HIDDEN_ADDRESS = re.compile(r"[0-9a-fA-F]{6,600}")
PROTECTION = "/cdn-cgi/l/email-protection"


def windows_letters(text: str) -> str:
    """A page that was written in Windows-1252, and called Latin-1 or UTF-8 on its way, has controls where it had quotation marks, dashes
    and the euro sign: https://html.spec.whatwg.org/#numeric-character-reference-end-state. The references are resolved as it says there."""
    if "&#" in text:
        text = REFERENCE.sub(lambda match: unescape(match[0]), text)
    return text if text.isascii() else CONTROLS.sub(windows_letter, text)


def windows_letter(control: re.Match[str]) -> str:
    """'' for the five numbers that have no letter."""
    return control[0].encode("latin-1").decode("cp1252", "ignore")


def escaped_once_more(text: str) -> str:
    """A title or a name in one line, without references that were left in it: ``It&#8217;s`` was escaped twice. What may be the
    subject of a title stays, such as ``&nbsp;``, ``&lt;``, and an ``&amp;`` where nothing else was left."""
    if "&" not in text or ";" not in text or not any(_is_left(match[1]) for match in ESCAPED.finditer(text)):
        return text
    return ESCAPED.sub(_character, text)


def _is_left(name: str) -> bool:
    return name[0] == "#" or name in SIGNS or html5.get(f"{name};", "").isalpha()


def _character(match: re.Match[str]) -> str:
    name = match[1]
    return " ".join(unescape(f"&{name};").split()) or " " if name == "amp" or _is_left(name) else match[0]


def show_addresses(root: etree._Element) -> None:
    """Mail addresses that Cloudflare packs, under another key at each answer, and has a script unpack: without it they are
    "[email protected]", and links to a page that says nothing. https://developers.cloudflare.com/waf/tools/scrape-shield/"""
    for element in list(root.iter("span", "a", "template")):
        if address := unpacked_address(element.get("data-cfemail") or ""):
            for child in list(element):
                element.remove(child)
            element.text = address
        href = element.get("href") or ""
        if PROTECTION in href:
            address = unpacked_address(href.partition("#")[2]) or address
            if address:
                element.set("href", f"mailto:{address}")


def unpacked_address(packed: str) -> str:
    """'' for what is none."""
    if not HIDDEN_ADDRESS.fullmatch(packed) or len(packed) % 2:
        return ""
    key, *rest = bytes.fromhex(packed)
    address = bytes(code ^ key for code in rest).decode("utf-8", "ignore")
    return address if "@" in address and address.isprintable() else ""

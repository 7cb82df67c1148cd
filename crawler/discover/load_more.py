"""Takes a listing page that has a button "load more articles" and gives where its next entries come from: an address in one of its
attributes; or that only a script knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.discover.xml import absolute_link

WORDS = re.compile(
    r"\W*(?:load (?:more|older|next)(?: (?:posts|articles|stories|news|entries|reports|results|items))?"
    r"|(?:show|view|see|get|read)? ?(?:more|older) (?:posts|articles|stories|news|entries|reports)"
    r"|(?:mehr|weitere) (?:artikel|beiträge|meldungen|nachrichten)(?: laden| anzeigen)?|mehr laden"
    r"|(?:charger|voir|afficher) (?:plus|davantage)(?: d['’](?:articles|actualités))?|plus d['’]articles"
    r"|(?:cargar|ver|mostrar) más (?:artículos|noticias|entradas)|cargar más|más (?:artículos|noticias)"
    r"|carica altr[io](?: articoli)?|altri articoli|carregar mais(?: (?:notícias|artigos))?|mais (?:notícias|artigos)"
    r"|meer (?:laden|artikelen|berichten)(?: laden)?|(?:показать|загрузить) (?:ещё|еще)(?: (?:новости|статьи))?"
    r"|ladda fler(?: artiklar)?|last inn flere|wczytaj więcej|daha fazla (?:yükle|haber)|もっと読み込む|加载更多|더 보기)\W*",
    re.I,
)
ATTRIBUTES = (
    *("data-url", "data-href", "data-next-url", "data-next-page", "data-next", "data-load-more-url", "data-load", "data-ajax-url"),
    *("hx-get", "data-hx-get", "formaction"),
)
ADDRESS = re.compile(r"(?:https?:/)?/\S+|\?\S+=\S*|[\w./-]+\?\S+=\S*")
NOWHERE = re.compile(r"#|javascript:|$", re.I)


def load_more(root: HtmlElement, base: str) -> tuple[str, bool]:
    """(the address behind the page's button, '' for none; whether there is a button that leads nowhere without a script)."""
    buttons = list(_buttons(root))
    stated = ((element.get(name) or "").strip() for element in buttons for name in ATTRIBUTES)
    address = next((link for said in stated if ADDRESS.fullmatch(said) and (link := absolute_link(base, said))), "")
    return address.split("#")[0], bool(buttons) and not address


def _buttons(root: HtmlElement) -> Iterator[HtmlElement]:
    for element in root.iter("button", "a", "div", "span"):
        if len(element) > 3 or (element.tag == "a" and not NOWHERE.match((element.get("href") or "").strip())):
            continue
        if element.tag in ("div", "span") and not any(element.get(name) for name in ATTRIBUTES):
            continue
        words = " ".join((element.text_content() or "").split()) or element.get("aria-label") or ""
        if len(words) < 60 and WORDS.fullmatch(words) and not any(up.tag == "footer" for up in element.iterancestors()):
            yield element


def as_listing(text: str) -> str:
    """What such an address answers: a page, a piece of one, or JSON with pieces in its fields."""
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return text
    try:
        return "\n".join(_markup(json.loads(text.lstrip("\ufeff"), strict=False), 0)) or text
    except (ValueError, RecursionError):
        return text


def _markup(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and "<" in value and ">" in value:
        yield value
    elif isinstance(value, dict | list) and depth < 6:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _markup(item, depth + 1)

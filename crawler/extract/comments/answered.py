"""Takes a page and its comments and gives which of them says by a link that it answers another: "in reply to Ann"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import Element, all_text, tokens

_TARGET = re.compile(r"[#/][a-z_-]{0,30}/?(\d{1,20})/?$", re.I)
_WORDS = re.compile(
    r"\b(?:in (?:reply|response|answer) to|repl(?:ied|ying) to|respond(?:ed|ing) to|(?:als )?antwort auf|antwortet(?:e)? auf|"
    r"en réponse à|répond(?:u)? à|en respuesta a|responde a|(?:em|en) resposta a|in risposta a|in antwoord op|als reactie op|"
    r"w odpowiedzi|odpowiedź (?:na|do)|(?:в )?ответ(?:ил\w*)? (?:на|для|пользователю)|у відповідь|som svar (?:på|til)|svar (?:på|til)|"
    r"vastauksena|válasz|yanıt olarak)\b|رد[ًا]* على|در (?:پاسخ|جواب) به|返信先|への返信|回[复覆]",
    re.I,
)
_NAMES = re.compile(r"(?:[a-z]+[-_])*(?:in[-_]?reply[-_]?to|repl(?:y|ied|ying)[-_]to|parent)(?:[-_][a-z]+)*")
_PARENT = re.compile(r"\W*(?:parent(?: comment)?|elternkommentar)\W*", re.I)


def answered(page: Document, comments: Mapping[Element, str]) -> dict[str, str]:
    """Number of a comment -> number of the one that it says it answers. ``comments``: element -> number."""
    numbers, found = set(comments.values()), dict[str, str]()
    for anchor, href in page.anchors:
        target = _TARGET.search(href) if href.rstrip("/")[-1:].isdigit() else None
        if target is None or target[1] not in numbers:
            continue
        own = next((comments[up] for up in anchor.iterancestors() if up in comments), None)
        if own is not None and own != target[1] and own not in found and _says_so(anchor):
            found[own] = target[1]
    return found


def _says_so(anchor: Element) -> bool:
    said = all_text(anchor).strip()
    if said.startswith("@") or _PARENT.fullmatch(said) or _WORDS.search(said) or anchor.get("rel") == "in-reply-to":
        return True
    if any(_NAMES.fullmatch(name) for up in (anchor, anchor.getparent()) if up is not None for name in tokens(up)):
        return True
    before = anchor.getprevious()
    parent = anchor.getparent()
    above = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    return _WORDS.search(above[-60:]) is not None

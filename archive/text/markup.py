"""Foreign text on our pages: takes stored text or markup, gives markup that can do nothing. Pure.

What the archive stores was cleaned when it was extracted; it is cleaned again here, because a page must be safe whatever the
file holds.
"""

from __future__ import annotations

import re

import nh3
from markupsafe import Markup, escape

START, END = "\ue000", "\ue001"  # private use: they mark a hit in text, and survive escaping
# fmt: off
TAGS = frozenset([
    "p", "br", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "q", "pre", "code", "em",
    "strong", "b", "i", "u", "s", "sub", "sup", "small", "cite", "abbr", "a", "hr", "span", "figure", "figcaption",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "img",
])
# fmt: on
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "abbr": {"title"},
    "*": {"lang", "dir"},
}
LONG = 200_000  # characters
SCHEMES = frozenset({"http", "https", "mailto"})
HIDING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters, halves of pairs, overrides and isolates: the last reorder what stands around them. Letters of any script keep their
own direction without."""
URL = re.compile(r"https?://[^\s<>\"'\ue000\ue001]+[^\s<>\"'.,;:!?)\]\ue000\ue001]", re.I)


def safe_markup(html: str) -> str:
    """Markup of a block through the allow-list. Pictures keep their address: ``pictures`` turns them into links."""
    cleaned: str = nh3.clean(
        plain(html),
        tags=set(TAGS),
        clean_content_tags={"script", "style", "template", "noscript", "svg", "math", "object", "title"},
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        link_rel="noopener nofollow ugc",
        strip_comments=True,
    )
    return cleaned


def plain(text: str | None) -> str:
    """Text without what hides or reorders it: NUL, other control characters, bidirectional overrides."""
    return HIDING.sub("", text or "")


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, with its addresses as links; a single line break stays one."""
    if len(text) > LONG:  # nobody writes so much: shown whole, at the price of one escape
        return Markup('<p class="long">{}</p>').format(plain(text))
    parts = [part for part in re.split(r"\n\s*\n", plain(text).strip()) if part.strip()]
    return Markup("\n".join(f"<p>{linked(part)}</p>" for part in parts))


def linked(text: str) -> Markup:
    """One paragraph of plain text, escaped, line breaks kept, addresses clickable."""
    pieces, last = [], 0
    for match in URL.finditer(text):
        url = escape(match[0])
        pieces += [escape(text[last : match.start()]), f'<a href="{url}" rel="noopener nofollow ugc">{url}</a>']
        last = match.end()
    pieces.append(escape(text[last:]))
    return Markup("".join(pieces).replace("\n", "<br>\n"))


def marked(text: str | None) -> Markup:
    """Text with sentinels around its hits -> escaped, with ``<mark>``. Always balanced, whatever the text holds."""
    pieces, depth = [], False
    for piece in re.split(f"([{START}{END}])", plain(text)):
        if piece in (START, END):
            if depth != (piece == START):
                depth = piece == START
                pieces.append(Markup("<mark>") if depth else Markup("</mark>"))
        else:
            pieces.append(escape(piece))
    return Markup("").join([*pieces, Markup("</mark>") if depth else Markup("")])


def without_marks(text: str) -> str:
    """Text without the sentinels around its hits."""
    return re.sub(f"[{START}{END}]", "", text)

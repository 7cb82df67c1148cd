"""Takes a page's text or tree and puts that markup right which a browser's parser would read otherwise than it was meant."""

from __future__ import annotations

import re

from lxml import etree

from crawler.extract.dom.encoding import decode
from crawler.extract.dom.intended import show_addresses

_TAG = re.compile(r"<li\b[^>]*>|</li\s*>|<[ou]l\b[^>]*>|</[ou]l\s*>", re.I)
_COMMENT = re.compile(r"""\bid=["']?(?:li-|div-)?comment-\d""", re.I)


_XHTML = "application/xhtml+xml"
_CLOSED = re.compile(
    r"<(script|style|title|iframe|textarea|noscript|template|div|span|a|p|i|b|em|strong|ul|ol|li|td|th|section|article)\b"
    r"((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)\s*/>",
    re.I,
)


def page_text(body: bytes, content_type: str | None) -> str:
    """The text of a page. In XHTML that is sent as such ``<script/>`` and ``<div/>`` are whole elements; in HTML they only begin, and a
    script swallows the page."""
    text = decode(body, content_type)
    return _CLOSED.sub(r"<\1\2></\1>", text) if content_type is not None and _XHTML in content_type.lower() else text


def wrap_bare_answers(html: str) -> str:
    """Block themes put answers below the deepest level into their comment's ``li`` without a list around them; a parser then
    closes that ``li`` and makes them its siblings. Each such run of answers gets its list."""
    if "wp-block-comment-template" not in html:
        return html
    out, last = [], 0
    stack: list[str] = []  # list, bare (a list that is put in here), item, comment
    for tag in _TAG.finditer(html):
        text = tag[0].lower()
        insert = ""
        if text.startswith("<li"):
            comment = bool(_COMMENT.search(tag[0]))
            if comment and stack and stack[-1] == "comment":
                stack.append("bare")
                insert = "<ol>"
            stack.append("comment" if comment else "item")
        elif text.startswith("</li"):
            if stack and stack[-1] == "bare":
                stack.pop()
                insert = "</ol>"
            if stack and stack[-1] in ("comment", "item"):
                stack.pop()
        elif text.startswith("</"):
            if stack and stack[-1] == "list":
                stack.pop()
        else:
            stack.append("list")
        out += [html[last : tag.start()], insert]
        last = tag.start()
    return "".join(out) + html[last:]


_AMP_TAGS = {"amp-img": "img", "amp-anim": "img", "amp-iframe": "iframe", "amp-video": "video", "amp-audio": "audio"}
_AMP_FRAMES = {  # element -> attribute with the number of what it shows, and the address of that
    "amp-youtube": ("data-videoid", "https://www.youtube.com/embed/{}"),
    "amp-vimeo": ("data-videoid", "https://player.vimeo.com/video/{}"),
    "amp-dailymotion": ("data-videoid", "https://www.dailymotion.com/embed/video/{}"),
    "amp-twitter": ("data-tweetid", "https://twitter.com/i/status/{}"),
    "amp-facebook": ("data-href", "{}"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/{}/"),
}


def as_plain_html(root: etree._Element, data: bytes) -> None:
    """AMP's own elements become those of HTML, https://amp.dev/documentation/components; KaTeX's second rendering of a formula,
    which is for the eye alone, goes; mail addresses that a script would show are shown; what a server of React sent later stands where
    its script would put it."""
    if data.rfind(b'id="S:') >= 0:  # twice as fast as ``in``
        _place_streamed(root)
    if _has(root, *_AMP_TAGS, *_AMP_FRAMES) and data.rfind(b"<amp-") >= 0:
        for element in list(root.iter(*_AMP_TAGS, *_AMP_FRAMES)):
            _as_html(element)
    if _has(root, "template") and data.rfind(b"shadowroot") >= 0:
        _open_shadow_roots(root)
    if _has(root, "noscript") and data.rfind(b"<noscript") >= 0:
        _show_without_scripts(root)
    if _has(root, "button") and data.rfind(b"<button") >= 0:
        _show_headings(root)
    if data.rfind(b"data-cfemail") >= 0 or data.rfind(b"/email-protection#") >= 0:
        show_addresses(root)
    if data.rfind(b"katex-html") >= 0 and b"<math" in data:
        for element in list(root.iter("span")):
            if "katex-html" in (element.get("class") or "").split():
                _take_out(element)


def _has(root: etree._Element, *tags: str) -> bool:
    """Is there such an element? The tree tells it sooner than the bytes do."""
    return next(root.iter(*tags), None) is not None


def _open_shadow_roots(root: etree._Element) -> None:
    """A ``template`` that says so is shown in its element's place: https://html.spec.whatwg.org/#attr-template-shadowrootmode"""
    for template in list(root.iter("template")):
        if template.get("shadowrootmode") or template.get("shadowroot"):
            template.tag = "div"


_LEAST = 250  # letters in the paragraphs of a text


def _show_without_scripts(root: etree._Element) -> None:
    """A page whose script draws the text may have it in ``noscript`` too: that is its text, where there is more than outside of it."""
    hidden = [(element, sum(map(_size, element.iter("p")))) for element in root.iter("noscript")]
    element, size = max(hidden, key=lambda found: found[1], default=(None, 0))
    if element is not None and size >= _LEAST and sum(map(_size, root.iter("p"))) < 2 * sum(found for _, found in hidden):
        element.tag = "div"


_BUTTON_HEADINGS = ("h2", "h3", "h4", "h5", "h6", "dt", "summary")


def _show_headings(root: etree._Element) -> None:
    """A heading that opens its section is a button, https://www.w3.org/WAI/ARIA/apg/patterns/accordion/; so is a question."""
    for button in list(root.iter("button")):
        words = "".join(button.itertext()).strip()
        if len(words) < 4:
            continue
        if next(button.iterancestors(*_BUTTON_HEADINGS), None) is not None:
            button.tag = "span"
        elif button.get("itemprop") == "name" or (words[-1] in "?？؟" and (button.get("aria-expanded") or button.get("aria-controls"))):
            button.tag = "p"


def _size(element: etree._Element) -> int:
    return len("".join(element.itertext()).strip())


def _place_streamed(root: etree._Element) -> None:
    """React sends what takes longer behind the page, hidden, as ``div#S:7``, and a script moves it to ``template#B:7`` or
    ``template#P:7``: https://react.dev/reference/react-dom/server/renderToPipeableStream. A part without a place is only shown."""
    slots = {name[2:]: e for e in root.iter("template") if (name := e.get("id") or "").startswith(("B:", "P:"))}
    for part in list(root.iter("div")):
        name = part.get("id") or ""
        if not name.startswith("S:") or part.get("hidden") is None:
            continue
        del part.attrib["hidden"]
        slot = slots.get(name[2:])
        if slot is not None and not any(up is part for up in slot.iterancestors()):
            _take_out(part)
            part.tail = None
            slot.addprevious(part)


def _as_html(element: etree._Element) -> None:
    name = element.tag
    if name in _AMP_FRAMES:
        attribute, address = _AMP_FRAMES[name]
        element.set("src", address.format(element.get(attribute) or ""))
    element.tag = _AMP_TAGS.get(name, "iframe")
    if element.tag in ("img", "iframe") and not "".join(element.itertext()).strip():
        for child in list(element):  # placeholders, and the same for browsers without scripts
            element.remove(child)


def _take_out(element: etree._Element) -> None:
    """The element goes, the text after it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)

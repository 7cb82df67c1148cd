"""Takes a page's text and gives it with that markup put right which a browser's parser would read otherwise than it was meant."""

from __future__ import annotations

import re

_TAG = re.compile(r"<li\b[^>]*>|</li\s*>|<[ou]l\b[^>]*>|</[ou]l\s*>", re.I)
_COMMENT = re.compile(r"""\bid=["']?(?:li-|div-)?comment-\d""", re.I)


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

"""WordPress's text filters, as far as the demo's content needs them: paragraphs, captions, typographic quotes, block comments."""

from __future__ import annotations

import html
import re
from functools import lru_cache

BLOCK = "address|aside|blockquote|div|dl|figure|form|h[1-6]|hr|iframe|ol|p|pre|section|table|ul"
BLOCK_START = re.compile(rf"<(?:!--|/?(?:{BLOCK})\b)", re.I)
NEXTPAGE = "<!--nextpage-->"
CAPTION = re.compile(
    r'\[caption id="attachment_(\d+)" align="(\w+)" width="(\d+)"\]\s*((?:<a [^>]*>)?<img [^>]*>(?:</a>)?)(.*?)\[/caption\]', re.S
)
QUOTE = re.compile(r"(<blockquote[^>]*>)(?!\s*<p>)(.*?)(</blockquote>)", re.S)
SMILEYS = {":)": "🙂", ":(": "🙁", ";)": "😉"}


@lru_cache(maxsize=4096)  # titles and names stand on every page, and bodies are asked for through every door
def texturize(text: str) -> str:
    """Straight quotes, dashes and dots to entities in the text between tags, never inside <pre> or <code> (wptexturize)."""
    parts = re.split(r"(<pre.*?</pre>|<code.*?</code>|<[^>]*>)", text, flags=re.S)
    return "".join(part if part.startswith("<") else curl(part) for part in parts)


def curl(text: str) -> str:
    text = text.replace("...", "&#8230;").replace(" -- ", " &#8212; ")
    text = re.sub(r'(^|[\s(\[\u2014])"', r"\1&#8220;", text).replace('"', "&#8221;")
    text = re.sub(r"(^|[\s(\[\u2014])'(?=\w)", r"\1&#8216;", text)
    return text.replace("'", "&#8217;")


def autop(text: str) -> str:
    """Blank lines make paragraphs, single newlines <br />; chunks that begin with a block element stay (wpautop)."""
    text = QUOTE.sub(lambda match: f"{match[1]}\n<p>{match[2].replace(chr(10), '<br />' + chr(10))}</p>\n{match[3]}", text)
    chunks = [chunk.strip("\n") for chunk in re.split(r"\n\s*\n", text) if chunk.strip()]
    return "\n".join(chunk if BLOCK_START.match(chunk) else "<p>" + chunk.replace("\n", "<br />\n") + "</p>" for chunk in chunks) + "\n"


def caption(match: re.Match[str]) -> str:
    number, align, width, image, words = match.groups()
    return (
        f'<figure id="attachment_{number}" aria-describedby="caption-attachment-{number}" style="width: {int(width) + 10}px" '
        f'class="wp-caption {align}">{image}<figcaption id="caption-attachment-{number}" '
        f'class="wp-caption-text">{words.strip()}</figcaption></figure>'
    )


def strip_block_comments(text: str) -> str:
    return re.sub(r"<!-- /?wp:.*?-->", "", text, flags=re.S)


def render_body(body: str, editor: str) -> str:
    """post_content to HTML: `classic` gets paragraphs and captions, `block` loses its comments, `br` stays as imported."""
    if editor == "block":
        return texturize(strip_block_comments(body)) + "\n"
    if editor == "br":
        return texturize(body) + "\n"
    return texturize(autop(CAPTION.sub(caption, body)))


def render_comment(text: str) -> str:
    """comment_content to HTML; bare addresses become links, smileys emoji."""
    text = re.sub(r'(?<!["\'>=])\b(https?://[^\s<]+[\w/])', r'<a href="\1" rel="nofollow ugc">\1</a>', text)
    for signs, emoji in SMILEYS.items():
        text = text.replace(f" {signs}", f" {emoji}")
    return texturize(autop(text))


def strip_tags(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def excerpt(rendered: str, words: int = 55) -> str:
    """The automatic excerpt: the first 55 words and [&hellip;], figures left out."""
    plain = strip_tags(re.sub(r"<(figure|table|script|form).*?</\1>", " ", rendered, flags=re.S)).split()
    short = html.escape(" ".join(plain[:words]), quote=False)
    return f"{short} [&hellip;]" if len(plain) > words else short

"""Takes the rendered content of a REST item, and says whether it is the article's text: not where it is empty, the raw code of a page
builder, or a teaser that leads on to the article itself. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from crawler.extract.dom.intended import escaped_once_more
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.tree import text_of

# Prefixes of the shortcodes of page builders: WPBakery, Divi, Fusion (Avada), Enfold, Beaver, Elementor, Cornerstone, Oxygen, Tatsu, ...
BUILDER = re.compile(
    r"\[/?(?:vc_|et_pb_|fusion_|av_|avia_|fl_builder|elementor-|cs_|ct_|oxygen|tatsu_|mk_|thrive_|tve_|siteorigin_|dslc_|ux_|kc_|mpc_|"
    r"ultimate_|rev_slider|wpb_|nectar_|eltdf_|qode_|mkdf_|tm_pb_|themify_|tcb_)[\w-]*"
)
QUOTE = "\"'\u201c\u201d\u2018\u2019\u2033\u2032\u00ab\u00bb"
OPENER = re.compile(rf"\[([a-z][\w-]*)((?:\s+[\w-]+\s*=\s*(?:[{QUOTE}][^\]]*?[{QUOTE}]|[^\s\]{QUOTE}]+))+)\s*/?\]", re.IGNORECASE)
CLOSER = re.compile(r"\[/([a-z][\w-]*)\]", re.IGNORECASE)
SHORTCODE = re.compile(r"\[/?[a-z][\w-]*(?:\s[^\]]*)?\]", re.IGNORECASE)
BLOB = re.compile(r"\[(vc_raw_html|vc_raw_js|fusion_code|ct_code_block)\b[^\]]*\].*?\[/\1\]", re.IGNORECASE | re.DOTALL)
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
LAST = 400  # characters at the end of a teaser that hold its way on
MORE = re.compile(r"""class=["'][^"']*\b(?:more-link|read-more|readmore|continue-reading)\b""", re.IGNORECASE)
ANCHOR = re.compile(r"""<a\b[^>]*\bhref=["']([^"'#?]+)[^"']*["'][^>]*>(?:(?!</a>).)*</a>\W*$""", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class RestText:
    """``html`` without the code of a builder; ``lacks``: why it is not the article's text, '' where it is."""

    html: str
    lacks: str = ""


def text_in(rendered: str, link: str) -> RestText:
    """What an item's rendered content holds. ``link``: the article's own address."""
    if not TAG.sub("", rendered.replace("<img", "x<img").replace("<iframe", "x<iframe").replace("<a ", "x<a ")).strip():
        return RestText("", "REST gives no text")
    if "[" in rendered and is_raw(unescape(CODE.sub("", rendered))):
        return RestText(SHORTCODE.sub(" ", BLOB.sub(" ", unquoted(rendered))), "REST gives the raw code of a page builder")
    return RestText(rendered, "REST gives a teaser" if is_teaser(rendered, link) else "")


def unquoted(rendered: str) -> str:
    """The quotes of shortcodes as characters: WordPress writes them as entities where it does not know the shortcode."""
    return re.sub(r"&#(?:8220|8221|8216|8217|8243|8242|171|187|34|39|034|039);|&quot;", '"', rendered)


def is_raw(plain: str) -> bool:
    """Whether a text holds shortcodes that nobody resolved: a builder's, any with attributes, or a pair. [sic] and [1] are none."""
    if BUILDER.search(plain) or OPENER.search(plain):
        return True
    closed = {name.lower() for name in CLOSER.findall(plain)}
    return any(re.search(rf"\[{re.escape(name)}(?:\s[^\]]*)?\]", plain, re.IGNORECASE) for name in closed)


def is_teaser(rendered: str, link: str) -> bool:
    """Whether a text ends in dots in brackets, or in a link to the article itself, whatever language that is in."""
    end = rendered.rstrip()[-LAST:]
    words = unescape(TAG.sub(" ", end)).rstrip()
    if words.endswith(("[\u2026]", "[...]", "(\u2026)")) or MORE.search(end):
        return True
    own = ANCHOR.search(re.sub(r"(?:</?(?:p|div|span|em|strong|br|section)\b[^>]*>|\s|&nbsp;)+$", "", end))
    return own is not None and unescape(own[1]).rstrip("/") == link.partition("#")[0].partition("?")[0].rstrip("/")


def rest_plain(html: str) -> str:
    """The text of a rendered title or name: markup gone, entities resolved, one line."""
    root = parse(f"<p>{html}</p>") if html.strip() else None
    return "" if root is None else escaped_once_more(" ".join(text_of(root).split()))

"""Takes the element of a comment and gives its parts by what they are: name, date, text, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from crawler.extract.comments.in_english import in_english
from crawler.extract.comments.nesting import CommentNode, own_elements
from crawler.extract.dom.tree import Element

Role = Literal["author", "name", "date", "meta", "content", "whole", "junk", "children"]


# The meaning of one class name; what stands first wins. "whole" may be the text or everything, depending on the theme.
_ROLES: tuple[tuple[Role, str], ...] = (
    ("children", r"children|replies|comment-replies|comments?-children|child-comments|wpd-replies|wp-block-comment-replies|epoch-child"),
    (
        "junk",
        r"reply|comment[-_]{1,2}(?:reply|replies|edit|tools|actions|action|footer|share|vote|votes|like|likes|"
        r"links|util|utils|number|avatar|avartar|gravatar|rating|report|karma|controls|buttons|permalink-icon|"
        r"awaiting-moderation|form|respond|left|share|options|badge|awaits-moderation|status|flag)(?:[-_][\w-]*)?|"
        r"(?:wc|wpd)-(?:comment-)?(?:footer|share|link|vote|tools|toggle|field|reply|avatar|left|label|rating|"
        r"space|tooltip|edit|last|sticky|form|user-label|follow)[\w-]*|wpd-reply-(?:to|button)|wpd-tooltip[\w-]*|"
        r"wpdiscuz[\w-]*|avatar[\w-]*|gravatar|says|reply[-_](?:link|to|button|wrap)|comment-reply-(?:link|login|"
        r"title)|edit[-_](?:link|reply)|vote[sd]?|voting|likes?|jetpack-comment-likes[\w-]*|comment-like[\w-]*|"
        r"cs-rating|pd-rating|share[-_]\w+|report[\w-]*|[\w-]*report-link|actions?|screen-reader-text|respond|"
        r"comment-respond|hidden|tooltip|badge|moderation|cld-[\w-]+|wpulike[\w-]*|wp_ulike[\w-]*|thumbs[\w-]*|"
        r"rating|epoch-comment-actions|ratingblock[\w-]*|p3_comment_author|nv-reply-link|comment-moderation|"
        r"ckrating[\w-]*|like-comment[\w-]*|fs-[\w-]+|social[\w-]*|userpro[\w-]*|sharethis[\w-]*|"
        r"comment_quote_link|comment_direct_link|comments-vote|crfp-rating|wpcr[\w-]*|in[-_]reply[-_]to[\w-]*|signature|links",
    ),
    (
        "name",
        r"fn|author[-_]name|comment[-_]{1,2}author[-_]{1,2}(?:name|link)|comment__author-name|"
        r"commenter(?:[-_]?name)?|user-?name|nickname|comment[-_]name|wp-block-comment-author-name|"
        r"epoch-author-link|display-name|poster",
    ),
    (
        "author",
        r"comment[-_]{0,2}author|author|(?:wc|wpd)-comment-author|vcard|comment[-_]user|comment_author|author-box|"
        r"authorname|comment-by|by|user|name|comment-head(?:er)?-author",
    ),
    (
        "date",
        r"(?:[\w-]*[-_])?(?:date|time|timestamp|datetime|published|posted|when|day|(?:time)?ago)(?:[-_](?:link|time|posted|"
        r"wrap|info|published))?|comment-permalink|commentmetadata|comment-metadata|wp-block-comment-date|"
        r"permalink",
    ),
    (
        "meta",
        r"comment[-_]{0,2}(?:meta|info|head|header|details|title|byline|data|postinfo|top|intro)(?:[-_]\w+)?|meta|"
        r"metadata|info|byline|postinfo|post-?meta|comment_postinfo|(?:wc|wpd)-comment-header|epoch-comment-meta|"
        r"nv-comment-header|header|entry-meta|comment-heading|comment_title",
    ),
    (
        "content",
        r"comment[-_]{0,2}(?:content|text|txt|message|entry|description|desc|copy|inner-text|area|"
        r"msg)(?:[-_]\w+)?|comment[-_]?(?:text|body-text|bodytext)|(?:wc|wpd)-comment-text|"
        r"wp-block-comment-content|epoch-comment-content|nv-comment-content|entry-content|text|message|"
        r"comment__content|comment__text|comment__body|content",
    ),
    ("whole", r"comment[-_]{0,2}body|comment|c-body|body|media-body"),
)
_MATCHERS = tuple((role, re.compile(pattern)) for role, pattern in _ROLES)


# Names that say it with their last word: ``c-comment__author``, ``isso-text``, ``fyre-comment-username``.
_LAST_WORDS: dict[str, Role] = {
    **dict.fromkeys(
        ("avatar", "gravatar", "actions", "reply", "buttons", "votes", "likes", "score", "badge", "operations", "permalink"), "junk"
    ),
    **dict.fromkeys(("name", "username", "commenter", "poster"), "name"),
    **dict.fromkeys(("author", "user", "by"), "author"),
    **dict.fromkeys(("date", "time", "timestamp", "timeago", "ctime", "datetime", "posted"), "date"),
    **dict.fromkeys(("text", "content", "message", "markdown"), "content"),
    **dict.fromkeys(("body",), "whole"),
    **dict.fromkeys(("meta", "metadata", "info", "header", "head", "source", "byline", "subtitle"), "meta"),
    **dict.fromkeys(("children", "replies"), "children"),
}


@lru_cache(maxsize=8192)
def role_of(name: str) -> Role | None:
    """What a class name, in lower case, says that its element is."""
    name = in_english(name)
    for role, matcher in _MATCHERS:
        if matcher.fullmatch(name):
            return role
    words = re.split(r"[-_]+", name.partition("--")[0])
    return _LAST_WORDS.get(words[-1]) if 1 < len(words) < 6 else None


@lru_cache(maxsize=8192)
def role_of_classes(classes: str) -> Role | None:
    """What the first telling name of a class attribute says."""
    return next((found for name in classes.lower().split() if (found := role_of(name))), None)


@dataclass(slots=True)
class CommentParts:
    """The elements of one comment by what they are."""

    node: CommentNode
    by_role: dict[Role, list[Element]] = field(default_factory=dict)
    times: list[Element] = field(default_factory=list)
    permalinks: list[Element] = field(default_factory=list)
    own: list[Element] = field(default_factory=list)

    def of(self, role: Role) -> list[Element]:
        return self.by_role.get(role, [])


def sort_parts(node: CommentNode) -> CommentParts:
    parts = CommentParts(node)
    roots, own = node.roots, parts.own
    for element in own_elements(node):
        tag = element.tag
        if element in roots:
            if tag == "dt":  # the term of a definition list is the byline, the definition is the text
                parts.by_role.setdefault("meta", []).append(element)
            continue
        own.append(element)
        names = element.keys()
        if tag == "time" or ("datetime" in names and element.get("datetime")):
            parts.times.append(element)
        elif tag == "a" and "#" in (href := element.get("href") or ""):
            if node.number in href:
                parts.permalinks.append(element)
            elif (element.text or "").lstrip().startswith("@") and "comment" in href:
                parts.by_role.setdefault("junk", []).append(element)  # a theme's "@NAME" before an answer: no word of its author
        if names and (role := _role_by_markup(element, names)):
            parts.by_role.setdefault(role, []).append(element)
    return parts


def _role_by_markup(element: Element, names: list[str]) -> Role | None:
    """``names``: those of its attributes."""
    role = role_of_classes(element.get("class") or "") if "class" in names else None
    return itemprop_role(element) if role is None and ("itemprop" in names or "property" in names) else role


def itemprop_role(element: Element) -> Role | None:
    said = element.get("itemprop")
    if said:
        return _ITEMPROPS.get(said)
    said = element.get("property")
    return _PROPERTIES.get(said.partition(" ")[0]) if said else None


_ITEMPROPS: dict[str, Role] = {
    "author": "author",
    "creator": "author",
    "name": "name",
    "text": "content",
    "commentText": "content",
    "datePublished": "date",
    "commentTime": "date",
    "dateCreated": "date",
}


# RDFa, as Drupal 7 writes it.
_PROPERTIES: dict[str, Role] = {
    "dc:date": "date",
    "dc:created": "date",
    "schema:dateCreated": "date",
    "schema:datePublished": "date",
    "foaf:name": "name",
    "schema:name": "name",
    "content:encoded": "content",
    "schema:text": "content",
}

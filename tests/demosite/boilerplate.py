"""What a news site adds around every text: bios, appeals, tag line, share box, related list, newsletter form."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from .model import Post

if TYPE_CHECKING:
    from .state import State

APPEALS = (
    "Are you a dedicated reader of The Harrow Desk? Has our research benefitted you or your team over the years? "
    "Support our independent reporting and analysis today by considering a one-time or monthly donation. Thanks for reading!",
    "The Harrow Desk is free to read because readers pay for it. If our work has been useful to you, please consider a gift of any size.",
    "<strong>Keep the Desk open.</strong> We carry no advertising and sell no data. A monthly donation of any "
    "amount keeps our maps and files public.",
    "Reader-funded, and proud of it: every contribution is tax-deductible and goes to field reporting. "
    '<a href="{home}/donate">Support The Harrow Desk</a>.',
    "If you rely on our reporting in your own work, help us to continue it. You can donate once or every month, "
    "and you can stop at any time.",
)
MIDDLE = (
    "<em>You are reading an independent publication. Like this report? "
    '<a href="{home}/donate">Help to fund the next one</a>; it takes less than a minute.</em>'
)


def bio(state: State, post: Post) -> str:
    """Co-authors share a paragraph; authors without a bio have none."""
    texts = [state.authors[slug].bio(post.id) for slug in post.authors if slug in state.authors]
    return " ".join(text for text in texts if text)


def appeal(state: State, post: Post) -> str:
    return APPEALS[post.id % len(APPEALS)].format(home=state.home)


def tag_line(state: State, post: Post) -> str:
    """Old imports print the commas of tags whose names were lost, in a paragraph without a class."""
    if post.date.year < 2012:
        return "<p>Tags: , , ,</p>"
    links = ", ".join(
        f'<a href="{state.urls.term(term)}" rel="tag">{html.escape(term.name)}</a>' for term in state.terms_of(post, "post_tag")
    )
    return f"<p>Tags: {links}</p>" if links else ""


def share(state: State, post: Post) -> str:
    address = html.escape(state.urls.post(post))
    return (
        '<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul>'
        f'<li><a href="https://social.example/share?u={address}">Post</a></li><li><a '
        'href="mailto:?subject=The%20Harrow%20Desk">Email</a></li>'
        "<li>Print</li></ul></div>"
    )


def related(state: State, post: Post) -> str:
    """Three earlier articles that share a tag; a slug is an id here, so the list changes when the site does."""
    near = [p for p in state.published() if p.id < post.id and not p.password and set(p.tags) & set(post.tags)][-3:]
    items = "".join(f'<li><a href="{html.escape(state.urls.post(p))}">{state.title(p)}</a></li>' for p in near)
    return f'<div class="related-posts"><h3>Related</h3><ul>{items}</ul></div>' if items else ""


def newsletter() -> str:
    return (
        '<div class="newsletter-signup"><h4>The Morning File</h4><p>Get our weekday briefing in your inbox. No spam, '
        "unsubscribe at any time.</p>"
        '<form action="https://lists.example/subscribe" method="post"><input type="email" name="email" placeholder="Your email address"/>'
        '<button type="submit">Sign up</button></form></div>'
    )


def insert_middle(rendered: str, block: str) -> str:
    """After the third paragraph, where such a plugin puts it."""
    ends = [match.end() for match in re.finditer("</p>", rendered)]
    at = ends[min(2, len(ends) - 1)] if ends else len(rendered)
    return f"{rendered[:at]}\n<p>{block}</p>\n{rendered[at:]}"


def in_content(state: State, post: Post, rendered: str) -> str:
    """The rendered body with all that plugins append through the_content: REST and feeds carry this too."""
    if post.kind == "page":
        return rendered
    if post.appeal == "middle":
        rendered = insert_middle(rendered, MIDDLE.format(home=state.home))
    words = bio(state, post) if post.bio == "content" else ""
    tail = [f"<p><em>{words}</em></p>" if words else ""]
    if post.appeal != "none":
        tail.append(f"<p>{appeal(state, post)}</p>")
    tail += [share(state, post), related(state, post), tag_line(state, post)]
    return rendered + "\n".join(part for part in tail if part) + "\n"


def after_content(state: State, post: Post) -> str:
    """What the theme prints after the entry: only pages carry it."""
    words = bio(state, post)
    parts = []
    if words and (post.bio == "theme" or state.boilerplate == "theme"):
        parts.append(f'<div class="author-bio"><p>{words}</p></div>')
    if state.boilerplate == "theme":
        parts += [f'<p class="donate">{appeal(state, post)}</p>', share(state, post), related(state, post), tag_line(state, post)]
    if post.id % 2:
        parts.append(newsletter())
    return "\n".join(part for part in parts if part)

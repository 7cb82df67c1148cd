"""What a visitor of the demo site can read: takes the site as it is, gives its posts and comments by their ids."""

from __future__ import annotations

from .model import Comment, Post
from .server import DemoSite


def readable(site: DemoSite) -> dict[str, Post]:
    """Public posts that can be read without a password, by id."""
    return {str(post.id): post for post in site.published() if not post.password}


def shown(site: DemoSite) -> dict[str, Comment]:
    """Comments that pages show: approved, and every one that they answer is approved too."""
    posts = readable(site)

    def visible(comment: Comment) -> bool:
        parent = site.comments.get(comment.parent)
        return comment.status == "approved" and (not comment.parent or (parent is not None and visible(parent)))

    return {str(c.id): c for c in site.comments.values() if str(c.post) in posts and visible(c)}

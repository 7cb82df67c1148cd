"""Which comments a page shows, in which order, and on which of the thread's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Comment, Post

if TYPE_CHECKING:
    from .state import State

MAX_DEPTH = 5


class Threads:
    def __init__(self, state: State) -> None:
        self.state = state

    def approved(self, post: Post) -> list[Comment]:
        """Oldest first. Replies under a hidden parent are in here, and in the site's count, but in no page."""
        chosen = [c for c in self.state.comments.values() if c.post == post.id and c.status == "approved"]
        return sorted(chosen, key=lambda c: (c.date, c.id))

    def count(self, post: Post) -> int:
        return len(self.approved(post))

    def top(self, post: Post) -> list[Comment]:
        return [c for c in self.approved(post) if not c.parent]

    def replies(self, comment: Comment) -> list[Comment]:
        return [c for c in self.approved(self.state.posts[comment.post]) if c.parent == comment.id]

    def pages(self, post: Post) -> int:
        per_page = self.state.comments_per_page
        return max(1, -(-len(self.top(post)) // per_page)) if per_page else 1

    def page_of(self, comment: Comment) -> int:
        """Pages count top-level threads, oldest first, whatever the display order."""
        root = comment
        while root.parent and root.parent in self.state.comments:
            root = self.state.comments[root.parent]
        before = sum((c.date, c.id) < (root.date, root.id) for c in self.top(self.state.posts[comment.post]))
        return before // self.state.comments_per_page + 1 if self.state.comments_per_page else 1

    def default_page(self, post: Post) -> int:
        """The page behind the bare address; 0 when the thread is not split."""
        pages = self.pages(post)
        if pages == 1:
            return 0
        return pages if self.state.comments_default == "newest" else 1

    def page(self, post: Post, number: int) -> list[Comment]:
        """Top-level comments of a page; a number beyond the end gives an empty list, 0 the default page."""
        top, per_page = self.top(post), self.state.comments_per_page
        number = number or self.default_page(post)
        if number and per_page:
            top = top[(number - 1) * per_page : number * per_page]
        elif number > 1:
            top = []
        return top[::-1] if self.state.comments_order == "desc" else top

"""What an editor, a moderator or a webmaster can do to the site while it runs. Every change is dated by the site's clock."""

from __future__ import annotations

from datetime import datetime

from .load import slugify
from .model import Comment, Post, Term
from .state import State

Key = int | str


class Editable(State):
    """A post is named by its id or its slug."""

    def post(self, key: Key) -> Post:
        """Whatever its status. Raises KeyError."""
        if isinstance(key, int):
            return self.posts[key]
        found = next((post for post in self.posts.values() if post.slug == key or key in post.old_slugs), None)
        if found is None:
            raise KeyError(key)
        return found

    def touch(self, post: Post, touch_modified: bool = True) -> Post:
        if touch_modified:
            post.modified = self.now()
        return post

    def edit(
        self, key: Key, *, touch_modified: bool = True, replace: tuple[str, str] | None = None, append: str = "", **fields: object
    ) -> Post:
        """Set fields of the post (title, body, authors, picture ...), replace words in its body, append to it.

        `touch_modified=False` is the edit no signal shows. Raises ValueError if the words to replace are not there.
        """
        with self.lock:
            post = self.post(key)
            if replace:
                if replace[0] not in post.body:
                    raise ValueError(f"post {post.id} does not contain {replace[0]!r}")
                post.body = post.body.replace(replace[0], replace[1], 1)
            if append:
                post.body += (
                    f"\n\n<!-- wp:paragraph -->\n<p>{append}</p>\n<!-- /wp:paragraph -->" if post.editor == "block" else f"\n\n{append}"
                )
            for name, value in fields.items():
                if not hasattr(post, name):
                    raise TypeError(f"a post has no {name}")
                setattr(post, name, value)
            return self.touch(post, touch_modified)

    def set_status(self, key: Key, status: str) -> Post:
        with self.lock:
            post = self.post(key)
            post.status = status
            return self.touch(post)

    def trash(self, key: Key) -> Post:
        """404; REST answers its id with 401."""
        return self.set_status(key, "trash")

    def unpublish(self, key: Key) -> Post:
        return self.set_status(key, "draft")

    def publish(self, key: Key) -> Post:
        """Back again, or published for the first time."""
        return self.set_status(key, "publish")

    def delete(self, key: Key) -> Post:
        """404; REST knows neither the post nor its comments."""
        with self.lock:
            post = self.posts.pop(self.post(key).id)
            self.comments = {number: c for number, c in self.comments.items() if c.post != post.id}
            return post

    def gone(self, key: Key) -> Post:
        """Deleted, and the server answers 410 at its address."""
        with self.lock:
            address = self.urls.post(self.post(key)).removeprefix(self.home)
            self.gone_paths.add(address)
            return self.delete(key)

    def rename(self, key: Key, slug: str) -> Post:
        """The old address redirects (301)."""
        with self.lock:
            post = self.post(key)
            post.old_slugs.append(post.slug)
            post.slug = slug
            return self.touch(post)

    def term(self, kind: str, name: str) -> Term:
        """The term of that name or slug, made if there is none."""
        slug = slugify(name)
        number = max(term.id for term in self.terms.values()) + 1
        return self.terms.setdefault((kind, slug), Term(number, kind, name, slug))

    def retag(self, key: Key, tags: list[str], categories: list[str] | None = None) -> Post:
        """No signal shows it: post_modified stays."""
        with self.lock:
            post = self.post(key)
            post.tags = [self.term("post_tag", name).slug for name in tags]
            if categories is not None:
                post.categories = [self.term("category", name).slug for name in categories]
            return post

    def add_post(
        self, title: str, body: str, *, slug: str = "", authors: list[str] | None = None, tags: list[str] | None = None,
        categories: list[str] | None = None, date: datetime | None = None, **fields: object,
    ) -> Post:  # fmt: skip
        """`authors` are slugs of existing authors (default: the first). Returns the new post; its id is the next free one."""
        with self.lock:
            number = max(key for key in self.posts if key < 9000) + 1
            at = date or self.now()
            post = Post(number, slug or slugify(title), title, at, max(at, self.now()) if date is None else at, body, **fields)  # type: ignore[arg-type]
            post.authors = authors or [next(iter(self.authors))]
            self.posts[number] = post
            self.retag(number, tags or [], categories or ["News"])
            return post

    def add_comment(
        self, key: Key, author: str, text: str, *, parent: int = 0, url: str = "", kind: str = "comment", status: str = "approved",
        date: datetime | None = None,
    ) -> Comment:  # fmt: skip
        with self.lock:
            number = max(self.comments) + 1
            comment = Comment(number, self.post(key).id, parent, author, url, date or self.now(), text, kind, status)
            self.comments[number] = comment
            return comment

    def edit_comment(self, number: int, text: str | None = None, *, author: str | None = None) -> Comment:
        """Date and id stay, as in WordPress."""
        with self.lock:
            comment = self.comments[number]
            comment.text = comment.text if text is None else text
            comment.author = comment.author if author is None else author
            return comment

    def set_comment_status(self, number: int, status: str) -> Comment:
        with self.lock:
            self.comments[number].status = status
            return self.comments[number]

    def trash_comment(self, number: int) -> Comment:
        """Replies to it stay in REST and leave the page."""
        return self.set_comment_status(number, "trash")

    def approve_comment(self, number: int) -> Comment:
        """It appears with its old id and its old date."""
        return self.set_comment_status(number, "approved")

    def move_comment(self, number: int, parent: int) -> Comment:
        with self.lock:
            self.comments[number].parent = parent
            return self.comments[number]

    def reword_bio(self, author: str, text: str = "") -> None:
        """All wordings of the author's bio become `text`: every page of the author changes outside its body."""
        with self.lock:
            person = self.authors[author]
            person.bios = [text or f"{person.name} writes for The Harrow Desk and has reported on the Serrat Basin for more than a decade."]

    def replace_picture(self, name: str) -> None:
        """Other bytes under the same address."""
        with self.lock:
            self.pictures[name] = self.pictures.get(name, 0) + 1

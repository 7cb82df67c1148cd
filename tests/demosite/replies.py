"""A page's comment list, in the two markups stock themes use: the classic walker and the html5 one."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from .markup import render_comment
from .model import Comment, Post, local
from .thread import MAX_DEPTH

if TYPE_CHECKING:
    from .state import State


def name_of(comment: Comment) -> str:
    return html.escape(comment.author or "Anonymous", quote=False)


def author_link(comment: Comment) -> str:
    if not comment.url:
        return name_of(comment)
    return f"<a href='{html.escape(comment.url)}' rel='external nofollow ugc' class='url'>{name_of(comment)}</a>"


def clock(comment: Comment) -> str:
    """'July 23, 2014 at 2:14 am': to the minute, without a zone."""
    at = local(comment.date)
    return f"{at:%B} {at.day}, {at.year} at {at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


class CommentList:
    """Renders one page of one thread; counts odd and even as the walkers do."""

    def __init__(self, state: State, post: Post, page: int) -> None:
        self.state, self.post, self.seen = state, post, 0
        # In the loop a permalink names the comment page only when the thread is split or the page was asked for.
        self.address = state.urls.comment_page(post, (page or state.threads.default_page(post)) if state.thread_pager else 0)
        self.top = state.threads.page(post, page)

    def render(self) -> str:
        items = "".join(self.item(comment, 1) for comment in self.top)
        css = "commentlist" if self.state.theme == "classic" else "comment-list"
        return f'<ol class="{css}">\n{items}</ol>\n' if items else ""

    def item(self, comment: Comment, depth: int) -> str:
        replies = self.state.threads.replies(comment)
        number, self.seen = self.seen, self.seen + 1
        css = [comment.kind, "even" if number % 2 == 0 else "odd alt"]
        if depth == 1:
            css.append("thread-even" if self.top.index(comment) % 2 == 0 else "thread-odd thread-alt")
        css.append(f"depth-{depth}" + (" parent" if replies and depth < MAX_DEPTH else ""))
        body = self.classic(comment) if self.state.theme == "classic" else self.html5(comment)
        head = f'<li class="{" ".join(css)}" id="comment-{comment.id}">\n{body}'
        if depth == MAX_DEPTH:  # deeper replies follow on the same level
            return head + "</li><!-- #comment-## -->\n" + "".join(self.item(reply, depth) for reply in replies)
        inner = "".join(self.item(reply, depth + 1) for reply in replies)
        tag = "ul" if self.state.theme == "classic" else "ol"
        children = f'<{tag} class="children">\n{inner}</{tag}><!-- .children -->\n' if inner else ""
        return f"{head}{children}</li><!-- #comment-## -->\n"

    def permalink(self, comment: Comment) -> str:
        return html.escape(f"{self.address}#comment-{comment.id}")

    def reply_link(self, comment: Comment) -> str:
        if comment.kind != "comment" or not self.post.comments_open:
            return ""
        joint = "&" if "?" in self.address else "?"
        where = html.escape(f"{self.address}{joint}replytocom={comment.id}#respond")
        link = f"<a rel='nofollow' class='comment-reply-link' href='{where}' data-commentid=\"{comment.id}\">Reply</a>"
        return f'<div class="reply">{link}</div>\n'

    def avatar(self, comment: Comment) -> str:
        if comment.kind != "comment":
            return ""
        address = f"{self.state.home}/wp-content/uploads/avatar.png"
        return f"<img alt='' src='{address}' class='avatar avatar-32 photo' height='32' width='32' loading='lazy'/> "

    def classic(self, comment: Comment) -> str:
        return (
            f'<div id="div-comment-{comment.id}" class="comment-body">\n<div class="comment-author vcard">\n{self.avatar(comment)}'
            f'<cite class="fn">{author_link(comment)}</cite> <span class="says">says:</span></div>\n\n'
            f'<div class="comment-meta commentmetadata">\n<a href="{self.permalink(comment)}">{clock(comment)}</a></div>\n\n'
            f"{render_comment(comment.text)}\n{self.reply_link(comment)}</div>\n"
        )

    def html5(self, comment: Comment) -> str:
        stamp = local(comment.date).isoformat(timespec="seconds")
        return (
            f'<article id="div-comment-{comment.id}" class="comment-body">\n<footer class="comment-meta">\n<div '
            'class="comment-author vcard">'
            f'{self.avatar(comment)}<b class="fn">{author_link(comment)}</b> <span class="says">says:</span></div>\n'
            f'<div class="comment-metadata"><a href="{self.permalink(comment)}"><time '
            f'datetime="{stamp}">{clock(comment)}</time></a></div>\n</footer>\n'
            f'<div class="comment-content">\n{render_comment(comment.text)}</div>\n{self.reply_link(comment)}</article>\n'
        )


def pager(state: State, post: Post, page: int) -> str:
    """Only the neighbours are linked, as classic themes do."""
    pages = state.threads.pages(post)
    number = page or state.threads.default_page(post)
    if pages == 1 or not state.thread_pager:
        return ""

    def link(to: int, words: str) -> str:
        return f'<a href="{html.escape(state.urls.comment_page(post, to))}#comments">{words}</a>'

    older = link(number - 1, "&laquo; Older Comments") if 1 < number <= pages else ""
    newer = link(number + 1, "Newer Comments &raquo;") if 0 < number < pages else ""
    return f'<div class="navigation"><div class="alignleft">{older}</div><div class="alignright">{newer}</div></div>\n'


def count_words(count: int) -> str:
    return "1 Comment" if count == 1 else f"{count or 'No'} Comments"


def render_thread(state: State, post: Post, page: int) -> str:
    """The comments section of an article page; nothing but a note for password posts."""
    if post.password:
        return '<p class="nocomments">This post is password protected. Enter the password to view comments.</p>\n'
    count = state.threads.count(post)
    nav = pager(state, post, page)
    head = f'<h3 id="comments">{count_words(count)}</h3>\n{nav}' if count else ""
    form = (
        '<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">Leave a Reply</h3>'
        f'<form action="{state.home}/wp-comments-post.php" method="post" id="commentform"><p><textarea '
        'name="comment"></textarea></p></form></div>\n'
        if post.comments_open
        else '<p class="nocomments">Comments are closed.</p>\n'
    )
    return f"{head}{CommentList(state, post, page).render()}{nav if count else ''}{form}"

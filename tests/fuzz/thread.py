"""The comments under an article, in the markup of each system, with the pager where a thread has several pages."""

from __future__ import annotations

from html import escape

from .clock import with_clock
from .pieces import COMMENTS_A_PAGE, Piece, Remark
from .shape import Shape


def thread_pages(shape: Shape, piece: Piece) -> int:
    return max(1, -(-len(piece.remarks) // COMMENTS_A_PAGE)) if shape.thread == "paged" else 1


def page_path(shape: Shape, piece: Piece, number: int) -> str:
    """Where a page of the thread is; the first is the article itself."""
    if number == 1:
        return piece.path
    if shape.system == "wordpress":
        return f"{piece.path}comment-page-{number}/"
    if shape.system == "drupal":
        return f"{piece.path}?page={number - 1}"
    if shape.system == "typepad":
        return f"{piece.path.removesuffix('.html')}.html/comments/page/{number}/"
    if shape.system == "joomla":
        return f"{piece.path}?limitstart={(number - 1) * COMMENTS_A_PAGE}"
    return f"{piece.path}?comments={number}"


def thread(shape: Shape, piece: Piece, number: int = 1, counted: int | None = None) -> str:
    """``counted``: how many the page says that there are; else it counts right."""
    words = piece.language.words
    if not shape.thread:
        return ""
    form = f'<div id="respond" class="comment-respond"><h3>{words["leave"]}</h3><form><textarea name="comment"></textarea></form></div>'
    if not piece.remarks:
        return f'<div id="comments" class="comments-area">{form}</div>'
    total = len(piece.remarks) if counted is None else counted
    heading = words["one"] if total == 1 else words["many"].format(n=total)
    shown = piece.remarks if shape.thread != "paged" else piece.remarks[(number - 1) * COMMENTS_A_PAGE : number * COMMENTS_A_PAGE]
    items = _nested(shape, piece, shown, 0, 1)
    return _frame(shape, heading, items, pager(shape, piece, number), form)


def _frame(shape: Shape, heading: str, items: str, pages: str, form: str) -> str:
    if shape.system == "drupal":
        return f'<section id="comments" class="comment-wrapper"><h2 class="title">{heading}</h2>{items}{pages}{form}</section>'
    if shape.system == "blogger":
        return (
            f'<div class="comments" id="comments"><h4>{heading}</h4><div class="comments-content"><ol>{items}</ol></div>{pages}{form}</div>'
        )
    if shape.system == "typepad":
        return (
            f'<div class="comments" id="comments"><h2 class="comments-header">{heading}</h2><div class="comments-content">{items}'
            f"</div>{pages}</div>"
        )
    return (
        f'<div id="comments" class="comments-area"><h2 class="comments-title">{heading}</h2>'
        f'<ol class="comment-list">{items}</ol>{pages}{form}</div>'
    )


def _nested(shape: Shape, piece: Piece, shown: list[Remark], parent: int, depth: int) -> str:
    found = []
    for remark in shown:
        if remark.parent != parent:
            continue
        below = _nested(shape, piece, shown, remark.number, depth + 1)
        found.append(_one(shape, piece, remark, below, depth))
    return "".join(found)


def _one(shape: Shape, piece: Piece, remark: Remark, below: str, depth: int) -> str:
    name, text, words = escape(remark.author), f"<p>{escape(remark.text, quote=False)}</p>", piece.language.words
    when = escape(with_clock(remark.at, piece.language))
    link = f"{piece.path}#comment-{remark.number}"
    if shape.system == "drupal":
        inner = f'<div class="indented">{below}</div>' if below else ""
        return (
            f'<a id="comment-{remark.number}"></a><article class="comment js-comment"><footer class="comment__meta">'
            f'<p class="comment__author">'
            f'<span>{name}</span></p><p class="comment__time">{when}</p></footer><div class="comment__content"><div class="field">{text}'
            f"</div>"
            f'<ul class="links inline"><li class="comment-reply"><a href="/comment/reply/{remark.number}">{words["reply"]}</a></li></ul>'
            f"</div>"
            f"</article>{inner}"
        )
    if shape.system == "typepad":
        return (
            f'<div class="comment" id="comment-{remark.number}"><div class="comment-content">{text}</div><p class="comment-footer">'
            f'Posted by: {name} | <a href="{link}">{when}</a></p></div>{below}'
        )
    if shape.system == "blogger":
        inner = f'<div class="comment-replies"><ol>{below}</ol></div>' if below else ""
        return (
            f'<li class="comment" id="c{remark.number}"><div class="comment-block"><div class="comment-header"><cite class="user">{name}'
            f"</cite>"
            f'<span class="datetime secondary-text"><a href="{link}">{when}</a></span></div><div class="comment-content">{text}</div>'
            f"</div>{inner}</li>"
        )
    inner = f'<ol class="children">{below}</ol>' if below else ""
    return (
        f'<li id="comment-{remark.number}" class="comment depth-{depth}"><article id="div-comment-{remark.number}" class="comment-body">'
        f'<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">{name}</b> <span class="says">{words["says"]}:'
        f"</span></div>"
        f'<div class="comment-metadata"><a href="{link}"><time datetime="{remark.at.isoformat()}">{when}</time></a></div></footer>'
        f'<div class="comment-content">{text}</div><div class="reply"><a rel="nofollow" class="comment-reply-link" '
        f'href="{piece.path}?replytocom={remark.number}#respond">{words["reply"]}</a></div></article>{inner}</li>'
    )


def pager(shape: Shape, piece: Piece, number: int) -> str:
    last = thread_pages(shape, piece)
    if last == 1:
        return ""
    links = "".join(f'<a class="page-numbers" href="{page_path(shape, piece, n)}">{n}</a> ' for n in range(1, last + 1) if n != number)
    on = (
        f'<a class="next" rel="next" href="{page_path(shape, piece, number + 1)}">{piece.language.words["next"]}</a>'
        if number < last
        else ""
    )
    return f'<nav class="comment-navigation comments-pagination pager">{links}{on}</nav>'

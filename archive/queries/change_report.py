"""The mail that cron sends: takes a site and a moment, gives what happened to its articles and comments since, as plain text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from archive.errors import ConfigurationError
from archive.queries.revision_pair import differences, kind_of_change, rendered_differences, revision_pair
from archive.queries.search_indexes import ARTICLES, COMMENTS, rows_with
from archive.queries.search_nodes import AllOf, Filter, joined_parts, leaves, opposite
from archive.queries.search_query import parse_query
from archive.text.digest_mail import MANY, counted_events, shortened, telling_order
from archive.text.event_words import ABSENT, EVENTS, absence_state, absence_words
from archive.text.plaintext import counted, harmless, one_line, render_diff, wrapped
from archive.text.word_diff import text_diff

Row = dict[str, Any]
SHOWN = 280  # characters of a new comment


def since_last(db: Database, site_id: int) -> str:
    """When the first run began that no mail has told of: the one after the last finished run but one. '' when there is none.
    Killed runs are told with the run that follows.
    """
    finished = """
        select id
        from crawls
        where site_id = ? and mode <> 'reextract' and finished_at is not null and outcome is not 'killed'
        order by id desc
        limit 2
        """
    told = [i for (i,) in db.execute(finished, [site_id])][1:]
    sql = "select min(started_at) from crawls where site_id = ? and id > ?"
    return str(db.execute(sql, [site_id, told[0] if told else 0]).fetchone()[0] or "")


def first_archiving_ended(db: Database, site_id: int) -> str:
    """When the first complete run of a site ended. What is new until then was there before the archive. ``9999`` when no run
    was complete.
    """
    sql = "select min(finished_at) from crawls where site_id = ? and exit_code = 0 and mode <> 'reextract'"
    return str(db.execute(sql, [site_id]).fetchone()[0] or "9999")


def events_since(db: Database, site_id: int, since: str) -> list[Row]:
    """Rows of the view ``changes`` from ``since`` on, in order."""
    sql = """
        select changes.*
        from changes
        join articles on articles.id = changes.article_id
        where changes.at >= ? and articles.site_id = ?
        order by changes.at, changes.article_id, changes.comment_id
        """
    return list(db.query(sql, [since, site_id]))


def matching_events(db: Database, found: list[Row], search: str | None, tag: str | None) -> list[Row]:
    """The events whose article carries the tag, now or before, and whose text, in any state, has the words. Raises
    ConfigurationError for a search without words.
    """
    if tag is not None:
        sql = """
            select article_id from article_tags join tags on tags.id = tag_id where tags.name = :tag collate nocase or slug = lower(:tag)
            union
            select article_id from revisions
            where char(10) || lower(tags) || char(10) like '%: ' || replace(lower(:tag), '%', '') || char(10) || '%'
            """
        tagged = {i for (i,) in db.execute(sql, {"tag": tag})}
        found = [row for row in found if row["article_id"] in tagged]
    if search is not None:
        articles, comments = _search(db, search)
        found = [row for row in found if (row["comment_id"] in comments if row["comment_id"] else row["article_id"] in articles)]
    return found


def search_notes(text: str) -> list[str]:
    """What of a search is not understood, or not asked of changes: its fields, but for those of words. Nothing of one without words,
    which is refused."""
    query = parse_query(text)
    if not query.words:
        return []
    fields = [f"{one.field}: is not asked here, only words are" for one in leaves(query.tree) if isinstance(one, Filter)]
    return [*query.notes, *dict.fromkeys(fields)]


def _search(db: Database, text: str) -> tuple[set[int], set[int]]:
    """Ids of articles and comments that have the words, in the search box's own language."""
    query = parse_query(text)
    words = joined_parts(AllOf, [*query.words, *map(opposite, query.unwanted)]) if query.words else None
    if words is None:
        raise ConfigurationError(f"--search {text!r} has no word to look for; for a tag write --tag")
    revisions, comments = rows_with(db.conn, ARTICLES, words, "id"), rows_with(db.conn, COMMENTS, words, "id")
    articles = f"select article_id from revisions where {revisions.sql}"
    return (
        {i for (i,) in db.execute(articles, revisions.parameters)},
        {i for (i,) in db.execute(f"select id from comments where {comments.sql}", comments.parameters)},
    )


def report_paragraphs(db: Database, site: Row, found: list[Row]) -> Iterator[str]:
    """One paragraph for each event. What the first archiving brought is one sentence; new comments stand under their article."""
    first_until = first_archiving_ended(db, site["id"])
    first = [row for row in found if row["event"] == "new" and (row["at"] <= first_until or _first_page(db, row))]
    if first:
        comments = sum(row["comment_id"] is not None for row in first)
        amounts = ((len(first) - comments, "article"), (comments, "comment"))
        yield f"{', '.join(counted(count, noun) for count, noun in amounts if count)} archived for the first time"
    older = {id(row) for row in first}
    news = sorted(disappearances(db, [row for row in found if id(row) not in older]), key=telling_order)
    paragraphs = list(_paragraphs(db, news))
    if len(paragraphs) > MANY:
        yield counted_events(news)
    for row, text in paragraphs:
        edit = row["event"] == "edited" and row["comment_id"] is None
        yield shortened(text, f"python -m archive diff {row['article_id']}") if edit and len(paragraphs) > MANY else text


def _paragraphs(db: Database, news: list[Row]) -> Iterator[tuple[Row, str]]:
    """(row, text) of each event; a new article's comments are counted with it, those of a known one are one paragraph."""
    threads: dict[int, list[Row]] = defaultdict(list)
    for row in news:
        if row["event"] == "new" and row["comment_id"]:
            threads[row["article_id"]].append(row)
    for row in news:
        if row["event"] != "new":
            lines = TELL[row["event"]](db, row)
        elif row["comment_id"] is None:
            lines = _new_article(db, row, len(threads.pop(row["article_id"], [])))
        elif row["article_id"] in threads:
            lines = _new_comments(db, threads.pop(row["article_id"]))
        else:
            continue
        yield row, "\n".join(lines)


def _first_page(db: Database, row: Row) -> bool:
    """Whether a comment was there before us: a pingback that the first captured page of a known article showed."""
    sql = """
        select 1
        from comments
        join articles on articles.id = comments.article_id
        where comments.id = ? and comments.door = 'page' and articles.first_seen_at < comments.first_seen_at
          and not exists (
            select 1
            from captures
            where captures.article_id = articles.id and captures.door = 'page' and captures.captured_at < comments.first_seen_at
          )
        """
    return db.execute(sql, [row["comment_id"]]).fetchone() is not None


def _article(db: Database, row: Row) -> Row:
    return next(db.query("select * from articles where id = ?", [row["article_id"]]))


def _comment(db: Database, comment_id: int) -> Row:
    return next(db.query("select * from comments where id = ?", [comment_id]))


def _heading(what: str, article: Row) -> list[str]:
    return [wrapped(f"{what}: {one_line(article['title'])}"), f"  {one_line(article['url'])}"]


def _new_article(db: Database, row: Row, comments: int) -> list[str]:
    article = _article(db, row)
    signed = f"{one_line(article['byline'])}, " if article["byline"] else ""
    thread = f", {counted(comments, 'comment')}" if comments else ""
    return [
        *_heading("new", article),
        f"  {signed}{article['published_on'] or 'undated'}, {counted(article['word_count'], 'word')}{thread}",
    ]


def _new_comments(db: Database, rows: list[Row]) -> list[str]:
    what = "new comment on" if len(rows) == 1 else f"{len(rows)} new comments on"
    held = [_comment(db, row["comment_id"]) for row in rows]
    return [*_heading(what, _article(db, rows[0])), *(wrapped(f"{_signature(c)}: {one_line(c['text'], SHOWN)}", 2) for c in held)]


def _signature(comment: Row) -> str:
    when = f", {comment['posted_at'][:10]}" if comment["posted_at"] else ""
    return f"{one_line(comment['author']) or 'unsigned'}{when}"


def _edited(db: Database, row: Row) -> list[str]:
    if row["comment_id"]:
        return _edited_comment(db, row)
    number = "select number from revisions where article_id = ? and seen_at = ? and number > 1"
    pairs = [revision_pair(db, row["article_id"], n) for (n,) in db.execute(number, [row["article_id"], row["at"]]).fetchall()]
    lines = _heading(f"edited ({kind_of_change(pairs[0][1])})", _article(db, row))
    for old, new in pairs:
        lines += [f"  between {old['last_seen_at']} and {new['seen_at']}", *rendered_differences(differences(old, new))]
    return lines


def _edited_comment(db: Database, row: Row) -> list[str]:
    """Also a moved one: it answers another comment now."""
    edits = list(db.query("select * from comment_edits where comment_id = ? and seen_at = ?", [row["comment_id"], row["at"]]))
    comment = _comment(db, row["comment_id"])
    lines = _heading(f"comment {row['event']}, signed {_signature(comment)}, under", _article(db, row))
    for edit in edits:
        if edit["old_author"] != edit["author"]:
            lines.append(wrapped(f"signature: [-{harmless(edit['old_author'])}-]{{+{harmless(edit['author'])}+}}", 2))
        if edit["old_parent_id"] != edit["parent_id"]:
            answered = [_answered(db, edit[name]) for name in ("old_parent_id", "parent_id")]
            lines.append(wrapped(f"answered {answered[0]}, now answers {answered[1]}", 2))
        if edit["old_text"] != edit["text"]:
            lines.append("\n\n".join(render_diff(text_diff(edit["old_text"], edit["text"]), 2)))
    return lines


def _answered(db: Database, comment_id: int | None) -> str:
    if comment_id is None:
        return "the article"
    comment = _comment(db, comment_id)
    return f"{_signature(comment)}: “{one_line(comment['text'], 60)}”"


def disappearances(db: Database, found: list[Row]) -> list[Row]:
    """Events in which each disappearance is one: the last that was seen of it."""
    last: dict[int, int] = {}
    for place, row in enumerate(found):
        if row["event"] in ABSENT:
            last[_absence_of(db, row)["id"]] = place
    told = {*last.values()}
    return [row for place, row in enumerate(found) if row["event"] not in ABSENT or place in told]


def _absence_of(db: Database, row: Row) -> Row:
    """The absence of an event missing, gone or back."""
    column = {"missing": "missing_since", "gone": "gone_at", "back": "back_at"}[row["event"]]
    sql = f"select *, last_seen_at as since from absences where article_id = ? and comment_id is ? and {column} = ?"
    return next(db.query(sql, [row["article_id"], row["comment_id"], row["at"]]))


def _absence(db: Database, row: Row) -> list[str]:
    """A disappearance: with the interval between two observations in which it happened, and what was seen of it later."""
    absence = _absence_of(db, row)
    said = "; ".join(words.format(*times) for words, times in absence_words(absence))
    article, state = _article(db, row), EVENTS[absence_state(absence)]
    if row["comment_id"] is None:
        how = [f"  {absence['reason']}"] if absence.get("reason") else []
        return [*_heading(state, article), f"  {said}; its text is kept", *how]
    comment = _comment(db, row["comment_id"])
    text = wrapped(f"{_signature(comment)}: {one_line(comment['text'])}", 2)
    return [*_heading(f"comment {state}, under", article), f"  {said}", text]


def _renamed(db: Database, row: Row) -> list[str]:
    sql = "select url from urls where article_id = ? and url <> ? order by first_seen_at desc"
    before = [one_line(url) for (url,) in db.execute(sql, [row["article_id"], row["detail"]])]
    lines = _heading("renamed", _article(db, row))
    return [*lines[:1], f"  now {one_line(row['detail'])}", *(f"  was {url}" for url in before)]


TELL = {
    "edited": _edited,
    "moved": _edited_comment,
    "missing": _absence,
    "gone": _absence,
    "back": _absence,
    "renamed": _renamed,
}

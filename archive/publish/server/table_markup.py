"""The rows of a table as markup: takes the columns and cells that Datasette made, gives a table whose long cells open.

Datasette's own template does the same in ten times the time: it asks each of a thousand cells whether it has to be awaited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from datasette.utils import path_with_replaced_args, to_css_class
from markupsafe import Markup, escape

SHORT = 90  # characters of a cell that are seen at once
MOST_LINES = 2
LONGEST = 3_000  # characters of a cell that opens; the page of its row has all of them
TYPED = re.compile(rf'(<td class="col-[^"]*">)([^<>]{{{SHORT + 1},}})(</td>)')
MINOR = re.compile(r"(?:.*_)?(?:id|digest|key|at|since|offset|length|record|filename|precision|fingerprint|extractor)$")
REPEATED = frozenset({"published_at", "year", "month", "list", "reported_comment_count"})  # where the day of publication stands beside them
ALWAYS = frozenset({"id", "article_id", "comment_id", "capture_id", "published_at", "posted_at", "at", "captured_at", "gone_at"})


def rows_table(request: Any, columns: Sequence[Mapping[str, Any]], rows: Iterable[Any], sort: str, sort_desc: str, one: bool) -> Markup:
    """All rows below a heading that sorts; with ``one``, a row of its own page, whose columns stand below each other."""
    held = list(rows)
    if not held:
        return Markup('<p class="zero-results">0 records</p>')
    if one:
        return one_row(columns, held[0])
    heads = "".join(head(request, column, sort, sort_desc) for column in columns)
    names = [column["name"] for column in columns]
    minor = {name for name in names if is_minor(name) or ("published_on" in names and name in REPEATED)}
    classes = {name: cell_class(name) + (" minor" if name in minor else "") for name in names}
    body = "".join(f"<tr>{''.join(cell_markup(cell, classes) for cell in row)}</tr>\n" for row in held)
    toggle = (
        '<p class="all-columns"><input type="checkbox" id="all-columns"> '
        f'<label for="all-columns">Show every column <small>{len(minor)} more</small></label></p>\n'
    )
    return Markup(
        f'{toggle if minor else ""}<div class="table-wrapper" tabindex="0" role="region" aria-label="Rows">'
        f'<table class="rows-and-columns"><thead><tr>{heads}</tr></thead>\n<tbody>{body}</tbody></table></div>'
    )


def one_row(columns: Sequence[Mapping[str, Any]], row: Iterable[Any]) -> Markup:
    """A single row as a list of its columns with what each means."""
    meant = {column["name"]: column for column in columns}
    lines = []
    for cell in row:
        about = meant.get(cell["column"], {}).get("description")
        title = f' title="{escape(about)}"' if about else ""
        lines.append(f'<tr><th scope="row"{title}>{escape(cell["column"])}</th>{cell_markup(cell, {}, SHORT * 1_000_000)}</tr>\n')
    return Markup(f'<table class="rows-and-columns one-row"><tbody>{"".join(lines)}</tbody></table>')


def head(request: Any, column: Mapping[str, Any], sort: str, sort_desc: str) -> str:
    """The heading of a column as Datasette's own script expects it: it adds the menu of each column."""
    name = column["name"]
    shown = escape(name)
    if column["sortable"]:
        ascending, descending = name == sort, name == sort_desc
        asked = {"_sort_desc": name, "_sort": None} if ascending else {"_sort": name, "_sort_desc": None}
        path = path_with_replaced_args(request, {**asked, "_next": None})
        mark = "&nbsp;▼" if ascending else "&nbsp;▲" if descending else ""
        shown = Markup(f'<a href="{escape(path)}" rel="nofollow">{shown}{mark}</a>')
    about = f'data-column-description="{escape(column["description"])}" ' if column.get("description") else ""
    return (
        f'<th {about}class="{cell_class(name)}" scope="col" data-column="{escape(name)}" '
        f'data-column-type="{escape(column["type"].lower())}" data-column-not-null="{column["notnull"]}" '
        f'data-is-pk="{int(column["is_pk"])}">{shown}</th>'
    )


def cell_class(name: str) -> str:
    """The class of a column's cells, as Datasette names it."""
    return f"col-{to_css_class(name)}"


def is_minor(name: str) -> bool:
    """Whether a column is for joining and proving rather than for reading: a narrow screen leaves it out until asked."""
    return name not in ALWAYS and bool(MINOR.match(name))


def cell_markup(cell: Mapping[str, Any], classes: Mapping[str, str], short: int = SHORT) -> str:
    """One cell. What is empty is marked, so that a card leaves it out."""
    value, raw = cell["value"], cell["raw"]
    empty = " empty" if raw is None or raw == "" else ""
    long = isinstance(raw, str) and (len(raw) > short or (raw.count("\n") > MOST_LINES and short == SHORT))
    shown = opening(raw, short) if long and not isinstance(value, Markup) else escape(value)
    return f'<td class="{classes.get(cell["column"]) or cell_class(cell["column"])} type-{cell["value_type"]}{empty}">{shown}</td>'


def opening(text: str, short: int = SHORT) -> Markup:
    """A long text of which the start is seen, and the rest when it is opened."""
    start = text[: short + 1].rpartition(" ")[0].strip() or text[:short]
    rest = text[:LONGEST] + ("…" if len(text) > LONGEST else "")
    return Markup(f'<details class="opens"><summary>{escape(" ".join(start.split()))}&nbsp;…</summary><div>{escape(rest)}</div></details>')


def folded(markup: str) -> Markup:
    """Datasette's page of an answer, in which long cells open. They are text that is escaped already."""
    return Markup(TYPED.sub(lambda found: found[1] + fold_escaped(found[2]) + found[3], str(markup)))


def fold_escaped(text: str) -> str:
    """The same as ``opening`` for text that is markup already: it is cut at a blank, never within a character's name."""
    start = text[: SHORT + 1].rpartition(" ")[0].strip()
    return f'<details class="opens"><summary>{start}&nbsp;…</summary><div>{text}</div></details>' if start else text

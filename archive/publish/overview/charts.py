"""Charts as SVG, made on the server: takes rows per month, gives markup with one link per bar, without scripts or style attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from archive.publish.formats import plural
from archive.queries.rows import Row

WIDTH, FOOT = 960, 18


def timeline(rows: Sequence[Row], upper: str, lower: str | None, link: Callable[[str], str], label: str, height: int = 120) -> Markup:
    """Bars per month, ``upper`` above the axis and ``lower`` hanging below it; each month is a link.

    ``rows`` have ``month`` (YYYY-MM) and the named counts. Months without a row are gaps of the same width.
    """
    counted = {row["month"]: row for row in rows}
    if not counted:
        return Markup("")
    months = month_range(min(counted), max(counted))
    step = WIDTH / max(len(months), 24)
    above, below = (int(height * 0.62), int(height * 0.38)) if lower else (height, 0)
    most = max([row[upper] or 0 for row in rows] + [1])
    most_below = max([row[lower] or 0 for row in rows] + [1]) if lower else 1
    bars = [
        month_bar(counted[month], i * step, step, above, (upper, most), below, (lower, most_below) if lower else None, link(month))
        for i, month in enumerate(months)
        if month in counted
    ]
    years = [
        year_mark(month[:4], i * step, above, below)
        for i, month in enumerate(months)
        if (i == 0 or month.endswith("-01")) and i * step < WIDTH - 28
    ]
    if len(months) > 1 and not months[0].endswith("-01") and (12 - int(months[0][5:7])) * step < 36:
        years = years[1:]  # the first year is too short for its name
    every = max(1, round(len(years) * 44 / WIDTH))
    kept = [mark for i, mark in enumerate(years) if i % every == 0]
    return Markup('<svg class="timeline" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(
        WIDTH, height + FOOT, label, Markup("").join(kept + bars)
    )


def month_range(first: str, last: str) -> list[str]:
    """``2013-11``, ``2014-02`` -> every month from the one to the other. A range beyond 150 years keeps only its end."""
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(max(start, end - 1800), end + 1)]


def month_bar(
    row: Row, x: float, step: float, above: int, upper: tuple[str, int], below: int, lower: tuple[str, int] | None, href: str
) -> Markup:
    """One month: a link over the whole height, so that a short bar is as easy to hit as a tall one."""
    counts = [(name, row[name] or 0) for name, _ in filter(None, (upper, lower))]
    title = escape(f"{row['month']}: " + ", ".join(plural(count, name.removesuffix("s")) for name, count in counts))
    wide = max(step - 1, step * 0.8)
    tall = bar_height(row[upper[0]], upper[1], above - 4)
    parts = f'<rect class="hit" x="{x:.1f}" y="0" width="{step:.1f}" height="{above + below}"/>' + bar("bar", x, above - tall, wide, tall)
    if lower:
        parts += bar("bar second", x, above + 1, wide, bar_height(row[lower[0]], lower[1], below - 2))
    return Markup(f'<a href="{escape(href)}" aria-label="{title}"><title>{title}</title>{parts}</a>')


def bar(kind: str, x: float, y: float, width: float, height: float) -> str:
    """One bar. Its values are numbers, so nothing is escaped: escaping hundreds of bars is slow."""
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def bar_height(count: int | None, most: int, room: int) -> float:
    """The height in proportion to the largest bar; at least 1.5 pixels, so that a single article is visible."""
    return max(1.5, room * count / most) if count else 0.0


def year_mark(year: str, x: float, above: int, below: int) -> Markup:
    """A line at the first month of a year, and the year below it."""
    return Markup('<line class="year" x1="{:.1f}" x2="{:.1f}" y1="0" y2="{}"/><text x="{:.1f}" y="{}">{}</text>').format(
        x, x, above + below + 4, x + 3, above + below + FOOT - 4, year
    )

"""Charts, made on the server: takes rows per month or year, gives a list of links with a small SVG of bars in each, without scripts or
style attributes.

A link is at least 24 pixels wide (WCAG 2.2, 2.5.8): twenty years are twenty links, each with its months as bars; a stretch of up to two
years has a link for each month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from archive.publish.formats import plural, readable_day
from archive.queries.rows import Row

HEIGHT, TALLEST = 100, 96  # of the drawing; the page stretches it
FEW = 26  # slots: as many months have a link each
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SERIES = {"month": 7, "year": 4}  # column of an answer -> characters of its values
LONGEST_SERIES = 1_200  # rows


def timeline(rows: Sequence[Row], upper: str, lower: str | None, link: Callable[[str], str] | None, label: str) -> Markup:
    """Bars per month (or year), ``upper`` above the axis and ``lower`` hanging below it; each year or month is a link.

    ``rows`` have ``month`` (YYYY-MM, or YYYY) and the named counts. Times without a row are gaps of the same width.
    """
    counted = {str(row["month"]): row for row in rows if row["month"]}
    if not counted:
        return Markup("")
    months = month_range(min(counted), max(counted))
    grouped = slots(months)
    most = {name: max([row[name] or 0 for row in rows] + [1]) for name in (upper, lower) if name}
    items = "".join(slot(place, inside, counted, most, link) for place, inside in grouped.items())
    scale = "Tallest: " + "; ".join(peak(counted, name, most[name]) for name in most)
    kind = "timeline two" if lower else "timeline"
    return Markup(f'<ol class="{kind}" aria-label="{escape(label)}">{items}</ol><p class="scale">{escape(scale)}</p>')


def slots(months: Sequence[str]) -> dict[str, list[str]]:
    """What has a link -> the bars in it: each month alone, or each year with its months."""
    if len(months) <= FEW or len(months[0]) == 4:
        return {month: [month] for month in months}
    years: dict[str, list[str]] = {}
    for year in range(int(months[0][:4]), int(months[-1][:4]) + 1):
        years[f"{year:04}"] = [f"{year:04}-{month:02}" for month in range(1, 13)]
    return years


def month_range(first: str, last: str) -> list[str]:
    """``2013-11``, ``2014-02`` -> every month from the one to the other, of years every year. Beyond 150 years only the end is kept."""
    if len(first) == 4 or len(last) == 4:
        return [f"{year:04}" for year in range(max(int(first[:4]), int(last[:4]) - 149), int(last[:4]) + 1)]
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(max(start, end - 1799), end + 1)]


def slot(place: str, inside: Sequence[str], counted: Mapping[str, Row], most: Mapping[str, int], link: Callable[[str], str] | None) -> str:
    """One year or month: its bars, its name, what it counts; a link where anything was counted."""
    held = [(i, counted[month]) for i, month in enumerate(inside) if month in counted]
    name = NAMES[int(place[5:7]) - 1] + (f" {place[:4]}" if place.endswith("-01") else "") if len(place) == 7 else place
    shown = f"<span>{name}</span>"
    if not held:
        empty = [drawing([], len(inside), 1, n) for n, _ in enumerate(most)]
        return f"<li>{empty[0]}{shown}{''.join(empty[1:])}</li>"
    sums = {column: sum(row[column] or 0 for _, row in held) for column in most}
    told = escape(f"{place}: " + ", ".join(plural(count, column.replace("_", " ").removesuffix("s")) for column, count in sums.items()))
    parts = [drawing([(i, row[column] or 0) for i, row in held], len(inside), most[column], n) for n, column in enumerate(most)]
    body = parts[0] + shown + "".join(parts[1:])
    if link is None:
        return f'<li title="{told}"><span class="sr">{told}</span>{body}</li>'
    return f'<li><a href="{escape(link(place))}" title="{told}" aria-label="{told}">{body}</a></li>'


def drawing(counts: Sequence[tuple[int, int]], wide: int, most: int, below: int) -> str:
    """The bars of one slot, for the eye alone. A bar is at least as tall as can be seen: a single article is one."""
    bars = []
    for i, count in counts:
        tall = max(2.0, TALLEST * count / most) if count else 0.0
        bars.append(f'<rect x="{i + 0.05:g}" y="{0 if below else HEIGHT - tall:g}" width=".9" height="{tall:.4g}"/>')
    kind = "second" if below else "first"
    return f'<svg class="{kind}" viewBox="0 0 {wide} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">{"".join(bars)}</svg>'


def peak(counted: Mapping[str, Row], name: str, most: int) -> str:
    """The tallest bar in words: the scale of the chart."""
    when = next((month for month, row in counted.items() if (row[name] or 0) == most), "")
    return plural(most, name.replace("_", " ").removesuffix("s")) + (f", {readable_day(when)}" if when else "")


def answer_chart(columns: Sequence[str], rows: Sequence[Any]) -> Markup:
    """A chart of an answer that is a series: one row a month or a year, with whole numbers beside it. Else nothing."""
    place = next((name for name in SERIES if name in columns), "")
    if not place or not 2 <= len(rows) <= LONGEST_SERIES:
        return Markup("")
    held = [{name: row[name] for name in columns} | {"month": str(row[place] or "")} for row in rows]
    times = [row["month"] for row in held]
    counted = [name for name in columns if name != place and all(type(row[name]) is int and row[name] >= 0 for row in held)]
    if not counted or len(set(times)) < len(times) or not all(is_time(time, SERIES[place]) for time in times):
        return Markup("")
    upper, lower = counted[0], next(iter(counted[1:]), None)
    keys = f'<span class="key"></span> {escape(upper)}' + (f' <span class="key second"></span> {escape(lower)}' if lower else "")
    return Markup('<figure class="chart" tabindex="0">{}<figcaption>{} per {}</figcaption></figure>').format(
        timeline(held, upper, lower, None, f"{upper} per {place}"), Markup(keys), place
    )


def is_time(text: str, length: int) -> bool:
    """Whether a value is a year (YYYY) or a month (YYYY-MM)."""
    return len(text) == length and text[:4].isdecimal() and (length == 4 or (text[4] == "-" and text[5:] in MONTHS))


MONTHS = frozenset(f"{month:02}" for month in range(1, 13))

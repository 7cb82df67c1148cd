"""A chart of shares over time as SVG: takes the rows of a series, gives bars that lead to their period, with a scale and numbers.

Articles stand above the line, comments hang below it, on one scale of per cent. Each bar is wide enough for a thumb, so a long chart
is scrolled; its scale stays where it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from archive.publish.formats import percent, plural
from archive.queries.mentions import ARTICLES, COMMENTS
from archive.queries.rows import Row

STEP = 40  # pixels of a period: a year's number has room, and WCAG 2.2 asks for 24 of what is hit
ABOVE, BELOW, HEAD, FOOT, SCALE = 96, 96, 16, 34, 46
HEIGHT = HEAD + ABOVE + BELOW + FOOT


def largest_share(series: Sequence[Sequence[Row]]) -> float:
    """The end of the scale that all charts of a page share: the next of 1, 2 and 5 times a power of ten; 1 at most."""
    shares = [row[f"{kind}_share"] or 0.0 for rows in series for row in rows for kind in (ARTICLES, COMMENTS)]
    most = max([*shares, 0.0])
    if not most:
        return 0.01
    power: float = 10.0 ** math.floor(math.log10(most))
    return min(1.0, next(step * power for step in (1, 2, 5, 10) if step * power >= most - 1e-12))


def share_chart(rows: Sequence[Row], most: float, link: Callable[[str], str], label: str) -> Markup:
    """Two drawings: the scale, and the bars. ``most``: the share at which a bar has its full height."""
    width = STEP * max(len(rows), 1)
    middle = HEAD + ABOVE
    lines = "".join(f'<line class="year" x1="0" x2="{width}" y1="{y:.0f}" y2="{y:.0f}"/>' for y, _ in ticks(most))
    bars = Markup("").join(period_bar(row, number * STEP, most, middle, link(row["period"])) for number, row in enumerate(rows))
    names = "".join(period_name(rows, number) for number in range(len(rows)))
    scale = "".join(f'<text x="{SCALE - 6}" y="{y + 4:.0f}" text-anchor="end">{percent(share)}</text>' for y, share in ticks(most))
    return Markup(
        '<div class="measure"><svg class="timeline scale" width="{}" height="{}" aria-hidden="true">{}</svg>'
        '<div class="bars"><svg class="timeline" width="{}" height="{}" role="group" aria-label="{}">{}{}{}</svg></div></div>'
    ).format(SCALE, HEIGHT, Markup(scale), width, HEIGHT, label, Markup(lines), bars, Markup(names))


def ticks(most: float) -> list[tuple[float, float]]:
    """(height, share) of each line of the scale."""
    middle = HEAD + ABOVE
    up = [(middle - ABOVE * part, most * part) for part in (1, 0.5)]
    return [*up, (middle, 0.0), *((middle + BELOW * part, most * part) for part in (0.5, 1))]


def period_bar(row: Row, x: float, most: float, middle: int, href: str) -> Markup:
    """One period: a link over its whole height, a bar for each kind, and its number."""
    told = [
        f"{row[kind]:,} of {plural(row[f'all_{kind}'], kind.removesuffix('s'))}"
        + (f", {percent(row[f'{kind}_share'])}" if row[f"{kind}_share"] is not None else "")
        for kind in (ARTICLES, COMMENTS)
    ]
    title = escape(f"{row['period']}: {'; '.join(told)}")
    parts = f'<rect class="hit" x="{x}" y="0" width="{STEP}" height="{HEIGHT}"/>'
    for kind, style, room, sign in ((ARTICLES, "bar", ABOVE, -1), (COMMENTS, "bar second", BELOW, 1)):
        tall = max(1.5, room * (row[f"{kind}_share"] or 0) / most) if row[kind] else 0.0
        if tall:
            y = middle - tall if sign < 0 else middle + 1
            end = middle + sign * tall + (-4 if sign < 0 else 12)
            parts += f'<rect class="{style}" x="{x + 4}" y="{y:.1f}" width="{STEP - 8}" height="{tall:.1f}"/>'
            parts += f'<text class="count" x="{x + STEP / 2:.0f}" y="{end:.0f}" text-anchor="middle">{short(row[kind])}</text>'
    return Markup(f'<a href="{escape(href)}" aria-label="{title}"><title>{title}</title>{parts}</a>')


def short(count: int) -> str:
    """A count that fits above a bar: ``950``, ``1.2k``, ``34k``."""
    return str(count) if count < 1000 else f"{count / 1000:.1f}k" if count < 10_000 else f"{count // 1000}k"


def period_name(rows: Sequence[Row], number: int) -> str:
    """The year, or the month; twice a year with the year below it."""
    period, middle, foot = rows[number]["period"], number * STEP + STEP / 2, HEIGHT - FOOT + 26
    year, _, month = period.partition("-")
    if not month:
        return f'<text x="{middle:.0f}" y="{foot}" text-anchor="middle">{year}</text>'
    begins = number == 0 or month in ("01", "07")  # on a phone nine months are seen at once
    second = f'<text x="{middle:.0f}" y="{foot + 7}" text-anchor="middle">{year}</text>' if begins else ""
    return f'<text x="{middle:.0f}" y="{foot - 7}" text-anchor="middle">{month}</text>{second}'

"""Says what was generated, a line for each form of each feature, what was held of it, and which seeds failed how."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from .runner import Result


def report(results: Iterable[Result]) -> str:
    done = list(results)
    sound = [result for result in done if result.shape.sound]
    bad = [result for result in done if result.violations]
    whole = [result for result in sound if not result.violations]
    lines = [
        f"{len(done)} sites, {sum(r.wanted for r in done):,} articles and comments, {sum(r.held for r in done):,} held in the end; "
        f"{sum(r.requests for r in done):,} requests, {sum(r.seconds for r in done):.0f} s",
        f"sound: {len(whole)} of {len(sound)} faithful; with faults: {sum(not r.violations for r in done if not r.shape.sound)} of "
        f"{len(done) - len(sound)} honest and mended",
        *_features(done),
        *_failures(bad),
    ]
    return "\n".join(lines)


def _features(done: list[Result]) -> list[str]:
    forms: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in done:
        for feature, form in result.shape.features().items():
            forms[feature, form].append(result)
        for fault in result.shape.faults:
            forms["fault", fault].append(result)
    lines = ["", f"{'feature':28}{'form':34}{'sites':>6}{'held':>12}{'failing':>9}"]
    for (feature, form), found in sorted(forms.items()):
        amount = f"{sum(r.held for r in found)}/{sum(r.wanted for r in found)}"
        lines.append(f"{feature:28}{form:34}{len(found):>6}{amount:>12}{sum(bool(r.violations) for r in found):>9}")
    return lines


def _failures(bad: list[Result]) -> list[str]:
    kinds = Counter(violation.law for result in bad for violation in result.violations)
    lines = ["", "failing: " + (", ".join(f"{law} {count}" for law, count in kinds.most_common()) or "none")]
    for result in bad:
        shape = result.shape
        said = (
            f"{shape.system} {shape.language.code} sitemap={shape.sitemap} feed={shape.feed} rest={shape.rest or '-'} exits={result.codes}"
        )
        lines.append(f"seed {shape.seed}: {said}{' faults: ' + ', '.join(sorted(shape.faults)) if shape.faults else ''}")
        lines += [f"    {violation}" for violation in result.violations[:6]]
        lines += [f"    and {len(result.violations) - 6} more"] if len(result.violations) > 6 else []
    return lines

"""When an absence may be recorded: takes ids that are newly missing, gives those that may be marked, and says why not all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from archive.clock import later
from archive.queries import holdings
from archive.store.site_refs import mass_loss_ref
from crawler.session.outcome import ALARM

if TYPE_CHECKING:
    from archive.store.absences import Table
    from crawler.session.session import Run

LASTING_RUNS, LASTING_DAYS = 3, 7  # a loss in mass that lasts so long is no accident of the site


class AbsencePolicy:
    """The absences of one run: suspects until their own request has told, and the rule against loss in mass."""

    def __init__(self, run: Run) -> None:
        self.run, self.store, self.checkpoints = run, run.store, run.checkpoints
        self._newly: dict[Table, set[int]] = {"articles": set(), "comments": set()}  # through every door of this run

    def may_mark(self, table: Table, newly: list[int], unsaid: Collection[int] = ()) -> set[int]:
        """Which of our newly missing ids may be marked: all if they are few; none if they are many at once, and a person is told.

        Many are marked if they stay missing in LASTING_RUNS runs over LASTING_DAYS, or if a person accepted the loss; none as long as a
        person rejects it.
        ``unsaid`` are ids that count as missing only because of where their addresses lead. Many of them are never marked: a new
        design of the site may redirect all its addresses to the front page.
        """
        run, now = self.run, self.store.now()
        self._newly[table].update(newly)
        newly = sorted(self._newly[table])
        allowed = max(5, run.held("article" if table == "articles" else "comment") // 50)
        if len(newly) <= allowed or self.store.ask(holdings.mass_loss_accepted, run.site_id, run.crawl_id):
            self.checkpoints.save_mass_loss(table, {})
            return set(newly)
        before = self.checkpoints.mass_loss(table)
        counted = {row_id: (first, runs + 1) for row_id in newly for first, runs in [before.get(row_id, (now, 0))]}
        self.checkpoints.save_mass_loss(table, counted)
        lasting = {i for i, (first, runs) in counted.items() if runs >= LASTING_RUNS and later(first, days=LASTING_DAYS) <= now}
        lasting -= set(unsaid)
        if self.store.ask(holdings.mass_loss_rejected, run.site_id, max(first for first, _ in counted.values())):
            run.outcome.note(f"{len(newly):,} {table} are missing at once, which a person does not believe: none is marked")
            return set()
        if len(lasting) < len(newly):
            run.outcome.add(ALARM, mass_loss(table, len(newly), len(lasting), allowed, run.site.name))
        return lasting

    def not_marked(self, table: Table) -> list[int]:
        """Our ids of what was missing in too great a number to be marked: it is asked for again."""
        return list(self.checkpoints.mass_loss(table))

    def suspect(self, table: Table, items: Iterable[tuple[int, str]]) -> None:
        """(our id, the site's id) of what is held and was absent where it should be. It is kept until its own request has told:
        a run that is killed before would hide it, for the list's total agrees by then."""
        if found := dict(items):
            self.checkpoints.save_suspects(table, self.suspects(table) | found)

    def suspects(self, table: Table) -> dict[int, str]:
        return self.checkpoints.suspects(table)

    def clear_suspects(self, table: Table) -> None:
        self.checkpoints.save_suspects(table, {})

    def mark_missing(self, table: Table, row_id: int, capture_id: int, at: str, reason: str | None = None) -> None:
        """Record a confirmed absence."""
        run = self.run
        if table == "articles":
            run.lost_comments += self.store.ask(holdings.comments_under, row_id)
        run.counts["missing"] += self.store.mark_missing(run.crawl_id, table, [row_id], at, capture_id, run.gone_after, reason)


def mass_loss(table: Table, newly: int, lasting: int, allowed: int, site: str) -> str:
    """What a person is told when too much is missing at once to be believed."""
    some = (
        f"{lasting:,} of them, missing for {LASTING_DAYS} days, {'is' if lasting == 1 else 'are'} marked, the others not" if lasting else ""
    )
    return (
        f"{newly:,} {table} are missing at once (more than {allowed:,}): {some or 'none is marked'}; look at the site,"
        f" and if they were removed: python -m archive accept {mass_loss_ref(site)}"
    )

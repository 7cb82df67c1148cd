"""What a decision about a site is called: takes a kind of alarm, the site's name and more, gives the ``ref``, and the same under
another name of the site: a merge may give it one, and so may an archive that is built anew.
"""

from __future__ import annotations

from collections.abc import Iterable

SITE_KINDS = ("mass-loss", "gap", "closed-door", "fill-rate", "bad-run", "late-run")


def site_ref(kind: str, site: str, *more: str) -> str:
    """``KIND:SITE``, or ``KIND:SITE:MORE``. ``kind``: one of ``SITE_KINDS``."""
    return ":".join((kind, site, *more))


def mass_loss_ref(site: str) -> str:
    """What decisions on a loss in mass at a site are about."""
    return site_ref("mass-loss", site)


def site_of(decision: str, ref: str, names: Iterable[str]) -> str | None:
    """Which of these sites a decision of this kind is about; None where it is about none of them."""
    of_site = [name for name in names if renamed(decision, ref, name, name) is not None]
    return max(of_site, key=len, default=None)


def renamed(decision: str, ref: str, old: str, new: str) -> str | None:
    """The same ``ref`` where the site is called otherwise; None where it is not about this site. ``decision``: the decision's kind."""
    before, rest, ends = "", ref, "/"
    if decision in ("accept", "reject"):
        kind, _, rest = ref.partition(":")
        if kind not in SITE_KINDS:
            return None
        before, ends = f"{kind}:", ":"
    elif decision != "pseudonymise":
        return None
    told = rest.removeprefix(old)
    if not rest.startswith(old) or (told[:1] != ends and (told or ends == "/")):
        return None
    return f"{before}{new}{told}"

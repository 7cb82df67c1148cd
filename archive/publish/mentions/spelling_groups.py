"""Which spellings count as one name: takes the lists of spellings and what people decided, gives groups."""

from __future__ import annotations

from collections.abc import Iterable

from archive.publish.search.spellings import Groups, fold
from archive.queries.spelling_decisions import SAME, SpellingPair

Pairs = Iterable[SpellingPair]


def with_decisions(groups: Groups, pairs: Pairs) -> dict[str, tuple[str, ...]]:
    """The groups of the lists, joined where a person accepted two spellings, and parted where one was refused."""
    joined = dict(groups)
    for one, other, value in pairs:
        if value == SAME:
            names = [name for spelling in (one, other) for name in (*joined.get(fold(spelling), ()), spelling)]
            group = tuple({fold(name): name for name in reversed(names)}.values())[::-1]
            joined |= {fold(name): group for name in group}
        else:
            for name, refused in ((one, other), (other, one)):
                joined[fold(name)] = tuple(kept for kept in joined.get(fold(name), ()) if fold(kept) != fold(refused))
    return joined


def settled_with(name: str, groups: Groups, pairs: Pairs) -> frozenset[str]:
    """Folded spellings that need no proposal beside a name: those of its group, and those that a person refused."""
    own = {fold(name), *(fold(spelling) for spelling in groups.get(fold(name), ()))}
    decided = {fold(other) for pair in pairs for one, other in (pair[:2], pair[1::-1]) if fold(one) in own}
    return frozenset(own | decided)

"""Settings of many crawls in one process: takes those of the command, gives each crawl a copy that costs next to nothing.

Scrapy copies all settings deeply for every crawl, twice, which takes longer than to ask a site whether it has news.
"""

from __future__ import annotations

import copy
from typing import Any, Self

from scrapy.settings import BaseSettings, Settings, SettingsAttribute

MUTABLE = (list, dict, set)


class SharedSettings(Settings):
    """A copy shares the values that cannot change in place; one that is set anew is so in that copy alone."""

    def __init__(self, origin: BaseSettings) -> None:
        """``origin``: the command's; it is not changed from here on."""
        self._root: BaseSettings = self
        BaseSettings.__init__(self)  # without Scrapy's defaults, which ``origin`` has
        self.attributes = dict(origin.attributes)

    def copy(self) -> Self:
        """As Scrapy's own: changes of the copy stay in the copy."""
        made = type(self)(self)
        made.attributes = {name: _own(attribute) for name, attribute in self.attributes.items()}
        made._root = self._root
        return made

    def set(self, name: str, value: Any, priority: int | str = "project") -> None:
        """Scrapy changes an attribute in place: here others may share it."""
        if not self.frozen and name in self.attributes:
            self.attributes[name] = _same(self.attributes[name])
        super().set(name, value, priority)

    def update(self, values: Any, priority: int | str = "project") -> None:  # type: ignore[override]
        """Nothing is to be taken from what this is a copy of: that is how Scrapy makes sure that a crawl has the command's settings."""
        if values is not self._root:
            super().update(values, priority)


def _own(attribute: SettingsAttribute) -> SettingsAttribute:
    """The attribute for a copy, where its value may be changed in place."""
    value = attribute.value
    if isinstance(value, BaseSettings):
        own = BaseSettings()
        own.frozen, own.attributes = value.frozen, {name: _same(each) for name, each in value.attributes.items()}
        return _same(attribute, own)
    return _same(attribute, copy.deepcopy(value)) if isinstance(value, MUTABLE) else attribute


def _same(attribute: SettingsAttribute, *value: Any) -> SettingsAttribute:
    """An attribute of the same priority with this value, or its own."""
    made = SettingsAttribute(None, attribute.priority)
    [made.value] = value or [attribute.value]
    return made

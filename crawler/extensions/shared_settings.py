"""Settings of many crawls in one process: takes those of the command, gives each crawl a copy that costs next to nothing.

Scrapy copies all settings deeply for every crawl, twice, which takes longer than to ask a site whether it has news.
"""

from __future__ import annotations

import copy
import logging
from typing import Any, Self

from scrapy.settings import BaseSettings, Settings, SettingsAttribute

MUTABLE = (list, dict, set, BaseSettings)
NEEDLESS = ("httperror.HttpErrorMiddleware", "urllength.UrlLengthMiddleware", "depth.DepthMiddleware")
"""Scrapy's own middlewares for what callbacks give: a run has no callbacks, it asks for its pages itself. Redirects need the referer's."""


def of_many_crawls(settings: BaseSettings) -> SharedSettings:
    """The command's settings for all its crawls, without what costs each of them time and does nothing in it."""
    made = SharedSettings(settings)
    middlewares = {name: order for name, order in made["SPIDER_MIDDLEWARES_BASE"].items() if not name.endswith(NEEDLESS)}
    made.set("SPIDER_MIDDLEWARES_BASE", middlewares)
    if not made.getbool("LOG_ENABLED") or logging.getLevelNamesMapping().get(str(made["LOG_LEVEL"]), 0) > logging.INFO:
        made.set("STATS_DUMP", False, priority="cmdline")  # nobody would see them
    return made


class SharedSettings(Settings):
    """A copy shares the values that cannot change in place; one that is set anew is so in that copy alone."""

    def __init__(self, origin: BaseSettings) -> None:
        """``origin``: the command's; it is not changed from here on."""
        self._root: BaseSettings = self
        BaseSettings.__init__(self)  # without Scrapy's defaults, which ``origin`` has
        self.attributes = dict(origin.attributes)
        self._mutable = {name for name, attribute in self.attributes.items() if isinstance(attribute.value, MUTABLE)}

    def copy(self) -> Self:
        """As Scrapy's own: changes of the copy stay in the copy."""
        made = type(self).__new__(type(self))
        BaseSettings.__init__(made)
        made.attributes = dict(self.attributes)
        made.attributes.update({name: _own(self.attributes[name]) for name in self._mutable & self.attributes.keys()})
        made._mutable, made._root = set(self._mutable), self._root
        return made

    def set(self, name: str, value: Any, priority: int | str = "project") -> None:
        """Scrapy changes an attribute in place: here others may share it."""
        if not self.frozen and name in self.attributes:
            self.attributes[name] = _same(self.attributes[name])
        super().set(name, value, priority)
        if name in self.attributes and isinstance(self.attributes[name].value, MUTABLE):
            self._mutable.add(name)

    def update(self, values: Any, priority: int | str = "project") -> None:  # type: ignore[override]
        """Nothing is to be taken from what this is a copy of: that is how Scrapy makes sure that a crawl has the command's settings."""
        if values is not self._root:
            super().update(values, priority)


def _own(attribute: SettingsAttribute) -> SettingsAttribute:
    """The attribute, whose value may be changed in place, for a copy."""
    value = attribute.value
    if isinstance(value, BaseSettings):
        own = BaseSettings()
        own.frozen, own.attributes = value.frozen, {name: _same(each) for name, each in value.attributes.items()}
        return _same(attribute, own)
    return _same(attribute, copy.deepcopy(value))


def _same(attribute: SettingsAttribute, *value: Any) -> SettingsAttribute:
    """An attribute of the same priority with this value, or its own."""
    made = SettingsAttribute(None, attribute.priority)
    [made.value] = value or [attribute.value]
    return made

"""Settings of many crawls in one process: takes those of the command, gives each crawl a copy that costs next to nothing.

Scrapy copies all settings deeply for every crawl, twice, which takes longer than to ask a site whether it has news.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import logging
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any, Self
from urllib.request import getproxies

import scrapy.crawler
from scrapy.settings import BaseSettings, Settings, SettingsAttribute
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.misc import load_object

MUTABLE = (list, dict, set, BaseSettings)
NEEDLESS = ("httperror.HttpErrorMiddleware", "urllength.UrlLengthMiddleware", "depth.DepthMiddleware")
"""Scrapy's own middlewares for what callbacks give: a run has no callbacks, it asks for its pages itself. Redirects need the referer's."""
ALONE = (
    "start.StartSpiderMiddleware",
    "metacopy.MetaCopyDetectionMiddleware",
    "offsite.OffsiteMiddleware",
    "useragent.UserAgentMiddleware",
)
"""The same for requests that spiders yield, and for a User-Agent that every request has before: needless where no components but our own
stand beside them."""
PROXY = "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware"  # for proxies that the environment names; a run's is its handler's
LOGGED = "scrapy.extensions.logstats.LogStats"
CLOSING = ("TIMEOUT", "ITEMCOUNT", "PAGECOUNT", "ERRORCOUNT", "TIMEOUT_NO_ITEM", "PAGECOUNT_NO_ITEM")
SWITCHES = {
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": ("COOKIES_ENABLED",),  # to import it takes as long as two sites
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": ("METAREFRESH_ENABLED",),
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": ("HTTPCACHE_ENABLED",),
    "scrapy.extensions.memdebug.MemoryDebugger": ("MEMDEBUG_ENABLED",),
    "scrapy.extensions.throttle.AutoThrottle": ("AUTOTHROTTLE_ENABLED",),
    "scrapy.extensions.spiderstate.SpiderState": ("JOBDIR",),
    "scrapy.extensions.feedexport.FeedExporter": ("FEEDS", "FEED_URI"),
    "scrapy.extensions.closespider.CloseSpider": tuple(f"CLOSESPIDER_{limit}" for limit in CLOSING),
}
"""Scrapy's own components that do nothing while all of these settings are off."""
OFF = ("0", "0.0", "False", "false")  # as the command line says it


def of_many_crawls(settings: BaseSettings) -> SharedSettings:
    """The command's settings for all its crawls, without what costs each of them time and does nothing in it."""
    made = SharedSettings(settings)
    middlewares = {name: order for name, order in made["SPIDER_MIDDLEWARES_BASE"].items() if not name.endswith(NEEDLESS)}
    made.set("SPIDER_MIDDLEWARES_BASE", middlewares)
    if not made.getbool("LOG_ENABLED") or logging.getLevelNamesMapping().get(str(made["LOG_LEVEL"]), 0) > logging.INFO:
        made.set("STATS_DUMP", False, priority="cmdline")  # nobody would see them
    if made.getpriority("STATS_CLASS") == 0:
        made.set("STATS_CLASS", RunStats, priority="default")
    return made


@contextlib.contextmanager
def few_words(settings: BaseSettings) -> Iterator[None]:
    """Scrapy puts all settings and components of each crawl into words for its log. Meanwhile it does not, where the log shows none."""
    names: dict[str, Any] = vars(scrapy.crawler)
    if settings.getbool("STATS_DUMP") or "overridden_settings" not in names:  # a Scrapy that names it otherwise is left alone
        yield
        return
    kept, names["overridden_settings"] = names["overridden_settings"], lambda settings: ()
    try:
        yield
    finally:
        names["overridden_settings"] = kept


class RunStats(MemoryStatsCollector):
    """Scrapy's own, which makes a function of its own out of each of its methods for each crawl, to warn of an argument."""

    __getattribute__ = object.__getattribute__


class SharedSettings(Settings):
    """A copy shares all values. One that is set anew is so in that copy alone, and one that can change in place is its own from when it
    is first asked for."""

    def __init__(self, origin: BaseSettings) -> None:
        """``origin``: the command's; it is not changed from here on."""
        self._root: BaseSettings = self
        BaseSettings.__init__(self)  # without Scrapy's defaults, which ``origin`` has
        self.attributes = dict(origin.attributes)
        self._mutable = {name for name, attribute in self.attributes.items() if isinstance(attribute.value, MUTABLE)}
        self._shared = set[str]()  # mutable values that copies have too
        self._components: dict[str, tuple[Any, BaseSettings]] = {}  # what was worked out last, for all copies
        self._proxies = getproxies()

    def copy(self) -> Self:
        """As Scrapy's own: changes of the copy stay in the copy."""
        made = type(self).__new__(type(self))
        BaseSettings.__init__(made)
        made.attributes = dict(self.attributes)
        self._shared = self._mutable & self.attributes.keys()
        made._shared = set(self._shared)
        made._mutable, made._root, made._components, made._proxies = set(self._mutable), self._root, self._components, self._proxies
        return made

    def __getitem__(self, name: str) -> Any:
        attribute = self.attributes.get(name)
        if attribute is None:
            return None
        if name in self._shared and not self.frozen:
            self._shared.discard(name)
            attribute = self.attributes[name] = _own(attribute)
        return attribute.value

    def get_component_priority_dict_with_base(self, name: str) -> BaseSettings:
        """As Scrapy's own, which imports each component by its name; without those that are needless, frozen, and worked out once for
        all crawls whose tables are equal."""
        base, own = (dict(self._peek(table) or {}) for table in (f"{name}_BASE", name))
        base = {component: order for component, order in base.items() if not self._is_needless(component, own)}
        known = self._components.get(name)
        if known is None or known[0] != (base, own):
            table = copy.copy(self)
            table.attributes = {**self.attributes, f"{name}_BASE": SettingsAttribute(base, 0)}
            found = Settings.get_component_priority_dict_with_base(table, name)
            found.freeze()
            remember_signatures(map(load_object, found))
            known = self._components[name] = (base, own), found
        return known[1]

    def _peek(self, name: str) -> Any:
        """A value that is only looked at."""
        return self.attributes[name].value if name in self.attributes else None

    def _is_needless(self, component: str, own: Mapping[Any, Any]) -> bool:
        if component in own:
            return False
        if component in SWITCHES:
            return all(not self._peek(switch) or str(self._peek(switch)) in OFF for switch in SWITCHES[component])
        alone = all(order is None or str(other).startswith("crawler.") for other, order in own.items())
        return alone and (
            component.endswith(ALONE) or (component == PROXY and not self._proxies) or (component == LOGGED and not self["STATS_DUMP"])
        )

    def set(self, name: str, value: Any, priority: int | str = "project") -> None:
        """Scrapy changes an attribute in place: here others may share it."""
        before = self.attributes.get(name)
        if not self.frozen and before is not None:
            self.attributes[name] = _same(before)
        super().set(name, value, priority)
        if before is None or self.attributes[name].value is not before.value:
            self._shared.discard(name)
            if isinstance(self.attributes[name].value, MUTABLE):
                self._mutable.add(name)

    def pop(self, name: str, *default: Any) -> Any:
        """As Scrapy's own; what is given may be changed in place."""
        if name in self.attributes:
            self[name]
        return super().pop(name, *default)

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


def remember_signatures(components: Iterable[type]) -> None:
    """Let ``inspect`` find at once what it works out for every method of every component of each crawl (PEP 362)."""
    for component in components:
        for method in (getattr(component, name) for name in dir(component) if name.startswith("process_")):
            if isinstance(method, FunctionType) and not hasattr(method, "__signature__"):
                method.__signature__ = inspect.signature(method)  # type: ignore[attr-defined]

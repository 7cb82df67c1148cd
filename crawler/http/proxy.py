"""Which proxy a run goes through: takes the settings and what is remembered of a site, gives its address. What goes through it:
crawler/http/through_proxy.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES

from archive.errors import ConfigurationError
from archive.text.proxies import ProxyAddress, read_proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.settings import BaseSettings

WRONG = "PROXY={} is no proxy; write http://host:port, or socks5h://host:port, which is given names as they are"


def proxy_asked(settings: BaseSettings, remembered: Mapping[str, str]) -> str | None:
    """The address that counts for a site: the one remembered of it, unless another is named on the command line; naming none there
    does not take the site's away."""
    setting: str | None = settings.get("PROXY")
    if setting and (settings.getpriority("PROXY") or 0) >= SETTINGS_PRIORITIES["cmdline"]:
        return setting
    return remembered.get("proxy") or setting


def checked_proxy(text: str | None) -> ProxyAddress | None:
    """None where none is written. Raises ConfigurationError, without the text: a password may stand in it."""
    if not text:
        return None
    proxy = read_proxy(text)
    if proxy is None:
        raise ConfigurationError(WRONG.format("..."))
    return proxy

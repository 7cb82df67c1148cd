"""What this program calls itself, towards web servers and inside the records it writes. How it names what reads pages:
crawler/extract/version.py."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

RELEASE = "0.1"
NAME = "AnalysisArchive"
SOFTWARE = f"{NAME}/{RELEASE} Scrapy/{version('Scrapy')} warcio/{version('warcio')}"


def user_agent(settings: BaseSettings) -> str:
    """The User-Agent: USER_AGENT where it is set, else name, release and CONTACT."""
    contact = settings.get("CONTACT") or ""
    return settings.get("USER_AGENT") or f"{NAME}/{RELEASE}" + (f" (+{contact})" if contact else "")

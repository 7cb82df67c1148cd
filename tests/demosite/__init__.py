"""A WordPress-like news site on loopback, for tests and the demo: own-made articles, WordPress's real behaviour."""

from __future__ import annotations

from .server import DemoSite

__all__ = ["DemoSite"]

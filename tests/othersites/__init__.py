"""Two invented sites that are no WordPress, on loopback: a static generator's, and another content management system's."""

from .magazine import Magazine
from .static import StaticSite

__all__ = ["Magazine", "StaticSite"]

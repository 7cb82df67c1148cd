"""Invented sites that are no WordPress, on loopback: a static generator's, another content management system's, and one of which a
test writes every answer."""

from .leaflet import Leaflet
from .magazine import Magazine
from .static import StaticSite

__all__ = ["Leaflet", "Magazine", "StaticSite"]

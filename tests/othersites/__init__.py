"""Invented sites on loopback beside the demo site: a static generator's, another content management system's, a WordPress that has many
types of posts and many languages, and one of which a test writes every answer."""

from .leaflet import Leaflet
from .magazine import Magazine
from .manytypes import ManyTypes
from .static import StaticSite

__all__ = ["Leaflet", "Magazine", "ManyTypes", "StaticSite"]

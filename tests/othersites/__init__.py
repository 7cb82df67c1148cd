"""Invented sites on loopback beside the demo site: a static generator's, another content management system's, and a WordPress that has
many types of posts and many languages."""

from .magazine import Magazine
from .manytypes import ManyTypes
from .static import StaticSite

__all__ = ["Magazine", "ManyTypes", "StaticSite"]

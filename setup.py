"""For tools that build through it, such as scrapyd-deploy: all is said in pyproject.toml."""

from setuptools import setup

setup()

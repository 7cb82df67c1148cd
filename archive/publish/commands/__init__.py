"""The commands of ``python -m archive`` that need the reading site. archive/__main__.py loads them by name."""

"""Bytes to a tree, and what is asked of its elements: texts, names, head data, block-level units."""

"""An article as a page: its text, its thread, its pictures, and what is near it."""

"""What exists, and what has changed: addresses to ask, and what the answers say. Pure."""

"""Questions to the archive, by name: a connection and values in, plain rows out. Nothing here writes."""

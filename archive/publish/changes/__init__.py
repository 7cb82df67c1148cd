"""What happened, as pages: the list of changes, and two states side by side."""

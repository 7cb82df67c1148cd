"""Where responses come from: the live web, or the archive's own captures."""

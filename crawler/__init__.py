"""The web: discover, fetch, extract. Everything it learns goes to the archive; the archive never imports it."""

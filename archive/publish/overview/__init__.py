"""The archive at a glance: the home page, its charts, and how complete each site is."""

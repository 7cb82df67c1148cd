"""The two doors of a site: REST and pages. Each asks, has the answers read, and hands them on to be saved."""

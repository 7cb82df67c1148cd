"""Search: what a query finds, what is shown of it, and its exports."""

"""A WordPress site through its REST API: lists, articles, threads, what changed, what vanished."""

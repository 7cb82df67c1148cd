"""The server: Datasette with our routes, answers and headers."""

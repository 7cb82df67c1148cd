"""The reader's notebook: what is new in what a reader keeps, and where the notebooks of accounts lie."""

"""What of a page is the author's text and what the site wraps around it: a kind and a rule for every block."""

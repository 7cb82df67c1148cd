"""One run at one site: what was asked, what it works with, how it went."""

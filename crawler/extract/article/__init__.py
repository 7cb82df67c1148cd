"""The article of a page: which element holds it, its headline, authors, dates, tags, further pages."""

"""The text of documents: PDF, office formats, e-books and plain text; knows no network and no database."""

"""How an article is cited, and how a dated address is asked for (Memento, RFC 7089)."""

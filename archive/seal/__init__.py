"""Proof of time: the digests of records as Merkle trees, their roots as a chain of small files, and the stamps of an authority on them."""

"""Reads the archive's own records again: captures -> extract -> admission -> store, without the network."""

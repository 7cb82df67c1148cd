"""Decides whether what was read may become current, and hands it to the store or to quarantine."""

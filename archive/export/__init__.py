"""What leaves the archive: the evidence of one claim for a stranger, and a verified copy of the whole."""

"""The comments of a page: which elements hold them, who answers whom, and whether all were read."""

"""Reading the archive's own records again: captures -> extract -> gate -> store, without the network."""

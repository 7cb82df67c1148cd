"""Other archives brought into one: what they hold and this one does not, with its evidence."""

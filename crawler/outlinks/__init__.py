"""Do the sources that articles link to still answer? Takes their addresses, asks each politely, gives what came of it."""

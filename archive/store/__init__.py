"""Everything that writes to the database: one module per group of tables, behind ``store.Store``."""

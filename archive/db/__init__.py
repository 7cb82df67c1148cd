"""The database as a file: how it is opened and locked, its tables and migrations, its views."""

"""What Datasette is told about the archive: tables, columns, canned questions, settings. ``build`` writes the two YAML files."""

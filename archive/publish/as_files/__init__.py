"""The reading site as files: takes an archive, gives a folder that any web server, or a browser alone, shows."""

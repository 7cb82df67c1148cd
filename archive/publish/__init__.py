"""The archive as a reading site: Datasette with one plugin on top. It takes an archive's folder, gives web pages, and never writes."""

"""The archive as a reading site: Datasette underneath, one plugin on top. Reads only."""

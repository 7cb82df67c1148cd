"""A lost archive.db built again from the WARC files: each run is done once more, with the answers that it got then."""

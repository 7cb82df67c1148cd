"""Where the archives of many machines lie: a head for each site, its database in pieces, its WARC files; a claim decides who writes."""

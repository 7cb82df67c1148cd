"""Sites out of seeds: many systems, lists, languages and faults, crawled and compared with what they are known to hold."""

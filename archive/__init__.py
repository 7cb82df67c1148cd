"""The evidence: store, verify, publish. Opens and serves without Scrapy, lxml or trafilatura."""

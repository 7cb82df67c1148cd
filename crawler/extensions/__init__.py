"""What Scrapy runs around a crawl: the archive opened and closed, items sent, progress shown."""

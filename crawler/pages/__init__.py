"""Articles through their HTML pages: fetched, put together out of their parts, checked for being whole and there."""

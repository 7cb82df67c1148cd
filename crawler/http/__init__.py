"""What stands between the crawler and the web: guard, robots.txt, patience, unpacking, capture."""

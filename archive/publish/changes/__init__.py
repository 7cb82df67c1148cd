"""What happened to articles and comments: the list of changes and the words that changed."""

"""Where names and words are mentioned, how often over time, and what articles link to: takes questions, gives rows, charts and files."""

"""What a person has to decide or look at."""

"""What people withheld, kept from every page and every query of the served archive."""

"""What is no longer there: which absences may be recorded, and which are too many to be believed."""

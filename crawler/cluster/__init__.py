"""Many sites read side by side: in one process, or by many workers that share a depot."""

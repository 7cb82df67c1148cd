"""Many machines, rehearsed on one: real workers, a real queue, sites that log who asked them when, and kills."""

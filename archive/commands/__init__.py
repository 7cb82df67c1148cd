"""Commands of ``python -m archive`` that work on the evidence: one a file."""

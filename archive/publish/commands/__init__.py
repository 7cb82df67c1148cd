"""Commands of ``python -m archive`` that read the archive as its pages do."""

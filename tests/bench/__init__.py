"""How fast and how small the product is, beside the references of its goals: ``python -m tests.bench``. One module a measure."""

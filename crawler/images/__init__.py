"""Pictures of articles, captured as evidence when a run asks for them."""

"""May what was read become current? The judge decides, the pipeline acts on it and hands the rest to the store."""

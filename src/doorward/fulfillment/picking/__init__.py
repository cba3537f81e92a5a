"""Waves, batches, walks and planned times of a floor's work."""

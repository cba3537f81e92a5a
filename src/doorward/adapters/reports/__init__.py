"""A world that answers from what was reported."""

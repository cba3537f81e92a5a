"""Which box for which pieces, and how they lie in it."""

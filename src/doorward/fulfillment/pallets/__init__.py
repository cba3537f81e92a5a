"""Pallets and bags: what leaves for one building together."""

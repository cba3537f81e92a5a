"""Routing: stops of one station on its vehicles, by ruin and recreate."""

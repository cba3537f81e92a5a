"""Carriers: every way to the door on one scale, chosen under capacities by prices, handed over and tracked."""

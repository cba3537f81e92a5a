"""Replenishment: what to buy tonight, by the newsvendor's critical ratio."""

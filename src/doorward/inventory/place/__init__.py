"""Placement: which fulfillment centers hold how much of each SKU."""

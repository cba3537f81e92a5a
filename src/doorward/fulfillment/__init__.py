"""From an order line at a building to a sorted package: cartons, waves, picking, packing, labels, pallets."""

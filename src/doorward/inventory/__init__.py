"""Inventory: how much of what lies where. Stock ledger, demand forecast, replenishment, placement near the buyer."""

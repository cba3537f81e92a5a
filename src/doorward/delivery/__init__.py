"""Delivery: what happens at the door and after it: proof, failed attempts, lockers, returns."""

"""Floor 5: the only wiring: which services run when, on which clock."""

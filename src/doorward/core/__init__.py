"""Floor 0: tables, units, places on the globe, hours, seeded draws, errors. Imports nothing of ours."""

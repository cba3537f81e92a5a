"""Last mile: station sort-in, routes and departures, rescue of what a broken vehicle carries."""
